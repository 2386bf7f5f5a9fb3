package child

import (
	"bytes"
	"fmt"

	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4/codecs"
	"github.com/pion/rtp"

	"lobby/devices/camera/pipe"
)

// sound is the track of a camera's microphone, on the same timeline as the
// picture. It belongs to one session.
type sound struct {
	track  pipe.Track
	codec  codecs.Codec // nil when browsers do not take it from fragments
	tag    string       // mp4a.40.2
	media  *description.Media
	format format.Format
	// decode takes a packet's frames out, with their durations in units of
	// the track's clock.
	decode func(*rtp.Packet) ([]pipe.Sample, error)

	next     int64 // where on the timeline the next frame is expected
	sequence uint32
	buf      []byte
}

// chooseSound finds the first track of sound that can be carried, nil without.
func chooseSound(desc *description.Session) *sound {
	for _, m := range desc.Medias {
		if m.Type != description.MediaTypeAudio || m.IsBackChannel {
			continue
		}
		for _, f := range m.Formats {
			if s := newSound(f); s != nil {
				s.media, s.format = only(m, f), f
				return s
			}
		}
	}
	return nil
}

func newSound(f format.Format) *sound {
	switch f := f.(type) {
	case *format.MPEG4Audio:
		return newAAC(f)
	case *format.Opus:
		return newOpus(f)
	case *format.G711:
		return newG711(f)
	}
	return nil
}

func newAAC(f *format.MPEG4Audio) *sound {
	if f.Config == nil || f.Config.SampleRate <= 0 || f.Config.FrameLengthFlag {
		return nil
	}
	config, err := f.Config.Marshal()
	d, errd := f.CreateDecoder()
	if err != nil || errd != nil {
		return nil
	}
	return &sound{
		track: pipe.Track{ID: pipe.Sound, Codec: pipe.AAC, Clock: f.Config.SampleRate, Channels: int(f.Config.ChannelConfig), Config: config},
		codec: &codecs.MPEG4Audio{Config: *f.Config}, tag: fmt.Sprintf("mp4a.40.%d", f.Config.Type),
		decode: func(p *rtp.Packet) ([]pipe.Sample, error) {
			aus, err := d.Decode(p)
			var all []pipe.Sample
			for _, au := range aus {
				all = append(all, pipe.Sample{Duration: mpeg4audio.SamplesPerAccessUnit, Key: true, Data: au})
			}
			return all, err
		},
	}
}

func newOpus(f *format.Opus) *sound {
	if f.ChannelCount < 1 || f.ChannelCount > 2 {
		return nil
	}
	d, err := f.CreateDecoder()
	if err != nil {
		return nil
	}
	return &sound{
		track: pipe.Track{ID: pipe.Sound, Codec: pipe.Opus, Clock: f.ClockRate(), Channels: f.ChannelCount},
		codec: &codecs.Opus{ChannelCount: f.ChannelCount}, tag: "opus",
		decode: func(p *rtp.Packet) ([]pipe.Sample, error) {
			frame, err := d.Decode(p)
			if err != nil || len(frame) == 0 {
				return nil, err
			}
			return []pipe.Sample{{Duration: uint32(opus.PacketDuration2(frame)), Key: true, Data: frame}}, nil
		},
	}
}

func newG711(f *format.G711) *sound {
	if f.SampleRate <= 0 || f.ChannelCount < 1 || f.ChannelCount > 2 {
		return nil
	}
	d, err := f.CreateDecoder()
	if err != nil {
		return nil
	}
	name := pipe.PCMA
	if f.MULaw {
		name = pipe.PCMU
	}
	return &sound{
		track: pipe.Track{ID: pipe.Sound, Codec: name, Clock: f.SampleRate, Channels: f.ChannelCount},
		decode: func(p *rtp.Packet) ([]pipe.Sample, error) {
			b, err := d.Decode(p)
			if err != nil || len(b) == 0 {
				return nil, err
			}
			return []pipe.Sample{{Duration: uint32(len(b) / f.ChannelCount), Key: true, Data: b}}, nil
		},
	}
}

// slack is how far a frame may lie from where the one before ended and still
// be put there, as a part of a second: clocks of packets jitter, and players
// hear every seam.
const slack = 20

// place makes one fragment of a packet's frames. pts is the first frame's
// time in units of the track's clock, on the timeline. A frame never comes
// before the end of the one before it; frames that lie far before it are lost.
func (s *sound) place(frames []pipe.Sample, pts int64) (fragment []byte, at int64) {
	switch d, clock := pts-s.next, int64(s.track.Clock); {
	case pts < 0 || d < -clock/2:
		return nil, 0 // before the first picture, or long gone
	case d > clock/slack || s.sequence == 0:
		s.next = pts
	}
	at = s.next
	for _, f := range frames {
		s.next += int64(f.Duration)
	}
	s.sequence++
	s.buf = pipe.Fragment{Track: pipe.Sound, Sequence: s.sequence, Time: uint64(at), Samples: frames}.AppendTo(s.buf[:0])
	return s.buf, at
}

// offer is how players are told of the sound. Its payload type is not the
// picture's, whatever numbers the camera gave them.
func (s *sound) offer() format.Format {
	const free = 97
	switch f := s.format.(type) {
	case *format.MPEG4Audio:
		return &format.MPEG4Audio{
			PayloadTyp: free, ProfileLevelID: 1, Config: f.Config,
			SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3, // AAC-hbr (RFC 3640, section 3.3.6)
		}
	case *format.Opus:
		return &format.Opus{PayloadTyp: free, ChannelCount: f.ChannelCount}
	case *format.G711:
		g := &format.G711{PayloadTyp: free, MULaw: f.MULaw, SampleRate: f.SampleRate, ChannelCount: f.ChannelCount}
		if f.SampleRate == 8000 && f.ChannelCount == 1 { // the numbers of RFC 3551, table 4
			g.PayloadTyp = 8
			if f.MULaw {
				g.PayloadTyp = 0
			}
		}
		return g
	}
	return s.format
}

// encoder packs frames for players.
func encoder(f format.Format) (func(frames []pipe.Sample) ([]*rtp.Packet, error), error) {
	switch f := f.(type) {
	case *format.MPEG4Audio:
		e, err := f.CreateEncoder()
		return func(frames []pipe.Sample) ([]*rtp.Packet, error) {
			var aus [][]byte
			for _, x := range frames {
				aus = append(aus, x.Data)
			}
			return e.Encode(aus)
		}, err
	case *format.Opus:
		e, err := f.CreateEncoder()
		return func(frames []pipe.Sample) ([]*rtp.Packet, error) {
			p, err := e.Encode(frames[0].Data)
			return []*rtp.Packet{p}, err
		}, err
	case *format.G711:
		e, err := f.CreateEncoder()
		return func(frames []pipe.Sample) ([]*rtp.Packet, error) {
			return e.Encode(bytes.Clone(frames[0].Data))
		}, err
	}
	return nil, fmt.Errorf("child: no encoder for %T", f)
}
