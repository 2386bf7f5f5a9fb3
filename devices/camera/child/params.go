package child

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4/codecs"
	"github.com/deepch/vdk/av"
	"github.com/deepch/vdk/codec/h264parser"
	"github.com/deepch/vdk/format/mp4f"

	"lobby/devices/camera/pipe"
)

// Bounds of parameter sets. vdk reads them without looking at their length
// first, so nothing outside these bounds reaches it. A real SPS has 10 to 60
// bytes, a real PPS 4 to 20, a real VPS 24.
const (
	minSPS = 5
	minPPS = 2
	// minSPS265 are the bytes of an H.265 SPS up to its level, which the
	// initialisation segment quotes (ITU-T H.265, section 7.3.3).
	minSPS265 = 15
	maxSet    = 1024
	// maxSide is the longest side of a picture in pixels that level 6.2 allows
	// (ITU-T H.264 table A-1: 139,264 macroblocks, side at most sqrt(8 times)).
	maxSide = 16888
)

var errParams = errors.New("parameter sets make no sense")

// params are what a player must know before the first picture.
type params struct {
	sets   [][]byte // SPS and PPS; for H.265 VPS, SPS and PPS
	tag    string   // avc1.4D401F
	init   []byte   // ftyp and moov of the picture alone
	codec  codecs.Codec
	name   pipe.Codec
	width  int
	height int
}

// same tells whether a picture after these sets still belongs to p. The last
// set does not count: it travels inside the pictures too.
func (p *params) same(sets [][]byte) bool {
	if p == nil {
		return false
	}
	for i, s := range sets[:len(sets)-1] {
		if s != nil && !bytes.Equal(s, p.sets[i]) {
			return false
		}
	}
	return true
}

// newParamsH264 reads parameter sets and writes the initialisation segment,
// both with vdk. vdk may panic on what a camera invents; that ends here.
func newParamsH264(sets [][]byte) (p *params, err error) {
	sps, pps := sets[0], sets[1]
	if len(sps) < minSPS || len(sps) > maxSet || len(pps) < minPPS || len(pps) > maxSet {
		return nil, fmt.Errorf("child: parameter sets of %d and %d bytes: %w", len(sps), len(pps), errParams)
	}
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("child: parameter sets: %v: %w", r, errParams)
		}
	}()
	codec, err := h264parser.NewCodecDataFromSPSAndPPS(sps, pps)
	if err != nil {
		return nil, fmt.Errorf("child: parameter sets: %w: %w", err, errParams)
	}
	if err := checkSides(codec.Width(), codec.Height()); err != nil {
		return nil, err
	}
	m := mp4f.NewMuxer(nil)
	streams := []av.CodecData{codec}
	if err := m.WriteHeader(streams); err != nil {
		return nil, fmt.Errorf("child: initialisation segment: %w", err)
	}
	_, segment := m.GetInit(streams)
	return &params{
		sets: sets, name: pipe.H264, tag: codec.Tag(), init: segment, width: codec.Width(), height: codec.Height(),
		codec: &codecs.H264{SPS: sps, PPS: pps},
	}, nil
}

// newParamsH265 does the same for H.265, with mediacommon: vdk writes one
// fixed level and a wrong hvcC.
func newParamsH265(sets [][]byte) (p *params, err error) {
	for i, least := range [...]int{minPPS, minSPS265, minPPS} {
		if n := len(sets[i]); n < least || n > maxSet {
			return nil, fmt.Errorf("child: parameter set of %d bytes: %w", n, errParams)
		}
	}
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("child: parameter sets: %v: %w", r, errParams)
		}
	}()
	var sps h265.SPS
	if err := sps.Unmarshal(sets[1]); err != nil {
		return nil, fmt.Errorf("child: parameter sets: %w: %w", err, errParams)
	}
	if err := checkSides(sps.Width(), sps.Height()); err != nil {
		return nil, err
	}
	tag, err := tagH265(sets[1])
	if err != nil {
		return nil, err
	}
	p = &params{
		sets: sets, name: pipe.H265, tag: tag, width: sps.Width(), height: sps.Height(),
		codec: &codecs.H265{VPS: sets[0], SPS: sets[1], PPS: sets[2]},
	}
	p.init, err = initSegment(p.track())
	return p, err
}

func checkSides(w, h int) error {
	if w < 16 || h < 16 || w > maxSide || h > maxSide {
		return fmt.Errorf("child: picture of %d by %d: %w", w, h, errParams)
	}
	return nil
}

// tagH265 names profile, compatibility, tier, level and constraints of an SPS
// for browsers, hvc1.1.6.L93.90 (ISO/IEC 14496-15:2017, section E.3).
func tagH265(sps []byte) (string, error) {
	b := h264.EmulationPreventionRemove(sps) // H.265 has the same one
	if len(b) < minSPS265 {
		return "", fmt.Errorf("child: parameter set of %d bytes: %w", len(b), errParams)
	}
	b = b[3:] // the NAL unit's header and the number of sub-layers come first
	space := [...]string{"", "A", "B", "C"}[b[0]>>6]
	tier := [...]string{"L", "H"}[b[0]>>5&1]
	compatible := uint32(0)
	for i := range 32 { // the bits in reverse order
		compatible |= uint32(b[1+i/8]>>(7-i%8)&1) << i
	}
	tag := fmt.Sprintf("hvc1.%s%d.%X.%s%d", space, b[0]&0x1f, compatible, tier, b[11])
	for _, c := range bytes.TrimRight(b[5:11], "\x00") {
		tag += fmt.Sprintf(".%X", c)
	}
	return tag, nil
}

func (p *params) track() *fmp4.InitTrack {
	return &fmp4.InitTrack{ID: pipe.Picture, TimeScale: clockRate, Codec: p.codec}
}

// initSegment writes ftyp and moov.
func initSegment(tracks ...*fmp4.InitTrack) ([]byte, error) {
	var b seekablebuffer.Buffer
	if err := (fmp4.Init{Tracks: tracks}).Marshal(&b); err != nil {
		return nil, fmt.Errorf("child: initialisation segment: %w", err)
	}
	segment := b.Bytes()
	if h, ok := tracks[0].Codec.(*codecs.H265); ok {
		constrain(segment, h.SPS)
	}
	return segment, nil
}

// constrain writes the SPS's constraints into hvcC again: mediacommon 2.9.3
// copies them without taking the emulation prevention out first (ISO/IEC
// 14496-15:2017, section 8.3.3.1: six bytes after version, profile and
// compatibility).
func constrain(segment, sps []byte) {
	const from, length = 5, 6 // in the SPS, after its header
	b := h264.EmulationPreventionRemove(sps)
	i := bytes.Index(segment, []byte("hvcC"))
	if i < 0 || len(b) < 3+from+length || len(segment) < i+4+6+length {
		return
	}
	copy(segment[i+4+6:], b[3+from:3+from+length])
}

// format is how players are told of the picture.
func (p *params) format() format.Format {
	if p.name == pipe.H265 {
		return &format.H265{PayloadTyp: 96, VPS: p.sets[0], SPS: p.sets[1], PPS: p.sets[2]}
	}
	return &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: p.sets[0], PPS: p.sets[1]}
}

// start tells the hall what comes: the picture, and the sound if there is one.
func (p *params) start(s *sound) (pipe.Start, error) {
	start := pipe.Start{
		Tracks: []pipe.Track{{ID: pipe.Picture, Codec: p.name, Clock: clockRate, Sets: p.sets, Width: p.width, Height: p.height}},
		Silent: pipe.View{MIME: fmt.Sprintf("video/mp4; codecs=%q", p.tag), Init: p.init},
	}
	if s == nil {
		return start, nil
	}
	start.Tracks = append(start.Tracks, s.track)
	if s.codec == nil {
		return start, nil
	}
	segment, err := initSegment(p.track(), &fmp4.InitTrack{ID: pipe.Sound, TimeScale: uint32(s.track.Clock), Codec: s.codec})
	if err != nil {
		return start, err
	}
	start.Sounding = &pipe.View{MIME: fmt.Sprintf("video/mp4; codecs=%q", p.tag+","+s.tag), Init: segment}
	return start, nil
}
