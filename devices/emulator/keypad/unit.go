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
	counter  int // in flash, as the queue is: it goes on over boots
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
	KeptPress
	sent time.Time // last time; zero if never
}

// prompt is what the keypad shows.
type prompt struct {
	nonce, ticket, window, staff, service string
	reasons                               []Reason
	until                                 time.Time
}

func newUnit(k *Keypads, u Unit) (*unit, error) {
	kp := &unit{Unit: u, all: k, woken: make(chan struct{}, 1)}
	if kp.Flash == nil {
		kp.Flash = &ram{}
	}
	kept, err := kp.Flash.Recall()
	if err != nil {
		return nil, err
	}
	kp.counter = kept.Counter
	for _, p := range kept.Presses {
		kp.queue = append(kp.queue, pressed{KeptPress: p})
	}
	kp.client, err = k.client(kp)
	return kp, err
}

// keep writes the flash as it would be with a queue and a counter.
func (u *unit) keep(counter int, queue []pressed) error {
	k := Kept{Counter: counter}
	for _, p := range queue {
		k.Presses = append(k.Presses, p.KeptPress)
	}
	return u.Flash.Keep(k)
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

// press is a finger on a key. It is kept before anything is shown, also
// without a prompt; the hall decides what it is worth.
func (u *unit) press(level int, reasons []string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now()
	p := pressed{KeptPress: KeptPress{ID: eventID(u.boot, u.counter+1), Level: level, Reasons: reasons, At: now}}
	if now.Before(u.prompt.until) {
		p.Prompt = u.prompt.nonce
	}
	queue := append(u.queue[:len(u.queue):len(u.queue)], p)
	queue = queue[max(0, len(queue)-bufferSize):]
	if err := u.keep(u.counter+1, queue); err != nil {
		return err
	}
	u.counter, u.queue = u.counter+1, queue
	u.prompt = prompt{} // the keys go out after one press
	u.wake()
	return nil
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
		v.Reasons = u.prompt.reasons
		v.Staff, v.Service, v.Left = u.prompt.staff, u.prompt.service, int(u.prompt.until.Sub(now)/time.Second)+1
	}
	return v
}
