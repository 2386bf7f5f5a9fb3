// Package numpad makes a call box of a numeric USB keypad that the kernel
// offers as /dev/input/event*. See hardware-docs/numpad.md.
package numpad

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"lobby/devices"
	"lobby/devices/internal/evdev"
)

// Options of the one unit on the wire.
type Options struct {
	// Keys gives keys of the keypad their functions, by the kernel's names
	// without KEY_: {KPENTER: next}. Without it they have those of the page. The
	// function erase takes back what was typed.
	Keys map[string]devices.Key `json:"keys" yaml:"keys"`
	// Bits is 32 or 64 where the events are not this machine's own.
	Bits int `json:"bits" yaml:"bits"`
}

const (
	most       = 8                      // digits that are kept; more are nobody's number
	digitsLast = 30 * time.Second       // typed digits wait so long for their key
	bounce     = 300 * time.Millisecond // a function key again within that is the same press
	offerEvery = 500 * time.Millisecond // a press that nobody takes is offered again
	offerFor   = 3 * time.Second        // for as long as the clerk may still be waiting
)

// Keypad is one keypad on its wire.
type Keypad struct {
	wire   devices.Wire
	name   string
	keys   map[uint16]devices.Key
	events evdev.Reader
	boot   uint64
	count  uint64
	report devices.Report // never nil

	typed   []byte
	typedAt time.Time
	last    uint16 // the function key before
	lastAt  time.Time
}

var _ devices.OpenBus[devices.Input] = Open

// Open checks the options and makes the keypad, a *Keypad. The wire may be nil
// when only the options are to be checked.
func Open(w devices.Wire, units []devices.Unit) (devices.Input, error) {
	if len(units) != 1 {
		return nil, fmt.Errorf("numpad: %d units on one wire; a keypad is alone on its own", len(units))
	}
	var o Options
	if err := units[0].Options(&o); err != nil {
		return nil, fmt.Errorf("numpad: unit %s: %w", units[0].Name, err)
	}
	if o.Bits != 0 && o.Bits != 32 && o.Bits != 64 {
		return nil, fmt.Errorf("numpad: unit %s: bits: %d is neither 32 nor 64", units[0].Name, o.Bits)
	}
	if o.Keys == nil {
		o.Keys = usual
	}
	k := &Keypad{
		wire: w, name: units[0].Name, keys: map[uint16]devices.Key{}, events: evdev.Reader{Bits: o.Bits}, boot: rand.Uint64(),
		report: func(string, devices.State, string) {},
	}
	for name, key := range o.Keys {
		code, ok := codes[strings.ToUpper(name)]
		if !ok || key == "" {
			return nil, fmt.Errorf("numpad: unit %s: key %q: %q: known are %s", k.name, name, key, strings.Join(slices.Sorted(maps.Keys(codes)), ", "))
		}
		k.keys[code] = key
	}
	return k, nil
}

// Health lets report hear that the keypad is there. It must be called before
// Run; whoever owns the wire knows when it is away.
func (k *Keypad) Health(report devices.Report) { k.report = report }

// Run implements devices.Input. A press whose emit returned an error is offered
// again with the same ID for three seconds; then Run ends with the error.
func (k *Keypad) Run(ctx context.Context, emit func(context.Context, devices.Signal) error) error {
	if k.wire == nil {
		return errors.New("numpad: run: the keypad has no wire")
	}
	wake := context.AfterFunc(ctx, func() { k.wire.SetReadDeadline(time.Unix(1, 0)) })
	defer wake()
	k.report(k.name, devices.Up, "")
	var p [24 * 64]byte // the kernel gives whole events only
	for {
		n, err := k.wire.Read(p[:])
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded):
			continue
		case err != nil:
			return fmt.Errorf("numpad: run: %w", err)
		}
		events, err := k.events.Feed(p[:n])
		for _, e := range events {
			if err := k.act(ctx, e, emit); err != nil {
				return fmt.Errorf("numpad: run: %w", err)
			}
		}
		if err != nil {
			return fmt.Errorf("numpad: run: %w", err)
		}
	}
}

// act takes one movement of a key.
func (k *Keypad) act(ctx context.Context, e evdev.Event, emit func(context.Context, devices.Signal) error) error {
	now := time.Now()
	if now.Sub(k.typedAt) > digitsLast || e.Lost {
		k.typed = nil // half a number is worse than none
	}
	if e.Lost || !e.Down {
		return nil
	}
	if d, ok := digits[e.Code]; ok {
		k.typed, k.typedAt = append(k.typed, d), now
		return nil
	}
	key, ok := k.keys[e.Code]
	switch {
	case !ok:
		return nil
	case key == erase:
		k.typed = nil
		return nil
	case e.Code == k.last && now.Sub(k.lastAt) < bounce:
		k.lastAt = now
		return nil
	}
	k.last, k.lastAt = e.Code, now
	typed := string(k.typed)
	k.typed = nil
	if len(typed) > most {
		return nil
	}
	return k.offer(ctx, now, devices.Signal{Unit: k.name, Key: key, Digits: typed}, emit)
}

// offer hands one press over, again and again with the same ID until it is
// taken.
func (k *Keypad) offer(ctx context.Context, at time.Time, s devices.Signal, emit func(context.Context, devices.Signal) error) error {
	k.count++
	s.ID = fmt.Sprintf("%s-%016x-%d", k.name, k.boot, k.count)
	for {
		s.Ago = time.Since(at)
		err := emit(ctx, s)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Since(at)+offerEvery > offerFor:
			return fmt.Errorf("nobody took the press %s: %w", s.ID, err)
		}
		pause := time.NewTimer(offerEvery)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}
