package queue

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// saveFormat is raised whenever a state that was saved before can no longer be
// loaded; the trail then replays from its beginning instead.
const saveFormat = 1

// saved is a whole state as it is written down. Lines, sums, clocks and the
// indexes are not in it: they follow from the legs, so that they cannot
// contradict them.
type saved struct {
	Format    int                   `json:"format"`
	Seq       uint64                `json:"seq"`
	At        time.Time             `json:"at"`
	Mono      time.Duration         `json:"mono"`
	Day       string                `json:"day"`
	Open      bool                  `json:"open"`
	Config    Config                `json:"config"`
	Hash      string                `json:"hash"`
	Tickets   []savedTicket         `json:"tickets"` // in the order of their issue
	Numbers   map[string]int        `json:"numbers"`
	Offset    time.Duration         `json:"offset,omitempty"`
	Bookings  map[string]Booking    `json:"bookings,omitempty"`
	Frozen    time.Time             `json:"frozen,omitzero"`
	FrozenWhy string                `json:"frozen_why,omitempty"`
	Thawed    time.Time             `json:"thawed,omitzero"`
	Windows   []savedWindow         `json:"windows"` // by id
	Calls     []CallView            `json:"calls"`
	Pace      map[string]savedPace  `json:"pace"`
	Devices   map[string]DeviceView `json:"devices"`
	Alerts    map[string]AlertView  `json:"alerts"`
	Figures   Figures               `json:"figures"`
	Waited    time.Duration         `json:"waited"` // of the figures
	Block     int                   `json:"block,omitempty"`
	Until     string                `json:"block_until,omitempty"`
	ClockHeld bool                  `json:"clock_held,omitempty"`

	Substitutes map[string]string   `json:"substitutes"`
	Fixed       map[string]string   `json:"fixed"`
	Version     ConfigVersion       `json:"version"`
	Scheduled   []ConfigScheduled   `json:"scheduled,omitempty"`
	Checkpoint  CheckpointSigned    `json:"checkpoint"`
	ClosingSlip *ClosingSlip        `json:"closing_slip,omitempty"`
	Ballots     []Ballot            `json:"ballots,omitempty"`   // by key
	Standards   map[string]Standard `json:"standards,omitempty"` // by version
	Followups   map[string]Followup `json:"followups,omitempty"`
	Looks       []Look              `json:"looks,omitempty"`
	Shutters    map[string]Shutter  `json:"shutters,omitempty"`

	Accounts map[string]AccessNoted `json:"accounts,omitempty"`
}

type savedTicket struct {
	Ticket
	Person  string     `json:"person,omitempty"`
	Booking string     `json:"booking,omitempty"`
	Legs    []savedLeg `json:"legs"`
}

// savedLeg adds what a leg does not show to the outside.
type savedLeg struct {
	Leg
	Order     uint64    `json:"order"`
	Level     int       `json:"level,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Absent    time.Time `json:"absent,omitzero"`
	Back      time.Time `json:"back,omitzero"`
	Touched   uint64    `json:"touched"`
	Before    *memory   `json:"before,omitempty"`
}

type savedWindow struct {
	ID       string      `json:"id"`
	Open     bool        `json:"open,omitempty"`
	Paused   bool        `json:"paused,omitempty"`
	Draining bool        `json:"draining,omitempty"`
	Reason   string      `json:"reason,omitempty"`
	Declared Duration    `json:"declared,omitempty"`
	Staff    string      `json:"staff,omitempty"`
	Since    time.Time   `json:"since"`
	Leg      string      `json:"leg,omitempty"` // id of the leg that stands there
	Done     int         `json:"done,omitempty"`
	Ratings  map[int]int `json:"ratings"`
	Turn     int         `json:"turn,omitempty"`
	Chosen   []time.Time `json:"chosen,omitempty"`
	Press    *press      `json:"press,omitempty"`
}

type savedPace struct {
	N   int           `json:"n"`
	Sum time.Duration `json:"sum"`
}

// Snapshot is a whole state as it was after one record. It shares nothing with
// the state that changes, so that it can be written down while that goes on.
type Snapshot struct{ saved saved }

// Snapshot copies the whole state.
func (s *State) Snapshot() Snapshot {
	w := saved{
		Format: saveFormat, Seq: s.seq, At: s.at, Mono: s.mono, Day: s.day, Open: s.open, Config: s.config, Hash: s.hash,
		Numbers: maps.Clone(s.numbers), Offset: s.offset, Bookings: maps.Clone(s.bookings), Frozen: s.frozen, FrozenWhy: s.frozenWhy, Thawed: s.thawed,
		Calls: slices.Clone(s.calls), Pace: map[string]savedPace{}, Devices: values(s.devices), Alerts: values(s.alerts),
		Figures: s.Figures(), Waited: s.figures.waited, Block: s.block.n, Until: s.block.until, ClockHeld: s.clockHeld,
		Checkpoint: s.checkpoint, ClosingSlip: s.closingSlip, Substitutes: maps.Clone(s.substitutes), Fixed: maps.Clone(s.fixed), Version: s.version,
		Scheduled: slices.Clone(s.scheduled), Followups: values(s.followups), Standards: maps.Clone(s.standards), Looks: slices.Clone(s.looks),
		Shutters: maps.Clone(s.shutters), Accounts: maps.Clone(s.accounts),
	}
	for _, key := range slices.Sorted(maps.Keys(s.ballots.all)) {
		w.Ballots = append(w.Ballots, *s.ballots.all[key])
	}
	w.Tickets = make([]savedTicket, 0, len(s.tickets))
	for _, t := range s.byNumber() {
		w.Tickets = append(w.Tickets, t.save())
	}
	for _, id := range slices.Sorted(maps.Keys(s.windows)) {
		w.Windows = append(w.Windows, s.windows[id].save())
	}
	for service, p := range s.pace {
		w.Pace[service] = savedPace{p.n, p.sum}
	}
	return Snapshot{w}
}

// Seq is the number of the record that it was made after.
func (p Snapshot) Seq() uint64 { return p.saved.Seq }

// Encode writes it down. Load makes a state of it that goes on exactly as the
// one that was copied would: it decides the same and is written down the same.
func (p Snapshot) Encode() ([]byte, error) {
	data, err := json.Marshal(p.saved)
	if err != nil {
		return nil, fmt.Errorf("queue: save the state at record %d: %w", p.saved.Seq, err)
	}
	return data, nil
}

// Save writes the whole state down at once.
func (s *State) Save() ([]byte, error) { return s.Snapshot().Encode() }

// Load makes a state of what Encode has written. Data of another format is an
// error: the state must then be made by replaying its records.
func Load(data []byte) (*State, error) {
	var r saved
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("queue: load a saved state: %w", err)
	}
	if r.Format != saveFormat {
		return nil, fmt.Errorf("queue: load a saved state of format %d: this program reads format %d", r.Format, saveFormat)
	}
	s := NewState()
	s.seq, s.at, s.mono, s.day, s.open, s.hash = r.Seq, r.At, r.Mono, r.Day, r.Open, r.Hash
	s.checkpoint, s.closingSlip = r.Checkpoint, r.ClosingSlip
	s.config, s.index, s.chooser = r.Config, r.Config.index(), r.Config.Chooser()
	s.offset, s.frozen, s.frozenWhy, s.thawed = r.Offset, r.Frozen, r.FrozenWhy, r.Thawed
	maps.Copy(s.bookings, r.Bookings)
	s.block, s.clockHeld = block{r.Block, r.Until}, r.ClockHeld
	maps.Copy(s.numbers, r.Numbers)
	maps.Copy(s.substitutes, r.Substitutes)
	maps.Copy(s.fixed, r.Fixed)
	s.version, s.scheduled = r.Version, r.Scheduled
	s.calls, s.figures, s.figures.waited = r.Calls, r.Figures, r.Waited
	for _, t := range r.Tickets {
		s.loadTicket(t)
	}
	for _, w := range r.Windows {
		if err := s.loadWindow(w); err != nil {
			return nil, err
		}
	}
	for service, p := range r.Pace {
		s.pace[service] = pace{p.N, p.Sum}
	}
	for id, d := range r.Devices {
		s.devices[id] = &d
	}
	for id, a := range r.Alerts {
		s.alerts[id] = &a
	}
	s.config.Standard = s.config.Standard.withDefaults() // an older program saved none
	maps.Copy(s.standards, r.Standards)
	for _, b := range r.Ballots {
		s.ballots.add(&b)
	}
	for id, f := range r.Followups {
		s.followups[id] = &f
	}
	s.looks = r.Looks
	maps.Copy(s.shutters, r.Shutters)
	maps.Copy(s.accounts, r.Accounts)
	s.respend()
	s.resettle()
	s.windBallots()
	return s, nil
}

func (t *Ticket) save() savedTicket {
	w := savedTicket{Ticket: *t, Person: t.Person, Booking: t.Booking, Legs: make([]savedLeg, 0, len(t.Legs))}
	w.Journey = t.Journey.copy()
	for _, l := range t.Legs {
		w.Legs = append(w.Legs, l.save())
	}
	return w
}

func (l *Leg) save() savedLeg {
	return savedLeg{
		Leg: *l, Order: l.Order, Level: l.Level, NotBefore: l.NotBefore,
		Absent: l.Absent, Back: l.Back, Touched: l.Touched, Before: l.Before,
	}
}

func (r savedLeg) load() *Leg {
	l := r.Leg
	l.Order, l.Level, l.NotBefore = r.Order, r.Level, r.NotBefore
	l.Absent, l.Back, l.Touched, l.Before, l.line = r.Absent, r.Back, r.Touched, r.Before, nil
	return &l
}

func (s *State) loadTicket(r savedTicket) {
	t := r.Ticket
	t.Person, t.Booking, t.Legs = r.Person, r.Booking, nil
	for _, leg := range r.Legs {
		l := leg.load()
		t.Legs = append(t.Legs, l)
	}
	s.addTicket(&t)
	if t.Journey != nil && !t.Journey.over() {
		s.journeys[t.Number] = &t
	}
}

func (w *windowState) save() savedWindow {
	r := savedWindow{
		ID: w.id, Open: w.open, Paused: w.paused, Draining: w.draining, Reason: w.reason, Declared: w.declared, Staff: w.staff,
		Since: w.since, Done: w.done, Ratings: copyCounts(w.ratings), Turn: w.turn, Chosen: slices.Clone(w.chosen), Press: w.press.copy(),
	}
	if w.leg != nil {
		r.Leg = w.leg.ID
	}
	return r
}

func (s *State) loadWindow(r savedWindow) error {
	w := &windowState{
		id: r.ID, open: r.Open, paused: r.Paused, draining: r.Draining, reason: r.Reason, declared: r.Declared, staff: r.Staff,
		since: r.Since, done: r.Done, ratings: r.Ratings, turn: r.Turn, chosen: r.Chosen, press: r.Press,
	}
	if r.Leg != "" {
		if w.leg = s.findLeg(r.Leg); w.leg == nil {
			return fmt.Errorf("queue: load a saved state: window %s has the leg %s, which no ticket has", r.ID, r.Leg)
		}
	}
	s.windows[r.ID] = w
	return nil
}

func values[V any](m map[string]*V) map[string]V {
	c := make(map[string]V, len(m))
	for id, v := range m {
		c[id] = *v
	}
	return c
}
