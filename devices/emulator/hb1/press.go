package hb1

import (
	"fmt"
	"math"
	"time"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
)

// queueSize is how many events a board keeps until they are acknowledged
// (hardware-docs/hb1.md, "Boots and events").
const queueSize = 8

// event is a press or typed digits, kept until the host has acknowledged it.
type event struct {
	number uint32
	at     time.Time
	key    int    // 0 for digits
	digits string // for digits
	seq    byte   // given when it is first reported
	sent   bool
}

// Press implements emulator.Presser. A board whose queue is full does not take
// the press, as a person notices by the missing click.
func (e *Emulator) Press(unit string, key devices.Key, digits string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	u, number, err := e.find(unit, key)
	if err != nil {
		return err
	}
	news := []event{{key: number}}
	if digits != "" {
		news = []event{{digits: digits}, {key: number}}
	}
	if len(u.events)+len(news) > queueSize {
		return fmt.Errorf("hb1: unit %s has %d unacknowledged events and takes no more", unit, len(u.events))
	}
	if u.actions&(1<<bridge.Press) == 0 {
		return nil // the host does not want to hear of it
	}
	for _, n := range news {
		u.last++
		n.number, n.at = u.last, time.Now()
		u.events = append(u.events, n)
	}
	return nil
}

func (e *Emulator) find(name string, key devices.Key) (*unit, int, error) {
	for _, u := range e.units {
		if u.name != name {
			continue
		}
		for number, k := range u.keys {
			if k == key {
				return u, number, nil
			}
		}
		return nil, 0, fmt.Errorf("hb1: unit %s has no key %s", name, key)
	}
	return nil, 0, fmt.Errorf("hb1: no unit %s on this bus", name)
}

// report answers a POLL: with the oldest event, until it is acknowledged, or
// with IDLE. Other plain packets get no answer.
func (u *unit) report(poll bridge.Packet) (bridge.Packet, bool) {
	if poll.Type != bridge.TypePoll {
		return bridge.Packet{}, false
	}
	if len(u.events) == 0 {
		idle := u.send.Plain(bridge.TypeIdle, bridge.Idle{Uptime: uint32(time.Since(u.booted) / time.Second)}.Payload())
		idle.Seq = poll.Seq
		return idle, true
	}
	e := &u.events[0]
	again := e.sent
	if again {
		u.status.Retries++
	} else {
		u.send.Seq++
		e.seq, e.sent = u.send.Seq, true
	}
	p := u.send.Plain(e.message())
	p.Kind, p.Seq, p.Retry, p.More = bridge.Reliable, e.seq, again, len(u.events) > 1
	return p, true
}

// message puts the event into words of the link.
func (e event) message() (bridge.Type, []byte) {
	age := uint16(min(time.Since(e.at).Milliseconds(), math.MaxUint16))
	if e.key == 0 {
		return bridge.TypeEnter, bridge.Enter{Event: e.number, Age: age, Digits: e.digits}.Payload()
	}
	return bridge.TypeKey, bridge.Key{Key: byte(e.key), Action: bridge.Press, Age: age, Event: e.number}.Payload()
}

// settle takes the host's answer to a report: an ACK, and any NAK but "busy",
// ends it, because the host would never take it (hardware-docs/hb1.md, "NAK").
func (u *unit) settle(p bridge.Packet) {
	if len(u.events) == 0 || !u.events[0].sent || p.Type != bridge.TypeAck || p.Seq != u.events[0].seq {
		return
	}
	if p.Kind == bridge.Ack || bridge.ParseNak(p.Payload) != bridge.Busy {
		u.events = u.events[1:]
	}
}
