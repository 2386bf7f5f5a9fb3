package keypad

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"lobby/devices/wire/mqtt"
)

// unit is one keypad.
type unit struct {
	Unit
	all    *Keypads
	client *mqtt.Client
	woken  chan struct{} // holds one: something changed, look again

	mu       sync.Mutex
	boot     string
	started  time.Time
	counter  int // in flash: it goes on over boots
	session  int // connections since the boot
	online   bool
	announce bool // state and info are to be published
	queue    []pressed
	prompt   prompt
	thanked  time.Time
	beeps    int
	last     string
}

// pressed is a press that was not answered yet.
type pressed struct {
	id     string
	level  int
	prompt string
	at     time.Time
	sent   time.Time // last time; zero if never
}

// prompt is what the keypad shows.
type prompt struct {
	nonce, ticket, window string
	until                 time.Time
}

func newUnit(k *Keypads, u Unit) (*unit, error) {
	kp := &unit{Unit: u, all: k, woken: make(chan struct{}, 1)}
	var err error
	kp.client, err = k.client(kp)
	return kp, err
}

// wake makes the keypad look at what there is to do. It never waits.
func (u *unit) wake() {
	select {
	case u.woken <- struct{}{}:
	default:
	}
}

// run is the keypad with power.
func (u *unit) run(ctx context.Context) {
	u.mu.Lock()
	var b [2]byte
	rand.Read(b[:]) // never fails
	u.boot, u.started, u.session = hex.EncodeToString(b[:]), time.Now(), 0
	u.prompt, u.thanked = prompt{}, time.Time{}
	u.mu.Unlock()
	for ctx.Err() == nil {
		if !u.all.On(offline) {
			u.serve(ctx)
			continue
		}
		select {
		case <-u.woken:
		case <-ctx.Done():
		}
	}
}

// serve is the keypad with a network, until the fault switch cuts it.
func (u *unit) serve(ctx context.Context) {
	ctx, cut := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = u.client.Run(ctx) })
	wg.Go(func() { _ = u.client.Subscribe(ctx, u.all.topic(u.Name, "ack"), u.onAck) })
	wg.Go(func() { _ = u.client.Subscribe(ctx, u.all.topic(u.Name, "cmd"), u.onCommand) })
	tick := time.NewTicker(resendTime / 2)
	for ctx.Err() == nil {
		u.work(ctx)
		select {
		case <-u.woken:
		case <-tick.C:
		case <-ctx.Done():
		}
		if u.all.On(offline) {
			break
		}
	}
	tick.Stop()
	cut(errCut)
	wg.Wait()
	u.link(false, "")
}

// link is told by the client when the connection comes and goes.
func (u *unit) link(up bool, _ string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.online, u.announce = up, up
	for i := range u.queue {
		u.queue[i].sent = time.Time{} // whatever was on its way is sent again
	}
	u.wake()
}

// press is a finger on a key. It is kept, also without a prompt; the hall
// decides what it is worth.
func (u *unit) press(level int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now()
	u.counter++
	p := pressed{id: eventID(u.boot, u.counter), level: level, at: now}
	if now.Before(u.prompt.until) {
		p.prompt = u.prompt.nonce
	}
	u.prompt = prompt{} // the keys go out after one press
	u.queue = append(u.queue, p)
	if len(u.queue) > bufferSize {
		u.queue = u.queue[1:]
	}
	u.wake()
}

func (u *unit) view() UnitView {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now()
	v := UnitView{
		Name: u.Name, Queued: len(u.queue), Online: u.online, Beeps: u.beeps, Last: u.last,
		Thanked: !u.thanked.IsZero() && now.Sub(u.thanked) < thanksTime,
	}
	if now.Before(u.prompt.until) {
		v.Prompt, v.Ticket, v.Window = u.prompt.nonce, u.prompt.ticket, u.prompt.window
	}
	return v
}
