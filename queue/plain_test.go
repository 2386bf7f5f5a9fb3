package queue_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/queue"
)

// Plain stories are told in sentences, for whoever manages a hall: what people
// do stands at the margin, what the hall makes of it below, indented. Each is
// one of the edge cases that a hall has to get right. They are told again and
// compared; -update accepts what a change leads to.
func TestPlainStories(t *testing.T) {
	paths, err := filepath.Glob("testdata/cases/*.story")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			told := newTeller(t).tellAll(string(data))
			if *update {
				if err := os.WriteFile(path, []byte(told), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if told != string(data) {
				t.Errorf("the story goes otherwise, accept it with -update if it is right:\n%s", firstDifference(told, string(data)))
			}
		})
	}
}

// teller tells one plain story.
type teller struct {
	*stage
	t      *testing.T
	config queue.Config
	told   strings.Builder
}

func newTeller(t *testing.T) *teller {
	s := &teller{stage: &stage{state: queue.NewState(), at: nine}, t: t, config: testConfig()}
	s.config.Rules.AutoFinish = false
	s.config.Classes[0].Name, s.config.Classes[1].Name = "普通", "优先"
	s.quiet(queue.Activate{Config: s.config})
	s.quiet(queue.DayOpen{Day: "2026-11-23", Offset: 8 * 3600})
	return s
}

// quiet does what the story takes for granted.
func (s *teller) quiet(c queue.Command) {
	if _, err := s.do(c); err != nil {
		s.t.Fatalf("%#v: %v", c, err)
	}
}

func (s *teller) tellAll(story string) string {
	for line := range strings.Lines(story) {
		switch {
		case strings.HasPrefix(line, "#"), line == "\n":
			s.told.WriteString(line)
		case strings.HasPrefix(line, " "): // what came of it, told anew
		default:
			s.told.WriteString(line)
			s.happen(strings.Fields(line))
		}
	}
	return s.told.String()
}

func (s *teller) say(format string, args ...any) { fmt.Fprintf(&s.told, "    "+format+"\n", args...) }

// happen lets one line happen.
func (s *teller) happen(words []string) {
	switch words[0] {
	case "at":
		clock, err := time.Parse("15:04:05", words[1]+":00"[:max(0, 8-len(words[1]))])
		if err != nil {
			s.t.Fatalf("at %s: %v", words[1], err)
		}
		s.at = time.Date(2026, 11, 23, clock.Hour(), clock.Minute(), clock.Second(), 0, time.UTC).Add(-8 * time.Hour)
	case "the":
		s.look(words)
	case "restart":
		s.restart()
	default:
		s.act(s.command(words))
	}
}

func (s *teller) act(c queue.Command) {
	out, err := s.do(c)
	for _, e := range out.Events {
		if said := s.sentence(e); said != "" {
			s.say("%s", said)
		}
	}
	var r *queue.Refusal
	if errors.As(err, &r) {
		s.say("refused (%s): %s", r.Code, r.In("en").Say)
	} else if len(out.Events) == 0 {
		s.say("nothing changes")
	}
}

// restart saves the hall and loads it again, as a power cut would.
func (s *teller) restart() {
	data, err := s.state.Save()
	if err != nil {
		s.t.Fatal(err)
	}
	if s.state, err = queue.Load(data); err != nil {
		s.t.Fatal(err)
	}
}

// look tells how the hall stands: "the hall", "the queue".
func (s *teller) look(words []string) {
	v := s.state.View()
	if words[1] == "hall" {
		for _, w := range v.Windows {
			s.say("window %s is %s", w.ID, strings.TrimSpace(string(w.State)+" "+w.Ticket))
		}
	}
	for _, w := range v.Waiting {
		state := string(w.State)
		if w.Unconfirmed {
			state += ", its slip is not certain"
		}
		s.say("%s for %s: %s", w.Ticket, w.Service, state)
	}
	for _, svc := range v.Services {
		if svc.Stalled {
			s.say("%s is stalled: %d wait and no window serves", svc.ID, svc.Waiting)
		}
	}
	for _, a := range v.Alerts {
		s.say("warning: %s", a.Say)
	}
}

// after finds the word behind a key: "as priority".
func after(words []string, key string) string {
	if at := slices.Index(words, key); at >= 0 && at+1 < len(words) {
		return words[at+1]
	}
	return ""
}

// because is the rest of the line behind "because".
func because(words []string) string {
	if at := slices.Index(words, "because"); at >= 0 {
		return strings.Join(words[at+1:], " ")
	}
	return ""
}

// command understands a sentence.
func (s *teller) command(words []string) queue.Command {
	has := func(w string) bool { return slices.Contains(words, w) }
	switch words[0] {
	case "somebody": // somebody takes social as priority at k1 with id p
		return queue.Take{
			Service: words[2], Class: after(words, "as"), Kiosk: after(words, "at"), Person: after(words, "id"), Again: has("again"), Override: because(words),
		}
	case "window":
		return s.windowCommand(words[1], words[2], words, has)
	case "ticket":
		return s.ticketCommand(words[1], words[2], words, has)
	case "booking":
		slot := time.Time{}
		if clock, err := time.Parse("15:04", after(words, "at")); err == nil {
			slot = time.Date(2026, 11, 23, clock.Hour(), clock.Minute(), 0, 0, time.UTC).Add(-8 * time.Hour)
		}
		if words[2] == "checks" {
			return queue.CheckIn{Code: words[1]}
		}
		return queue.Book{Code: words[1], Service: words[3], Slot: slot}
	case "rules":
		if err := json.Unmarshal([]byte(strings.Join(words[1:], " ")), &s.config.Rules); err != nil {
			s.t.Fatalf("%v: %v", words, err)
		}
		return queue.Activate{Config: s.config}
	case "configuration": // configuration without shop
		return queue.Activate{Config: without(words[2], "")}
	case "service": // service social {"quota":2}
		s.config.Services = slices.Clone(s.config.Services)
		for i := range s.config.Services {
			if s.config.Services[i].ID == words[1] {
				if err := json.Unmarshal([]byte(strings.Join(words[2:], " ")), &s.config.Services[i]); err != nil {
					s.t.Fatalf("%v: %v", words, err)
				}
			}
		}
		return queue.Activate{Config: s.config}
	case "alarm":
		return queue.Freeze{Reason: because(words)}
	case "all": // all clear
		return queue.Unfreeze{}
	case "time": // time passes
		return queue.Tick{}
	case "day": // day closes, day opens 2026-11-24
		if words[1] == "opens" {
			return queue.DayOpen{Day: words[2], Offset: 8 * 3600}
		}
		return queue.DayClose{}
	}
	s.t.Fatalf("nobody understands %v", words)
	return nil
}

func (s *teller) windowCommand(id, verb string, words []string, has func(string) bool) queue.Command {
	switch verb {
	case "opens":
		return queue.WindowOpen{Window: id, Staff: after(words, "staff")}
	case "next":
		return queue.CallNext{Window: id}
	case "calls":
		return queue.Call{Window: id, Ticket: words[3], Reason: because(words), Manager: after(words, "allowed")}
	case "recalls":
		return queue.Recall{Window: id}
	case "serves":
		return queue.Arrive{Window: id}
	case "finishes":
		return queue.Finish{Window: id}
	case "misses":
		return queue.NoShow{Window: id}
	case "holds":
		return queue.Hold{Window: id, Reason: because(words)}
	case "sends": // window 1 sends to window 2 keep
		t := queue.Transfer{Window: id, Keep: has("keep")}
		switch words[4] {
		case "window":
			t.ToWindow = words[5]
		case "staff":
			t.ToStaff = words[5]
		default:
			t.ToService = words[4]
		}
		return t
	case "undoes":
		return queue.Undo{Window: id}
	case "pauses":
		return queue.WindowPause{Window: id, Reason: because(words)}
	case "resumes":
		return queue.WindowResume{Window: id}
	case "drains":
		return queue.WindowDrain{Window: id}
	case "closes":
		return queue.WindowClose{Window: id, Substitute: after(words, "substitute"), Force: has("anyway")}
	}
	s.t.Fatalf("windows do not know how to %v", words)
	return nil
}

func (s *teller) ticketCommand(number, verb string, words []string, has func(string) bool) queue.Command {
	ticket, _ := s.state.Ticket(number)
	switch verb {
	case "printed", "failed", "unconfirmed":
		return queue.PrintResult{Ticket: number, Copy: ticket.Copies, Outcome: queue.Print(verb), Why: because(words)}
	case "returns":
		return queue.Recover{Ticket: number}
	case "resumes":
		return queue.Resume{Ticket: number, Wait: has("waiting")}
	case "cancels":
		return queue.Cancel{Ticket: number, Reason: because(words)}
	case "void":
		return queue.Void{Ticket: number, Reason: because(words)}
	case "becomes":
		return queue.Reclass{Ticket: number, Class: words[3], Reason: because(words)}
	case "reprints":
		return queue.Reprint{Ticket: number}
	case "kept":
		return queue.Keep{Ticket: number}
	case "rated": // ticket M001 rated 5 on kp-1
		return s.press(number, words)
	case "moves": // ticket M001 moves to window 2
		return queue.Transfer{Ticket: number, ToWindow: words[5], Keep: true}
	}
	s.t.Fatalf("tickets do not know how to %v", words)
	return nil
}

// press is a press on a keypad that was prompted for the ticket.
func (s *teller) press(number string, words []string) queue.Command {
	level := int(words[3][0] - '0')
	for _, r := range slices.Backward(s.records) {
		if e, ok := r.Event.(queue.TicketDone); ok && e.Ticket == number {
			return queue.Rate{Device: after(words, "on"), Prompt: e.Prompt, Level: level}
		}
	}
	s.t.Fatalf("%s was never done", number)
	return nil
}

// sentence says an event as one would; empty for what a story need not tell.
func (s *teller) sentence(e queue.Event) string {
	local := func(t time.Time) string { return t.Add(8 * time.Hour).Format("15:04:05") }
	switch e := e.(type) {
	case queue.TicketIssued:
		said := fmt.Sprintf("%s is given for %s, %s", e.Ticket, e.Service, e.Class)
		if e.Printer != "" {
			said += ", and its slip is meant to come out of " + e.Printer
		}
		if e.Late {
			said += ", too late for the appointment"
		}
		return said
	case queue.TicketCalled:
		said := fmt.Sprintf("%s is called to window %s: %s by %s, credit %.0f", e.Ticket, e.Window, e.Why.Tier, e.Why.Rule, e.Why.Credit)
		if e.Why.Preferred {
			said += ", preferred there"
		}
		for _, up := range e.Why.RunnersUp {
			said += fmt.Sprintf("; then %s (%s, %.0f)", up.Ticket, up.Tier, up.Credit)
		}
		if e.Why.Reason != "" {
			said += "; because " + e.Why.Reason
		}
		if e.Why.Allowed != "" {
			said += ", allowed by " + e.Why.Allowed
		}
		return said
	case queue.TicketRecalled:
		return fmt.Sprintf("%s is called again, time %d", e.Ticket, e.N)
	case queue.TicketArrived:
		return e.Ticket + " has come to window " + e.Window
	case queue.TicketDone:
		return fmt.Sprintf("%s is done at window %s, and asked for a rating until %s", e.Ticket, e.Window, local(e.Until))
	case queue.TicketNoShow:
		return strings.TrimSpace(e.Ticket + " did not come " + e.Reason)
	case queue.TicketRecovered:
		return fmt.Sprintf("%s waits again (%s), as if since %s; missed %d", e.Ticket, e.Policy, local(e.Seniority), e.Missed)
	case queue.TicketHeld:
		if e.Until.IsZero() {
			return e.Ticket + " is held, " + e.Reason
		}
		return fmt.Sprintf("%s is held until %s, %s", e.Ticket, local(e.Until), e.Reason)
	case queue.TicketResumed:
		if e.Waits {
			return fmt.Sprintf("%s is back and waits for window %s", e.Ticket, e.Window)
		}
		return fmt.Sprintf("%s goes on at window %s", e.Ticket, e.Window)
	case queue.TicketTransferred:
		to := strings.Join(strings.Fields("to "+e.ToService+" "+e.ToWindow+" "+e.ToStaff), " ")
		return fmt.Sprintf("%s is sent on %s, waiting since %s", e.Ticket, to, local(e.Seniority))
	case queue.CommandUndone:
		return fmt.Sprintf("undone: %s of %s counts no more", e.Event, e.Ticket)
	case queue.ForecastGiven, queue.ConfigActivated, queue.DayClosed:
		return ""
	case queue.AlertRaised:
		return "warning: " + e.Say
	case queue.WindowOpened, queue.WindowPaused, queue.WindowResumed, queue.WindowDraining, queue.WindowClosed:
		data, _ := json.Marshal(e)
		var w struct{ Window, Substitute string }
		_ = json.Unmarshal(data, &w) // for the sentence only
		_, did, _ := strings.Cut(e.Name(), ".")
		if w.Substitute != "" {
			did += ", window " + w.Substitute + " takes over"
		}
		return "window " + w.Window + " " + did
	case queue.HallUnfrozen:
		return "all clocks go on after " + time.Duration(e.Stood).String()
	case queue.Subject:
		data, _ := json.Marshal(e)
		var reason struct{ Reason, Why string }
		_ = json.Unmarshal(data, &reason) // for the sentence only
		return strings.TrimSpace(fmt.Sprintf("%s: %s %s%s", e.TicketNumber(), e.(queue.Event).Name(), reason.Reason, reason.Why))
	}
	return e.Name()
}
