package hb1

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
)

// Rule 6 of hardware-docs/hb1.md.
const (
	missesAllowed = 3               // unanswered questions until a board counts as down
	probeEvery    = 5 * time.Second // and how often it is then asked
)

// burst is how many events a board may report in one turn when it says that it
// has more: digits and their key arrive together, and a board that never stops
// does not starve the others.
const burst = 4

// unit is what the master knows of one board. Run's goroutine owns it, except
// for want.
type unit struct {
	name string
	uid  bridge.UID // zero if any board at the address will do
	keys map[byte]devices.Key
	send bridge.Sender

	memory  bridge.Memory
	hello   bridge.Hello
	greeted bool // since its last boot
	uptime  uint32
	last    string // ID of the last event that was taken
	digits  typed

	want    want    // guarded by Bus.mu
	figures Figures // guarded by Bus.mu
	outputs outputs

	health  health
	probe   time.Time // not before, while down
	inquiry time.Time // when it is asked for its figures
}

// visit is one turn of one board. A board that does not answer costs the
// others one timeout; the error is the wire's.
func (b *Bus) visit(ctx context.Context, u *unit, emit emitter) error {
	if u.health.state == devices.Down && time.Now().Before(u.probe) {
		return nil
	}
	err := b.turn(ctx, u, emit)
	var silence *unanswered
	if errors.As(err, &silence) {
		b.missed(u, silence)
		return nil
	}
	return err
}

// unanswered is a question without a usable answer.
type unanswered struct {
	why   string
	final bool // asking again at once is of no use
}

func (u *unanswered) Error() string { return u.why }

func (b *Bus) turn(ctx context.Context, u *unit, emit emitter) error {
	if !u.greeted {
		if err := b.greet(u); err != nil {
			return err
		}
	}
	if err := b.show(u); err != nil {
		return err
	}
	if err := b.inquire(u); err != nil {
		return err
	}
	for range burst {
		more, err := b.poll(ctx, u, emit)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// question asks a board that has introduced itself: if it answers, it is up.
func (b *Bus) question(u *unit, p bridge.Packet, fits func(bridge.Packet) bool) (bridge.Packet, error) {
	got, err := b.exchange(u, p, fits)
	if err == nil {
		b.answered(u)
	}
	return got, err
}

// exchange asks and watches the board's boot number: a new one means that it
// knows nothing any more.
func (b *Bus) exchange(u *unit, p bridge.Packet, fits func(bridge.Packet) bool) (bridge.Packet, error) {
	asked := time.Now()
	got, err := b.ask(p, fits)
	b.count(u, func(f *Figures) { f.answered(err == nil, time.Since(asked)) })
	if errors.Is(err, errSilence) {
		return got, &unanswered{why: "it does not answer; check its power, its address and the bus"}
	}
	if err != nil {
		return got, err
	}
	if u.memory.Judge(got) == bridge.Reborn {
		b.count(u, func(f *Figures) { f.Boots++ })
		u.forget()
	}
	return got, nil
}

// forget drops what was true of the board before its boot. The last event is
// kept: its name cannot come back.
func (u *unit) forget() {
	u.memory, u.greeted, u.uptime, u.digits = bridge.Memory{}, false, 0, typed{}
	u.outputs.forget()
}

// greet asks the board who it is and tells it the time.
func (b *Bus) greet(u *unit) error {
	// A board that does not answer may not know its address yet.
	if u.uid != (bridge.UID{}) && u.health.misses > 0 {
		if err := b.assign(u); err != nil {
			return err
		}
	}
	hello := u.send.Reliable(bridge.TypeHello, nil)
	got, err := b.exchange(u, hello, answers(hello))
	if err != nil {
		return err
	}
	who, err := introduction(got)
	if err != nil {
		return err
	}
	if err := u.wrongBoard(who); err != nil {
		return err
	}
	u.memory.Remember(got)
	u.hello, u.greeted = who, true
	u.inquiry = time.Now().Add(inquireEvery)
	b.count(u, func(f *Figures) { f.Board = who })
	u.outputs.forget()
	b.answered(u)
	return b.say(u.send.Plain(bridge.TypeTime, b.now().Payload()))
}

// introduction reads the answer to HELLO; the error is an *unanswered.
func introduction(p bridge.Packet) (bridge.Hello, error) {
	if p.Kind == bridge.Nak {
		return bridge.Hello{}, &unanswered{"it refuses to introduce itself: " + bridge.ParseNak(p.Payload).String(), true}
	}
	who, err := bridge.ParseHello(p.Payload)
	if err != nil {
		return who, &unanswered{"it introduces itself in a way that nobody understands", true}
	}
	if who.Proto != 1 {
		return who, &unanswered{fmt.Sprintf("it speaks version %d of the protocol, not 1", who.Proto), true}
	}
	return who, nil
}

func answers(sent bridge.Packet) func(bridge.Packet) bool {
	return func(got bridge.Packet) bool { return got.Answers(sent) }
}

// fit makes a text that the board can take: of its characters, and not too
// long. What the board has no picture for becomes a question mark.
func fit(s bridge.Show, h bridge.Hello) bridge.Show {
	s.Text = fitText(s.Text, h)
	return s
}

func fitText(text string, h bridge.Hello) string {
	if h.Abilities&(bridge.GB2312|bridge.GB18030) == 0 {
		text = strings.Map(func(r rune) rune {
			if r > '~' {
				return '?'
			}
			return r
		}, text)
	}
	room := bridge.MaxText
	if h.MaxPayload > 0 {
		room = max(0, min(room, int(h.MaxPayload)-len(bridge.Show{}.Payload())))
	}
	if len(text) <= room {
		return text
	}
	for room > 0 && !utf8.RuneStart(text[room]) {
		room--
	}
	return text[:room]
}
