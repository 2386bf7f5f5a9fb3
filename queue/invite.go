package queue

import "time"

// Invite asks the citizen who was served last at a window for a rating once
// more: the staff's key 请评价.
type Invite struct {
	Window string `json:"window"`
}

func (c Invite) decide(s *State, in Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	if r != nil {
		return Outcome{}, r
	}
	b := s.lastBallot(w.id)
	if b == nil {
		return Outcome{}, refuse(CodeNothingToRate, c.Window)
	}
	return events1(nil, s.invited(b, InvitedByStaff, "", in.At))
}

// lastBallot is the newest ballot of a window on this day, if it is open.
func (s *State) lastBallot(window string) *Ballot {
	var last *Ballot
	s.ballots.unrated.back(func(b *Ballot) bool {
		if b.Day != s.day {
			return false
		}
		if b.Window == window {
			last = b
		}
		return last == nil
	})
	return last
}

// Asked says that a keypad has lit its keys. Lobby itself says so, once the
// keypad's broker has the question.
type Asked struct {
	Prompt string
	Device string
}

func (c Asked) decide(s *State, in Input) (Outcome, error) {
	b := s.ballots.prompts[c.Prompt]
	if b == nil || !b.open() {
		return Outcome{}, nil
	}
	return events1(nil, s.invited(b, InvitedByKeypad, c.Device, in.At))
}

// Who invited a citizen to rate.
const (
	InvitedByKeypad = "keypad" // lit at the end of the service
	InvitedByStaff  = "staff"  // asked once more
)

func (s *State) invited(b *Ballot, by, device string, at time.Time) RatingInvited {
	until := b.Until
	if by == InvitedByStaff {
		until = at.Add(time.Duration(s.config.Rules.RateWithin))
	}
	return RatingInvited{polled: s.polled(b), By: by, Device: device, Prompt: b.Prompt, Until: until}
}

// RatingInvited: a citizen was asked. A leg without it was never asked, which
// the figures of its window show.
type RatingInvited struct {
	polled
	By     string    `json:"by"`
	Device string    `json:"device,omitempty"`
	Prompt string    `json:"prompt"`
	Until  time.Time `json:"prompt_until"`
}

// Name implements Event.
func (RatingInvited) Name() string { return "rating.invited" }

func (e RatingInvited) apply(s *State, _ Record) {
	if b := e.ballot(s, s.day); b != nil {
		b.Invited++
		b.Until = e.Until
	}
}
