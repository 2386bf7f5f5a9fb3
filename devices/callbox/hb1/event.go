package hb1

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
)

// digitsLast is how long typed digits wait for their key. Who types a number
// and walks away has not meant the key that somebody presses later.
const digitsLast = 30 * time.Second

// typed are digits that wait for their key.
type typed struct {
	digits string
	at     time.Time
}

// poll asks the board for news and takes one event. More says that the board
// has another one and that this one is settled.
func (b *Bus) poll(ctx context.Context, u *unit, emit emitter) (more bool, err error) {
	got, err := b.question(u, u.send.Plain(bridge.TypePoll, nil), func(p bridge.Packet) bool {
		return p.Kind == bridge.Plain || p.Kind == bridge.Reliable
	})
	if err != nil {
		return false, err
	}
	if got.Kind == bridge.Plain {
		u.idle(got)
		return false, nil
	}
	answer, err := b.take(ctx, u, got, emit)
	if err != nil {
		// Unacknowledged, the board reports it again: nothing is lost.
		return false, ctx.Err()
	}
	return got.More && answer.Kind == bridge.Ack, b.say(answer)
}

// idle watches the board's uptime: with one chance in 255 a board boots onto
// its old number.
func (u *unit) idle(p bridge.Packet) {
	m, err := bridge.ParseIdle(p.Payload)
	if err != nil || p.Type != bridge.TypeIdle {
		return
	}
	if m.Uptime < u.uptime {
		u.forget()
	}
	u.memory.Remember(p)
	u.uptime = m.Uptime
}

// take acts on one event and makes the answer. The error is emit's.
//
// An event is known by its board, boot and number, not by the packet's number
// alone: so a board that booted onto its old boot number is still heard.
func (b *Bus) take(ctx context.Context, u *unit, p bridge.Packet, emit emitter) (bridge.Packet, error) {
	e, err := parse(p)
	if errors.Is(err, bridge.ErrPayload) {
		return u.send.Nak(p, bridge.BadArgument), nil
	}
	if err != nil {
		return u.send.Nak(p, bridge.Unsupported), nil
	}
	id := fmt.Sprintf("%s/%02x/%d", u.name, p.Epoch, e.number)
	if id != u.last {
		if err := u.act(ctx, id, e, emit); err != nil {
			return bridge.Packet{}, err
		}
		u.last = id
		b.count(u, func(f *Figures) { f.Events++ })
	} else {
		b.count(u, func(f *Figures) { f.Again++ })
	}
	u.memory.Remember(p)
	return u.send.Ack(p, nil), nil
}

// event is a KEY or an ENTER.
type event struct {
	number uint32
	ago    time.Duration
	press  bool
	key    byte   // of a press
	digits string // of an ENTER
	typed  bool   // it is an ENTER
}

func parse(p bridge.Packet) (event, error) {
	switch p.Type {
	case bridge.TypeKey:
		k, err := bridge.ParseKey(p.Payload)
		return event{number: k.Event, ago: age(k.Age), key: k.Key, press: k.Action == bridge.Press}, err
	case bridge.TypeEnter:
		e, err := bridge.ParseEnter(p.Payload)
		return event{number: e.Event, ago: age(e.Age), digits: e.Digits, typed: true}, err
	}
	return event{}, fmt.Errorf("hb1: %v is not an event", p.Type)
}

func age(milliseconds uint16) time.Duration { return time.Duration(milliseconds) * time.Millisecond }

// act keeps digits and emits presses. Releases, long presses and keys without
// a function are taken and mean nothing.
func (u *unit) act(ctx context.Context, id string, e event, emit emitter) error {
	if e.typed {
		u.digits = typed{e.digits, time.Now().Add(-e.ago)}
		return nil
	}
	key, ok := u.keys[e.key]
	if !ok || !e.press {
		return nil
	}
	s := devices.Signal{Unit: u.name, ID: id, Key: key, Ago: e.ago}
	if time.Now().Add(-e.ago).Sub(u.digits.at) <= digitsLast {
		s.Digits = u.digits.digits
	}
	if err := emit(ctx, s); err != nil {
		return err
	}
	u.digits = typed{}
	return nil
}
