package queue

import (
	"cmp"
	"slices"
	"time"
)

// BadLevel is the best level that is looked into and whose reasons are asked
// for: 不满意.
const BadLevel = 2

// Followup is a bad rating on its way to being put right (差评核查整改): verified,
// the citizen called back, corrected, answered, closed within working days; or
// found mistaken or malicious and excluded, which takes two persons.
type Followup struct {
	ID       string         `json:"followup"` // day, ticket and leg: "2026-11-23/M045/1"
	Day      string         `json:"day"`      // of the service
	Ticket   string         `json:"ticket"`
	Window   string         `json:"window"`
	Staff    string         `json:"staff,omitempty"`
	Service  string         `json:"service"`
	Level    int            `json:"level"`
	Opened   time.Time      `json:"opened"`
	Due      string         `json:"due"` // date
	State    FollowupState  `json:"state"`
	Steps    []FollowupStep `json:"steps"`
	Proposed string         `json:"proposed,omitempty"` // who proposed to exclude the rating
}

// FollowupState is where a follow-up stands.
type FollowupState string

// The states of a follow-up. Appealed is open, with the appeal to be decided.
const (
	FollowupOpen     FollowupState = "open"
	FollowupAppealed FollowupState = "appealed"
	FollowupClosed   FollowupState = "closed"
	FollowupExcluded FollowupState = "excluded"
)

// FollowupStep is something that was done about a bad rating.
type FollowupStep struct {
	Kind string    `json:"kind"`
	By   string    `json:"by"` // badge of whoever did it
	Note string    `json:"note,omitempty"`
	At   time.Time `json:"at"`
}

// The kinds of steps that a person notes. All of them but "verified" are
// needed before a follow-up is closed.
const (
	StepVerified   = "verified"
	StepCalledBack = "called_back"
	StepCorrected  = "corrected"
	StepReplied    = "replied"
)

func (f *Followup) over() bool { return f.State == FollowupClosed || f.State == FollowupExcluded }

func (f *Followup) has(kind string) bool {
	return slices.ContainsFunc(f.Steps, func(s FollowupStep) bool { return s.Kind == kind })
}

// Late tells whether a follow-up is not over after its last day.
func (f Followup) Late(today string) bool { return !f.over() && today > f.Due }

// followUp opens the follow-up of a bad rating that counts.
func (s *State) followUp(b *Ballot, r rating, in Input) Event {
	day := in.At.Add(s.offset).Format(time.DateOnly)
	return FollowupOpened{
		polled: r.polled, Followup: b.key(), Day: b.Day, Level: r.Level,
		Due: s.config.Calendar.after(day, s.config.Rules.FollowupDays),
	}
}

// Followups returns copies of all that are open, and of those that were closed
// lately, the most urgent first.
func (s *State) Followups() []Followup {
	fs := make([]Followup, 0, len(s.followups))
	for _, f := range s.followups {
		c := *f
		c.Steps = slices.Clone(f.Steps)
		fs = append(fs, c)
	}
	slices.SortFunc(fs, func(a, b Followup) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID)) })
	return fs
}

// forgetFollowups drops those that are over for some time; the trail has them.
func (s *State) forgetFollowups(at time.Time) {
	for id, f := range s.followups {
		if f.over() && at.Sub(f.Steps[len(f.Steps)-1].At) > keepRated {
			delete(s.followups, id)
		}
	}
}

// lookInto finds an open follow-up for a person.
func (s *State) lookInto(id, by string) (*Followup, *Refusal) {
	f := s.followups[id]
	switch {
	case f == nil:
		return nil, refuse(CodeNoFollowup, id)
	case f.over():
		return nil, refuse(CodeFollowupOver, id)
	case by == "":
		return nil, refuse(CodeBadgeMissing)
	}
	return f, nil
}

// FollowupNote says that something was done about a bad rating.
type FollowupNote struct {
	Followup string `json:"followup"`
	Kind     string `json:"kind"`
	By       string `json:"by"`
	Note     string `json:"note,omitempty"`
}

func (c FollowupNote) decide(s *State, _ Input) (Outcome, error) {
	_, r := s.lookInto(c.Followup, c.By)
	switch {
	case r != nil:
	case !slices.Contains([]string{StepVerified, StepCalledBack, StepCorrected, StepReplied}, c.Kind):
		r = refuse("bad_command.step", c.Kind)
	case c.Note == "":
		r = refuse("reason_missing.followup")
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, FollowupNoted(c))
}

// FollowupAppeal says that the staff member holds the rating to be mistaken.
type FollowupAppeal struct {
	Followup string `json:"followup"`
	By       string `json:"by"`
	Note     string `json:"note"`
}

func (c FollowupAppeal) decide(s *State, _ Input) (Outcome, error) {
	_, r := s.lookInto(c.Followup, c.By)
	if r == nil && c.Note == "" {
		r = refuse("reason_missing.followup")
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, FollowupNoted{c.Followup, stepAppealed, c.By, c.Note})
}

// FollowupExclude takes a mistaken or malicious rating out of the figures. The
// first person proposes it; it is done when a second one, who is not the staff
// member rated, says the same.
type FollowupExclude struct {
	Followup string `json:"followup"`
	By       string `json:"by"`
	Note     string `json:"note"`
}

func (c FollowupExclude) decide(s *State, _ Input) (Outcome, error) {
	f, r := s.lookInto(c.Followup, c.By)
	switch {
	case r != nil:
	case c.Note == "":
		r = refuse("reason_missing.followup")
	case c.By == f.Proposed:
		r = refuse("second_person.same", c.By)
	case c.By == f.Staff:
		r = refuse("second_person.rated", c.By)
	}
	switch {
	case r != nil:
		return Outcome{}, r
	case f.Proposed == "":
		return events1(nil, FollowupNoted{c.Followup, stepProposed, c.By, c.Note})
	}
	return events1(nil, RatingExcluded{Followup: c.Followup, By: c.By, Proposed: f.Proposed, Note: c.Note})
}

// FollowupClose ends a follow-up whose citizen was called back and answered.
type FollowupClose struct {
	Followup string `json:"followup"`
	By       string `json:"by"`
}

func (c FollowupClose) decide(s *State, _ Input) (Outcome, error) {
	f, r := s.lookInto(c.Followup, c.By)
	if r != nil {
		return Outcome{}, r
	}
	for _, kind := range []string{StepCalledBack, StepCorrected, StepReplied} {
		if !f.has(kind) {
			return Outcome{}, refuse(CodeStepMissing, word("followup "+kind))
		}
	}
	return events1(nil, FollowupNoted{Followup: c.Followup, Kind: StepClosed, By: c.By})
}

// The kinds of steps that commands of their own lead to.
const (
	stepAppealed = "appealed"
	stepProposed = "proposed"
	stepExcluded = "excluded"
	StepClosed   = "closed"
)

// FollowupOpened: a bad rating counts and is to be looked into by a date.
type FollowupOpened struct {
	polled
	Followup string `json:"followup"`
	Day      string `json:"day"`
	Level    int    `json:"level"`
	Due      string `json:"due"`
}

// FollowupNoted: a step was taken.
type FollowupNoted struct {
	Followup string `json:"followup"`
	Kind     string `json:"kind"`
	By       string `json:"by"`
	Note     string `json:"note,omitempty"`
}

// RatingExcluded: two persons found the rating mistaken or malicious. It stays
// in the trail and leaves the figures.
type RatingExcluded struct {
	Followup string `json:"followup"`
	By       string `json:"by"`
	Proposed string `json:"proposed"`
	Note     string `json:"note,omitempty"`
}

// Name implements Event.
func (FollowupOpened) Name() string { return "followup.opened" }

// Name implements Event.
func (FollowupNoted) Name() string { return "followup.noted" }

// Name implements Event.
func (RatingExcluded) Name() string { return "rating.excluded" }

// Topic implements Event: what is said of single ratings is not for windows.
func (FollowupOpened) Topic() string { return TopicAlerts }

// Topic implements Event.
func (FollowupNoted) Topic() string { return TopicAlerts }

// Topic implements Event.
func (RatingExcluded) Topic() string { return TopicAlerts }

// Part implements Personal: what was said in own words.
func (e FollowupNoted) Part() (Event, any) { p := partNote(&e.Note); return e, p }

// Part implements Personal.
func (e RatingExcluded) Part() (Event, any) { p := partNote(&e.Note); return e, p }

func partNote(note *string) any {
	if *note == "" {
		return nil
	}
	p := struct {
		Note string `json:"note"`
	}{*note}
	*note = ""
	return p
}

func (e FollowupOpened) apply(s *State, r Record) {
	s.followups[e.Followup] = &Followup{
		ID: e.Followup, Day: e.Day, Ticket: e.Ticket, Window: e.Window, Staff: e.Staff, Service: e.Service,
		Level: e.Level, Opened: r.At, Due: e.Due, State: FollowupOpen,
	}
}

func (e FollowupNoted) apply(s *State, r Record) {
	f := s.followups[e.Followup]
	if f == nil {
		return
	}
	f.Steps = append(f.Steps, FollowupStep{e.Kind, e.By, e.Note, r.At})
	switch e.Kind {
	case stepAppealed:
		f.State = FollowupAppealed
	case stepProposed:
		f.Proposed = e.By
	case StepClosed:
		f.State = FollowupClosed
	}
}

func (e RatingExcluded) apply(s *State, r Record) {
	f := s.followups[e.Followup]
	if f == nil {
		return
	}
	f.State = FollowupExcluded
	f.Steps = append(f.Steps, FollowupStep{stepExcluded, e.By, e.Note, r.At})
	if f.Day != s.day {
		return // the sums are those of this day's services
	}
	s.figures.Ratings[f.Level]--
	if w := s.windows[f.Window]; w != nil {
		w.ratings[f.Level]--
	}
}
