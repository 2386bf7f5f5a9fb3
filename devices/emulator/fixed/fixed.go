// Package fixed is the other end of a wire with number boards of two makers on
// it: the 4-byte kanban board and Sunpn's parking board. It was written from
// the makers' sheets (hardware-docs/boards/fixed.md), not from the driver, and
// knows nothing of the driver's sheets.
package fixed

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
)

// View is what can be seen of all boards on the wire.
type View struct {
	Kind  string `json:"kind"` // always "board"
	Units []Unit `json:"units"`
}

// Unit is one board as seen from the hall.
type Unit struct {
	Name    string `json:"name"`
	Address int    `json:"address"`
	Text    string `json:"text"`
	Ticket  string `json:"ticket"` // the same: these boards show nothing else
	Color   string `json:"color"`
	Up      bool   `json:"up"`
	Frames  int    `json:"frames"` // good frames to this board since the start
}

// The fault switches.
const (
	faultSilent = "silent" // the boards take nothing and say nothing
	faultMute   = "mute"   // they show, and do not answer
	faultNoise  = "noise"  // every answer leaves with a flipped bit
	powerCycle  = "power_cycle"
)

// options are the driver's.
type options struct {
	Sheet   string            `yaml:"sheet"`
	Address int               `yaml:"address"`
	Set     map[string]string `yaml:"set"`
}

// maker is how the boards of one maker take a frame.
type maker struct {
	size   int
	begins func(b byte) bool
	take   func(e *Emulator, frame []byte) (answer []byte, ok bool)
}

// Emulator is all boards of one wire, which are of one maker.
type Emulator struct {
	*emulator.Switches
	maker maker

	mu    sync.Mutex
	units []Unit
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the boards of one wire, showing nothing.
func New(units []devices.Unit) (emulator.Emulator, error) {
	e := &Emulator{Switches: emulator.NewSwitches("fixed emulator", faultSilent, faultMute, faultNoise)}
	e.Once(powerCycle, e.powerUp)
	makers := map[string]maker{
		"kanban4": {4, func(byte) bool { return true }, (*Emulator).kanban},
		"sunpn":   {7, func(b byte) bool { return b == 0x3a }, (*Emulator).sunpn},
	}
	var sheet string
	for _, u := range units {
		var o options
		if err := u.Options(&o); err != nil {
			return nil, fmt.Errorf("fixed emulator: unit %s: %w", u.Name, err)
		}
		m, ok := makers[o.Sheet]
		if !ok || sheet != "" && o.Sheet != sheet {
			return nil, fmt.Errorf("fixed emulator: unit %s: no emulator of sheet %q on this wire", u.Name, o.Sheet)
		}
		sheet, e.maker = o.Sheet, m
		e.units = append(e.units, Unit{Name: u.Name, Address: o.Address, Color: "red"})
	}
	return e, nil
}

// silence ends a frame that is not whole. Boards wait 5 ms; a line made of
// software passes bytes on in pieces, and a busy machine adds to that.
const silence = 100 * time.Millisecond

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		return e.talk(ctx, heard, line)
	})
}

func (e *Emulator) talk(ctx context.Context, heard <-chan []byte, line io.Writer) error {
	var held []byte
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-quiet.C:
			held = nil
		case piece := <-heard:
			held = append(held, piece...)
			var answer []byte
			if answer, held = e.hear(held); len(answer) > 0 {
				if _, err := line.Write(answer); err != nil {
					return err
				}
			}
			quiet.Reset(silence)
		}
	}
}

// hear takes every whole frame and returns the answers and what is left.
func (e *Emulator) hear(held []byte) (answers, rest []byte) {
	for len(held) > 0 && !e.maker.begins(held[0]) {
		held = held[1:]
	}
	for len(held) >= e.maker.size {
		answer, ok := e.obey(held[:e.maker.size])
		if !ok {
			held = held[1:]
			continue
		}
		answers, held = append(answers, answer...), held[e.maker.size:]
	}
	return answers, held
}

func (e *Emulator) obey(frame []byte) (answer []byte, ok bool) {
	if e.On(faultSilent) {
		return nil, true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	answer, ok = e.maker.take(e, frame)
	if e.On(faultMute) {
		return nil, ok
	}
	if e.On(faultNoise) && len(answer) > 2 {
		answer[2] ^= 0x10
	}
	return answer, ok
}

// kanban is id, high byte, low byte, and the sum of the three. Nothing is
// answered.
func (e *Emulator) kanban(f []byte) ([]byte, bool) {
	if f[0]+f[1]+f[2] != f[3] {
		return nil, false
	}
	for i := range e.units {
		if e.units[i].Address == int(f[0]) {
			e.units[i].show(int(f[1])<<8 | int(f[2]))
		}
	}
	return nil, true
}

// sunpn is 3A, colour, number low byte first, information, sum of all before,
// 0A. The answer has 2A in front and its own sum.
func (e *Emulator) sunpn(f []byte) ([]byte, bool) {
	var sum byte
	for _, b := range f[:5] {
		sum += b
	}
	if f[1] > 2 || f[5] != sum || f[6] != 0x0a {
		return nil, false
	}
	for i := range e.units {
		e.units[i].Color = []string{"green", "yellow", "red"}[f[1]]
		e.units[i].show(int(f[3])<<8 | int(f[2]))
	}
	return []byte{0x2a, f[1], f[2], f[3], f[4], sum - 0x10, 0x0a}, true
}

// show lights three digits, without leading zeros; nothing for zero.
func (u *Unit) show(n int) {
	u.Frames++
	u.Text = ""
	if n > 0 {
		u.Text = strconv.Itoa(n % 1000)
	}
	u.Ticket = u.Text
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := View{Kind: "board", Units: append([]Unit{}, e.units...)}
	for i := range v.Units {
		v.Units[i].Up = !e.On(faultSilent)
	}
	return v
}

// powerUp is a power failure that is over: the boards are dark.
func (e *Emulator) powerUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.units {
		e.units[i].Text, e.units[i].Ticket = "", ""
	}
}
