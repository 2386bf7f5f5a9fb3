package queue

import (
	"encoding/json"
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
		s.windows[id] = &windowState{id: id, since: r.At, ratings: map[int]int{}}
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

func (DayClosed) apply(s *State, _ Record) {
	s.open = false
	s.resettle() // whoever did not come waits for nothing any more
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

// Activate puts a configuration in force. The same one again changes nothing.
type Activate struct {
	Config Config
	Hash   string // of the configuration as it was read
}

func (c Activate) decide(s *State, _ Input) (Outcome, error) {
	if err := c.Config.Validate(); err != nil {
		return Outcome{}, refuse("bad_command.config", err)
	}
	if r := s.altered(c.Config); r != nil {
		return Outcome{}, r
	}
	if r := s.orphans(c.Config); r != nil {
		return Outcome{}, r
	}
	if c.active(s) {
		return Outcome{}, nil
	}
	return events1(nil, ConfigActivated{Hash: c.Hash, Config: c.Config})
}

// active tells whether this very configuration is in force already, so that a
// restart leaves no mark in the trail.
func (c Activate) active(s *State) bool {
	next := c.Config
	next.Rules = next.Rules.WithDefaults()
	a, errA := json.Marshal(next)
	b, errB := json.Marshal(s.config)
	return s.hash == c.Hash && errA == nil && errB == nil && string(a) == string(b)
}

// orphans refuses a configuration without a service, class or window that
// somebody is waiting for or sits at.
func (s *State) orphans(c Config) *Refusal {
	next := c.index()
	for _, w := range s.windows {
		if _, ok := next.windows[w.id]; !ok && w.open {
			return refuse("configuration_in_use.window", w.id)
		}
	}
	if !s.open {
		return nil
	}
	for _, l := range s.liveLegs() {
		if r := next.missing(l); r != nil {
			return r
		}
	}
	return nil
}

// missing refuses when the configuration lacks what a leg still needs.
func (i index) missing(l *Leg) *Refusal {
	window := l.Direct
	switch l.State {
	case LegHeld:
		window = l.Window // the citizen comes back there
	case LegReserved, LegWaiting, LegCalled, LegServing, LegNoShow:
	default:
		return nil
	}
	_, service := i.services[l.Service]
	_, class := i.classes[l.Class]
	if !service || !class {
		return refuse("configuration_in_use.service", l.Ticket, l.Service, l.Class)
	}
	if _, ok := i.windows[window]; window != "" && !ok {
		return refuse("configuration_in_use.direction", l.Ticket, window)
	}
	return nil
}

// ConfigActivated: these rules hold from now on.
type ConfigActivated struct {
	Hash   string `json:"hash"`
	Config Config `json:"config"`
}

// Name implements Event.
func (ConfigActivated) Name() string { return "config.activated" }

// Topic implements Event.
func (ConfigActivated) Topic() string { return TopicQueue }

func (e ConfigActivated) apply(s *State, r Record) {
	s.config, s.hash = e.Config, e.Hash
	s.config.Rules = e.Config.Rules.WithDefaults()
	s.index, s.chooser = e.Config.index(), e.Config.Chooser()
	for _, k := range e.Config.Chains {
		s.fixed[k.key()] = k.mark()
	}
	for _, w := range e.Config.Windows {
		if s.windows[w.ID] == nil {
			s.windows[w.ID] = &windowState{id: w.ID, since: r.At, ratings: map[int]int{}}
		}
	}
	for id := range s.windows {
		if _, ok := s.index.windows[id]; !ok {
			delete(s.windows, id)
		}
	}
	s.respend()
	s.resettle()
	s.windBallots()
}

func (c Config) index() index {
	i := index{map[string]Service{}, map[string]Class{}, map[string]Window{}, map[string]Kiosk{}, map[string][]string{}}
	for _, v := range c.Services {
		i.services[v.ID] = v
	}
	for _, v := range c.Classes {
		i.classes[v.ID] = v
	}
	for _, v := range c.Windows {
		i.windows[v.ID] = v
		for _, service := range v.Services {
			i.serving[service] = append(i.serving[service], v.ID)
		}
	}
	for _, v := range c.Kiosks {
		i.kiosks[v.ID] = v
	}
	return i
}
