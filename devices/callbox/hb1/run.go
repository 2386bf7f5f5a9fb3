package hb1

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
	bridge "lobby/firmware-bridge"
)

// roundTime is the least time between two polls of the same board. Nobody
// feels 50 ms between a key and its effect, and a bus of one board does not
// keep a processor busy.
const roundTime = 50 * time.Millisecond

// clockEvery is how often all boards are told the time. A cheap crystal is off
// by 30 ms after that.
const clockEvery = 10 * time.Minute

// emitter is the emit function of devices.Input.
type emitter = func(context.Context, devices.Signal) error

// Run implements devices.Input. A press whose emit returned an error is
// emitted again with the same ID when its board's turn comes; so is, by the
// next Bus on the wire, one whose acknowledgement the wire broke. Whoever must
// not act twice compares IDs.
func (b *Bus) Run(ctx context.Context, emit func(context.Context, devices.Signal) error) error {
	if b.wire == nil {
		return errors.New("hb1: run: the bus has no wire")
	}
	b.line = exchange.Begin(ctx, b.wire)
	defer b.line.End()
	clock := time.Now().Add(clockEvery)
	b.search.next = time.Now().Add(seekFirst)
	for {
		start := time.Now()
		if err := b.round(ctx, emit); err != nil {
			return b.why(ctx, err)
		}
		if err := b.seek(); err != nil {
			return b.why(ctx, err)
		}
		if start.After(clock) {
			clock = start.Add(clockEvery)
			if err := b.tellTime(); err != nil {
				return b.why(ctx, err)
			}
		}
		if err := b.listen(start.Add(roundTime)); err != nil {
			return b.why(ctx, err)
		}
	}
}

// why prefers the context's end to what it did to the wire.
func (b *Bus) why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("hb1: run: %w", err)
}

func (b *Bus) round(ctx context.Context, emit emitter) error {
	for _, u := range b.units {
		if err := b.visit(ctx, u, emit); err != nil {
			return err
		}
	}
	return nil
}

// tellTime gives all boards the time, twice, because nobody acknowledges it
// (hardware-docs/hb1.md, rule 5).
func (b *Bus) tellTime() error {
	all := bridge.Sender{Self: bridge.Host, Peer: bridge.Broadcast, Epoch: b.epoch}
	for range 2 {
		if err := b.say(all.Plain(bridge.TypeTime, b.now().Payload())); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) now() bridge.Time {
	now := time.Now().In(b.zone)
	_, east := now.Zone()
	return bridge.Time{Unix: now.Unix(), Millis: uint16(now.UnixMilli() % 1000), Zone: int16(east / 60)}
}
