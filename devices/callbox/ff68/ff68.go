// Package ff68 drives call boxes whose frame is FF 68 L L 68 … sum 16, as many
// makers of queue systems have it. What their keys mean is data: see profiles
// and hardware-docs/ff68.md.
package ff68

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"time"

	"lobby/devices"
)

// Options of one unit.
type Options struct {
	// Address of the box on its line, 1 to 255.
	Address int `json:"address" yaml:"address"`
	// Profile of its keys, a shipped one or a file; "deployed" where it is empty.
	Profile string `json:"profile" yaml:"profile"`
}

const (
	look    = 50 * time.Millisecond  // how often a text that waits is looked for
	patient = 100 * time.Millisecond // a frame that is not whole after that is none
	refresh = 10 * time.Second       // a box that was switched off shows its text again after that
	// answers is how often one press is acknowledged at most. An adapter that
	// hears itself would otherwise talk to itself for ever.
	answers = 3
	// noisy is how many broken frames in a row say that the line needs somebody.
	noisy = 3
	// writing bounds one write; the longest frame takes 40 ms at 9600 baud.
	writing = time.Second
)

// Bus is the driver of all boxes on one line. They speak by themselves.
type Bus struct {
	wire   devices.Wire
	units  []*unit
	boot   uint64
	report devices.Report // never nil
	heard  []byte
	since  time.Time // when something was heard last
	broken int       // frames since the last good one

	mu sync.Mutex // guards what the units shall show
}

// unit is one box.
type unit struct {
	name    string
	address byte
	profile Profile

	count uint64
	last  frame     // that pressed last
	at    time.Time // when it was heard last
	taken bool      // the press of last was taken
	acked int       // times it was acknowledged
	state devices.State

	text    string // guarded by Bus.mu
	due     bool   // guarded by Bus.mu
	shownAt time.Time
}

var (
	_ devices.OpenBus[devices.Input] = Open
	_ devices.Teller                 = (*Bus)(nil)
)

// Open checks the units' options and makes the bus, a *Bus. The wire may be nil
// when only the options are to be checked.
func Open(w devices.Wire, units []devices.Unit) (devices.Input, error) {
	b := &Bus{wire: w, boot: rand.Uint64(), report: func(string, devices.State, string) {}}
	for _, d := range units {
		u, err := newUnit(d)
		if err != nil {
			return nil, fmt.Errorf("ff68: unit %s: %w", d.Name, err)
		}
		if other := b.at(u.address); other != nil {
			return nil, fmt.Errorf("ff68: unit %s: address %d is taken by unit %s", u.name, u.address, other.name)
		}
		b.units = append(b.units, u)
	}
	if len(b.units) == 0 {
		return nil, errors.New("ff68: a line without units")
	}
	return b, nil
}

func newUnit(d devices.Unit) (*unit, error) {
	o := Options{Profile: "deployed"}
	if err := d.Options(&o); err != nil {
		return nil, err
	}
	if o.Address < 1 || o.Address > 255 {
		return nil, fmt.Errorf("address %d is not between 1 and 255", o.Address)
	}
	p, err := readProfile(o.Profile)
	return &unit{name: d.Name, address: byte(o.Address), profile: p}, err
}

func (b *Bus) at(address byte) *unit {
	i := slices.IndexFunc(b.units, func(u *unit) bool { return u.address == address })
	if i < 0 {
		return nil
	}
	return b.units[i]
}

// Health lets report hear of every change in a unit's health, from the
// goroutine that runs Run. It must be called before Run. A box that was not
// heard yet is not reported: nothing is known of it.
func (b *Bus) Health(report devices.Report) { b.report = report }

// Tell implements devices.Teller: it returns at once, and the newest text is
// shown soon and again every ten seconds. The display has three digits for the
// end of a ticket's number; a text without any is a beep on a dark display.
func (b *Bus) Tell(_ context.Context, name, text string) error {
	for _, u := range b.units {
		if u.name == name {
			b.mu.Lock()
			defer b.mu.Unlock()
			u.text, u.due = text, true
			return nil
		}
	}
	return fmt.Errorf("ff68: tell %s: no such unit on this line", name)
}

// Run implements devices.Input. A press whose emit returned an error is not
// acknowledged; when the box sends it again it is emitted with the same ID.
func (b *Bus) Run(ctx context.Context, emit func(context.Context, devices.Signal) error) error {
	if b.wire == nil {
		return errors.New("ff68: run: the line has no wire")
	}
	wake := context.AfterFunc(ctx, func() { b.wire.SetReadDeadline(time.Unix(1, 0)) })
	defer wake()
	for {
		err := b.listen()
		if err == nil {
			err = b.work(ctx, emit)
		}
		if err == nil {
			err = b.showAll()
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("ff68: run: %w", err)
		}
	}
}

// listen waits a moment for bytes.
func (b *Bus) listen() error {
	var p [256]byte
	if err := b.wire.SetReadDeadline(time.Now().Add(look)); err != nil {
		return err
	}
	n, err := b.wire.Read(p[:])
	if n > 0 {
		b.heard, b.since = append(b.heard, p[:n]...), time.Now()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

// work takes every whole frame that was heard.
func (b *Bus) work(ctx context.Context, emit func(context.Context, devices.Signal) error) error {
	for len(b.heard) > 0 {
		f, used, found, err := next(b.heard)
		if !found && err == nil && used < len(b.heard) && time.Since(b.since) >= patient {
			used++ // it never became whole; the next may begin inside it
		} else if !found && err == nil && used < len(b.heard) {
			b.heard = b.heard[used:]
			return nil
		}
		b.heard = b.heard[used:]
		if err != nil {
			b.spoiled()
		}
		if !found {
			continue
		}
		b.broken = 0
		if u := b.at(f.address); u != nil {
			if err := b.take(ctx, u, f, emit); err != nil {
				return err
			}
		}
	}
	return nil
}

// spoiled counts a broken frame. Its address may be wrong too, so it speaks
// against every box of the line.
func (b *Bus) spoiled() {
	if b.broken++; b.broken < noisy {
		return
	}
	for _, u := range b.units {
		b.become(u, devices.Degraded, fmt.Sprintf("%d frames in a row had a wrong sum; check wiring, baud rate and termination", b.broken))
	}
}

func (b *Bus) become(u *unit, s devices.State, why string) {
	if u.state != s {
		u.state = s
		b.report(u.name, s, why)
	}
}

// take acts on one whole frame of a box. The error is the wire's or the
// context's: a press that nobody took is not acknowledged, and that is all.
func (b *Bus) take(ctx context.Context, u *unit, f frame, emit func(context.Context, devices.Signal) error) error {
	b.become(u, devices.Up, "")
	now := time.Now()
	again := f.equal(u.last) && !u.at.IsZero() && now.Sub(u.at) < u.profile.Repeat
	if !again {
		u.count++
		u.last, u.taken, u.acked = f, false, 0
	}
	u.at = now
	if !u.taken {
		key, digits := u.profile.press(f)
		if key != "" {
			id := fmt.Sprintf("%s-%016x-%d", u.name, b.boot, u.count)
			if err := emit(ctx, devices.Signal{Unit: u.name, ID: id, Key: key, Digits: digits}); err != nil {
				return ctx.Err()
			}
			u.at = time.Now() // a slow disk is no second press
		}
		u.taken = true
	}
	if !u.profile.Echo || u.acked >= answers {
		return nil
	}
	u.acked++
	return b.write(f)
}

func (f frame) equal(g frame) bool {
	return f.address == g.address && f.command == g.command && slices.Equal(f.data, g.data)
}

func (b *Bus) write(f frame) error {
	if err := b.wire.SetWriteDeadline(time.Now().Add(writing)); err != nil {
		return err
	}
	_, err := b.wire.Write(f.bytes())
	return err
}
