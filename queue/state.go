package queue

import (
	"time"
)

// State is the hall at one moment: nothing but the fold of all records so
// far. It is not safe for concurrent use; its owner is hall.Hall.
type State struct {
	seq       uint64
	at        time.Time
	mono      time.Duration
	day       string
	open      bool
	config    Config
	hash      string // of the configuration as it was read
	index     index
	chooser   Chooser                   // the rule of the configuration
	offset    time.Duration             // the hall's time less UTC, on this day
	tickets   map[string]*Ticket        // of the day, by number
	tokens    map[string]string         // token to number
	numbers   map[string]int            // last number given, by prefix
	lines     map[lineKey]*line         // of legs that may be called
	resting   *line                     // legs that may be called only later, by when
	visits    map[string]*visit         // of persons with a leg that is not over
	counts    map[string]int            // of waiting legs, by service
	spent     map[string]int            // numbers given, against quotas
	latest    map[string]*Ticket        // last one taken, by kiosk
	clocks    map[dueKey]time.Time      // what time alone brings about
	dues      *sorted[due]              // the same, the next first
	windows   map[string]*windowState   // by window id
	servers   map[string][]*windowState // the windows of a service, in the order of the configuration
	bookings  map[string]Booking        // appointments, by code
	checkedIn map[string]string         // number of the ticket, by code of the appointment
	frozen    time.Time                 // since when all clocks stand; zero when they go
	frozenWhy string
	thawed    time.Time              // when they last went on
	ballots   ballots                // ratings that may still come
	heads     map[string]time.Time   // since when the foremost of a service could be called, as the windows were told
	stirred   map[string]bool        // services whose clocks of warnings are behind
	roused    map[string]bool        // windows whose clocks of idling are behind
	followups map[string]*Followup   // bad ratings that are looked into, by id
	calls     []CallView             // newest first
	pace      map[string]pace        // service times, by service
	devices   map[string]*DeviceView // by id
	alerts    map[string]*AlertView  // by id
	figures   Figures
	block     block      // of numbers
	clockHeld bool       // no numbers until the clock is confirmed
	foresight *Foresight // not of the records; see Foresee

	moved       []*Leg             // that joined or left a line by the record in hand
	journeys    map[string]*Ticket // under way, by number
	substitutes map[string]string  // the window that stands in for a service's last one, by service
	version     ConfigVersion      // in force
	scheduled   []ConfigScheduled  // to come, the next first
	fixed       map[string]string  // chains that were in force, by id and version: what they were

	checkpoint  CheckpointSigned // the newest
	closingSlip *ClosingSlip     // that is owed; nil for none

	looks     []Look              // the newest at footage, the oldest first
	standards map[string]Standard // by version, while a ballot was opened under it
	shutters  map[string]Shutter  // of cameras that are closed, by camera

	accounts map[string]AccessNoted // how each was set last, by badge
}

// index finds the configured things by id.
type index struct {
	services map[string]Service
	classes  map[string]Class
	windows  map[string]Window
	kiosks   map[string]Kiosk
	serving  map[string][]string // the windows of a service, in the order of the configuration
}

// pace is the sum of service times, from which the mean is made.
type pace struct {
	n   int
	sum time.Duration
}

// maxCalls bounds the list of recent calls.
const maxCalls = 20

// NewState returns the empty hall before its first record.
func NewState() *State {
	s := &State{
		windows:  map[string]*windowState{},
		pace:     map[string]pace{},
		devices:  map[string]*DeviceView{},
		alerts:   map[string]*AlertView{},
		bookings: map[string]Booking{},
		fixed:    map[string]string{},
		heads:    map[string]time.Time{},
		stirred:  map[string]bool{},
		roused:   map[string]bool{},
		ballots:  newBallots(), followups: map[string]*Followup{},
		standards: map[string]Standard{}, shutters: map[string]Shutter{},
		accounts: map[string]AccessNoted{},
	}
	s.clearDay()
	return s
}

func (s *State) clearDay() {
	s.tickets = map[string]*Ticket{}
	s.tokens = map[string]string{}
	s.journeys, s.substitutes = map[string]*Ticket{}, map[string]string{}
	s.numbers = map[string]int{}
	s.latest = map[string]*Ticket{}
	s.checkedIn = map[string]string{}
	s.frozen, s.frozenWhy, s.thawed = time.Time{}, "", time.Time{}
	s.clocks = map[dueKey]time.Time{}
	s.dues = newSorted(byTime)
	s.respend()
	s.resettle()
	s.windBallots()
	clear(s.heads)
	s.calls = nil
	s.figures = Figures{Ratings: map[int]int{}}
}

// Decide answers a command with the events it leads to. It never changes the
// state; a Tick winds clocks that are behind it, which follow from the state. Its
// error is always a *Refusal.
func (s *State) Decide(in Input, c Command) (Outcome, error) {
	out, err := c.decide(s, in)
	out.Events = s.heed(s.onward(out.Events, in), in)
	return out, err
}

// Apply changes the state by one record. It never refuses; records come from
// Decide, now or on an earlier day.
func (s *State) Apply(r Record) {
	s.seq, s.at, s.mono = r.Seq, r.At, r.Mono
	s.wake(r.At)
	r.Event.apply(s, r)
	if about, ok := r.Event.(Subject); ok {
		if t := s.tickets[about.TicketNumber()]; t != nil && t.Journey != nil {
			s.follow(t, r)
		}
	}
	s.watch(r.Event)
}

// Seq is the sequence number of the last record applied.
func (s *State) Seq() uint64 { return s.seq }

// At is the time of the last record applied.
func (s *State) At() time.Time { return s.at }

// Mono is the running time at the last record applied.
func (s *State) Mono() time.Duration { return s.mono }

// Figures are the day's sums, without those that a View counts: who waits,
// who is served, and the average wait.
func (s *State) Figures() Figures {
	f := s.figures
	f.Ratings = copyCounts(f.Ratings)
	return f
}

// Day is the business day, open or just closed; empty before the first one.
func (s *State) Day() (day string, open bool) { return s.day, s.open }

// Config is the configuration in force. It is shared; do not change it.
func (s *State) Config() Config { return s.config }

// ConfigHash identifies the configuration in force; empty before the first.
func (s *State) ConfigHash() string { return s.hash }

// Ticket returns a copy of a ticket of the day.
func (s *State) Ticket(number string) (Ticket, bool) {
	t, ok := s.tickets[number]
	if !ok {
		return Ticket{}, false
	}
	return t.copy(), true
}

// TicketByToken returns a copy of the ticket whose slip carries the token.
func (s *State) TicketByToken(token string) (Ticket, bool) {
	return s.Ticket(s.tokens[token])
}

// Printing returns copies of the tickets whose slip is intended on a printer
// and has no outcome yet, in the order in which they were issued.
func (s *State) Printing(printer string) []Ticket {
	var ts []Ticket
	for _, t := range s.byNumber() {
		if t.Print == Printing && (printer == "" || t.Printer == printer) {
			ts = append(ts, t.copy())
		}
	}
	return ts
}
