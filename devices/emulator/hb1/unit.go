package hb1

import (
	"math/rand/v2"
	"time"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
)

// linkLamp is how long the link lamp stays lit after the host was heard.
const linkLamp = 3 * time.Second

// unit is one board. The emulator's lock guards it.
type unit struct {
	name    string
	address byte // bridge.Unassigned before it was given one
	uid     bridge.UID
	keys    map[int]devices.Key

	// From here on everything is lost at a reboot.
	booted time.Time
	heard  time.Time // when the host last spoke to this board
	send   bridge.Sender
	host   bridge.Memory
	answer bridge.Packet // to the last accepted Reliable packet
	events []event       // not yet acknowledged, oldest first
	last   uint32        // number of the newest event
	screen screen
	light  light
	beeps  int
	status bridge.Status
	// actions are the movements of keys that the host wants to hear of. The keys
	// here only know one.
	actions byte
	booting bool // the host asked for it
}

// screen is the display.
type screen struct {
	show  bridge.Show
	since time.Time
}

// light is lamp 0.
type light struct {
	order bridge.Light
	since time.Time
}

// lit says whether it is lit, or blinks.
func (l light) lit() bool {
	on := l.order.Colour != [3]byte{}
	return on && (l.order.TTL == 0 || time.Since(l.since) < time.Duration(l.order.TTL)*time.Second)
}

// boot wipes the memory. Number and first event are random, so that names of
// events do not come back (hardware-docs/hb1.md, "Boots and events").
func (u *unit) boot(r *rand.Rand) {
	epoch := u.send.Epoch
	for epoch == u.send.Epoch {
		epoch = byte(1 + r.IntN(255))
	}
	*u = unit{
		name: u.name, address: u.address, uid: u.uid, keys: u.keys, booted: time.Now(),
		send: bridge.Sender{Self: u.address, Peer: bridge.Host, Epoch: epoch, Seq: byte(r.Uint32())},
		last: r.Uint32(), actions: 1 << bridge.Press, status: bridge.Status{Supply: 5020, Celsius10: 315},
	}
}

// hear takes one good packet and says what the board answers, if anything.
func (u *unit) hear(p bridge.Packet) (bridge.Packet, bool) {
	if p.Src != bridge.Host || p.Dst != u.address && p.Dst != bridge.Broadcast {
		return bridge.Packet{}, false
	}
	u.heard = time.Now()
	u.status.Received++
	verdict := u.host.Judge(p)
	switch p.Dst {
	case bridge.Broadcast:
		return bridge.Packet{}, false // TIME, which this board does not use
	case bridge.Unassigned:
		return u.sought(p)
	}
	switch p.Kind {
	case bridge.Plain:
		u.host.Remember(p)
		return u.report(p)
	case bridge.Reliable:
		if verdict != bridge.Again {
			u.answer = u.obey(p)
			u.host.Remember(p)
		}
		return u.answer, true
	case bridge.Ack, bridge.Nak:
		u.settle(p)
	}
	return bridge.Packet{}, false
}

// sought is what a board without an address does.
func (u *unit) sought(p bridge.Packet) (bridge.Packet, bool) {
	switch p.Type {
	case bridge.TypeSeek:
		q, err := bridge.ParseSeek(p.Payload)
		answer := u.send.Plain(bridge.TypeSeek, u.hello().Payload())
		answer.Seq = p.Seq
		return answer, p.Kind == bridge.Plain && err == nil && q.Fits(u.uid)
	case bridge.TypeAssign:
		if a, err := bridge.ParseAssign(p.Payload); err == nil && a.UID == u.uid {
			u.address, u.send.Self = a.Address, a.Address
		}
	}
	return bridge.Packet{}, false
}

// obey acts on an order and makes the answer.
func (u *unit) obey(p bridge.Packet) bridge.Packet {
	var err error
	switch p.Type {
	case bridge.TypeHello:
		return u.send.Ack(p, u.hello().Payload())
	case bridge.TypeStatus:
		return u.send.Ack(p, u.status.Payload())
	case bridge.TypeShow:
		var s bridge.Show
		if s, err = bridge.ParseShow(p.Payload); err == nil && s.Area == 0 {
			u.screen = screen{s, time.Now()}
		}
	case bridge.TypeConfig:
		return u.configure(p)
	case bridge.TypeReboot:
		if _, err = bridge.ParseReboot(p.Payload); err == nil {
			u.booting = true
		}
	case bridge.TypeLight:
		var l bridge.Light
		if l, err = bridge.ParseLight(p.Payload); err == nil && l.Index == 0 {
			u.light = light{l, time.Now()}
		}
	case bridge.TypeBeep:
		if _, err = bridge.ParseBeep(p.Payload); err == nil {
			u.beeps++
		}
	default:
		return u.send.Nak(p, bridge.Unsupported)
	}
	if err != nil {
		return u.send.Nak(p, bridge.BadArgument)
	}
	return u.send.Ack(p, nil)
}

// configure sets or tells which movements are events.
func (u *unit) configure(p bridge.Packet) bridge.Packet {
	c, err := bridge.ParseConfig(p.Payload)
	if err != nil || c.Key != bridge.ConfigActions {
		return u.send.Nak(p, bridge.BadArgument)
	}
	if len(c.Value) > 0 {
		u.actions = c.Value[0]
	}
	return u.send.Ack(p, []byte{u.actions})
}

func (u *unit) hello() bridge.Hello {
	return bridge.Hello{
		Proto: 1, Board: 1, Hardware: 1, Firmware: [3]byte{1, 0, 0},
		UID:       u.uid,
		Abilities: bridge.GB18030, MaxPayload: bridge.MaxPayload, Cols: 16, Rows: 2, Name: u.name,
	}
}

// text is what is on the display now, and whether it blinks.
func (u *unit) text() (string, bool) {
	s := u.screen
	if s.show.TTL > 0 && time.Since(s.since) >= time.Duration(s.show.TTL)*time.Second {
		return "", false
	}
	return s.show.Text, s.show.Style == bridge.Blink
}

func (u *unit) view() UnitView {
	v := UnitView{
		Name: u.name, Address: int(u.address), Queued: len(u.events), Keys: u.keyNames(),
		Up: !u.heard.IsZero() && time.Since(u.heard) < linkLamp,
	}
	v.Shown, v.Blink = u.text()
	v.Lamp, v.Beeps = u.light.lit(), u.beeps
	return v
}
