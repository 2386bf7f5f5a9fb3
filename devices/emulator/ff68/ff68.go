// Package ff68 is the other end of a line with call boxes that speak FF 68
// frames. It was written from the bytes that a published program of a hall
// receives and sends (hardware-docs/ff68.md), not from the driver.
package ff68

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
)

// The fault switches. They hold for all boxes of the line.
const (
	silent    = "silent"    // keys do nothing and nothing is shown
	badSum    = "bad_sum"   // frames go out with a wrong sum
	truncated = "truncated" // frames end in the middle
	duplicate = "duplicate" // every frame goes out twice, as behind a bad repeater
	garbage   = "garbage"   // noise before every frame
	lostAck   = "lost_ack"  // the boxes do not hear acknowledgements and repeat
)

// A box that hears no acknowledgement says the same again, twice.
const (
	again   = 250 * time.Millisecond
	repeats = 2
)

// The commands of the host.
const (
	cmdShow = 0x02 // six places: people waiting, end of the ticket; 0A is dark
	cmdBeep = 0x03
)

// code is what a key sends: digits before it, and the key itself.
type code struct {
	key   devices.Key
	bytes []byte
}

// pads are the keys of each profile, in their order on the box.
var pads = map[string][]code{
	"deployed": {
		{devices.KeyNext, []byte{0x0c}}, {devices.KeyRecall, []byte{0x0d}}, {devices.KeyServed, []byte{0x0b}},
		{devices.KeyPause, []byte{0x12}}, {devices.KeyTransfer, []byte{0x13}}, {devices.KeyNoShow, []byte{6, 0x0f}},
		{devices.KeyHold, []byte{0, 0x0f}}, {devices.KeyCallHeld, []byte{3, 0x0f}},
	},
	"lcd21": {{devices.KeyNext, nil}},
}

// options are the driver's.
type options struct {
	Address int    `json:"address" yaml:"address"`
	Profile string `json:"profile" yaml:"profile"`
}

type box struct {
	name    string
	address byte
	codes   []code
	shown   string
	beeps   int
	open    []byte // the frame without an acknowledgement
	tries   int
	at      time.Time
}

// Emulator is one line with its boxes.
type Emulator struct {
	*emulator.Switches

	mu    sync.Mutex
	boxes []*box
	out   [][]byte
	wake  chan struct{}
}

var (
	_ emulator.New      = New
	_ emulator.Presser  = (*Emulator)(nil)
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the boxes of one line. Keys of a profile that it does not know are
// those of "deployed".
func New(units []devices.Unit) (emulator.Emulator, error) {
	e := &Emulator{
		Switches: emulator.NewSwitches("ff68 emulator", silent, badSum, truncated, duplicate, garbage, lostAck),
		wake:     make(chan struct{}, 1),
	}
	for _, u := range units {
		o := options{Profile: "deployed"}
		if err := u.Options(&o); err != nil {
			return nil, fmt.Errorf("ff68 emulator: unit %s: %w", u.Name, err)
		}
		codes, ok := pads[o.Profile]
		if !ok {
			codes = pads["deployed"]
		}
		e.boxes = append(e.boxes, &box{name: u.Name, address: byte(o.Address), codes: codes})
	}
	return e, nil
}

// Press implements emulator.Presser.
func (e *Emulator) Press(unit string, key devices.Key, digits string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, b := range e.boxes {
		if b.name != unit {
			continue
		}
		for _, c := range b.codes {
			if c.key == key {
				return e.press(b, c, digits)
			}
		}
		return fmt.Errorf("ff68: unit %s has no key %s", unit, key)
	}
	return fmt.Errorf("ff68: no unit %s on this line", unit)
}

func (e *Emulator) press(b *box, c code, digits string) error {
	var data []byte
	for _, d := range digits {
		if d < '0' || d > '9' {
			return errors.New("ff68: the box has digits only")
		}
		data = append(data, byte(d-'0'))
	}
	if e.On(silent) {
		return nil
	}
	f := wrap(b.address, 0x01, append(data, c.bytes...))
	b.open, b.tries, b.at = f, 0, time.Now()
	e.send(f)
	return nil
}

// send queues a frame for the line, as the faults will have it.
func (e *Emulator) send(f []byte) {
	f = bytes.Clone(f)
	if e.On(badSum) {
		f[len(f)-2] ^= 0x40
	}
	if e.On(truncated) {
		f = f[:len(f)-3]
	}
	if e.On(garbage) {
		f = append([]byte{0x68, 0x03, 0x00, 0x68, 0xff, 0x68, 0x05}, f...)
	}
	e.out = append(e.out, f)
	if e.On(duplicate) {
		e.out = append(e.out, f)
	}
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// wrap puts a frame together: FF 68 L L 68, L bytes, their sum, 16.
func wrap(address, command byte, data []byte) []byte {
	n := byte(2 + len(data))
	b := []byte{0xff, 0x68, n, n, 0x68, address, command}
	sum := address + command
	for _, v := range data {
		sum += v
		b = append(b, v)
	}
	return append(b, sum, 0x16)
}

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		tick := time.NewTicker(again / 5)
		defer tick.Stop()
		var stream []byte
		for {
			select {
			case <-ctx.Done():
				return nil
			case piece := <-heard:
				stream = e.hear(append(stream, piece...))
			case <-e.wake:
			case <-tick.C:
				e.nag()
			}
			for _, f := range e.pending() {
				if _, err := line.Write(f); err != nil {
					return err
				}
			}
		}
	})
}

func (e *Emulator) pending() [][]byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.out
	e.out = nil
	return out
}

// nag repeats what was not acknowledged.
func (e *Emulator) nag() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, b := range e.boxes {
		if b.open == nil || time.Since(b.at) < again {
			continue
		}
		if b.tries++; b.tries > repeats {
			b.open = nil
			continue
		}
		b.at = time.Now()
		e.send(b.open)
	}
}

// hear takes the host's frames and returns what may be the beginning of one.
func (e *Emulator) hear(stream []byte) []byte {
	for {
		i := bytes.Index(stream, []byte{0xff, 0x68})
		if i < 0 {
			return stream[max(0, len(stream)-1):]
		}
		stream = stream[i:]
		if len(stream) < 3 {
			return stream
		}
		size := 7 + int(stream[2])
		if len(stream) < size {
			return stream
		}
		if f := stream[:size]; bytes.Equal(f, wrap(f[5], f[6], f[7:size-2])) {
			e.obey(f)
			stream = stream[size:]
			continue
		}
		stream = stream[2:]
	}
}

func (e *Emulator) obey(f []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.On(silent) {
		return
	}
	for _, b := range e.boxes {
		if b.address != f[5] {
			continue
		}
		switch {
		case bytes.Equal(f, b.open):
			if !e.On(lostAck) {
				b.open = nil
			}
		case f[6] == cmdShow && len(f) == 15:
			b.shown = digits(f[7:13])
		case f[6] == cmdBeep:
			b.beeps++
		}
	}
}

// digits are what the display shows, without dark places.
func digits(places []byte) string {
	var s []byte
	for _, d := range places {
		if d <= 9 {
			s = append(s, '0'+d)
		}
	}
	return string(s)
}

// View is what stands before the boxes.
type View struct {
	Kind  string     `json:"kind"` // always "callbox"
	Units []UnitView `json:"units"`
}

// UnitView is one box as a person sees it.
type UnitView struct {
	Name    string        `json:"name"`
	Address int           `json:"address"`
	Shown   string        `json:"shown"`
	Beeps   int           `json:"beeps,omitempty"`
	Up      bool          `json:"up"`
	Queued  int           `json:"queued"` // presses without an acknowledgement
	Keys    []devices.Key `json:"keys"`
}

// View implements emulator.Emulator; it returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := View{Kind: "callbox", Units: []UnitView{}}
	for _, b := range e.boxes {
		u := UnitView{Name: b.name, Address: int(b.address), Shown: b.shown, Beeps: b.beeps, Up: !e.On(silent), Keys: []devices.Key{}}
		if b.open != nil {
			u.Queued = 1
		}
		for _, c := range b.codes {
			u.Keys = append(u.Keys, c.key)
		}
		v.Units = append(v.Units, u)
	}
	return v
}
