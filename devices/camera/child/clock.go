package child

import "time"

const (
	// clockSpan is how long one least delay counts on its own, and clockSpans
	// how many of them are looked at: the last minute. A camera's quartz goes
	// wrong by a few milliseconds in it.
	clockSpan  = 10 * time.Second
	clockSpans = 6
	// unseen is the part of the delay that nobody can measure from outside:
	// what a camera takes from the picture to the first packet, usually 50 to
	// 200 ms, and the network's least delay.
	unseen = 200 * time.Millisecond
	// clockJump is a step of a clock, not a delay.
	clockJump = 5 * time.Second
)

// wallClock reckons by the hall's clock when pictures were taken.
//
// A picture comes with the camera's time for it and arrives some delay later.
// The delay varies with the network and the size of the picture, but the
// least delay of the last minute is nearly constant, so camera time plus least
// delay is when the picture would have arrived on an idle network. What
// remains is a lead of the true moment by the least delay itself, which is
// part of the error.
type wallClock struct {
	reported bool // the camera's times are those of its sender reports
	spans    [clockSpans]span
	last     int // the span that runs
}

type span struct {
	began time.Time
	least time.Duration
}

// take tells when a picture was taken that arrived now, and how far that may
// be wrong. camera is the camera's time for it, of any epoch.
func (c *wallClock) take(camera time.Time, reported bool, arrived time.Time) (at time.Time, wrong time.Duration) {
	delay := arrived.Sub(camera)
	least, _, known := c.delays()
	if !known || reported != c.reported || delay-least > clockJump || least-delay > clockJump {
		*c = wallClock{reported: reported}
	}
	now := &c.spans[c.last]
	switch {
	case now.began.IsZero():
		*now = span{arrived, delay}
	case arrived.Sub(now.began) >= clockSpan:
		c.last = (c.last + 1) % clockSpans
		c.spans[c.last] = span{arrived, delay}
	default:
		now.least = min(now.least, delay)
	}
	least, most, _ := c.delays()
	return camera.Add(least), most - least + unseen
}

// delays are the least and the most of the spans' least delays.
func (c *wallClock) delays() (least, most time.Duration, known bool) {
	for _, s := range c.spans {
		if s.began.IsZero() {
			continue
		}
		if !known {
			least, most, known = s.least, s.least, true
		}
		least, most = min(least, s.least), max(most, s.least)
	}
	return least, most, known
}

// offset is how far the camera's clock is ahead of the hall's, and how far
// that may be wrong; known says that the camera tells its clock at all.
func (c *wallClock) offset() (ahead, wrong time.Duration, known bool) {
	least, most, known := c.delays()
	return -least, most - least + unseen, known && c.reported
}
