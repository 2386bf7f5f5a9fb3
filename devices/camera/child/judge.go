package child

import (
	"time"

	"lobby/devices/camera/pipe"
)

const (
	// macroblock is the area that both codecs' sizes are compared with, in
	// pixels.
	macroblock = 16 * 16
	// stillPictures is the least number of pictures that a verdict needs.
	stillPictures = 8
)

// judge tells a picture that stands still from one that lives, by the sizes
// of its access units and without decoding them.
//
// The sensor of a camera is never quite still: noise, and the clock that most
// cameras write into the picture, cost every picture some hundred bytes. An
// encoder that is fed with one and the same image writes pictures that say
// nothing but "as before": 23 to 45 bytes at 640 by 360 (x264, x265). A key
// picture of one colour takes less than a byte for each macroblock, one of a
// room 7 and more.
type judge struct {
	since time.Time // of the last movement
	count int       // pictures since
	key   int       // size of the last key picture
	keys  int       // key pictures in a row
	flat  bool      // that was of one colour
}

// look takes a picture's size in bytes, and its area in macroblocks. The code
// is Live, Frozen or Black.
func (j *judge) look(size int, key bool, area int, at time.Time, still time.Duration) (since time.Time, code pipe.Code) {
	if j.since.IsZero() || j.moved(size, key, area) {
		j.since, j.count = at, 0
	}
	j.count++
	switch {
	case at.Sub(j.since) < still || j.count < stillPictures:
		return j.since, pipe.Live
	case j.flat:
		return j.since, pipe.Black
	}
	return j.since, pipe.Frozen
}

func (j *judge) moved(size int, key bool, area int) bool {
	if !key {
		j.keys = 0
		quiet := area / 64
		if j.flat {
			quiet = area / 8 // the noise of a sensor behind a cap
		}
		return size > 32+quiet
	}
	// Where every picture is a key picture, two that differ are a movement.
	differs := j.keys > 0 && max(size, j.key)-min(size, j.key) > 2
	j.key, j.flat = size, size <= area
	j.keys++
	return differs
}
