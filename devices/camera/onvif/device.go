package onvif

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Device is what a camera says of itself.
type Device struct {
	Maker, Model, Firmware, Serial string

	Clock    Clock
	Profiles []Profile
}

// Clock compares a device's clock with ours.
type Clock struct {
	Known bool
	Ahead time.Duration // the device's clock minus ours
	Error time.Duration // at most so much is Ahead wrong: devices tell whole seconds
}

// Describe asks the device with this device service for all of it.
func (c *Client) Describe(ctx context.Context, service *url.URL) (Device, error) {
	var d Device
	k := &call{Client: c}
	clock, err := k.clock(ctx, service)
	if err != nil {
		return d, err
	}
	d.Clock, k.ahead = clock, clock.Ahead
	m, err := k.media(ctx, service)
	if err != nil {
		return d, err
	}
	if err := k.information(ctx, service, &d); err != nil && !errors.Is(err, ErrUnsupported) {
		return d, err
	}
	d.Profiles, err = k.profiles(ctx, m)
	return d, err
}

// clock asks for the time. It needs no sign-in, for a sign-in needs the time.
func (c *call) clock(ctx context.Context, service *url.URL) (Clock, error) {
	var answer struct {
		UTC *struct {
			Year   int `xml:"Date>Year"`
			Month  int `xml:"Date>Month"`
			Day    int `xml:"Date>Day"`
			Hour   int `xml:"Time>Hour"`
			Minute int `xml:"Time>Minute"`
			Second int `xml:"Time>Second"`
		} `xml:"Body>GetSystemDateAndTimeResponse>SystemDateAndTime>UTCDateTime"`
	}
	asked := c.Now()
	err := c.ask(ctx, service, `<tds:GetSystemDateAndTime/>`, false, &answer)
	switch took := c.Now().Sub(asked); {
	case errors.Is(err, ErrSignIn), errors.Is(err, ErrUnsupported):
		return Clock{}, nil // against the specification, and no reason to give up
	case err != nil:
		return Clock{}, err
	case answer.UTC == nil:
		return Clock{}, nil
	default:
		u := answer.UTC
		// A whole second is over by half a second on average.
		shown := time.Date(u.Year, time.Month(u.Month), u.Day, u.Hour, u.Minute, u.Second, int(500*time.Millisecond), time.UTC)
		return Clock{Known: true, Ahead: shown.Sub(asked.Add(took / 2)), Error: took/2 + 500*time.Millisecond}, nil
	}
}

func (c *call) information(ctx context.Context, service *url.URL, d *Device) error {
	var answer struct {
		Maker    string `xml:"Body>GetDeviceInformationResponse>Manufacturer"`
		Model    string `xml:"Body>GetDeviceInformationResponse>Model"`
		Firmware string `xml:"Body>GetDeviceInformationResponse>FirmwareVersion"`
		Serial   string `xml:"Body>GetDeviceInformationResponse>SerialNumber"`
	}
	if err := c.ask(ctx, service, `<tds:GetDeviceInformation/>`, true, &answer); err != nil {
		return err
	}
	d.Maker, d.Model, d.Firmware, d.Serial = line(answer.Maker), line(answer.Model), line(answer.Firmware), line(answer.Serial)
	return nil
}

// media finds the device's media service: the second version, which knows
// H.265, where there is one.
func (c *call) media(ctx context.Context, service *url.URL) (media, error) {
	var services struct {
		All []struct {
			Namespace string `xml:"Namespace"`
			XAddr     string `xml:"XAddr"`
		} `xml:"Body>GetServicesResponse>Service"`
	}
	err := c.ask(ctx, service, `<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>`, true, &services)
	if err != nil && errors.Is(err, ErrNotONVIF) {
		return media{}, err
	}
	at := map[string]string{}
	for _, s := range services.All {
		at[strings.TrimSpace(s.Namespace)] = s.XAddr
	}
	for _, m := range []media{media2, media1} {
		if u := serviceAt(at[m.namespace], service); u != nil {
			m.at = u
			return m, nil
		}
	}
	return c.oldMedia(ctx, service)
}

// oldMedia asks as devices of before 2011 know it.
func (c *call) oldMedia(ctx context.Context, service *url.URL) (media, error) {
	var old struct {
		XAddr string `xml:"Body>GetCapabilitiesResponse>Capabilities>Media>XAddr"`
	}
	if err := c.ask(ctx, service, `<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>`, true, &old); err != nil {
		return media{}, err
	}
	m := media1
	if m.at = serviceAt(old.XAddr, service); m.at == nil {
		return media{}, fmt.Errorf("onvif: the device has no media service: %w", ErrUnsupported)
	}
	return m, nil
}

// serviceAt reads the address of a service; it is on the device itself,
// whatever network the device believes to be in.
func serviceAt(raw string, device *url.URL) *url.URL {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil
	}
	return rebase(u, device.Hostname())
}

// maxText is the longest text of a device that is shown, in runes.
const maxText = 80

// line makes a device's text fit for a line of a file: nothing that could end
// a comment or move a terminal's cursor.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > maxText {
		return string(r[:maxText]) + "…"
	}
	return text
}
