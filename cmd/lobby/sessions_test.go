package main

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/trail"
)

// loss is a hall whose parts go away and come back at a chosen moment.
type loss struct {
	*votes
	stage  *votesStage
	hall   *program
	broker *exec.Cmd // nil with the embedded one, which goes with the hall
	pad    *pad
	leave  context.CancelFunc // of the pad
}

func (l *loss) startHall() {
	l.hall = startProgram(l.t, shipped(l.t), "run", "--config", filepath.Join(l.stage.dir, "hall.yaml"))
}

// longer than the keys are lit.
const longer = 4 * time.Second

// losses are what may be away between the question and the answer to the press.
// Each takes it away and returns how it comes back.
var losses = map[string]func(l *loss) (back func()){
	"broker": func(l *loss) func() {
		if l.broker == nil {
			l.hall.kill()
			return l.startHall
		}
		stop(l.broker)
		return func() { l.broker = l.stage.mosquitto(l.t) } // and remembers nothing
	},
	"hall": func(l *loss) func() {
		l.hall.kill()
		return func() {
			<-time.After(longer) // a press that waits at the broker grows no older there
			l.startHall()
		}
	},
	"both": func(l *loss) func() {
		l.hall.kill()
		if l.broker != nil {
			stop(l.broker)
		}
		return func() {
			if l.broker != nil {
				l.broker = l.stage.mosquitto(l.t)
			}
			l.startHall()
		}
	},
}

// TestForeignSessionsOverRestarts: a keypad whose session the broker keeps is
// asked; then a part of the hall goes away, the key is
// pressed, and the part comes back. The press counts once, with the
// embedded broker, which keeps no session on disk, as with mosquitto without
// persistence: nothing depends on what a broker remembers.
func TestForeignSessionsOverRestarts(t *testing.T) {
	t.Parallel()
	needs(t, map[string]string{"mosquitto": "mosquitto"})
	for name, embedded := range map[string]bool{"Embedded": true, "Mosquitto": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // mostly waiting
			s := newVotesStage(t, embedded)
			l := &loss{votes: s.votes(t), stage: s}
			if !embedded {
				l.broker = s.mosquitto(t)
			}
			l.startHall()
			l.do("day", "day_open", nil)
			l.do("open", "window_open", map[string]any{"window": "1"})
			l.switchOn()
			for _, what := range []string{"broker", "hall", "both"} {
				l.lose(what)
			}
			l.leave()
			l.hall.kill()
			l.countedOnce(len(losses))
		})
	}
}

// switchOn starts the keypad, with the counter of its flash.
func (l *loss) switchOn() {
	n := int64(0)
	if l.pad != nil {
		l.leave()
		n = l.pad.next.Load()
	}
	var ctx context.Context
	ctx, l.leave = context.WithCancel(l.t.Context())
	l.pad = l.votes.pad(ctx, "kp-1", false)
	l.pad.next.Store(n)
}

// lose serves one citizen, whose press falls into the loss.
func (l *loss) lose(what string) {
	var taken queue.TakeResult
	if err := json.Unmarshal(l.do(what+"take", "take", map[string]any{"service": "s1", "kiosk": "k1"}).Result, &taken); err != nil {
		l.t.Fatal(err)
	}
	for _, kind := range []string{"call_next", "arrive"} {
		l.do(what+kind, kind, map[string]any{"window": "1"})
	}
	l.do(what+"finish", "finish", map[string]any{"window": "1"})
	q := l.pad.question("1", taken.Ticket)
	back := losses[what](l)
	var sending sync.WaitGroup
	pad := l.pad
	sending.Go(func() { pad.cast("genuine", q.Prompt, 4, false) })
	back()
	sending.Wait()
	l.switchOn()
}

// countedOnce holds the trail against what the keypad was told.
func (l *loss) countedOnce(n int) {
	tr, err := trail.Open(filepath.Join(l.stage.dir, "data"))
	if err != nil {
		l.t.Fatal(err)
	}
	defer tr.Close()
	legs := map[string]int{}
	err = tr.Replay(nil, func(r queue.Record) error {
		if e, ok := r.Event.(queue.RatingGiven); ok {
			legs[e.LegID]++
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
	for leg, times := range legs {
		if times != 1 {
			l.t.Errorf("%s was rated %d times", leg, times)
		}
	}
	if len(legs) != n {
		l.t.Errorf("%d of %d presses are counted", len(legs), n)
	}
	for event, answer := range l.told {
		if answer != "ok" && answer != "dup" { // dup when the first answer was lost
			l.t.Errorf("%s was told %s", event, answer)
		}
	}
}
