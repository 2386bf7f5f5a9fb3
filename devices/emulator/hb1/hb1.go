// Package hb1 is a bus of call boxes and button panels that speak HB1, made of
// software after hardware-docs/hb1.md. It shares the frame codec with the
// driver and nothing else.
package hb1

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
	bridge "lobby/firmware-bridge"
)

// turnaround is how long a board takes to answer (hardware-docs/hb1.md,
// "Timing": 1 to 5 ms).
const turnaround = 2 * time.Millisecond

// Emulator is one bus with its boards.
type Emulator struct {
	*emulator.Switches

	mu    sync.Mutex
	units []*unit // in the order of their addresses
	rand  *rand.Rand
}

var (
	_ emulator.New      = New
	_ emulator.Presser  = (*Emulator)(nil)
	_ emulator.Troubled = (*Emulator)(nil)
)

// options of one unit are the driver's (hardware-docs/hb1.md, "Settings").
type options struct {
	Address int                 `json:"address" yaml:"address"`
	Keys    map[int]devices.Key `json:"keys" yaml:"keys"`
	UID     string              `json:"uid" yaml:"uid"`
}

// callBoxKeys is what is printed on a call box (hardware-docs/hb1.md,
// "Settings").
func callBoxKeys() map[int]devices.Key {
	return map[int]devices.Key{
		1: devices.KeyNext, 2: devices.KeyRecall, 3: devices.KeyArrive, 4: devices.KeyFinish,
		5: devices.KeyNoShow, 6: devices.KeyPause, 7: devices.KeyHold, 8: devices.KeyTransfer,
	}
}

// New makes the bus for the units, all powered on this moment.
func New(units []devices.Unit) (emulator.Emulator, error) {
	return NewWith(units, rand.NewPCG(rand.Uint64(), rand.Uint64()))
}

// NewWith is New with the source of everything that is left to chance: boot
// numbers, first event numbers and where noise strikes. Equal sources give
// equal buses.
func NewWith(units []devices.Unit, source rand.Source) (*Emulator, error) {
	e := &Emulator{Switches: emulator.NewSwitches("hb1 emulator", silent, noise, lostAck), rand: rand.New(source)}
	e.Once(reboot, e.boot)
	for _, d := range units {
		u, err := newUnit(d)
		if err != nil {
			return nil, fmt.Errorf("hb1: unit %s: %w", d.Name, err)
		}
		e.units = append(e.units, u)
	}
	slices.SortFunc(e.units, func(a, b *unit) int { return cmp.Compare(a.address, b.address) })
	for _, u := range e.units {
		u.boot(e.rand)
	}
	return e, nil
}

func newUnit(d devices.Unit) (*unit, error) {
	var o options
	if err := d.Options(&o); err != nil {
		return nil, err
	}
	if o.Address <= bridge.Host || o.Address > bridge.LastUnit {
		return nil, fmt.Errorf("address %d is not between 1 and %d", o.Address, bridge.LastUnit)
	}
	if o.Keys == nil {
		o.Keys = callBoxKeys()
	}
	u := &unit{name: d.Name, address: byte(o.Address), keys: o.Keys, uid: bridge.UID{0: 'E', 1: 'M', 2: 'U', 11: byte(o.Address)}}
	if o.UID != "" {
		// A board that is known by its UID has no switch and comes without an
		// address.
		b, err := hex.DecodeString(o.UID)
		if err != nil || len(b) != len(u.uid) {
			return nil, fmt.Errorf("uid %q is not %d hexadecimal digits in quotes", o.UID, 2*len(u.uid))
		}
		u.uid, u.address = bridge.UID(b), bridge.Unassigned
	}
	return u, nil
}

// Serve implements emulator.Emulator. A line is served once; what the devices
// remember stays for the next one.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		// A transmitter does not wait for its listener: what nobody takes is gone.
		answers, sent := make(chan []byte, 4), make(chan struct{})
		go func() {
			defer close(sent)
			e.transmit(line, answers)
		}()
		e.receive(ctx, heard, answers)
		close(answers)
		<-sent
		return nil
	})
}

// receive reads frames and lets the boards answer, until the context ends.
func (e *Emulator) receive(ctx context.Context, heard <-chan []byte, answers chan<- []byte) {
	var stream []byte
	for {
		select {
		case <-ctx.Done():
			return
		case piece := <-heard:
			stream = append(stream, e.disturb(piece)...)
		}
		for {
			n, p, _ := bridge.Next(stream)
			if n == 0 {
				break
			}
			stream = stream[max(n, -n):]
			answer := e.hear(n > 0, p)
			if answer == nil {
				continue
			}
			select {
			case answers <- e.disturb(answer):
			default:
			}
		}
	}
}

// transmit puts the answers on the line after the time a board needs.
func (e *Emulator) transmit(line io.Writer, answers <-chan []byte) {
	for answer := range answers {
		<-time.After(turnaround)
		if _, err := line.Write(answer); err != nil {
			// The listener sees the broken line too and ends the conversation.
			continue
		}
	}
}

// hear gives every board what was on the line and returns what is on it then:
// nothing, an answer, or what is left of several.
func (e *Emulator) hear(good bool, p bridge.Packet) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !good || e.On(silent) || e.On(lostAck) && p.Kind == bridge.Ack {
		return nil
	}
	var line []byte
	for _, u := range e.units {
		answer, ok := u.hear(p)
		if !ok {
			continue
		}
		if frame, err := bridge.Append(nil, answer); err == nil {
			line = superpose(line, frame)
		}
		if u.booting { // after its answer
			u.boot(e.rand)
		}
	}
	return line
}

// superpose puts a frame on a line on which others speak: a driver that pulls
// down wins.
func superpose(line, frame []byte) []byte {
	for i := range min(len(line), len(frame)) {
		line[i] &= frame[i]
	}
	return append(line, frame[min(len(line), len(frame)):]...)
}

// View is what stands before the boards.
type View struct {
	Kind  string     `json:"kind"` // always "callbox"
	Units []UnitView `json:"units"`
}

// UnitView is one board as a person sees it.
type UnitView struct {
	Name    string        `json:"name"`
	Address int           `json:"address"`
	Shown   string        `json:"shown"`           // text on the display
	Blink   bool          `json:"blink"`           // the text blinks
	Lamp    bool          `json:"lamp,omitempty"`  // lamp 0 is lit
	Beeps   int           `json:"beeps,omitempty"` // sounds since its boot
	Up      bool          `json:"up"`              // the link lamp: the host was heard lately
	Queued  int           `json:"queued"`          // events the host has not acknowledged
	Keys    []devices.Key `json:"keys"`            // in the order of their numbers
}

// View implements emulator.Emulator; it returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := View{Kind: "callbox", Units: []UnitView{}}
	for _, u := range e.units {
		v.Units = append(v.Units, u.view())
	}
	return v
}

// keyNames gives the keys in the order of their numbers.
func (u *unit) keyNames() []devices.Key {
	names := []devices.Key{}
	for _, number := range slices.Sorted(maps.Keys(u.keys)) {
		names = append(names, u.keys[number])
	}
	return names
}
