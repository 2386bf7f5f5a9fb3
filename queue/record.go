package queue

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Record is an event as the trail keeps it.
type Record struct {
	Seq     uint64    // 1, 2, 3, … without a gap
	At      time.Time // UTC, whole milliseconds, never before the record before it
	Day     string    // business day it belongs to; empty before the first
	Actor   string    // who: "window:12", "kiosk:k1", "keypad:kp-3", "lobby", …
	Command string    // id of the command that caused it; empty for none
	Event   Event

	// Mono is a clock that no clock change moves: how long the program has run,
	// over all its runs, in whole milliseconds.
	Mono time.Duration
}

// Event is a fact. The set of events is closed; every one knows its name in
// the trail and how it changes the state.
type Event interface {
	// Name is the event's name in the trail and on the feed, "ticket.called".
	Name() string
	// Topic is the feed's topic: queue, devices or alerts.
	Topic() string
	apply(s *State, r Record)
}

// Subject is an event about one ticket.
type Subject interface {
	// TicketNumber is the ticket's number, "M045".
	TicketNumber() string
}

// Misplaced says what is wrong with a record at which a fold stopped with a panic:
// whoever verifies a trail that others wrote has to know which record cannot have
// happened, and not where in this program that was noticed.
func Misplaced(r Record, stopped any) string {
	say := r.Event.Name()
	if about, ok := r.Event.(Subject); ok {
		say += " of ticket " + about.TicketNumber()
	}
	say += " does not follow from the records before it"
	if why, ok := stopped.(string); ok {
		say += ": " + strings.TrimPrefix(why, "queue: ")
	}
	return say
}

// DecodeEvent reads an event back from its name and JSON data, which may come
// in parts: one that is public and one that is personal.
func DecodeEvent(name string, parts ...[]byte) (Event, error) {
	decode, ok := events[name]
	if !ok {
		return nil, fmt.Errorf("queue: no event is named %q", name)
	}
	e, err := decode(parts)
	if err != nil {
		return nil, fmt.Errorf("queue: event %s: %w", name, err)
	}
	return e, nil
}

// EventNames lists the names of all events, for documents and tests.
func EventNames() []string {
	names := make([]string, 0, len(events))
	for name := range events {
		names = append(names, name)
	}
	return names
}

// events maps each name to its decoder. A test holds it against the sealed
// set of types.
var events = func() map[string]decoder {
	m := map[string]decoder{}
	event[DayOpened](m)
	event[DayClosed](m)
	event[ClosingPrinted](m)
	event[ConfigActivated](m)
	event[ConfigScheduled](m)
	event[ConfigRefused](m)
	event[TicketIssued](m)
	event[ForecastGiven](m)
	event[TicketPrinted](m)
	event[TicketPrintFailed](m)
	event[TicketPrintUnknown](m)
	event[TicketReprinted](m)
	event[TicketKept](m)
	event[TicketVoided](m)
	event[TicketCalled](m)
	event[TicketRecalled](m)
	event[TicketArrived](m)
	event[TicketDone](m)
	event[TicketNoShow](m)
	event[TicketRecovered](m)
	event[TicketHeld](m)
	event[TicketResumed](m)
	event[TicketTransferred](m)
	event[CommandUndone](m)
	event[AppointmentBooked](m)
	event[AppointmentCancelled](m)
	event[HallFrozen](m)
	event[HallUnfrozen](m)
	event[TicketCancelled](m)
	event[TicketReclassed](m)
	event[TicketExpired](m)
	event[JourneyStarted](m)
	event[JourneyStepStarted](m)
	event[JourneyStepDone](m)
	event[JourneyStepSkipped](m)
	event[JourneyStepRepeated](m)
	event[JourneySuspended](m)
	event[JourneyResumed](m)
	event[JourneyForecast](m)
	event[JourneyEnded](m)
	event[JourneyAborted](m)
	event[RatingGiven](m)
	event[RatingLate](m)
	event[RatingDuplicate](m)
	event[RatingRefused](m)
	event[RatingInvited](m)
	event[RatingDefaulted](m)
	event[RatingExcluded](m)
	event[FollowupOpened](m)
	event[FollowupNoted](m)
	event[FootageViewed](m)
	event[FootageAsked](m)
	event[FootageKept](m)
	event[CameraShuttered](m)
	event[WindowOpened](m)
	event[WindowPaused](m)
	event[WindowResumed](m)
	event[WindowDraining](m)
	event[WindowClosed](m)
	event[DeviceUp](m)
	event[DeviceDegraded](m)
	event[DeviceDown](m)
	event[AlertRaised](m)
	event[AlertAcknowledged](m)
	event[AlertEscalated](m)
	event[AlertCleared](m)
	event[TrailDropped](m)
	event[ClockDoubted](m)
	event[ClockConfirmed](m)
	event[TrailRestored](m)
	event[ClockJumped](m)
	event[CheckpointSigned](m)
	event[KeyRotated](m)
	event[AccessNoted](m)
	event[PersonalErased](m)
	return m
}()

// decoder makes an event of one type from the parts of its data.
type decoder func(parts [][]byte) (Event, error)

func event[E Event](m map[string]decoder) {
	var zero E
	m[zero.Name()] = func(parts [][]byte) (Event, error) {
		var e E
		for _, part := range parts {
			if err := json.Unmarshal(part, &e); err != nil {
				return e, err
			}
		}
		return e, nil
	}
}
