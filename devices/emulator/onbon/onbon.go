// Package onbon is the other end of a wire with Onbon BX-K signs on it: it
// unpacks frames, keeps the dynamic areas that a card keeps, and shows what a
// person before the signs would read. It was written from the maker's protocol
// document (hardware-docs/boards/onbon.md), not from the driver.
package onbon

import (
	"context"
	"fmt"
	"io"
	"sync"

	"lobby/devices"
	"lobby/devices/emulator"
)

// View is what can be seen of all signs on the wire.
type View struct {
	Kind  string `json:"kind"` // always "board"
	Units []Unit `json:"units"`
}

// Unit is one sign as seen from the hall.
type Unit struct {
	Name    string `json:"name"`
	Address int    `json:"address"`
	Text    string `json:"text"`             // lines are parted by "\n"
	Color   string `json:"color"`            // of the first character, empty on a dark sign
	Spans   []Span `json:"spans,omitempty"`  // only when there is more than one colour
	Moving  bool   `json:"moving,omitempty"` // the text rolls, as for a fresh call
	Up      bool   `json:"up"`               // the card answers
	Frames  int    `json:"frames"`           // good frames for this sign since the start
}

// Span is a piece of text in one colour.
type Span struct {
	Text  string `json:"text"`
	Color string `json:"color"`
}

// options are the driver's, of which only some matter here.
type options struct {
	Screen int    `yaml:"screen"`
	Width  int    `yaml:"width"`
	Height int    `yaml:"height"`
	Color  string `yaml:"color"`
	Font   int    `yaml:"font"`
}

// Emulator is all signs of one wire.
type Emulator struct {
	*emulator.Switches

	mu    sync.Mutex
	cards []*card
}

// The fault switches.
const (
	faultSilent = "silent"      // nobody answers, as with a wrong baud rate
	faultNoise  = "crc_noise"   // every frame arrives with a flipped bit
	faultBusy   = "busy"        // every command but a ping is answered with "busy"
	powerCycle  = "power_cycle" // happens once: all signs lose their content
)

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the signs of one wire, dark and in good health.
func New(units []devices.Unit) (emulator.Emulator, error) {
	e := &Emulator{Switches: emulator.NewSwitches("onbon emulator", faultSilent, faultNoise, faultBusy)}
	e.Once(powerCycle, e.powerUp)
	taken := map[uint16]string{}
	for _, u := range units {
		var o options
		if err := u.Options(&o); err != nil {
			return nil, fmt.Errorf("onbon emulator: unit %s: %w", u.Name, err)
		}
		at := uint16(o.Screen)
		if other, double := taken[at]; double {
			return nil, fmt.Errorf("onbon emulator: %s and %s are both screen %d", other, u.Name, at)
		}
		taken[at] = u.Name
		e.cards = append(e.cards, newCard(u.Name, at, o.Width, o.Height))
	}
	return e, nil
}

// Serve implements emulator.Emulator. A line is served once; what the devices
// remember stays for the next one.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		return e.talk(ctx, heard, line)
	})
}

// talk answers every whole frame.
func (e *Emulator) talk(ctx context.Context, heard <-chan []byte, line io.Writer) error {
	var u unpacker
	for {
		select {
		case <-ctx.Done():
			return nil
		case piece := <-heard:
			for _, c := range piece {
				frame, whole := u.take(c)
				if !whole {
					continue
				}
				for _, answer := range e.handle(frame) {
					if _, err := line.Write(answer); err != nil {
						return err
					}
				}
			}
		}
	}
}

// handle lets every card hear a frame and collects what they answer.
func (e *Emulator) handle(frame []byte) [][]byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.On(faultSilent) {
		return nil
	}
	if e.On(faultNoise) && len(frame) > 14 {
		frame[14] ^= 0x10 // in the data, so that the address still fits
	}
	var answers [][]byte
	for _, c := range e.cards {
		if a := c.hear(frame, e.On(faultBusy)); a != nil {
			answers = append(answers, a)
		}
	}
	return answers
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := View{Kind: "board", Units: make([]Unit, 0, len(e.cards))}
	for _, c := range e.cards {
		u := c.look()
		u.Up = !e.On(faultSilent)
		v.Units = append(v.Units, u)
	}
	return v
}

// powerUp is a power failure that is over: all signs lose their content.
func (e *Emulator) powerUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.cards {
		c.powerUp()
	}
}
