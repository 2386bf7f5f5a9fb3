package queue

import (
	"cmp"
	"time"
)

// Ballot is the right of one served leg to one rating. It outlives the day: a
// keypad may have been without its network over night, and the code on a slip
// can be read at home.
type Ballot struct {
	about
	Day      string    `json:"day"`
	Token    string    `json:"token,omitempty"` // of the ticket; empty where it was erased
	Prompt   string    `json:"prompt"`
	Window   string    `json:"window"`
	Staff    string    `json:"staff,omitempty"`
	Service  string    `json:"service"`
	Standard string    `json:"standard,omitempty"`  // version that it is rated by
	Done     time.Time `json:"done"`                // end of the service
	Until    time.Time `json:"until"`               // a press at the keypad after it is late
	Invited  int       `json:"invited,omitempty"`   // how often the citizen was asked
	Level    int       `json:"level,omitempty"`     // the counted rating; 0 while there is none
	Rated    time.Time `json:"rated,omitzero"`      // when it was counted
	Channel  string    `json:"channel,omitempty"`   // through which it was
	Closed   bool      `json:"defaulted,omitempty"` // nobody rated in time
}

// key is the ballot's identity over the days.
func (b *Ballot) key() string { return ballotKey(b.Day, b.LegID) }

func ballotKey(day, leg string) string { return day + "/" + leg }

// open tells whether a rating would still count.
func (b *Ballot) open() bool { return b.Level == 0 && !b.Closed }

// ballots are all that may be asked for, and where to find them.
type ballots struct {
	all     map[string]*Ballot // by key
	prompts map[string]*Ballot // by nonce of the prompt
	tokens  map[string]*Ballot // the newest of each ticket
	unrated *sorted[*Ballot]   // open ones, the oldest first
}

func newBallots() ballots {
	return ballots{
		all: map[string]*Ballot{}, prompts: map[string]*Ballot{}, tokens: map[string]*Ballot{},
		unrated: newSorted(func(a, b *Ballot) int { return cmp.Or(a.Done.Compare(b.Done), cmp.Compare(a.key(), b.key())) }),
	}
}

// add keeps a new ballot.
func (bs ballots) add(b *Ballot) {
	bs.all[b.key()], bs.prompts[b.Prompt] = b, b
	if old := bs.tokens[b.Token]; b.Token != "" && (old == nil || old.Done.Before(b.Done)) {
		bs.tokens[b.Token] = b
	}
	if b.open() {
		bs.unrated.put(b)
	}
}

// drop forgets a ballot; older ones of the same ticket are found by their
// prompts only.
func (bs ballots) drop(b *Ballot) {
	delete(bs.all, b.key())
	delete(bs.prompts, b.Prompt)
	if bs.tokens[b.Token] == b {
		delete(bs.tokens, b.Token)
	}
	bs.unrated.take(b)
}

// BallotByToken is a copy of the newest ballot of a ticket, of any day.
func (s *State) BallotByToken(token string) (Ballot, bool) {
	b := s.ballots.tokens[token]
	if b == nil {
		return Ballot{}, false
	}
	return *b, true
}

// Open tells whether a rating would still count.
func (b Ballot) Open() bool { return b.open() }

// ballotOf finds the ballot of a leg of the day.
func (s *State) ballotOf(l *Leg) *Ballot { return s.ballots.all[ballotKey(s.day, l.ID)] }

// keepRated is how long a rated ballot is kept, so that the same press sent
// again by a keypad is known for what it is.
const keepRated = 48 * time.Hour

// forgetBallots drops those that nothing can come of any more.
func (s *State) forgetBallots(at time.Time) {
	for _, b := range s.ballots.all {
		if !b.open() && at.Sub(b.Done) > keepRated {
			s.ballots.drop(b)
		}
	}
	s.forgetStandards()
}

// windBallots sets the clock to when the oldest open ballot closes by itself.
func (s *State) windBallots() {
	var at time.Time
	if first := s.ballots.unrated.first(1); len(first) > 0 {
		at = s.closes(first[0])
	}
	s.setDue(dueKey{dueBallot, ""}, at)
}

// closes is when a ballot that nobody used closes by itself.
func (s *State) closes(b *Ballot) time.Time {
	return b.Done.Add(time.Duration(s.config.Rules.RatePeriod))
}

// overdueBallots lists those whose time is over.
func (s *State) overdueBallots(at time.Time) (events []Event) {
	s.ballots.unrated.each(func(b *Ballot) bool {
		if s.closes(b).After(at) {
			return false
		}
		events = append(events, RatingDefaulted{polled: s.polled(b)})
		return true
	})
	return events
}

// polled names the ballot that an event is about. A ticket of an earlier day is
// named with its day, "2026-11-23/M045": its number may be somebody else's today.
type polled struct {
	about
	Served  string `json:"served_day,omitempty"` // business day of the service, if it was an earlier one
	Window  string `json:"window,omitempty"`
	Staff   string `json:"staff,omitempty"`
	Service string `json:"service,omitempty"`
}

// TicketNumber makes the event a Subject.
func (p polled) TicketNumber() string {
	if p.Served != "" {
		return p.Served + "/" + p.Ticket
	}
	return p.Ticket
}

// Topic implements Event.
func (polled) Topic() string { return TopicQueue }

func (s *State) polled(b *Ballot) polled {
	p := polled{about: b.about, Window: b.Window, Staff: b.Staff, Service: b.Service}
	if b.Day != s.day {
		p.Served = b.Day
	}
	return p
}

// ballot finds the ballot of an event; nil where it has gone, as in the story
// of a single ticket.
func (p polled) ballot(s *State, day string) *Ballot {
	return s.ballots.all[ballotKey(cmp.Or(p.Served, day), p.LegID)]
}

// RatingDefaulted: the time for rating is over and nobody did. It is no vote
// and is never counted as one.
type RatingDefaulted struct{ polled }

// Name implements Event.
func (RatingDefaulted) Name() string { return "rating.defaulted" }

func (e RatingDefaulted) apply(s *State, _ Record) {
	if b := e.ballot(s, s.day); b != nil {
		s.ballots.unrated.take(b)
		b.Closed = true
	}
	s.windBallots()
}
