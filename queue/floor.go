package queue

import (
	"slices"
	"time"
)

// Floor is who waits and what the windows do at one moment, copied, so that
// the forecaster can play it forward.
type Floor struct {
	Seq     uint64
	Waiting []Waiter // by seniority; also those whose slip is not out yet, and those who rest
	Windows []Place  // in the order of the configuration
}

// Waiter is what decides when a leg is called.
type Waiter struct {
	Ticket, Service, Class string
	Direct, ForStaff       string
	Front, Late            bool
	Seniority              time.Time
	Slot                   time.Time
	NotBefore              time.Time
}

// Place is one window of a floor.
type Place struct {
	ID       string
	Open     bool
	Paused   bool
	Draining bool
	Staff    string
	Turn     int // place in the ratio of classes
	Service  string
	Called   time.Time // of whoever stands here; zero for nobody
}

// Floor copies who waits and what the windows do.
func (s *State) Floor() Floor {
	var legs []*Leg
	add := func(l *Leg) bool {
		legs = append(legs, l)
		return true
	}
	for _, row := range s.lines {
		row.each(add)
	}
	s.resting.each(add)
	slices.SortFunc(legs, bySeniority)
	f := Floor{Seq: s.seq, Waiting: make([]Waiter, len(legs)), Windows: make([]Place, 0, len(s.config.Windows))}
	for i, l := range legs {
		f.Waiting[i] = Waiter{l.Ticket, l.Service, l.Class, l.Direct, l.ForStaff, l.Front, l.Late, l.Seniority, l.Slot, l.NotBefore}
	}
	for _, w := range s.config.Windows {
		st := s.windows[w.ID]
		p := Place{ID: w.ID, Open: st.open, Paused: st.paused, Draining: st.draining, Staff: st.staff, Turn: st.turn}
		if st.leg != nil {
			p.Service, p.Called = st.leg.Service, st.leg.Called
		}
		f.Windows = append(f.Windows, p)
	}
	return f
}
