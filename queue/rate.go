package queue

import (
	"fmt"
	"time"
)

// Rate is one press of a rating key, or a rating given on a page. It is never
// refused once its level is known: every press becomes a record, and the
// verdict says whether it counts.
type Rate struct {
	Ticket  string    `json:"ticket,omitempty"`  // of the day, given on a page
	Token   string    `json:"token,omitempty"`   // of the ticket, from the code on its slip; of any day
	Kiosk   string    `json:"kiosk,omitempty"`   // where the page is; empty on a phone
	Level   int       `json:"level"`             // 5 very satisfied … 1 very dissatisfied
	Reasons []string  `json:"reasons,omitempty"` // codes of the level's reasons in the standard
	Lang    string    `json:"lang,omitempty"`    // of the sentence in the verdict
	Prompt  string    `json:"-"`                 // nonce the keypad was asked with
	Device  string    `json:"-"`                 // keypad; empty for a page
	Scale   int       `json:"-"`                 // keys of a keypad with fewer than five; 0 for five
	Pressed time.Time `json:"-"`                 // when the key was pressed; zero means now
}

// The channels of a rating. One leg has one rating, whichever it came through.
const (
	ChannelKeypad = "keypad"
	ChannelSlip   = "slip" // the code on the slip, on a phone
	ChannelKiosk  = "kiosk"
	ChannelPage   = "page" // by number, without the token
)

func (c Rate) channel() string {
	switch {
	case c.Device != "":
		return ChannelKeypad
	case c.Kiosk != "":
		return ChannelKiosk
	case c.Token != "":
		return ChannelSlip
	}
	return ChannelPage
}

// RateResult is the verdict.
type RateResult struct {
	R   string `json:"r"`             // ok, dup, late, refused
	Why string `json:"why,omitempty"` // code of the reason
	Say string `json:"say,omitempty"` // the reason as a sentence for people
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
	b, why := s.rated(c)
	rating := rating{Channel: c.channel(), Device: c.Device, Level: c.Level, Scale: c.Scale, Reasons: c.Reasons, Pressed: c.Pressed, Why: why}
	if b == nil {
		rating.Ticket = c.Ticket
		return events1(c.verdict(RateRefused, why), RatingRefused{rating})
	}
	rating.polled, rating.Standard = s.polled(b), b.Standard
	switch {
	case b.Level != 0:
		return events1(c.verdict(RateDup, "already_rated"), RatingDuplicate{rating})
	case b.Closed:
		return events1(c.verdict(RateLate, "period_over"), RatingLate{rating})
	case c.Device != "" && c.Pressed.After(b.Until):
		return events1(c.verdict(RateLate, "prompt_closed"), RatingLate{rating})
	}
	if code, foreign := s.standardOf(b).foreignReason(c.Level, c.Reasons); foreign {
		rating.Why = "unknown_reason"
		return events1(c.verdict(RateRefused, rating.Why, code, b.Standard), RatingRefused{rating})
	}
	events := []Event{RatingGiven{rating}}
	if c.Level <= BadLevel {
		events = append(events, s.followUp(b, rating, in))
	}
	return events1(RateResult{R: RateOK}, events...)
}

// verdict is the answer to a press that does not count.
func (c Rate) verdict(r, why string, args ...any) RateResult {
	return RateResult{R: r, Why: why, Say: fmt.Sprintf(verdicts[why].in(c.Lang), args...)}
}

// Deny records presses that were refused before anybody asked what they mean:
// forged, retained, malformed, or from a device that is not the hall's. Lobby
// itself says so, many at once, so that a flood makes few records.
type Deny struct {
	Device string
	Why    string
	N      int
}

func (c Deny) decide(*State, Input) (Outcome, error) {
	return events1(nil, RatingRefused{rating{Channel: ChannelKeypad, Device: c.Device, Why: c.Why, N: c.N}})
}

// rated finds the ballot that a press is about, or the reason why there is
// none.
func (s *State) rated(c Rate) (*Ballot, string) {
	switch {
	case c.Device != "":
		return s.ratedAt(c.Device, c.Prompt)
	case c.Token != "":
		if b := s.ballots.tokens[c.Token]; b != nil {
			return b, ""
		}
		return nil, "not_served"
	}
	if t, ok := s.tickets[c.Ticket]; ok {
		if l := t.served(); l != nil {
			return s.ballotOf(l), ""
		}
	}
	return nil, "not_served"
}

// ratedAt finds the ballot that a keypad was asked about.
func (s *State) ratedAt(device, prompt string) (*Ballot, string) {
	b, ok := s.ballots.prompts[prompt]
	switch {
	case prompt == "":
		return nil, "no_prompt"
	case !ok:
		return nil, "unknown_prompt"
	case s.index.windows[b.Window].Keypad != device:
		return nil, "other_window"
	}
	return b, ""
}

// rating is what the four outcomes of a press have in common.
type rating struct {
	polled
	Channel  string    `json:"channel"`
	Device   string    `json:"device,omitempty"`
	Standard string    `json:"standard,omitempty"` // version that it is by
	Level    int       `json:"level"`              // 0 where it could not be read
	N        int       `json:"n,omitempty"`        // how many presses, where they were refused together
	Scale    int       `json:"scale,omitempty"`    // keys of a keypad with fewer than five
	Reasons  []string  `json:"reasons,omitempty"`
	Pressed  time.Time `json:"pressed,omitzero"`
	Why      string    `json:"why,omitempty"`
}

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

func (e RatingGiven) apply(s *State, r Record) {
	if b := e.ballot(s, s.day); b != nil {
		s.ballots.unrated.take(b)
		b.Level, b.Rated, b.Channel = e.Level, r.At, e.Channel
		s.windBallots()
	}
	if e.Served != "" {
		return // the sums are those of this day's services
	}
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
