package child

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"lobby/devices/camera/pipe"
)

const (
	clockRate = 90000
	// maxGap is the longest step of the camera's clock that is taken for real.
	maxGap = 10 * clockRate
	// firstDuration is assumed for a picture when no earlier one is known.
	firstDuration = clockRate / 25
	// minChange is how long a camera must keep a picture format. One that
	// changes it faster would make every viewer start over all the time.
	minChange = time.Second
)

var (
	errDamaged  = errors.New("access unit is damaged")
	errFlapping = errors.New("the camera changes its picture format all the time")
)

// segmenter turns the access units of one camera into fragments on one
// continuous timeline, over breaks of the connection and jumps of the
// camera's clock. It belongs to one goroutine.
type segmenter struct {
	params    *params
	changed   time.Time // when params came
	looseSPS  []byte    // seen before any PPS
	extractor *h264.DTSExtractor
	waitKey   bool
	anchored  bool
	shift     int64 // timeline minus camera clock
	lastDTS   int64
	lastAt    time.Time
	duration  uint32
	sequence  uint32
	buf       []byte
}

// unit is what one access unit became.
type unit struct {
	params   *params  // not nil when players must start again with it
	fragment []byte   // valid until the next call of feed; nil when nothing is to be shown
	nalus    [][]byte // for RTSP, parameter sets in front of a key picture
	pts      int64    // on the timeline, 1/90,000 s
	key      bool
	picture  bool // the camera sent a picture, shown or not
}

// restart makes the next unit a key picture on a new stretch of the camera's
// clock: after a reconnect, a damaged unit, a jump.
func (s *segmenter) restart() {
	s.extractor = &h264.DTSExtractor{}
	s.extractor.Initialize()
	s.waitKey = true
	s.anchored = false
}

// feed takes one access unit with the camera's time for it and the moment it
// arrived. An error that is errDamaged concerns this unit only.
func (s *segmenter) feed(au [][]byte, pts int64, at time.Time) (unit, error) {
	if s.extractor == nil {
		s.restart()
	}
	a, err := s.sort(au)
	if err != nil {
		return unit{}, err
	}
	fresh, err := s.learn(a.sps, a.pps, at)
	if err != nil {
		return unit{}, err
	}
	u := unit{params: fresh, key: a.key, picture: a.picture}
	if s.params == nil || !a.picture || (s.waitKey && !a.key) {
		return u, nil
	}
	u.nalus = a.nalus
	if a.key {
		u.nalus = append([][]byte{s.params.sps, s.params.pps}, a.nalus...)
	}
	dts, err := s.extractor.Extract(u.nalus, pts)
	if err != nil {
		s.restart()
		return unit{params: fresh}, fmt.Errorf("child: decoding time: %w: %w", err, errDamaged)
	}
	s.waitKey = false
	s.place(dts, at)
	u.pts = pts + s.shift
	s.sequence++
	s.buf = appendFragment(s.buf[:0], sample{
		sequence: s.sequence, dts: uint64(s.lastDTS), offset: int32(max(0, u.pts-s.lastDTS)),
		duration: s.duration, key: a.key, nalus: a.nalus,
	})
	u.fragment = s.buf
	return u, nil
}

// place sets lastDTS to the unit's decoding time on the timeline.
func (s *segmenter) place(dts int64, at time.Time) {
	step := dts + s.shift - s.lastDTS
	if !s.anchored || step < 0 || step > maxGap {
		step = s.bridge(at)
		s.anchored = true
	} else if step > 0 {
		s.duration = uint32(step)
	} else {
		step = 1
	}
	s.lastDTS += step
	s.lastAt = at
	if dts+s.shift != s.lastDTS {
		s.shift = s.lastDTS - dts
	}
}

// bridge says how far the timeline goes on over a break: as far as the wall
// clock did, so that the picture stays at the live edge.
func (s *segmenter) bridge(at time.Time) int64 {
	if s.lastAt.IsZero() {
		s.duration = firstDuration
		return 0
	}
	gone := int64(at.Sub(s.lastAt) * (clockRate / 1000) / time.Millisecond)
	return max(gone, int64(s.duration))
}

// learn takes parameter sets in and says whether players must start again.
func (s *segmenter) learn(sps, pps []byte, at time.Time) (*params, error) {
	if sps == nil && s.params == nil {
		sps = s.looseSPS
	}
	if sps == nil || s.params.same(sps) {
		return nil, nil
	}
	if pps == nil {
		s.looseSPS = bytes.Clone(sps)
		return nil, nil
	}
	p, err := newParams(sps, pps)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, errDamaged)
	}
	if s.params != nil && at.Sub(s.changed) < minChange {
		return nil, errFlapping
	}
	s.params, s.changed, s.looseSPS = p, at, nil
	s.restart()
	return p, nil
}

// sorted is an access unit taken apart.
type sorted struct {
	nalus    [][]byte // what goes into the sample
	sps, pps []byte
	key      bool
	picture  bool
}

// sort drops what a player has no use for and refuses what cannot be H.264.
func (s *segmenter) sort(au [][]byte) (sorted, error) {
	var a sorted
	size := 0
	for _, n := range au {
		// A NAL unit's first bit is always zero (ITU-T H.264, section 7.4.1).
		if len(n) == 0 || n[0]&0x80 != 0 {
			return a, fmt.Errorf("child: no NAL unit: %w", errDamaged)
		}
		size += 4 + len(n)
		switch t := h264.NALUType(n[0] & 0x1f); t {
		case h264.NALUTypeSPS:
			a.sps = n
			continue
		case h264.NALUTypePPS:
			if a.pps == nil {
				a.pps = n
			}
			if s.params != nil && bytes.Equal(n, s.params.pps) {
				continue
			}
		case h264.NALUTypeIDR, h264.NALUTypeNonIDR:
			a.picture = true
			a.key = a.key || t == h264.NALUTypeIDR
		case h264.NALUTypeDataPartitionA, h264.NALUTypeDataPartitionB, h264.NALUTypeDataPartitionC, h264.NALUTypeSEI:
		default: // delimiters, filler, extensions for scalable video
			continue
		}
		a.nalus = append(a.nalus, n)
	}
	if size > pipe.MaxFragment-sizeHeader {
		return a, fmt.Errorf("child: picture of %d bytes: %w", size, errDamaged)
	}
	return a, nil
}
