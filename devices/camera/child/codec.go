package child

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"

	"lobby/devices/camera/pipe"
)

// codec is one way of encoding pictures. All of it is data about NAL units.
type codec struct {
	name pipe.Codec
	sets int // how many parameter sets a player needs, the picture's own set last
	// kind says what to do with a NAL unit, and for a parameter set which.
	kind func(n []byte) (kind nalKind, set int)
	// begins tells whether a slice is the first of its picture; the slice has
	// at least three bytes.
	begins func(slice []byte) bool
	params func(sets [][]byte) (*params, error)
	clock  func() decodingClock
}

// decodingClock finds the decoding time of access units.
type decodingClock interface {
	Extract(au [][]byte, pts int64) (int64, error)
}

type nalKind uint8

const (
	nalNone    nalKind = iota // of no use to a player: delimiters, filler, extensions
	nalSet                    // a parameter set
	nalKey                    // a slice of a picture that needs no other
	nalSlice                  // a slice of another picture
	nalLeading                // a slice of a picture that needs what came before the last key picture
	nalExtra                  // goes with the picture
)

func codecH264() *codec {
	return &codec{
		name: pipe.H264, sets: 2,
		kind: func(n []byte) (nalKind, int) {
			switch h264.NALUType(n[0] & 0x1f) {
			case h264.NALUTypeSPS:
				return nalSet, 0
			case h264.NALUTypePPS:
				return nalSet, 1
			case h264.NALUTypeIDR:
				return nalKey, 0
			case h264.NALUTypeNonIDR, h264.NALUTypeDataPartitionA:
				return nalSlice, 0
			case h264.NALUTypeDataPartitionB, h264.NALUTypeDataPartitionC, h264.NALUTypeSEI:
				return nalExtra, 0
			}
			return nalNone, 0
		},
		// first_mb_in_slice is 0, one bit that is set (ITU-T H.264, sections 7.3.3 and 9.1).
		begins: func(slice []byte) bool { return slice[1]&0x80 != 0 },
		params: newParamsH264,
		clock: func() decodingClock {
			x := &h264.DTSExtractor{}
			x.Initialize()
			return x
		},
	}
}

func codecH265() *codec {
	return &codec{
		name: pipe.H265, sets: 3,
		kind: func(n []byte) (nalKind, int) {
			switch t := h265.NALUType(n[0] >> 1 & 0x3f); {
			case t == h265.NALUType_VPS_NUT:
				return nalSet, 0
			case t == h265.NALUType_SPS_NUT:
				return nalSet, 1
			case t == h265.NALUType_PPS_NUT:
				return nalSet, 2
			case t == h265.NALUType_RASL_N || t == h265.NALUType_RASL_R:
				return nalLeading, 0
			case t >= h265.NALUType_BLA_W_LP && t <= h265.NALUType_CRA_NUT:
				return nalKey, 0
			case t <= h265.NALUType_RASL_R:
				return nalSlice, 0
			case t == h265.NALUType_PREFIX_SEI_NUT || t == h265.NALUType_SUFFIX_SEI_NUT:
				return nalExtra, 0
			}
			return nalNone, 0
		},
		// first_slice_segment_in_pic_flag (ITU-T H.265, section 7.3.6.1).
		begins: func(slice []byte) bool { return slice[2]&0x80 != 0 },
		params: newParamsH265,
		clock: func() decodingClock {
			x := &h265.DTSExtractor{}
			x.Initialize()
			return x
		},
	}
}

// sorted is an access unit taken apart.
type sorted struct {
	nalus   [][]byte // what goes into the sample
	sets    [][]byte // the first of each kind, nil where there is none
	key     bool
	leading bool
	picture bool
	size    int // bytes of the slices
}

// sort drops what a player has no use for and refuses what cannot be a
// picture of this codec, or not the whole of one.
func (c *codec) sort(au [][]byte, known *params) (sorted, error) {
	a := sorted{sets: make([][]byte, c.sets)}
	size := 0
	for _, n := range au {
		// A NAL unit's first bit is always zero (ITU-T H.264, section 7.4.1;
		// H.265, section 7.3.1.2).
		if len(n) == 0 || n[0]&0x80 != 0 {
			return a, fmt.Errorf("child: no NAL unit: %w", errDamaged)
		}
		size += 4 + len(n)
		kind, set := c.kind(n)
		switch kind {
		case nalNone:
			continue
		case nalSet:
			if a.sets[set] == nil {
				a.sets[set] = n
			}
			// A picture's own set may change from picture to picture; the
			// sets of the whole stream are in the initialisation segment.
			if set < c.sets-1 || known != nil && bytes.Equal(n, known.sets[set]) {
				continue
			}
		case nalKey, nalSlice, nalLeading:
			if !a.picture && (len(n) < 3 || !c.begins(n)) {
				return a, fmt.Errorf("child: picture without its first slice: %w", errDamaged)
			}
			a.picture = true
			a.key = a.key || kind == nalKey
			a.leading = a.leading || kind == nalLeading
			a.size += len(n)
		}
		a.nalus = append(a.nalus, n)
	}
	if size > pipe.MaxFragment-pipe.HeaderSizeOfPicture {
		return a, fmt.Errorf("child: picture of %d bytes: %w", size, errDamaged)
	}
	return a, nil
}

// complete tells whether every set is there.
func complete(sets [][]byte) bool {
	return !slices.ContainsFunc(sets, func(s []byte) bool { return s == nil })
}
