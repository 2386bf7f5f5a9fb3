package peer

import (
	"fmt"
	"math/rand/v2"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"lobby/devices/camera/pipe"
)

const (
	// mtu is the largest payload of a packet: with SRTP, UDP and IPv6 around
	// it, it fits into an Ethernet frame.
	mtu = 1200
	// hurried is the step between pictures that are only to be decoded, one
	// millisecond of the 90 kHz clock (RFC 6184, section 8.2.1): the browser
	// hurries through them to the newest.
	hurried = 90
	// voicePacket is how many bytes of G.711 a packet has, 20 ms (RFC 3551,
	// section 4.2).
	voicePacket = 160
)

// track is one track towards one browser.
type track struct {
	local    *webrtc.TrackLocalStaticRTP
	sender   *webrtc.RTPSender
	codec    pipe.Codec
	sets     [][]byte // before every key picture
	payload  codecs.H264Payloader
	sequence uint16
	stamp    uint32 // of the last picture, or of the next sound
	last     uint64 // decoding time of the last picture
	sent     bool
	buf      []byte
}

// newPicture is a track of H.264 whose profile is said as the camera's is, as
// far as browsers have a word for it.
func newPicture(t pipe.Track) (*track, error) {
	if t.Codec != pipe.H264 || len(t.Sets) == 0 || len(t.Sets[0]) < 4 {
		return nil, errH264
	}
	// profile_idc is the SPS's second byte (ITU-T H.264, section 7.3.2.1.1);
	// the words are those of RFC 6184, section 8.1.
	profile := map[byte]string{77: "4d001f", 100: "64001f"}[t.Sets[0][1]]
	if profile == "" {
		profile = "42e01f"
	}
	local, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: 90000,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=" + profile,
	}, "picture", "camera")
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return &track{local: local, codec: t.Codec, sets: t.Sets, sequence: uint16(rand.Uint32()), stamp: rand.Uint32()}, nil
}

// newSound is a track of what browsers take: G.711 as telephones have it, and
// Opus. Anything else is silence.
func newSound(t pipe.Track) *track {
	var c webrtc.RTPCodecCapability
	switch {
	case t.Codec == pipe.PCMA && t.Clock == 8000 && t.Channels == 1:
		c = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}
	case t.Codec == pipe.PCMU && t.Clock == 8000 && t.Channels == 1:
		c = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}
	case t.Codec == pipe.Opus:
		c = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	default:
		return nil
	}
	local, err := webrtc.NewTrackLocalStaticRTP(c, "sound", "camera")
	if err != nil {
		return nil
	}
	return &track{local: local, codec: t.Codec, sequence: uint16(rand.Uint32())}
}

// addTo offers the track to a browser; lost is called when the browser asks
// for a key picture.
func (t *track) addTo(pc *webrtc.PeerConnection, lost func()) error {
	s, err := pc.AddTrack(t.local)
	if err != nil {
		return fmt.Errorf("offer the %s: %w", t.local.ID(), err)
	}
	t.sender = s
	go listen(s, lost) // ends with the connection
	return nil
}

// taken tells whether the browser takes the track.
func (t *track) taken(pc *webrtc.PeerConnection) bool {
	for _, x := range pc.GetTransceivers() {
		if x.Sender() == t.sender {
			return x.Mid() != "" && len(t.sender.GetParameters().Codecs) > 0
		}
	}
	return false
}

// live sends a picture with the time that has gone by since the one before.
func (t *track) live(f pipe.Fragment) {
	step := uint32(hurried)
	if t.sent && f.Time > t.last {
		step = uint32(f.Time - t.last)
	}
	t.picture(f, step)
}

// hurry sends a picture that only leads to the newest one.
func (t *track) hurry(f pipe.Fragment) { t.picture(f, hurried) }

func (t *track) picture(f pipe.Fragment, step uint32) {
	nalus, err := pipe.NALUs(f.Samples[0].Data)
	if err != nil {
		return
	}
	t.buf = t.buf[:0]
	if f.Samples[0].Key {
		t.annexB(t.sets)
	}
	t.annexB(nalus)
	t.stamp += step
	t.sent, t.last = true, f.Time
	payloads := t.payload.Payload(mtu, t.buf)
	for i, b := range payloads {
		t.packet(b, i == len(payloads)-1)
	}
}

// annexB appends NAL units with start codes (ITU-T H.264, annex B), which is
// what the payloader takes.
func (t *track) annexB(nalus [][]byte) {
	for _, n := range nalus {
		t.buf = append(append(t.buf, 0, 0, 0, 1), n...)
	}
}

// packet sends one packet. What the network does not take is the browser's
// loss, which it reports.
func (t *track) packet(payload []byte, marked bool) {
	t.sequence++
	_ = t.local.WriteRTP(&rtp.Packet{
		Header:  rtp.Header{Version: 2, Marker: marked, SequenceNumber: t.sequence, Timestamp: t.stamp},
		Payload: payload,
	})
}

// sendSound sends frames of sound with their own times.
func (t *track) sendSound(f pipe.Fragment) {
	t.stamp = uint32(f.Time)
	for _, s := range f.Samples {
		if t.codec == pipe.Opus {
			t.packet(s.Data, false)
			t.stamp += s.Duration
			continue
		}
		for b := s.Data; len(b) > 0; {
			n := min(len(b), voicePacket)
			t.packet(b[:n], false)
			t.stamp += uint32(n) // one byte is one sample
			b = b[n:]
		}
	}
}
