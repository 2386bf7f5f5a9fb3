package queue

import "time"

// Rate is one press of a rating key, or a rating given on a page. It is never
// refused once the day is known: every press becomes a record, and the
// verdict says whether it counts.
type Rate struct {
	Ticket  string    `json:"ticket,omitempty"` // given on a page
	Level   int       `json:"level"`            // 5 very satisfied … 1 very dissatisfied
	Reasons []string  `json:"reasons,omitempty"`
	Prompt  string    `json:"-"` // nonce the keypad was asked with
	Device  string    `json:"-"` // keypad; empty for a page
	Pressed time.Time `json:"-"` // when the key was pressed; zero means now
}

// RateResult is the verdict.
type RateResult struct {
	R   string `json:"r"`             // ok, dup, late, refused
	Why string `json:"why,omitempty"` // code of the reason
}

// The verdicts on a press.
const (
	RateOK      = "ok"
	RateDup     = "dup"
	RateLate    = "late"
	RateRefused = "refused"
)

func (c Rate) decide(s *State, in Input) (Outcome, error) {
	if c.Level < 1 || c.Level > 5 {
		return Outcome{}, refuse("bad_command.level", c.Level)
	}
	if c.Pressed.IsZero() || c.Pressed.After(in.At) {
		c.Pressed = in.At
	}
	l, why := s.rated(c)
	rating := rating{Device: c.Device, Level: c.Level, Reasons: c.Reasons, Pressed: c.Pressed, Why: why}
	if l == nil {
		rating.Ticket = c.Ticket
		return events1(RateResult{R: RateRefused, Why: why}, RatingRefused{rating})
	}
	rating.about, rating.Window, rating.Staff = l.about(), l.Window, l.Staff
	switch {
	case l.Level != 0:
		return events1(RateResult{R: RateDup, Why: "already_rated"}, RatingDuplicate{rating})
	case c.Device != "" && c.Pressed.After(l.Until):
		return events1(RateResult{R: RateLate, Why: "prompt_closed"}, RatingLate{rating})
	}
	return events1(RateResult{R: RateOK}, RatingGiven{rating})
}

// rated finds the leg that a press is about, or the reason why there is none.
func (s *State) rated(c Rate) (*Leg, string) {
	if c.Device == "" {
		if t, ok := s.tickets[c.Ticket]; ok {
			if l := t.served(); l != nil {
				return l, ""
			}
		}
		return nil, "not_served"
	}
	l, ok := s.prompts[c.Prompt]
	switch {
	case c.Prompt == "":
		return nil, "no_prompt"
	case !ok:
		return nil, "unknown_prompt"
	case s.index.windows[l.Window].Keypad != c.Device:
		return nil, "other_window"
	}
	return l, ""
}

// rating is what the four outcomes of a press have in common.
type rating struct {
	about
	Window  string    `json:"window,omitempty"`
	Staff   string    `json:"staff,omitempty"`
	Device  string    `json:"device,omitempty"`
	Level   int       `json:"level"`
	Reasons []string  `json:"reasons,omitempty"`
	Pressed time.Time `json:"pressed"`
	Why     string    `json:"why,omitempty"`
}

// Topic implements Event.
func (rating) Topic() string { return TopicQueue }

// RatingGiven: the one rating of a leg that counts.
type RatingGiven struct{ rating }

// RatingLate: pressed after the prompt closed; kept, not counted.
type RatingLate struct{ rating }

// RatingDuplicate: the leg has its rating already; kept, not counted.
type RatingDuplicate struct{ rating }

// RatingRefused: the press belongs to no leg; kept, not counted.
type RatingRefused struct{ rating }

// Name implements Event.
func (RatingGiven) Name() string { return "rating.given" }

// Name implements Event.
func (RatingLate) Name() string { return "rating.late" }

// Name implements Event.
func (RatingDuplicate) Name() string { return "rating.duplicate" }

// Name implements Event.
func (RatingRefused) Name() string { return "rating.refused" }

func (e RatingGiven) apply(s *State, _ Record) {
	_, l := s.leg(e.about)
	l.Level = e.Level
	s.figures.Ratings[e.Level]++
	if w := s.windows[e.Window]; w != nil { // the window may have gone since with a new configuration
		w.ratings[e.Level]++
	}
}

func (RatingLate) apply(*State, Record)      {}
func (RatingDuplicate) apply(*State, Record) {}
func (RatingRefused) apply(*State, Record)   {}
