package hall

import (
	"time"

	"lobby/queue"
)

// jumpAtLeast is how far the wall clock must leave the steady one between two
// looks to have jumped. Less is what setting the time by network does every day.
const jumpAtLeast = 2 * time.Second

// clock makes the hall's time. It follows the wall clock, but never goes back:
// after the wall clock was set back the hall is ahead of it and time goes on
// as steadily as before, until the day is over or the wall clock has come
// forward again.
type clock struct {
	wall   func() time.Time
	steady func() time.Duration // a clock that nobody sets

	atWall   time.Time // at the last look
	atSteady time.Duration
	ahead    time.Duration // of the hall before the wall clock

	begun time.Duration // steady, when the state was read
	ran   time.Duration // the running time of the trail then
}

func newClock(wall func() time.Time, steady func() time.Duration) clock {
	if steady == nil {
		begin := time.Now()
		steady = func() time.Duration { return time.Since(begin) }
	}
	return clock{wall: wall, steady: steady, atWall: plain(wall()), atSteady: steady()}
}

// plain is a time without its reading of the steady clock.
func plain(t time.Time) time.Time { return t.Round(0).UTC() }

// resume goes on after the last record of a trail that was read, and tells by
// how much the wall clock is behind it.
func (c *clock) resume(s *queue.State) (behind time.Duration) {
	c.begun, c.ran = c.steady(), s.Mono()
	behind = max(0, s.At().Sub(plain(c.wall()).Add(c.ahead)))
	c.ahead += behind
	return behind
}

// look finds out whether the wall clock was set since the last look: by how
// much, and how far the hall's time moves with it.
func (c *clock) look() (by, moved time.Duration) {
	wall, steady := plain(c.wall()), c.steady()
	by = wall.Sub(c.atWall) - (steady - c.atSteady)
	c.atWall, c.atSteady = wall, steady
	switch {
	case by.Abs() < jumpAtLeast:
		return 0, 0
	case by < 0:
		c.ahead -= by
		return by, 0
	}
	back := min(c.ahead, by)
	c.ahead -= back
	return by, by - back
}

// now is the hall's time for the next record. While no day is open nobody
// waits, and the time stands until the wall clock has come to it.
func (c *clock) now(s *queue.State) time.Time {
	if _, open := s.Day(); !open {
		c.ahead = max(0, s.At().Sub(c.atWall))
	}
	at := c.atWall.Add(c.ahead).Truncate(time.Millisecond)
	if at.Before(s.At()) {
		return s.At()
	}
	return at
}

// mono is the running time over all runs.
func (c *clock) mono() time.Duration {
	return c.ran + (c.steady() - c.begun).Truncate(time.Millisecond)
}
