// Package ratings makes the figures of ratings out of records, and asks what a
// supervisor should look into. It never judges: a question comes with the
// numbers it is made of, and a share with the interval in which it may really
// lie.
package ratings

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"lobby/queue"
)

// Tally counts record by record.
type Tally struct {
	from, to  string // business days of the services; empty for no bound
	day       string
	served    map[string]*service  // by day and leg
	refused   int                  // presses that belong to no leg
	items     map[string]string    // of the tickets of the day
	followups map[string]*followup // by id
}

// service is one served leg and what was said of it.
type service struct {
	day, window, staff, item string
	done                     time.Time
	level                    int // 0 while nobody rated
	scale                    int
	channel                  string
	quick                    bool // pressed at once
	order                    uint64
	invited                  bool
	defaulted                bool
	excluded                 bool
	late, duplicate          int
}

// atOnce is how soon after the end of a service a press is no citizen's: the
// page or keypad has hardly lit up.
const atOnce = 2 * time.Second

// New begins a tally over the business days from and to, both included; an
// empty one is no bound.
func New(from, to string) *Tally {
	return &Tally{from: from, to: to, served: map[string]*service{}, items: map[string]string{}, followups: map[string]*followup{}}
}

// Apply goes on by one record. It never fails: what is not about ratings is
// passed over.
func (t *Tally) Apply(r queue.Record) error {
	t.follow(r.Event)
	switch e := r.Event.(type) {
	case queue.DayOpened:
		t.day = e.Day
		clear(t.items)
	case queue.TicketIssued:
		if e.Item != "" {
			t.items[e.Ticket] = e.Item
		}
	case queue.TicketDone:
		t.served[t.day+"/"+e.LegID] = &service{day: t.day, window: e.Window, staff: e.Staff, item: t.items[e.Ticket], done: r.At}
	case queue.CommandUndone:
		if e.Event == (queue.TicketDone{}).Name() {
			delete(t.served, t.day+"/"+e.LegID)
		}
	case queue.RatingInvited:
		t.at(e.Served, e.LegID).invited = true
	case queue.RatingGiven:
		s := t.at(e.Served, e.LegID)
		s.level, s.scale, s.channel, s.order = e.Level, e.Scale, e.Channel, r.Seq
		s.quick = e.Channel == queue.ChannelKeypad && e.Pressed.Sub(s.done) < atOnce
	case queue.RatingLate:
		t.at(e.Served, e.LegID).late++
	case queue.RatingDuplicate:
		t.at(e.Served, e.LegID).duplicate++
	case queue.RatingDefaulted:
		t.at(e.Served, e.LegID).defaulted = true
	case queue.RatingRefused:
		if t.bounds(t.day) {
			t.refused += max(1, e.N)
		}
	case queue.RatingExcluded:
		if s := t.served[e.Followup]; s != nil {
			s.excluded = true
		}
	}
	return nil
}

// at finds a service; one that ended before the records began gets no row.
func (t *Tally) at(servedDay, leg string) *service {
	if s := t.served[cmp.Or(servedDay, t.day)+"/"+leg]; s != nil {
		return s
	}
	return &service{}
}

// bounds tells whether a business day is one of those asked for.
func (t *Tally) bounds(day string) bool { return day >= t.from && (t.to == "" || day <= t.to) }

// within lists the services in the bounds, in the order of their ratings.
func (t *Tally) within() []*service {
	var list []*service
	for _, key := range slices.Sorted(maps.Keys(t.served)) {
		if s := t.served[key]; t.bounds(s.day) {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *service) int { return cmp.Compare(a.order, b.order) })
	return list
}
