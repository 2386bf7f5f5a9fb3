package queue

import (
	"time"
)

// The topics of the feed.
const (
	TopicQueue   = "queue"
	TopicDevices = "devices"
	TopicAlerts  = "alerts"
)

func (s *State) dayOpen() *Refusal {
	if !s.open {
		return refuse(CodeDayNotOpen)
	}
	return nil
}

// DayOpen opens a business day. Numbers begin again; nothing of the day
// before can be called any more.
type DayOpen struct {
	Day    string `json:"day,omitempty"` // 2006-01-02; the hall fills in its own date when empty
	Offset int    `json:"-"`             // of the hall's time from UTC, in seconds east; the hall fills it in
}

func (c DayOpen) decide(s *State, _ Input) (Outcome, error) {
	if _, err := time.Parse(time.DateOnly, c.Day); err != nil {
		return Outcome{}, refuse("bad_command.date", c.Day)
	}
	if r := s.clockSure(); r != nil {
		return Outcome{}, r
	}
	switch {
	case s.open:
		return Outcome{}, refuse(CodeDayOpen, s.day)
	case c.Day < s.day:
		return Outcome{}, refuse("day_passed.before", c.Day, s.day)
	case c.Day == s.day:
		return Outcome{}, refuse("day_passed.closed", c.Day)
	}
	return events1(nil, append(s.oldRangeAlerts(), DayOpened(c))...)
}

// DayOpened begins a day.
type DayOpened struct {
	Day    string `json:"day"`
	Offset int    `json:"offset,omitempty"` // of the hall's time from UTC, in seconds east
}

// Name implements Event.
func (DayOpened) Name() string { return "day.opened" }

// Topic implements Event.
func (DayOpened) Topic() string { return TopicQueue }

func (e DayOpened) apply(s *State, r Record) {
	s.day, s.open, s.offset = e.Day, true, time.Duration(e.Offset)*time.Second
	s.block = s.block.on(e.Day)
	s.clearDay()
	s.forgetBookings()
	s.forgetBallots(r.At)
	s.forgetFollowups(r.At)
	for id := range s.windows {
		*s.windows[id] = windowState{id: id, since: r.At, ratings: map[int]int{}}
	}
}

// DayClose ends the day. Whoever still waits is marked expired.
type DayClose struct{}

func (DayClose) decide(s *State, _ Input) (Outcome, error) {
	if r := s.dayOpen(); r != nil {
		return Outcome{}, r
	}
	for _, w := range s.config.Windows {
		if l := s.windows[w.ID].leg; l != nil {
			return Outcome{}, refuse("window_busy.day", w.ID, l.Ticket)
		}
	}
	var out Outcome
	for _, l := range s.liveLegs() {
		switch l.State {
		case LegReserved, LegWaiting, LegHeld: // a no-show stays what it is
			out.Events = append(out.Events, TicketExpired{about: l.about(), Reason: "day_closed"})
		}
	}
	for _, w := range s.config.Windows {
		if s.windows[w.ID].open {
			out.Events = append(out.Events, WindowClosed{Window: w.ID})
		}
	}
	out.Events = append(out.Events, DayClosed{Day: s.day})
	return out, nil
}

// DayClosed ends a day.
type DayClosed struct {
	Day string `json:"day"`
}

// Name implements Event.
func (DayClosed) Name() string { return "day.closed" }

// Topic implements Event.
func (DayClosed) Topic() string { return TopicQueue }

func (e DayClosed) apply(s *State, r Record) {
	s.open = false
	s.resettle() // whoever did not come waits for nothing any more
	s.closingSlip = &ClosingSlip{Day: e.Day, Seq: r.Seq, Figures: s.Figures()}
}

// TicketExpired: the day ended before the leg was served.
type TicketExpired struct {
	about
	Reason string `json:"reason"`
}

// Name implements Event.
func (TicketExpired) Name() string { return "ticket.expired" }

// Topic implements Event.
func (TicketExpired) Topic() string { return TopicQueue }

func (e TicketExpired) apply(s *State, r Record) {
	s.end(e.about, LegExpired, r.At)
	s.figures.Expired++
}
