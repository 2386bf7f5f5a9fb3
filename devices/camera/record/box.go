package record

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Boxes are those of ISO/IEC 14496-12:2015. What is read here was written by
// the camera process, which has read what a camera sent; so every length is
// checked, and bytes that do not fit are passed on as they are.

// box is one box of a buffer.
type box struct {
	kind string
	body []byte // without the header; shares the buffer
}

// boxes calls f for the boxes of b, one after the other, until f says no or
// the bytes are no boxes any more.
func boxes(b []byte, f func(box) bool) {
	for len(b) >= 8 {
		size := int64(binary.BigEndian.Uint32(b))
		if size < 8 || size > int64(len(b)) || !f(box{string(b[4:8]), b[8:size]}) {
			return
		}
		b = b[size:]
	}
}

// inside calls f for every box of a kind, however deep it lies in the others
// that are named on the way: inside(b, f, "moof", "traf", "tfdt").
func inside(b []byte, f func(body []byte), path ...string) {
	boxes(b, func(x box) bool {
		switch {
		case x.kind != path[0]:
		case len(path) == 1:
			f(x.body)
		default:
			inside(x.body, f, path[1:]...)
		}
		return true
	})
}

// decodeTime is the time of a fragment, in units of the first track
// (sections 8.8.7 and 8.8.12); false when it says none.
func decodeTime(fragment []byte, scales scales) (t int64, ok bool) {
	inside(fragment, func(traf []byte) {
		var track uint32
		inside(traf, func(body []byte) { track = versioned(body, 4, 4) }, "tfhd")
		inside(traf, func(body []byte) {
			if v, found := timeOf(body); found && !ok {
				t, ok = scales.toFirst(int64(v), track), true
			}
		}, "tfdt")
	}, "moof", "traf")
	return t, ok
}

// timeOf reads the body of a tfdt.
func timeOf(body []byte) (uint64, bool) {
	switch {
	case len(body) >= 12 && body[0] == 1:
		return binary.BigEndian.Uint64(body[4:]), true
	case len(body) >= 8 && body[0] == 0:
		return uint64(binary.BigEndian.Uint32(body[4:])), true
	}
	return 0, false
}

// shift moves every track of a fragment by a time in units of the first
// track, as long as the result can be written down.
func shift(fragment []byte, by int64, scales scales) {
	inside(fragment, func(traf []byte) {
		own := by
		inside(traf, func(body []byte) { own = scales.fromFirst(by, versioned(body, 4, 4)) }, "tfhd")
		inside(traf, func(body []byte) {
			t, ok := timeOf(body)
			if !ok {
				return
			}
			if moved := int64(t) + own; body[0] == 1 {
				binary.BigEndian.PutUint64(body[4:], uint64(max(0, moved)))
			} else {
				binary.BigEndian.PutUint32(body[4:], uint32(max(0, moved)))
			}
		}, "tfdt")
	}, "moof", "traf")
}

// scales are the units of an initialisation segment's tracks, per second, the
// first track's in front.
type scales struct {
	first uint32
	by    map[uint32]uint32 // by track
}

// fromFirst turns units of the first track into those of another.
func (s scales) fromFirst(t int64, track uint32) int64 {
	if own, ok := s.by[track]; ok && own != s.first {
		return int64(float64(t) * float64(own) / float64(s.first))
	}
	return t
}

// toFirst is the reverse.
func (s scales) toFirst(t int64, track uint32) int64 {
	if own, ok := s.by[track]; ok && own != s.first {
		return int64(float64(t) * float64(s.first) / float64(own))
	}
	return t
}

// tracks reads the units of an initialisation segment's tracks from its tkhd
// and mdhd boxes (sections 8.3.2 and 8.4.2).
func tracks(init []byte) (scales, error) {
	s := scales{by: map[uint32]uint32{}}
	inside(init, func(trak []byte) {
		var id, units uint32
		inside(trak, func(b []byte) { id = versioned(b, 12, 20) }, "tkhd")
		inside(trak, func(b []byte) { units = versioned(b, 12, 20) }, "mdia", "mdhd")
		if s.first == 0 {
			s.first = units
		}
		if units > 0 {
			s.by[id] = units
		}
	}, "moov", "trak")
	if s.first == 0 {
		return s, fmt.Errorf("record: the initialisation segment has no track")
	}
	return s, nil
}

// versioned reads the word of a box whose times are short in version 0 and
// long in version 1; 0 when the box is too small.
func versioned(body []byte, short, long int) uint32 {
	at := short
	if len(body) > 0 && body[0] == 1 {
		at = long
	}
	if len(body) < at+4 {
		return 0
	}
	return binary.BigEndian.Uint32(body[at:])
}

// entrance is a key picture's fragment, where a player can begin.
type entrance struct {
	time   int64 // in units of the first track
	offset int64 // of its moof in the film
}

// fragmentIndex writes a mfra box (sections 8.8.9 to 8.8.11) for the end of a
// film. Chromium plays films with a sidx box at their beginning wrongly when a
// reference in it leads to more than one fragment, and one a picture would be
// too many for it.
func fragmentIndex(entrances []entrance) []byte {
	const box, entry, end = 8, 8 + 8 + 3, 16
	access := box + 16 + entry*len(entrances)
	b := binary.BigEndian.AppendUint32(nil, uint32(box+access+end))
	b = append(b, "mfra"...)
	b = binary.BigEndian.AppendUint32(b, uint32(access))
	b = append(b, "tfra"...)
	b = binary.BigEndian.AppendUint32(b, 1<<24) // version 1, no flags
	b = binary.BigEndian.AppendUint32(b, 1)     // track
	b = binary.BigEndian.AppendUint32(b, 0)     // the three numbers below have one byte each
	b = binary.BigEndian.AppendUint32(b, uint32(len(entrances)))
	for _, e := range entrances {
		b = binary.BigEndian.AppendUint64(b, uint64(e.time))
		b = binary.BigEndian.AppendUint64(b, uint64(e.offset))
		b = append(b, 1, 1, 1) // the first track fragment, its first run, its first picture
	}
	b = binary.BigEndian.AppendUint32(b, end)
	b = append(b, "mfro"...)
	b = binary.BigEndian.AppendUint32(b, 0)
	return binary.BigEndian.AppendUint32(b, uint32(box+access+end))
}

// setLength writes a film's length into its beginning, where there is a place
// for it (mehd, section 8.8.2).
func setLength(init []byte, length time.Duration) {
	inside(init, func(mvhd []byte) {
		scale := versioned(mvhd, 12, 20)
		inside(init, func(mehd []byte) {
			if len(mehd) == 8 && mehd[0] == 0 {
				binary.BigEndian.PutUint32(mehd[4:], uint32(length.Seconds()*float64(scale)))
			}
		}, "moov", "mvex", "mehd")
	}, "moov", "mvhd")
}
