package feed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lobby/queue"
	"lobby/queue/hall"
)

// equalStates compares states but for the time of day.
func equalStates(t *testing.T, a, b map[string]json.RawMessage) {
	t.Helper()
	for name := range b {
		var x, y bytes.Buffer
		if name == "now" {
			continue
		}
		if err := errors.Join(json.Compact(&x, a[name]), json.Compact(&y, b[name])); err != nil || x.String() != y.String() {
			t.Errorf("%s by patches\n%s\nin a fresh snapshot\n%s %v", name, &x, &y, err)
		}
	}
}

// settled follows until the state tells of a warning named by the test, which
// was the last thing that happened.
func (c *client) settled(mark string) {
	c.t.Helper()
	for !strings.Contains(string(c.state["alerts"]), mark) {
		c.follow()
	}
}

// mark makes a warning that is the end of a story, and forces no other change.
func (w *world) mark(name string) {
	w.t.Helper()
	w.must(queue.DeviceReport{Device: name, Kind: "board", State: "down", Why: "mark"})
}

func randomCommand(chance *rand.Rand) queue.Command {
	window, ticket := fmt.Sprint(1+chance.IntN(8)), fmt.Sprintf("M%03d", 1+chance.IntN(40))
	commands := []queue.Command{
		queue.Take{Service: "social"}, queue.Take{Service: "social", Class: "priority"}, queue.Take{Service: "estate", Kiosk: "k1"},
		queue.CallNext{Window: window}, queue.CallNext{Window: window}, queue.Arrive{Window: window}, queue.Arrive{Window: window}, queue.Finish{Window: window},
		queue.NoShow{Window: window}, queue.Recover{Ticket: ticket}, queue.Hold{Window: window}, queue.Resume{Ticket: ticket}, queue.Cancel{Ticket: ticket},
		queue.Rate{Ticket: ticket, Level: 4}, queue.WindowPause{Window: window}, queue.WindowResume{Window: window},
		queue.DeviceReport{Device: "board/1", Kind: "board", State: "down", Why: "no answer"}, queue.DeviceReport{Device: "board/1", Kind: "board", State: "up"},
		queue.DeviceReport{Device: "camera/c1", Kind: "camera", State: "degraded", Why: "slow"},
	}
	return commands[chance.IntN(len(commands))]
}

func (w *world) shake(chance *rand.Rand, n int) {
	for range n {
		if _, err := w.Do(context.Background(), hall.Request{Actor: "test", Command: randomCommand(chance)}); err != nil {
			w.t.Error(err)
		}
	}
}

func TestPatchesLeadToTheSnapshot(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	chance := rand.New(rand.NewPCG(5, 6))
	viewers := []*client{}
	for round := range 8 {
		v := w.dial("topics=view,alerts", false)
		viewers = append(viewers, v)
		w.shake(chance, 60)
		mark := fmt.Sprint("end-", round)
		w.mark(mark)
		fresh := w.dial("topics=alerts", false)
		fresh.settled(mark)
		for _, v := range viewers {
			v.settled(mark)
			equalStates(t, v.state, fresh.state)
		}
		fresh.Close()
	}
}

// A client with the topic view keeps its state by patches alone, so one that
// comes back has to get what the records it missed have led to.
func TestAReturningViewIsFreshAgain(t *testing.T) {
	dir := t.TempDir()
	w := build(t, dir, false)
	w.open()
	v := w.dial("topics=view", false)
	v.until(10)
	v.Close()
	back := func(w *world) {
		t.Helper()
		r := w.dial(fmt.Sprintf("topics=view&since=%d&epoch=%s", v.seq, v.epoch), false)
		r.seq, r.state = v.seq, v.state
		for m := r.follow(); m.Type != "patch" && m.Type != "snapshot"; m = r.follow() {
		}
		fresh := w.dial("", false)
		fresh.until(1)
		equalStates(t, r.state, fresh.state)
		v = r
		r.Close()
	}
	w.shake(rand.New(rand.NewPCG(7, 8)), 50)
	back(w)
	back(w)
	w.shake(rand.New(rand.NewPCG(9, 10)), 50)
	w.stop()
	back(build(t, dir, false))
}
