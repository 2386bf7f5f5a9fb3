package simulate

import (
	"time"

	"lobby/queue"
)

// Visit is one citizen's visit, as far as it does not depend on the queue.
type Visit struct {
	At       time.Time // takes a number
	Service  string
	Class    string
	Item     string
	Kiosk    string
	Walk     time.Duration // from the call to the window
	Serve    time.Duration // at a window of usual pace
	Absent   bool          // does not come when called
	Again    time.Duration // comes back so long after a missed call; 0 for never
	Patience time.Duration // gives the number back after so long; 0 for never
	Then     *Visit        // sent on to this service afterwards; its time does not matter
	Keep     bool          // the transfer keeps the seniority
	Rating   int           // pressed after the service; 0 for none
}

// Move is what staff do with a window by the clock and not by the queue.
type Move struct {
	At      time.Time
	Command queue.Command
}

// Day is everything that comes to a hall from outside on one day.
type Day struct {
	Name   string // 2006-01-02
	Opens  time.Time
	Closes time.Time     // no more numbers; who waits is still served
	Ends   time.Time     // the hall is empty; who still waits expires
	Visits []Visit       // in order of time
	Moves  []Move        // in order of time
	Pace   []float64     // how much longer than usual each window takes; nil for none
	Turn   time.Duration // from the end of one citizen to the call of the next
	Gone   time.Duration // from the call to the no-show
}
