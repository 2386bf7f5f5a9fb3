package display

import (
	"fmt"
	"math"
)

// Wall is a large screen. Floor 0 shows all windows, an area only those in it.
type Wall struct {
	ID      string   `json:"id" yaml:"id"`
	Name    string   `json:"name" yaml:"name"`
	Floor   int      `json:"floor" yaml:"floor"`
	Area    string   `json:"area,omitempty" yaml:"area"`
	Screen  *Screen  `json:"screen,omitempty" yaml:"screen"`   // missing: sizes as drawn, all windows on one page
	Notices []string `json:"notices,omitempty" yaml:"notices"` // shown between calls
	Sound   bool     `json:"sound,omitempty" yaml:"-"`         // its page plays the calls of a zone without a loudspeaker
}

// Screen says how large a wall is and from how far it has to be read.
type Screen struct {
	Diagonal float64 `json:"diagonal" yaml:"diagonal"` // inches
	Distance float64 `json:"distance" yaml:"distance"` // metres, of the last row of seats
}

// Digits have to be at least as high as the distance divided by limit (17
// minutes of arc: FAA, ISO 9241); older eyes want twice that.
const limit = 200

// called is the height of the newest number as a share of the height of a
// landscape wall: digits are 0.73 of their font, which is 216 of 1080 pixels.
const called = 0.73 * 216 / 1080

// Reach is the greatest distance, in metres, from which the newest call can be
// read at all on a 16:9 screen.
func (s Screen) Reach() float64 {
	height := s.Diagonal * 25.4 * 9 / math.Hypot(16, 9) // mm
	return height * called * limit / 1000
}

// Validate refuses a screen that nobody could read.
func (s Screen) Validate() error {
	switch {
	case s.Diagonal < 7 || s.Diagonal > 500:
		return fmt.Errorf("a diagonal of %g inches is none; write it in inches, 55", s.Diagonal)
	case s.Distance <= 0:
		return fmt.Errorf("a distance of %g m is none; write the metres to the last row of seats, 8", s.Distance)
	case s.Distance > s.Reach():
		return fmt.Errorf("a call on a screen of %g inches can be read from %.0f m at most, not from %g m; take a larger screen or one more", s.Diagonal, s.Reach(), s.Distance)
	}
	return nil
}

// Shows tells whether a wall shows a window.
func (w Wall) Shows(x Window) bool {
	return (w.Floor == 0 || x.Floor == w.Floor) && (w.Area == "" || x.Area == w.Area)
}
