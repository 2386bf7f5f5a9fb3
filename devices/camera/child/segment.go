package child

import (
	"bytes"
	"errors"
	"fmt"
	"time"

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
	codec    *codec
	params   *params
	changed  time.Time // when params came
	loose    [][]byte  // parameter sets that wait for the others of their kind
	clock    decodingClock
	waitKey  bool
	skipping bool // pictures are dropped that need what came before the last key picture
	anchored bool
	shift    int64 // timeline minus camera clock
	lastDTS  int64
	lastAt   time.Time
	duration uint32
	sequence uint32
	buf      []byte
}

// unit is what one access unit became.
type unit struct {
	params   *params  // not nil when players must start again with it
	fragment []byte   // valid until the next call of feed; nil when nothing is to be shown
	nalus    [][]byte // for RTSP, parameter sets in front of a key picture
	pts      int64    // on the timeline, 1/90,000 s
	key      bool
	picture  bool // the camera sent a picture, shown or not
	size     int  // bytes of its slices
}

// begin takes a new connection's codec: the next unit is a key picture on a
// new stretch of the camera's clock.
func (s *segmenter) begin(c *codec) {
	if s.codec == nil || s.codec.name != c.name {
		s.params = nil
	}
	s.codec, s.loose = c, nil
	s.restart()
}

// restart is for a jump of the camera's clock.
func (s *segmenter) restart() {
	s.lose()
	s.anchored = false
}

// lose waits for the next key picture, because a picture is missing that
// others need.
func (s *segmenter) lose() {
	s.clock = s.codec.clock()
	s.waitKey = true
}

// feed takes one access unit with the camera's time for it and the moment it
// arrived. An error that is errDamaged concerns this unit and those up to the
// next key picture.
func (s *segmenter) feed(au [][]byte, pts int64, at time.Time) (unit, error) {
	a, err := s.codec.sort(au, s.params)
	if err != nil {
		s.lose()
		return unit{}, err
	}
	fresh, err := s.learn(a.sets, at)
	if err != nil {
		return unit{}, err
	}
	u := unit{params: fresh, key: a.key, picture: a.picture, size: a.size}
	if s.params == nil || !a.picture || (s.waitKey && !a.key) {
		return u, nil
	}
	switch {
	case s.waitKey:
		s.skipping = true
	case s.skipping && a.leading:
		return u, nil
	case !a.key:
		s.skipping = false
	}
	u.nalus = a.nalus
	if a.key {
		u.nalus = append(append([][]byte{}, s.params.sets...), a.nalus...)
	}
	dts, err := s.clock.Extract(u.nalus, pts)
	if err != nil {
		s.restart()
		return unit{params: fresh}, fmt.Errorf("child: decoding time: %w: %w", err, errDamaged)
	}
	s.waitKey = false
	s.place(dts, at)
	u.pts = pts + s.shift
	s.sequence++
	s.buf = pipe.AppendPicture(s.buf[:0],
		pipe.Fragment{Track: pipe.Picture, Sequence: s.sequence, Time: uint64(s.lastDTS)},
		pipe.Sample{Duration: s.duration, Offset: int32(max(0, u.pts-s.lastDTS)), Key: a.key},
		a.nalus)
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
func (s *segmenter) learn(sets [][]byte, at time.Time) (*params, error) {
	if s.loose == nil {
		s.loose = make([][]byte, s.codec.sets)
	}
	for i, set := range sets {
		if set != nil {
			s.loose[i] = bytes.Clone(set) // the packets' buffers are not ours to keep
		}
	}
	if s.params.same(s.loose) {
		s.loose = nil
		return nil, nil
	}
	if s.params != nil {
		for i, set := range s.loose[:s.codec.sets-1] {
			if set == nil {
				s.loose[i] = s.params.sets[i]
			}
		}
	}
	if !complete(s.loose) {
		return nil, nil
	}
	p, err := s.codec.params(s.loose)
	s.loose = nil
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, errDamaged)
	}
	if s.params != nil && at.Sub(s.changed) < minChange {
		return nil, errFlapping
	}
	s.params, s.changed = p, at
	s.restart()
	return p, nil
}
