package queue

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// once are the warnings about something that happened and does not last. They
// stand until somebody has taken them on.
var once = map[string]bool{"rating": true, "uninvited": true, "jump": true, "config": true}

// badRating is the best level that somebody has to look after.
const badRating = 2

const jumpAlert = "jump:clock"

// ratingsFor is how long a bad rating that nobody has taken on is kept in
// mind; other warnings about something past go with the day.
const ratingsFor = 15 * 24 * time.Hour

// outdated clears what happened too long ago.
func (s *State) outdated(in Input) (es []Event) {
	for _, id := range slices.Sorted(maps.Keys(s.alerts)) {
		rule, _, _ := strings.Cut(id, ":")
		if once[rule] && (rule != "rating" || in.At.Sub(s.alerts[id].Raised) > ratingsFor) {
			es = append(es, AlertCleared{Alert: id})
		}
	}
	return es
}

// heed adds the warnings about what a command leads to.
func (s *State) heed(events []Event, in Input) []Event {
	for i := 0; i < len(events); i++ {
		switch e := events[i].(type) {
		case RatingGiven:
			if e.Level <= badRating {
				events = append(events, s.warnOf("rating", e.about, e.Window, "section"))
			}
		case TicketDone:
			if d := s.devices["keypad/"+s.index.windows[e.Window].Keypad]; d != nil && d.State == "down" {
				events = append(events, s.warnOf("uninvited", e.about, e.Window, "window"))
			}
		case ClockJumped:
			if s.alerts[jumpAlert] != nil || s.clockHeld && e.Ahead == 0 {
				continue // told already, or the clock came right
			}
			by := time.Duration(e.By).Round(time.Second).String()
			raised := AlertRaised{Alert: jumpAlert, Level: "amber", Subject: "clock", Stage: "manager", Text: "alert.jump", Args: []string{by}}
			events = append(events, raised.spoken())
		case ClockConfirmed: // somebody has looked at the clock
			if s.alerts[jumpAlert] != nil {
				events = append(events, AlertCleared{Alert: jumpAlert})
			}
		case DayOpened:
			events = append(events, s.outdated(in)...)
		case AlertRaised:
			if e.Stage == "" {
				e.Stage = "section"
				events[i] = e
			}
		}
	}
	return events
}

// warnOf is a warning about one leg, which may be of an earlier day. It stands
// until it is taken on.
func (s *State) warnOf(rule string, a about, window, stage string) AlertRaised {
	e := AlertRaised{
		Alert: rule + ":" + a.LegID, Level: "amber", Subject: a.LegID, Stage: stage, Ticket: a.Ticket, Window: window,
		Text: "alert." + rule, Args: []string{a.Ticket, "", window},
	}
	if l := s.findLeg(a.LegID); l != nil {
		e.Service, e.Step, e.Args[1] = l.Service, l.Step, s.index.services[l.Service].Name
	}
	return e.spoken()
}
