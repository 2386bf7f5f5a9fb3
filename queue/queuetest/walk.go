// Package queuetest walks through days of a hall in which anything may
// happen, for the tests of whatever has to hold then.
package queuetest

import (
	"fmt"
	"time"

	"lobby/queue"
)

// Config is a hall with everything that rules can have: services alone and
// shared, limits, classes, preferences, a chain and a printing kiosk.
func Config(order string) queue.Config {
	return queue.Config{
		Services: []queue.Service{
			{ID: "a", Name: "社保", Prefix: "A", Limits: queue.Limits{Last: 20}},
			{ID: "b", Name: "税务", Prefix: "B", Limits: queue.Limits{MaxWait: queue.Duration(30 * time.Minute)}},
			{ID: "c", Name: "户籍", Prefix: "A", Limits: queue.Limits{First: 500, Quota: 40}},
		},
		Classes: []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5, Offset: queue.Duration(time.Minute)}},
		Windows: []queue.Window{
			{ID: "1", Services: []string{"a", "b"}}, {ID: "2", Services: []string{"c"}},
			{ID: "3", Services: []string{"a", "b", "c"}, Prefer: [][]string{{"c"}}, Keypad: "kp-3"}, {ID: "4", Services: []string{"b"}},
		},
		Kiosks: []queue.Kiosk{{ID: "k", Printer: "p"}},
		Chains: []queue.Chain{{ID: "chain", Version: 1, Steps: []queue.Step{
			{ID: "s0", Service: "a"}, {ID: "s1", Service: "b", After: []string{"s0"}},
			{ID: "s2", Mode: queue.ModePaper, After: []string{"s0"}}, {ID: "s3", Service: "c", After: []string{"s1", "s2"}},
		}}},
		Rules: queue.Rules{
			Order: order, Ratio: []queue.Share{{Class: "normal", Turns: 2}, {Class: "priority", Turns: 1}}, AutoFinish: true,
			MaxWait: queue.Duration(20 * time.Minute), Tolerance: queue.Duration(5 * time.Minute), HoldFor: queue.Duration(10 * time.Minute),
			MissedRest: queue.Duration(15 * time.Minute), NoShowAfter: queue.Duration(3 * time.Minute), Closes: "17:30",
		},
	}
}

// Walk is a hall without a trail, going wherever Pick leads it.
type Walk struct {
	State   *queue.State
	At      time.Time
	Records []queue.Record
	Pick    func(n int) int // any number from 0 to n-1

	issued   []string
	commands int
	day      time.Time
}

// Windows are the windows of Config.
var Windows = []string{"1", "2", "3", "4"}

// NewWalk opens a day in a hall.
func NewWalk(config queue.Config, pick func(n int) int) *Walk {
	w := &Walk{State: queue.NewState(), Pick: pick, day: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	w.At = w.day.Add(time.Hour) // 09:00 in Fuyang
	_, _ = w.Do(queue.Activate{Config: config, Hash: "1f"})
	w.open()
	return w
}

func (w *Walk) open() {
	w.issued = nil
	_, _ = w.Do(queue.DayOpen{Day: w.day.Format(time.DateOnly), Offset: 8 * 3600})
	for _, id := range Windows {
		_, _ = w.Do(queue.WindowOpen{Window: id, Staff: "s" + id})
	}
}

// Do carries one command out at once. The error is a *queue.Refusal.
func (w *Walk) Do(c queue.Command) (queue.Outcome, error) {
	w.commands++
	out, err := w.State.Decide(queue.Input{At: w.At, Nonce: fmt.Sprintf("nonce-%06d-nonce-nonce", w.commands)}, c)
	for _, e := range out.Events {
		r := queue.Record{Seq: w.State.Seq() + 1, At: w.At, Actor: "walk", Command: fmt.Sprint("c", w.commands), Event: e}
		w.State.Apply(r)
		r.Day, _ = w.State.Day()
		w.Records = append(w.Records, r)
		if issued, ok := e.(queue.TicketIssued); ok {
			w.issued = append(w.issued, issued.Ticket)
		}
	}
	return out, err
}

// Step lets some time pass and one thing happen: half of the time what moves
// the day on, else anything, which may be refused.
func (w *Walk) Step() (queue.Command, error) {
	w.At = w.At.Add([]time.Duration{0, 0, 1, 10, 60, 300}[w.Pick(6)] * time.Second)
	if _, open := w.State.Day(); !open {
		w.day = w.day.AddDate(0, 0, 1)
		w.At = w.day.Add(time.Hour)
		w.open()
	}
	if w.Pick(2) == 0 {
		return w.onward()
	}
	c := w.anything()
	_, err := w.Do(c)
	return c, err
}

// onward takes a number, or does what a diligent window would.
func (w *Walk) onward() (c queue.Command, err error) {
	id := Windows[w.Pick(len(Windows))]
	if w.Pick(3) == 0 {
		c = queue.Take{Service: w.service(), Class: w.class()}
		_, err = w.Do(c)
		return c, err
	}
	for _, c = range []queue.Command{queue.WindowOpen{Window: id, Staff: "s" + id}, queue.Arrive{Window: id}, queue.Finish{Window: id}, queue.CallNext{Window: id}} {
		if _, err = w.Do(c); err == nil {
			return c, nil
		}
	}
	return c, err
}

func (w *Walk) service() string { return []string{"a", "b", "c"}[w.Pick(3)] }
func (w *Walk) class() string   { return []string{"normal", "normal", "priority"}[w.Pick(3)] }

// ticket is one of the numbers that were given last.
func (w *Walk) ticket() string {
	last := w.issued[max(0, len(w.issued)-16):]
	if len(last) == 0 {
		return "A001"
	}
	return last[w.Pick(len(last))]
}

// anything is one command, sensible or not.
func (w *Walk) anything() queue.Command {
	id, other := Windows[w.Pick(len(Windows))], Windows[w.Pick(len(Windows))]
	ticket, code := w.ticket(), fmt.Sprint("code-", w.Pick(8))
	switch w.Pick(7) {
	case 0:
		return w.taking(code)
	case 1:
		return w.slip(ticket)
	case 2:
		return w.calling(id, ticket)
	case 3:
		return w.leaving(id, other, ticket)
	case 4:
		return w.coming(ticket)
	case 5:
		return w.window(id, other)
	}
	return w.hall()
}

func (w *Walk) pickOne(cs ...queue.Command) queue.Command { return cs[w.Pick(len(cs))] }

func (w *Walk) taking(code string) queue.Command {
	slot := w.At.Add(time.Duration(w.Pick(60)-30) * time.Minute)
	return w.pickOne(
		queue.Take{Service: w.service(), Person: fmt.Sprint("p", w.Pick(3)), Class: w.class()}, queue.Take{Service: w.service(), Kiosk: "k"},
		queue.Take{Service: w.service(), Override: "x"}, queue.Take{Chain: "chain"},
		queue.Book{Code: code, Service: w.service(), Slot: slot, Person: fmt.Sprint("p", w.Pick(3))}, queue.CheckIn{Code: code}, queue.CheckIn{Code: code}, queue.Unbook{Code: code},
	)
}

func (w *Walk) slip(ticket string) queue.Command {
	t, _ := w.State.Ticket(ticket)
	return w.pickOne(
		queue.PrintResult{Ticket: ticket, Copy: t.Copies, Outcome: queue.PrintDone}, queue.PrintResult{Ticket: ticket, Copy: t.Copies, Outcome: queue.PrintFailed},
		queue.PrintResult{Ticket: ticket, Copy: t.Copies, Outcome: queue.PrintUnconfirmed}, queue.Keep{Ticket: ticket}, queue.Reprint{Ticket: ticket},
		queue.Void{Ticket: ticket, Reason: "x"},
	)
}

func (w *Walk) calling(id, ticket string) queue.Command {
	return w.pickOne(
		queue.CallNext{Window: id}, queue.Call{Window: id, Ticket: ticket, Reason: "x"}, queue.Call{Window: id, Ticket: ticket, Reason: "x", Manager: "m"},
		queue.Recall{Window: id}, queue.Arrive{Window: id}, queue.Undo{Window: id}, queue.Undo{Window: id},
	)
}

func (w *Walk) leaving(id, other, ticket string) queue.Command {
	return w.pickOne(
		queue.Finish{Window: id}, queue.NoShow{Window: id}, queue.NoShow{Window: id}, queue.Hold{Window: id, Reason: "x"},
		queue.Transfer{Window: id, ToWindow: other, Keep: true}, queue.Transfer{Window: id, ToService: w.service()}, queue.Transfer{Window: id, ToStaff: "s" + other},
		queue.Transfer{Ticket: ticket, ToWindow: other, Force: true}, queue.Cancel{Ticket: ticket},
	)
}

func (w *Walk) coming(ticket string) queue.Command {
	return w.pickOne(
		queue.Recover{Ticket: ticket}, queue.Resume{Ticket: ticket}, queue.Resume{Ticket: ticket, Wait: true}, queue.Reclass{Ticket: ticket, Class: w.class(), Reason: "x"},
		queue.Rate{Ticket: ticket, Level: 1 + w.Pick(5)}, queue.StepFinish{Ticket: ticket, Step: "s2"},
	)
}

func (w *Walk) window(id, other string) queue.Command {
	return w.pickOne(
		queue.WindowPause{Window: id, Reason: "x"}, queue.WindowResume{Window: id}, queue.WindowResume{Window: id}, queue.WindowDrain{Window: id},
		queue.WindowClose{Window: id}, queue.WindowClose{Window: id, Substitute: other}, queue.WindowClose{Window: id, Force: true}, queue.WindowOpen{Window: id, Staff: "s" + other},
	)
}

// hall is what concerns everybody; what ends much is rare.
func (w *Walk) hall() queue.Command {
	switch w.Pick(60) {
	case 0:
		return queue.DayClose{}
	case 1, 2:
		return queue.Freeze{Reason: "alarm"}
	}
	return w.pickOne(queue.Tick{}, queue.Tick{}, queue.Tick{}, queue.Unfreeze{})
}
