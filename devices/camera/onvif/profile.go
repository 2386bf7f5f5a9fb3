package onvif

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// maxProfiles bounds what one device is asked for.
const maxProfiles = 64

// H264 is how devices call the codec that browsers show.
const H264 = "H264"

// Profile is one of a camera's streams.
type Profile struct {
	Token, Name   string
	Codec         string // H264, H265, JPEG, MPV4-ES
	Width, Height int
	Rate          float64 // pictures a second
	Kbits         int     // kbit/s at most
	KeyEvery      int     // pictures from one key picture to the next, 0 when not told
	Stream        string  // rtsp://…, without a sign-in
	Snapshot      string  // http://…; empty when there is none
}

// Substream chooses the stream for a wall of many pictures: the smallest
// H.264 of at least 640 pixels' width, else the widest.
func (d Device) Substream() (Profile, bool) {
	var fit []Profile
	for _, p := range d.Profiles {
		if p.Codec == H264 && p.Stream != "" {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 {
		return Profile{}, false
	}
	slices.SortStableFunc(fit, func(a, b Profile) int { return cmp.Compare(a.Width*a.Height, b.Width*b.Height) })
	if i := slices.IndexFunc(fit, func(p Profile) bool { return p.Width >= 640 }); i >= 0 {
		return fit[i], true
	}
	return fit[len(fit)-1], true
}

// media is a version of the media service and how it is asked.
type media struct {
	namespace        string
	profiles         string // requests; the last two take a profile's token
	stream, snapshot string
	at               *url.URL
}

var media1 = media{
	namespace: "http://www.onvif.org/ver10/media/wsdl",
	profiles:  `<trt:GetProfiles/>`,
	stream: `<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup>` +
		`<trt:ProfileToken>%s</trt:ProfileToken></trt:GetStreamUri>`,
	snapshot: `<trt:GetSnapshotUri><trt:ProfileToken>%s</trt:ProfileToken></trt:GetSnapshotUri>`,
}

var media2 = media{
	namespace: "http://www.onvif.org/ver20/media/wsdl",
	profiles:  `<tr2:GetProfiles><tr2:Type>VideoEncoder</tr2:Type></tr2:GetProfiles>`,
	stream:    `<tr2:GetStreamUri><tr2:Protocol>RtspUnicast</tr2:Protocol><tr2:ProfileToken>%s</tr2:ProfileToken></tr2:GetStreamUri>`,
	snapshot:  `<tr2:GetSnapshotUri><tr2:ProfileToken>%s</tr2:ProfileToken></tr2:GetSnapshotUri>`,
}

// encoder is a video encoder's configuration, in either version.
type encoder struct {
	Encoding string  `xml:"Encoding"`
	Width    int     `xml:"Resolution>Width"`
	Height   int     `xml:"Resolution>Height"`
	Rate     float64 `xml:"RateControl>FrameRateLimit"`
	Kbits    int     `xml:"RateControl>BitrateLimit"`
	Gov1     int     `xml:"H264>GovLength"`
	Gov2     int     `xml:"GovLength,attr"`
}

type profilesAnswer struct {
	Profiles []struct {
		Token string   `xml:"token,attr"`
		Name  string   `xml:"Name"`
		One   *encoder `xml:"VideoEncoderConfiguration"`
		Two   *encoder `xml:"Configurations>VideoEncoder"`
	} `xml:"Body>GetProfilesResponse>Profiles"`
}

func (a profilesAnswer) list() []Profile {
	var all []Profile
	for _, p := range a.Profiles {
		e := p.Two
		if e == nil {
			e = p.One
		}
		if e == nil || len(all) == maxProfiles {
			continue // a profile without video
		}
		all = append(all, Profile{
			Token: p.Token, Name: line(p.Name), Codec: line(strings.ToUpper(e.Encoding)), Width: e.Width, Height: e.Height,
			Rate: e.Rate, Kbits: e.Kbits, KeyEvery: max(e.Gov1, e.Gov2),
		})
	}
	return all
}

// profiles lists the streams with their addresses. A stream whose address the
// device refuses is listed without one.
func (c *call) profiles(ctx context.Context, m media) ([]Profile, error) {
	var answer profilesAnswer
	if err := c.ask(ctx, m.at, m.profiles, true, &answer); err != nil {
		return nil, err
	}
	all := answer.list()
	for i := range all {
		var err error
		if all[i].Stream, err = c.address(ctx, m, m.stream, all[i].Token, "rtsp", "rtsps"); err != nil && ctx.Err() != nil {
			return nil, err
		}
		if all[i].Snapshot, err = c.address(ctx, m, m.snapshot, all[i].Token, "http", "https"); err != nil && ctx.Err() != nil {
			return nil, err
		}
	}
	return all, nil
}

var errAddress = errors.New("no address of the expected kind")

// address asks for the address of a profile's stream or snapshot. It is on
// the device itself, and says nothing of users and passwords.
func (c *call) address(ctx context.Context, m media, request, token string, schemes ...string) (string, error) {
	var answer struct {
		Stream1   string `xml:"Body>GetStreamUriResponse>MediaUri>Uri"`
		Stream2   string `xml:"Body>GetStreamUriResponse>Uri"`
		Snapshot1 string `xml:"Body>GetSnapshotUriResponse>MediaUri>Uri"`
		Snapshot2 string `xml:"Body>GetSnapshotUriResponse>Uri"`
	}
	if err := c.ask(ctx, m.at, fmt.Sprintf(request, escape(token)), true, &answer); err != nil {
		return "", err
	}
	raw := cmp.Or(answer.Stream1, answer.Stream2, answer.Snapshot1, answer.Snapshot2)
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" {
		return "", fmt.Errorf("onvif: %w", errAddress)
	}
	u.User = nil
	return rebase(u, m.at.Hostname()).String(), nil
}
