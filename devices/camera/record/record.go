// Package record keeps what cameras showed. It takes a camera's fragments as
// they come from the camera process and writes them down unchanged, in
// segments that begin at key pictures, with an index that says when every
// fragment was taken. It never reads a picture.
//
// Below the archive's directory every camera has a folder, and every UTC day
// a folder in it. A segment is two files that grow at their end only:
// 081500.000.mp4 is a fragmented MP4 that players open, 081500.000.idx its
// index (see entry). While a segment grows its index ends in .open and is a few
// pictures behind the film; one that is found so at the start was cut short, its
// torn end is taken off and its index made whole from the film.
//
// The archive never lets the disk run full, and never makes anybody wait: a
// recorder is a viewer like any other, that loses pictures up to the next key
// picture when the disk is slow, and counts them.
package record

import (
	"errors"
	"time"
)

// Clock is where the time of a fragment comes from.
type Clock uint8

// The clocks, the worst first.
const (
	Arrival      Clock = iota // when the fragment's picture arrived at the hall
	SenderReport              // the camera's own clock (RTCP), less its measured offset
)

// String names the clock as the outside reads it.
func (c Clock) String() string {
	if c == SenderReport {
		return "sender_report"
	}
	return "arrival"
}

// Fragment is one picture as one moof and mdat.
type Fragment struct {
	Bytes []byte        // not changed, and not kept
	Key   bool          // a player can begin here
	At    time.Time     // when the picture was taken, to the millisecond
	Clock Clock         // where At comes from
	Error time.Duration // how far off At may be, either way, to the millisecond
	Ahead time.Duration // how far the camera's own clock was ahead, to the millisecond
	Told  bool          // the camera told its clock, so that Ahead is known
}

// Keep says how much of a camera's footage is kept. Zero is no bound.
type Keep struct {
	Days  int   // whole days of 24 hours
	Bytes int64 // segments and indexes together
}

var (
	// ErrFull says that nothing may be written: the quota is used up by footage
	// that is pinned, or the disk has no more to give than the rest of the hall
	// needs.
	ErrFull = errors.New("no space for footage")
	// ErrUnknown says that the archive does not record this camera.
	ErrUnknown = errors.New("the camera is not recorded")
	// ErrNone says that there is no footage of the time that was asked for.
	ErrNone = errors.New("no footage of this time")
)
