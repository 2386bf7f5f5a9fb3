package queue

import (
	"fmt"
	"strings"
	"time"
)

// Clock is a time of day of the hall, in minutes after its midnight.
type Clock int

// ParseClock reads "08:30"; the end of the day is "24:00".
func ParseClock(text string) (Clock, error) {
	var h, m int
	if n, err := fmt.Sscanf(text, "%2d:%2d", &h, &m); n != 2 || err != nil || len(text) != 5 || m > 59 || h*60+m > 24*60 || h < 0 || m < 0 {
		return 0, fmt.Errorf("the time of day %q is not written like 08:30", text)
	}
	return Clock(h*60 + m), nil
}

// String is the clock as people write it.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// Seconds is the time of day in seconds.
func (c Clock) Seconds() float64 { return float64(c) * 60 }

// On is the moment of the time of day on the date of a moment, in its zone.
func (c Clock) On(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), int(c)/60, int(c)%60, 0, 0, day.Location())
}

// Shift is a span of the day in which a window is meant to be staffed, as a
// roster has it: "08:30-11:45".
type Shift string

// Span reads the shift.
func (s Shift) Span() (from, to Clock, err error) {
	a, b, ok := strings.Cut(string(s), "-")
	if !ok {
		return 0, 0, fmt.Errorf("the shift %q is not written like 08:30-11:45", string(s))
	}
	if from, err = ParseClock(a); err == nil {
		to, err = ParseClock(b)
	}
	if err == nil && to <= from {
		err = fmt.Errorf("the shift %q ends before it begins", string(s))
	}
	return from, to, err
}

// NewShift writes a shift.
func NewShift(from, to Clock) Shift { return Shift(from.String() + "-" + to.String()) }

// checkRoster says what is wrong with a roster: its shifts follow each other.
func checkRoster(shifts []Shift) error {
	var last Clock
	for _, s := range shifts {
		from, to, err := s.Span()
		if err != nil {
			return err
		}
		if from < last {
			return fmt.Errorf("the shift %q begins before the one before it ends", string(s))
		}
		last = to
	}
	return nil
}
