package child

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/deepch/vdk/av"
	"github.com/deepch/vdk/codec/h264parser"
	"github.com/deepch/vdk/format/mp4f"
)

// Bounds of parameter sets. vdk reads them without looking at their length
// first, so nothing outside these bounds reaches it. A real SPS has 10 to 60
// bytes, a real PPS 4 to 20.
const (
	minSPS = 5
	minPPS = 2
	maxSet = 1024
	// maxSide is the longest side of a picture in pixels that level 6.2 allows
	// (ITU-T H.264 table A-1: 139,264 macroblocks, side at most sqrt(8 times)).
	maxSide = 16888
)

var errParams = errors.New("parameter sets make no sense")

// params are what a player must know before the first picture.
type params struct {
	sps, pps []byte
	mime     string // video/mp4; codecs="avc1.4D401F"
	init     []byte // ftyp and moov
	width    int
	height   int
}

// same tells whether a picture after sps still belongs to p. A different PPS
// alone does not count: it travels inside the pictures too.
func (p *params) same(sps []byte) bool { return p != nil && bytes.Equal(p.sps, sps) }

// newParams reads parameter sets and writes the initialisation segment, both
// with vdk. vdk may panic on what a camera invents; that ends here.
func newParams(sps, pps []byte) (p *params, err error) {
	if len(sps) < minSPS || len(sps) > maxSet || len(pps) < minPPS || len(pps) > maxSet {
		return nil, fmt.Errorf("child: parameter sets of %d and %d bytes: %w", len(sps), len(pps), errParams)
	}
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("child: parameter sets: %v: %w", r, errParams)
		}
	}()
	// The packets' buffers are not ours to keep.
	sps, pps = bytes.Clone(sps), bytes.Clone(pps)
	codec, err := h264parser.NewCodecDataFromSPSAndPPS(sps, pps)
	if err != nil {
		return nil, fmt.Errorf("child: parameter sets: %w: %w", err, errParams)
	}
	w, h := codec.Width(), codec.Height()
	if w < 16 || h < 16 || w > maxSide || h > maxSide {
		return nil, fmt.Errorf("child: picture of %d by %d: %w", w, h, errParams)
	}
	m := mp4f.NewMuxer(nil)
	streams := []av.CodecData{codec}
	if err := m.WriteHeader(streams); err != nil {
		return nil, fmt.Errorf("child: initialisation segment: %w", err)
	}
	_, segment := m.GetInit(streams)
	return &params{
		sps: sps, pps: pps, init: segment, width: w, height: h,
		mime: fmt.Sprintf("video/mp4; codecs=%q", codec.Tag()),
	}, nil
}
