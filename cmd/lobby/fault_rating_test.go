package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/keypad"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
)

const boothHall = `hall: {id: rated, name: 评价, timezone: Asia/Shanghai}
rules: {auto_finish: true}
classes: [{id: normal, name: 普通, rate: 1}]
services: [{id: s1, name: 一, prefix: A}]
windows:
  - {id: "1", services: [s1], keypad: kp-1}
  - {id: "2", services: [s1], keypad: kp-2}
  - {id: "3", services: [s1], keypad: kp-3}
kiosks: [{id: k1}]
walls: [{id: w1}]
mqtt: {embedded: true, listen: "127.0.0.1:0"}
keypads: {kp-1: {password_file: x}, kp-2: {password_file: x}, kp-3: {password_file: x}}
`

// ballotBox is a trail in memory that keeps apart what became of presses.
type ballotBox struct {
	halltest.Memory
	done  []queue.TicketDone
	given []queue.RatingGiven
	dup   int
	other int // late and refused
}

// Append implements hall.Trail.
func (b *ballotBox) Append(pieces iter.Seq[queue.Batch]) error {
	for p := range pieces {
		b.count(p.Records)
		if err := b.Memory.Append(p.Alone()); err != nil {
			return err
		}
	}
	return nil
}

func (b *ballotBox) count(records []queue.Record) {
	for _, r := range records {
		switch e := r.Event.(type) {
		case queue.TicketDone:
			b.done = append(b.done, e)
		case queue.RatingGiven:
			b.given = append(b.given, e)
		case queue.RatingDuplicate:
			b.dup++
		case queue.RatingLate, queue.RatingRefused:
			b.other++
		}
	}
}

// booth is a hall of three windows whose keypads are the test's own: what they
// send arrives as often, as late and in what order the test says.
type booth struct {
	t     *testing.T
	lobby *lobby
	box   *ballotBox
	pads  *keypads
	hear  func(devices.Message) // takes what keypads send
	stop  func()                // ends the driver
}

func newBooth(t *testing.T) *booth {
	t.Helper()
	file, err := loadFS(fstest.MapFS{"rated.yaml": {Data: []byte(boothHall)}}, "rated.yaml", "rated.yaml")
	if err != nil {
		t.Fatal(err)
	}
	location, err := time.LoadLocation(file.Hall.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	b := &booth{t: t, box: &ballotBox{}}
	log := slog.New(slog.DiscardHandler)
	nonces := 0
	b.lobby = &lobby{file: file, log: log, location: location, group: newGroup(context.Background())}
	b.lobby.hall, err = hall.Open(hall.Options{
		Trail: b.box, Now: time.Now, Location: location, Log: log,
		Nonce: func() string { nonces++; return fmt.Sprintf("%012d-and-more", nonces) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.lobby.stopHall = b.lobby.runHall(context.Background())
	if err := b.lobby.activate(); err != nil {
		t.Fatal(err)
	}
	b.pads = &keypads{lobby: b.lobby}
	b.must(queue.DayOpen{})
	for _, w := range file.Windows {
		b.must(queue.WindowOpen{Window: w.ID, Staff: "clerk-" + w.ID})
	}
	b.connect()
	return b
}

// connect starts a driver that knows nothing of what was pressed before, as
// after a restart.
func (b *booth) connect() {
	b.t.Helper()
	if b.stop != nil {
		b.stop()
	}
	units := map[string]keypad.Unit{"kp-1": {}, "kp-2": {}, "kp-3": {}}
	driver := keypad.New(b, "rated", units, b.lobby.log)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = driver.Run(ctx, b.pads.judge)
	}()
	b.stop = func() { cancel(); <-done }
	synctest.Wait()
}

// Subscribe implements devices.Topics.
func (b *booth) Subscribe(ctx context.Context, filter string, f func(devices.Message)) error {
	if filter == "lobby/rated/keypad/+/event" {
		b.hear = f
	}
	<-ctx.Done()
	return ctx.Err()
}

// Publish implements devices.Topics.
func (b *booth) Publish(context.Context, string, bool, []byte) error { return nil }

func (b *booth) end() {
	b.stop()
	b.lobby.group.cancel()
	_ = b.lobby.group.wait()
	b.lobby.stopHall()
}

func (b *booth) must(c queue.Command) {
	b.t.Helper()
	answer, err := b.lobby.hall.Do(b.t.Context(), hall.Request{Actor: "test", Command: c})
	if err != nil || answer.Refusal != nil {
		b.t.Fatalf("%T: %v %v", c, err, answer.Refusal)
	}
}

// serve serves so many citizens, in turns at each window.
func (b *booth) serve(n int) []queue.TicketDone {
	b.t.Helper()
	before := len(b.box.done)
	for i := range n {
		window := b.lobby.file.Windows[i%3].ID
		b.must(queue.Take{Kiosk: "k1", Service: "s1"})
		b.must(queue.CallNext{Window: window})
		b.must(queue.Arrive{Window: window})
		b.must(queue.Finish{Window: window})
	}
	if len(b.box.done) != before+n {
		b.t.Fatal("a service ended without a question")
	}
	return b.box.done[before:]
}

// pad is the keypad of a window, counted from its number on.
func (b *booth) pad(window string, further int) string {
	for i, w := range b.lobby.file.Windows {
		if w.ID == window {
			return b.lobby.file.Windows[(i+further)%3].Keypad
		}
	}
	return ""
}

// pressed is one press of a key, delivered once or many times.
type pressed struct {
	device, prompt, id string
	level              int
	at                 time.Time
}

// deliver sends presses, and lets all of them be judged.
func (b *booth) deliver(presses []pressed) {
	b.t.Helper()
	for i, p := range presses {
		payload, err := json.Marshal(map[string]any{"v": 1, "id": p.id, "k": p.level, "prompt": p.prompt, "ago": time.Since(p.at).Milliseconds()})
		if err != nil {
			b.t.Fatal(err)
		}
		b.hear(devices.Message{Topic: "lobby/rated/keypad/" + p.device + "/event", Payload: payload})
		if i%8 == 7 {
			synctest.Wait()
		}
	}
	synctest.Wait()
}

// Ten thousand presses arrive, three in ten of them again: under the same id, as
// QoS 1 sends what was not acknowledged, and under a new one, as somebody who
// presses twice; half way through the driver forgets everything. One rating
// counts for each question, and it is the first.
func TestFaultF17_DuplicatesCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t)
		defer b.end()
		r := rand.New(rand.NewPCG(rand.Uint64(), 17))
		first, served := map[string]int{}, map[string]queue.TicketDone{}
		sent := 0
		for round := 0; sent < 10_000; round++ {
			if round == 5 {
				b.connect()
			}
			var presses []pressed
			for i, done := range b.serve(300) {
				p := pressed{device: b.pad(done.Window, 0), prompt: done.Prompt, id: fmt.Sprintf("%d-%d", round, i), level: 1 + r.IntN(5), at: time.Now()}
				first[done.Ticket], served[done.Ticket] = p.level, done
				presses = append(presses, p)
				for r.IntN(10) < 3 {
					presses = append(presses, p)
				}
				if r.IntN(10) < 3 {
					p.id, p.level = p.id+"-again", 1+r.IntN(5)
					presses = append(presses, p)
				}
			}
			sent += len(presses)
			b.deliver(presses)
			b.deliver(presses[:30]) // the connection broke before these were acknowledged
			sent += 30
		}
		if again := sent - len(first); again < sent/5 || b.box.dup == 0 {
			t.Fatalf("%d presses for %d questions, %d duplicates: the fault did not happen", sent, len(first), b.box.dup)
		}
		if len(b.box.given) != len(first) {
			t.Errorf("%d ratings of %d questions", len(b.box.given), len(first))
		}
		for _, g := range b.box.given {
			if g.Level != first[g.Ticket] || g.Staff != served[g.Ticket].Staff {
				t.Errorf("%+v, and the first press was %d for %+v", g, first[g.Ticket], served[g.Ticket])
			}
		}
	})
}

// Presses arrive up to a day late and in any order, many of them at another
// window's keypad or about no question at all. What counts, counts for the
// ticket and the clerk whom the citizen was asked about, and was pressed in time.
func TestFaultF18_LateRatingsKeepTheirClerk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t)
		defer b.end()
		r := rand.New(rand.NewPCG(rand.Uint64(), 18))
		var presses []pressed
		level, served := map[string]int{}, map[string]queue.TicketDone{}
		for i, done := range b.serve(900) {
			p := pressed{device: b.pad(done.Window, 0), prompt: done.Prompt, id: fmt.Sprint("e-", i), level: 1 + r.IntN(5), at: time.Now()}
			if r.IntN(3) == 0 {
				p.at = p.at.Add(time.Duration(r.IntN(3600)) * time.Second) // the citizen takes time
			}
			level[done.Ticket], served[done.Ticket] = p.level, done
			if r.IntN(5) == 0 {
				p.device = b.pad(done.Window, 1)
			}
			presses = append(presses, p)
		}
		late := 0
		r.Shuffle(len(presses), func(i, j int) { presses[i], presses[j] = presses[j], presses[i] })
		for len(presses) > 0 {
			time.Sleep(time.Duration(r.IntN(3600)) * time.Second)
			n := min(len(presses), 1+r.IntN(60))
			now := presses[:0:0]
			for _, p := range presses[:n] {
				if p.at.After(time.Now()) {
					p.at = time.Now()
				}
				if time.Since(p.at) > time.Hour {
					late++
				}
				now = append(now, p)
			}
			b.deliver(now)
			presses = presses[n:]
		}
		if late < 100 || b.box.other < 100 || len(b.box.given) == 0 {
			t.Fatalf("%d came late, %d did not count, %d did: the fault did not happen", late, b.box.other, len(b.box.given))
		}
		for _, g := range b.box.given {
			done := served[g.Ticket]
			if g.Device != b.pad(done.Window, 0) || g.Staff != done.Staff || g.Window != done.Window || g.Level != level[g.Ticket] || g.Pressed.After(done.Until) {
				t.Errorf("%+v is about %+v", g, done)
			}
		}
	})
}
