// Package keypad drives the satisfaction keypads of a hall over MQTT. The
// protocol is in hardware-docs/mqtt.md.
//
// A press is judged exactly once and answered by an ack; until the ack has
// arrived the keypad repeats the press. What the press means is the judge's
// business: this package knows levels and nonces, no tickets.
package keypad

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"lobby/devices"
)

// Unit is one keypad that belongs to the hall.
type Unit struct {
	// Key is the keypad's secret for the MAC. A keypad with a key must sign
	// every event.
	Key []byte
	// Levels are the levels that the keys of a keypad with fewer than five stand
	// for, by what it sends as k. Empty for five keys, which send their levels.
	Levels map[int]int
}

// Press is a genuine, well-formed press that was not answered before.
type Press struct {
	Device string
	ID     string        // unique for this device for ever
	Level  int           // 5 very satisfied to 1 very dissatisfied
	Prompt string        // nonce of the prompt that the citizen saw, or empty
	At     time.Time     // when the key was pressed, by our clock
	Ago    time.Duration // how long before it arrived
	// Reasons are the codes touched on a screen; few keypads have one.
	Reasons []string
	// Scale is how many keys a keypad with fewer than five has, else 0. Its
	// votes are marked, for a scale without a middle is answered otherwise.
	Scale int
}

// Result is the outcome of a press, as the keypad is told.
type Result string

// The results (hardware-docs/mqtt.md, "ack").
const (
	OK      Result = "ok"
	Dup     Result = "dup"
	Late    Result = "late"
	Refused Result = "refused"
)

// Verdict is what the judge says of a press.
type Verdict struct {
	Result Result
	Why    string // for people; may be empty
}

// Judge decides on a press and makes the decision durable. When it returns an
// error nothing is acknowledged, and the keypad will send the press again. It
// is called from one goroutine for each keypad and has ten seconds.
type Judge func(ctx context.Context, p Press) (Verdict, error)

const (
	judgeTimeout = 10 * time.Second
	ackTimeout   = 5 * time.Second
	// waiting is how many events of one keypad wait for a slow judge. What is
	// above it is dropped, for the keypad repeats.
	waiting = 64
)

// Keypads are all keypads of one hall.
type Keypads struct {
	topics devices.Topics
	root   string // lobby/<hall>/keypad/
	log    *slog.Logger
	units  map[string]*unit
	// strangers have no entry of their own; they share one worker.
	strangers *unit

	health  health
	refused func(device, id, why string)
}

// New makes the driver; nothing happens before Run. Units are named as in the
// topics.
func New(topics devices.Topics, hall string, units map[string]Unit, log *slog.Logger) *Keypads {
	k := &Keypads{
		topics: topics, root: "lobby/" + hall + "/keypad/", log: log,
		units:     make(map[string]*unit, len(units)),
		strangers: newUnit(Unit{}),
	}
	for name, u := range units {
		k.units[name] = newUnit(u)
	}
	k.health.init(units)
	return k
}

// Refused names who is told of every event that was refused before the judge
// saw it: retained, malformed, forged or from a stranger. It must be called
// before Run; f is called from several goroutines, and id may be empty.
func (k *Keypads) Refused(f func(device, id, why string)) { k.refused = f }

// Run listens to the keypads until the context ends or the broker refuses a
// subscription. It must be called once.
func (k *Keypads) Run(ctx context.Context, judge Judge) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	listeners := map[string]func(devices.Message){
		"event": k.onEvent, "state": k.onState, "info": k.onInfo,
	}
	ended := make(chan error, len(listeners)) // holds all, so that nobody waits
	for leaf, f := range listeners {
		wg.Go(func() { ended <- k.topics.Subscribe(ctx, k.root+"+/"+leaf, f) })
	}
	for _, u := range k.units {
		wg.Go(func() { k.work(ctx, u, judge) })
	}
	wg.Go(func() { k.work(ctx, k.strangers, nil) })
	err := <-ended
	cancel()
	wg.Wait()
	return fmt.Errorf("keypad: %w", err)
}

// Read is the press in an event that arrived at a moment, or why it must not be
// judged. The id is there as far as it could be read, so that the refusal can
// be answered.
func (k *Keypads) Read(device string, payload []byte, retained bool, at time.Time) (Press, error) {
	e, err := ParseEvent(payload)
	p := Press{Device: device, ID: e.ID}
	if err != nil {
		return p, err
	}
	u, known := k.units[device]
	if !known {
		return p, errStranger
	}
	if err := u.accepts(e, retained); err != nil {
		return p, err
	}
	level, scale, err := u.level(e.Level)
	return Press{
		Device: device, ID: e.ID, Level: level, Scale: scale, Prompt: e.Prompt, At: at.Add(-e.Ago), Ago: e.Ago, Reasons: e.Reasons,
	}, err
}

// device takes the device out of a topic below root.
func (k *Keypads) device(topic string) string {
	device, _, _ := strings.Cut(strings.TrimPrefix(topic, k.root), "/")
	return device
}

// onEvent hands an event to the worker of its keypad. It never waits.
func (k *Keypads) onEvent(m devices.Message) {
	a := arrival{device: k.device(m.Topic), payload: m.Payload, retained: m.Retained, at: time.Now()}
	u, known := k.units[a.device]
	if !known {
		u = k.strangers
	}
	if known && !m.Retained {
		k.health.heard(a.device)
	}
	select {
	case u.queue <- a:
	default:
		k.log.Warn("keypad sends faster than its presses can be judged", "device", a.device)
	}
}
