package queue_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lobby/queue"
	"lobby/queue/plaintest"
)

// someChain draws a graph of steps in which a step follows only earlier ones.
func someChain(t *rapid.T) queue.Chain {
	c := queue.Chain{ID: "c", Version: 1, Name: "流程", Limit: queue.Duration(time.Hour)}
	n := rapid.IntRange(1, 7).Draw(t, "steps")
	for i := range n {
		p := queue.Step{ID: fmt.Sprintf("s%d", i), Name: fmt.Sprintf("步骤%d", i), Optional: rapid.Bool().Draw(t, "optional")}
		for j := range i {
			if rapid.IntRange(0, 2).Draw(t, "after") == 0 {
				p.After = append(p.After, fmt.Sprintf("s%d", j))
			}
		}
		if len(p.After) > 0 && rapid.Bool().Draw(t, "any") {
			p.Join = queue.Join(rapid.IntRange(1, len(p.After)).Draw(t, "need"))
		}
		if i > 0 && rapid.IntRange(0, 2).Draw(t, "paper") == 0 {
			p.Mode = queue.ModePaper
		} else {
			p.Service = rapid.SampledFrom([]string{"four", "tax", "fees", "project"}).Draw(t, "service")
		}
		c.Steps = append(c.Steps, p)
	}
	return c
}

// crowd is a hall with journeys in which anything may happen.
type crowd struct {
	*stage
	tickets []string
}

func newCrowd(t *rapid.T, hall queue.Config) *crowd {
	c := &crowd{stage: &stage{state: queue.NewState(), at: nine}}
	hall.Chains = []queue.Chain{someChain(t)}
	for _, command := range []queue.Command{queue.Activate{Config: hall, Hash: "v1"}, queue.DayOpen{Day: "2026-11-23"}} {
		if _, err := c.do(command); err != nil {
			t.Fatalf("%#v: %v", command, err)
		}
	}
	return c
}

// something does one thing: half of the time what moves the day on, and
// otherwise anything, which may be refused.
func (c *crowd) something(t *rapid.T) {
	w := rapid.SampledFrom(crowdWindows).Draw(t, "window")
	c.at = c.at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 30, 200}).Draw(t, "seconds")) * time.Second)
	switch rapid.IntRange(0, 5).Draw(t, "what") {
	case 0, 1:
		c.push(w)
	case 2:
		c.papers()
	default:
		c.anything(t, w)
	}
}

var crowdWindows = []string{"9", "16", "40", "53"}

// push does what a diligent window would.
func (c *crowd) push(w string) {
	for _, command := range []queue.Command{queue.WindowOpen{Window: w}, queue.Arrive{Window: w}, queue.Finish{Window: w}, queue.CallNext{Window: w}} {
		if _, err := c.do(command); err == nil {
			return
		}
	}
}

// papers finishes the first paper step that is open.
func (c *crowd) papers() {
	for _, v := range c.state.View().Journeys {
		for _, p := range v.Steps {
			if p.Mode == queue.ModePaper && p.State == queue.StepOpen {
				_, _ = c.do(queue.StepFinish{Ticket: v.Ticket, Step: p.ID}) // its test is another one
				return
			}
		}
	}
}

// anything does one thing that may be refused.
func (c *crowd) anything(t *rapid.T, w string) {
	ticket := ""
	if len(c.tickets) > 0 {
		ticket = rapid.SampledFrom(c.tickets).Draw(t, "ticket")
	}
	step := fmt.Sprintf("s%d", rapid.IntRange(0, 6).Draw(t, "step"))
	var commands = []queue.Command{
		queue.Take{Chain: "c", Kiosk: rapid.SampledFrom([]string{"", "k1"}).Draw(t, "kiosk")}, queue.Take{Service: "tax"},
		queue.WindowOpen{Window: w}, queue.WindowOpen{Window: w}, queue.WindowClose{Window: w}, queue.WindowPause{Window: w}, queue.WindowResume{Window: w},
		queue.CallNext{Window: w}, queue.CallNext{Window: w}, queue.CallNext{Window: w}, queue.Arrive{Window: w}, queue.Arrive{Window: w},
		queue.Finish{Window: w}, queue.Finish{Window: w}, queue.Finish{Window: w, Outcome: "repeat"}, queue.NoShow{Window: w},
		queue.Hold{Window: w}, queue.Resume{Ticket: ticket}, queue.Recover{Ticket: ticket},
		queue.Call{Window: w, Ticket: ticket, Reason: "老人"}, queue.Transfer{Window: w, ToService: "fees"}, queue.Transfer{Window: w, ToWindow: "9", Keep: true},
		queue.StepFinish{Ticket: ticket, Step: step}, queue.StepFinish{Ticket: ticket, Step: step},
		queue.StepSkip{Ticket: ticket, Step: step, Reason: "不需要"}, queue.StepRepeat{Ticket: ticket, Step: step, Reason: "缺材料"},
		queue.Cancel{Ticket: ticket}, queue.Reclass{Ticket: ticket, Class: "priority", Reason: "老人"},
		queue.PrintResult{Ticket: ticket, Outcome: rapid.SampledFrom([]queue.Print{queue.PrintDone, queue.PrintFailed, queue.PrintUnconfirmed}).Draw(t, "print")},
		queue.Keep{Ticket: ticket}, queue.Tick{},
	}
	out, _ := c.do(rapid.SampledFrom(commands).Draw(t, "command"))
	if res, ok := out.Result.(queue.TakeResult); ok {
		c.tickets = append(c.tickets, res.Ticket)
	}
}

// check holds the state against what may never be.
func (c *crowd) check(t *rapid.T) {
	for _, number := range c.tickets {
		ticket, _ := c.state.Ticket(number)
		at := 0
		for _, l := range ticket.Legs {
			if l.State == queue.LegCalled || l.State == queue.LegServing {
				at++
			}
			if slip := ticket.Print; l.State == queue.LegReserved && slip != queue.Printing && slip != queue.PrintFailed {
				t.Fatalf("%s is reserved although its slip is %s", l.ID, slip)
			}
		}
		if at > 1 {
			t.Fatalf("%s is at %d windows at once", number, at)
		}
		if v := c.state.Journey(number); v != nil && (v.State == queue.JourneyStateDone || v.State == queue.JourneyStateAborted) {
			checkOver(t, ticket, v)
		}
	}
}

// checkOver insists that nothing of a journey that is over is still alive, but
// for the one leg with which its citizen may have stood at a window just then.
func checkOver(t *rapid.T, ticket queue.Ticket, v *queue.JourneyView) {
	alive := 0
	for _, l := range ticket.Legs {
		if l.Ended.IsZero() {
			alive++
		}
	}
	if alive > 1 || alive == 1 && v.State == queue.JourneyStateAborted {
		t.Fatalf("the journey of %s is %s, and %d of its legs are alive", ticket.Number, v.State, alive)
	}
	for _, p := range v.Steps {
		if p.State == queue.StepOpen || p.State == queue.StepPending {
			t.Fatalf("the journey of %s is %s, and its step %s is %s", ticket.Number, v.State, p.ID, p.State)
		}
	}
}

// joins goes through the records with a pencil: a step begins when enough of
// what it follows has ended, and never twice without being asked for again.
type joins struct {
	graph map[string]queue.Chain
	state map[string]map[string]string // ticket, step: open, ended, or nothing
}

func (j *joins) read(t *rapid.T, r queue.Record) {
	switch e := r.Event.(type) {
	case queue.JourneyStarted:
		j.graph[e.Ticket], j.state[e.Ticket] = e.Chain, map[string]string{}
	case queue.JourneyStepStarted:
		j.begins(t, e.Ticket, e.Step)
	case queue.JourneyStepDone:
		j.state[e.Ticket][e.Step] = "ended"
	case queue.JourneyStepSkipped:
		j.state[e.Ticket][e.Step] = "ended"
	case queue.JourneyStepRepeated:
		delete(j.state[e.Ticket], e.Step)
		for _, p := range j.graph[e.Ticket].Steps {
			if slices.Contains(p.After, e.Step) && j.state[e.Ticket][p.ID] == "open" && j.ended(e.Ticket, p) < need(p) {
				delete(j.state[e.Ticket], p.ID)
			}
		}
	}
}

func (j *joins) begins(t *rapid.T, ticket, step string) {
	graph := j.graph[ticket]
	p := graph.Steps[slices.IndexFunc(graph.Steps, func(p queue.Step) bool { return p.ID == step })]
	if was := j.state[ticket][step]; was != "" {
		t.Fatalf("%s: the step %s begins although it is %s", ticket, step, was)
	}
	if got := j.ended(ticket, p); got < need(p) {
		t.Fatalf("%s: the step %s begins after %d of %d", ticket, step, got, need(p))
	}
	j.state[ticket][step] = "open"
}

func (j *joins) ended(ticket string, p queue.Step) int {
	n := 0
	for _, id := range p.After {
		if j.state[ticket][id] == "ended" {
			n++
		}
	}
	return n
}

func need(p queue.Step) int {
	if p.Join > 0 {
		return int(p.Join)
	}
	return len(p.After)
}

func TestJourneysKeepTheirPromises(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	hall := estateHall(t)
	rapid.Check(t, func(t *rapid.T) {
		c := newCrowd(t, hall)
		pencil := &joins{map[string]queue.Chain{}, map[string]map[string]string{}}
		read := 0
		for range rapid.IntRange(1, 150).Draw(t, "things") {
			c.something(t)
			for ; read < len(c.records); read++ {
				pencil.read(t, c.records[read])
			}
			c.check(t)
			if rapid.IntRange(0, 19).Draw(t, "restart") == 0 {
				c.restart(t)
			}
		}
		c.sameAsRecords(t)
		c.closes(t)
	})
}

// restart goes on from what was saved.
func (c *crowd) restart(t *rapid.T) {
	data, err := c.state.Save()
	if err != nil {
		t.Fatalf("%v", err)
	}
	was, had := c.state.Due()
	if c.state, err = queue.Load(data); err != nil {
		t.Fatalf("%v", err)
	}
	if due, ok := c.state.Due(); !due.Equal(was) || ok != had {
		t.Fatalf("the loaded state is due at %v %v, want %v %v", due, ok, was, had)
	}
}

// sameAsRecords replays the trail and insists on the same state.
func (c *crowd) sameAsRecords(t *rapid.T) {
	replayed := queue.NewState()
	for _, r := range c.records {
		replayed.Apply(r)
	}
	got, errGot := replayed.Save()
	want, errWant := c.state.Save()
	if string(got) != string(want) || errGot != nil || errWant != nil {
		t.Fatalf("replayed\n%s\nwant\n%s", got, want)
	}
}

// closes ends the day, after which nothing is alive.
func (c *crowd) closes(t *rapid.T) {
	for _, w := range crowdWindows {
		for _, command := range []queue.Command{queue.Arrive{Window: w}, queue.Finish{Window: w}} {
			_, _ = c.do(command) // refused where nobody is
		}
	}
	if _, err := c.do(queue.DayClose{}); err != nil {
		t.Fatalf("%v", err)
	}
	for _, number := range c.tickets {
		ticket, _ := c.state.Ticket(number)
		for _, l := range ticket.Legs {
			if l.Ended.IsZero() && l.State != queue.LegNoShow {
				t.Fatalf("the day is over and the leg %s is %s", l.ID, l.State)
			}
		}
		if v := c.state.Journey(number); v != nil {
			checkOver(t, ticket, v)
		}
	}
	for range 100 { // warnings are cleared by ticks
		if due, ok := c.state.Due(); ok && !due.After(c.at) {
			_, _ = c.do(queue.Tick{})
		}
	}
	due, ok := c.state.Due() // the time for rating is a week
	if ok && due.Before(c.at.Add(6*24*time.Hour)) || len(c.state.View().Alerts) > 0 {
		t.Fatalf("the day is over and something is due at %v, alerts %v", due, c.state.View().Alerts)
	}
}
