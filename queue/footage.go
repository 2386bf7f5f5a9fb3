package queue

import (
	"slices"
	"time"
)

// Look is footage that somebody may see or take away, because they said why.
type Look struct {
	ID      string      `json:"look"`
	Purpose LookPurpose `json:"purpose"`
	Day     string      `json:"day,omitempty"`    // of the ticket it is about
	Ticket  string      `json:"ticket,omitempty"` // empty for none
	Cameras []string    `json:"cameras"`
	From    time.Time   `json:"from,omitzero"` // of the footage; zero for a live picture
	To      time.Time   `json:"to,omitzero"`
	By      string      `json:"by"` // badge
	Reason  string      `json:"reason"`
	At      time.Time   `json:"at"`
	Second  string      `json:"second,omitempty"` // who confirmed an export; empty while nobody has
}

// LookPurpose is what a look is for.
type LookPurpose string

// The purposes. To unmask is to see faces that the pages hide.
const (
	LookView   LookPurpose = "view"
	LookUnmask LookPurpose = "unmask"
	LookExport LookPurpose = "export"
)

// Bounds of one look, and of what the state remembers of them; the trail has
// them all.
const (
	maxLook        = 4 * time.Hour
	maxLookCameras = 16
	keepLooks      = 500
)

// Looks returns copies of the newest looks, the oldest first.
func (s *State) Looks() []Look {
	looks := slices.Clone(s.looks)
	for i := range looks {
		looks[i].Cameras = slices.Clone(looks[i].Cameras)
	}
	return looks
}

// Look finds one of the newest looks.
func (s *State) Look(id string) (Look, bool) {
	i := slices.IndexFunc(s.looks, func(l Look) bool { return l.ID == id })
	if i < 0 {
		return Look{}, false
	}
	return s.looks[i], true
}

func (s *State) addLook(l Look) {
	s.looks = append(s.looks, l)
	if n := len(s.looks) - keepLooks; n > 0 {
		s.looks = slices.Clone(s.looks[n:])
	}
}

// FootageView asks to see footage, about a ticket or not, or to see faces.
type FootageView struct {
	Purpose LookPurpose `json:"purpose"` // view, unmask; view where empty
	Day     string      `json:"day"`
	Ticket  string      `json:"ticket"`
	Cameras []string    `json:"cameras"`
	From    time.Time   `json:"from"`
	To      time.Time   `json:"to"`
	By      string      `json:"by"`
	Reason  string      `json:"reason"`
}

// LookResult is the answer to a look that is allowed.
type LookResult struct {
	Look string `json:"look"` // names it where footage is fetched
}

func (c FootageView) decide(_ *State, in Input) (Outcome, error) {
	if c.Purpose == "" {
		c.Purpose = LookView
	}
	r := c.allowed()
	if c.Purpose != LookView && c.Purpose != LookUnmask {
		r = refuse("bad_command.purpose", string(c.Purpose))
	}
	if r != nil {
		return Outcome{}, r
	}
	id := lookID(in)
	return events1(LookResult{id}, FootageViewed{
		Look: id, Purpose: c.Purpose, Day: c.Day, Ticket: c.Ticket, Cameras: c.Cameras, From: c.From, To: c.To, By: c.By, Reason: c.Reason,
	})
}

func lookID(in Input) string { return "L" + in.Nonce[:min(len(in.Nonce), 12)] }

// allowed checks what every look needs.
func (c FootageView) allowed() *Refusal {
	live := c.Purpose == LookUnmask && c.From.IsZero() && c.To.IsZero()
	switch {
	case c.By == "":
		return refuse(CodeBadgeMissing)
	case c.Reason == "":
		return refuse("reason_missing.footage")
	case len(c.Cameras) == 0 || len(c.Cameras) > maxLookCameras:
		return refuse("bad_command.cameras", maxLookCameras)
	case !live && (!c.To.After(c.From) || c.To.Sub(c.From) > maxLook):
		return refuse("bad_command.span", Duration(maxLook))
	}
	return nil
}

// FootageExport asks to take footage away. Somebody else has to confirm it.
type FootageExport struct {
	Day     string    `json:"day"`
	Ticket  string    `json:"ticket"`
	Cameras []string  `json:"cameras"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	By      string    `json:"by"`
	Reason  string    `json:"reason"`
}

func (c FootageExport) decide(_ *State, in Input) (Outcome, error) {
	e := FootageAsked{Look: lookID(in), Day: c.Day, Ticket: c.Ticket, Cameras: c.Cameras, From: c.From, To: c.To, By: c.By, Reason: c.Reason}
	as := FootageView{Purpose: LookExport, Cameras: c.Cameras, From: c.From, To: c.To, By: c.By, Reason: c.Reason}
	if r := as.allowed(); r != nil {
		return Outcome{}, r
	}
	return events1(LookResult{e.Look}, e)
}

// FootageConfirm allows an export that somebody else has asked for.
type FootageConfirm struct {
	Look string `json:"look"`
	By   string `json:"by"`
}

func (c FootageConfirm) decide(s *State, _ Input) (Outcome, error) {
	l, ok := s.Look(c.Look)
	var r *Refusal
	switch {
	case !ok || l.Purpose != LookExport:
		r = refuse(CodeNoLook, c.Look)
	case l.Second != "":
		r = refuse(CodeLookConfirmed, c.Look, l.Second)
	case c.By == "":
		r = refuse(CodeBadgeMissing)
	case c.By == l.By:
		r = refuse("second_person.export", c.By)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(LookResult{l.ID}, FootageViewed{
		Look: l.ID, Purpose: LookExport, Day: l.Day, Ticket: l.Ticket, Cameras: l.Cameras, From: l.From, To: l.To, By: l.By, Reason: l.Reason, Second: c.By,
	})
}

// FootageKeep keeps the footage of a ticket from being deleted in its time.
type FootageKeep struct {
	Day    string `json:"day"`
	Ticket string `json:"ticket"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

func (c FootageKeep) decide(_ *State, _ Input) (Outcome, error) {
	switch {
	case c.By == "":
		return Outcome{}, refuse(CodeBadgeMissing)
	case c.Reason == "":
		return Outcome{}, refuse("reason_missing.footage")
	case c.Ticket == "":
		return Outcome{}, refuse(CodeNoTicket, c.Ticket)
	}
	if _, err := time.Parse(time.DateOnly, c.Day); err != nil {
		return Outcome{}, refuse("bad_command.date", c.Day)
	}
	return events1(nil, FootageKept(c))
}

// FootageViewed: somebody looked at footage, and said why. One look is one
// record, however often its pictures are fetched.
type FootageViewed struct {
	Look    string      `json:"look"`
	Purpose LookPurpose `json:"purpose"`
	Day     string      `json:"day,omitempty"`
	Ticket  string      `json:"number,omitempty"` // of that day, which need not be the record's
	Cameras []string    `json:"cameras"`
	From    time.Time   `json:"from,omitzero"`
	To      time.Time   `json:"to,omitzero"`
	By      string      `json:"by"`
	Reason  string      `json:"reason"`
	Second  string      `json:"second,omitempty"`
}

// FootageAsked: somebody wants to take footage away.
type FootageAsked struct {
	Look    string    `json:"look"`
	Day     string    `json:"day,omitempty"`
	Ticket  string    `json:"number,omitempty"`
	Cameras []string  `json:"cameras"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	By      string    `json:"by"`
	Reason  string    `json:"reason"`
}

// FootageKept: the footage of a ticket is kept beyond its time.
type FootageKept struct {
	Day    string `json:"day"`
	Ticket string `json:"number"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// Name implements Event.
func (FootageViewed) Name() string { return "footage.viewed" }

// Name implements Event.
func (FootageAsked) Name() string { return "footage.asked" }

// Name implements Event.
func (FootageKept) Name() string { return "footage.kept" }

// Topic implements Event.
func (FootageViewed) Topic() string { return TopicAlerts }

// Topic implements Event.
func (FootageAsked) Topic() string { return TopicAlerts }

// Topic implements Event.
func (FootageKept) Topic() string { return TopicAlerts }

func (e FootageViewed) apply(s *State, r Record) {
	for i := range s.looks {
		if s.looks[i].ID == e.Look {
			s.looks[i].Second = e.Second
			return
		}
	}
	s.addLook(Look{
		ID: e.Look, Purpose: e.Purpose, Day: e.Day, Ticket: e.Ticket, Cameras: e.Cameras, From: e.From, To: e.To, By: e.By, Reason: e.Reason, At: r.At, Second: e.Second,
	})
}

func (e FootageAsked) apply(s *State, r Record) {
	s.addLook(Look{
		ID: e.Look, Purpose: LookExport, Day: e.Day, Ticket: e.Ticket, Cameras: e.Cameras, From: e.From, To: e.To, By: e.By, Reason: e.Reason, At: r.At,
	})
}

func (FootageKept) apply(*State, Record) {} // whoever keeps footage hears of it
