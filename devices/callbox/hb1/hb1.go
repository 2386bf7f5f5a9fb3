// Package hb1 drives call boxes and the button panels of kiosks that speak
// HB1 on a shared half-duplex wire. It is the master of the bus: it asks every
// board in turn whether something was pressed. See hardware-docs/hb1.md.
package hb1

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
	bridge "lobby/firmware-bridge"
)

// Options of one unit.
type Options struct {
	// Address of the board on its bus, 1 to 239.
	Address int `json:"address" yaml:"address"`
	// Keys gives the board's key numbers, 1 to 255, their functions. Without
	// it the board is a call box with the eight keys of callBoxKeys. A key
	// that is not listed does nothing.
	Keys map[int]devices.Key `json:"keys" yaml:"keys"`
	// UID of the board, 24 hexadecimal digits. With it the board needs no
	// address switch: it is given its address over the wire, and another board
	// at the address is not taken for it.
	UID string `json:"uid" yaml:"uid"`
}

// callBoxKeys is what is printed on a call box (hardware-docs/hb1.md,
// "Settings").
func callBoxKeys() map[int]devices.Key {
	return map[int]devices.Key{
		1: devices.KeyNext, 2: devices.KeyRecall, 3: devices.KeyArrive, 4: devices.KeyFinish,
		5: devices.KeyNoShow, 6: devices.KeyPause, 7: devices.KeyHold, 8: devices.KeyTransfer,
	}
}

// Bus is the driver of all boards on one wire.
type Bus struct {
	wire  devices.Wire
	units []*unit
	zone  *time.Location // of the clock that boards are told
	epoch byte           // of this driver; new with every Bus
	// report is told about health; never nil.
	report devices.Report
	// stranger is told about boards without an address; never nil.
	stranger func(bridge.Hello)
	search   search

	mu   sync.Mutex         // guards the want and the figures of every unit
	line *exchange.Exchange // the wire while Run runs
	read []byte             // room for one Read
}

var (
	_ devices.OpenBus[devices.Input] = Open
	_ devices.Teller                 = (*Bus)(nil)
	_ devices.Shower                 = (*Bus)(nil)
)

// Open checks the units' options and makes the bus, a *Bus. The wire may be
// nil when only the options are to be checked.
func Open(w devices.Wire, units []devices.Unit) (devices.Input, error) {
	b, err := open(w, units, byte(1+rand.IntN(255)), byte(rand.Uint32()))
	if err != nil {
		return nil, err
	}
	return b, nil
}

// open takes what is left to chance: the driver's boot number and where its
// packet numbers begin.
func open(w devices.Wire, units []devices.Unit, epoch, seq byte) (*Bus, error) {
	b := &Bus{
		wire: w, zone: time.Local, epoch: epoch,
		report: func(string, devices.State, string) {}, stranger: func(bridge.Hello) {},
		search: search{every: seekEvery, told: map[bridge.UID]bool{}},
		read:   make([]byte, 512),
	}
	names, addresses := map[string]bool{}, map[byte]string{}
	for _, d := range units {
		u, err := newUnit(d)
		if err == nil && names[u.name] {
			err = errors.New("there are two units of that name")
		}
		if err == nil && addresses[u.send.Peer] != "" {
			err = fmt.Errorf("address %d is taken by unit %s", u.send.Peer, addresses[u.send.Peer])
		}
		if err != nil {
			return nil, fmt.Errorf("hb1: unit %s: %w", d.Name, err)
		}
		names[u.name], addresses[u.send.Peer] = true, u.name
		u.send.Epoch, u.send.Seq = epoch, seq
		b.units = append(b.units, u)
	}
	if len(b.units) == 0 {
		return nil, errors.New("hb1: a bus without units")
	}
	return b, nil
}

func newUnit(d devices.Unit) (*unit, error) {
	var o Options
	if err := d.Options(&o); err != nil {
		return nil, err
	}
	if o.Address <= bridge.Host || o.Address > bridge.LastUnit {
		return nil, fmt.Errorf("address %d is not between 1 and %d", o.Address, bridge.LastUnit)
	}
	uid, err := parseUID(o.UID)
	if err != nil {
		return nil, err
	}
	if o.Keys == nil {
		o.Keys = callBoxKeys()
	}
	u := &unit{name: d.Name, uid: uid, keys: map[byte]devices.Key{}, send: bridge.Sender{Self: bridge.Host, Peer: byte(o.Address)}}
	for number, key := range o.Keys {
		if number < 1 || number > 255 || key == "" {
			return nil, fmt.Errorf("key %d: %q: a key has a number from 1 to 255 and a function", number, key)
		}
		u.keys[byte(number)] = key
	}
	return u, nil
}

// Health lets report hear of every change in a unit's health, from the
// goroutine that runs Run. It must be called before Run. Nothing is reported
// when Run ends: its error says that nobody knows about any unit any more.
func (b *Bus) Health(report devices.Report) { b.report = report }

// Tell implements devices.Teller: it returns at once, and the newest text for
// a unit is shown as soon as the unit's turn comes, again after the unit
// rebooted. A text longer than bridge.MaxText bytes is cut at a character. A
// unit without a display ignores its text.
func (b *Bus) Tell(_ context.Context, unit, text string) error {
	return b.wants(unit, bridge.Show{Text: text}, false)
}

// Show implements devices.Shower, like Tell: a display shows the ticket. With a
// fresh call it blinks, its lamp does, and it sounds, as far as it has all that.
func (b *Bus) Show(_ context.Context, unit string, f devices.Frame) error {
	show := bridge.Show{Text: f.Ticket}
	if f.Ticket == "" {
		show.Text = nobody
	}
	if f.Blink {
		show.Style = bridge.Blink
	}
	return b.wants(unit, show, true)
}

// nobody is what a display shows while nobody is at its window. A dark one would
// look broken.
const nobody = "----"

func (b *Bus) wants(unit string, show bridge.Show, sign bool) error {
	show.Text = strings.ToValidUTF8(show.Text, "?")
	for _, u := range b.units {
		if u.name != unit {
			continue
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if sign && u.want.sign && u.want.show == show {
			return nil // told again, which must not sound again
		}
		u.want = want{show, sign, u.want.version + 1}
		return nil
	}
	return fmt.Errorf("hb1: tell %s: no such unit on this bus", unit)
}
