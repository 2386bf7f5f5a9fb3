// Package pole is the other end of a wire with a customer display on it, two
// lines of twenty characters. It was written from the makers' manuals
// (hardware-docs/boards/pole.md), not from the driver.
package pole

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"lobby/devices"
	"lobby/devices/emulator"
)

// View is what can be seen.
type View struct {
	Kind  string `json:"kind"` // always "board"
	Units []Unit `json:"units"`
}

// Unit is the display as seen from the hall.
type Unit struct {
	Name   string `json:"name"`
	Text   string `json:"text"` // its lines, without empty ones
	Color  string `json:"color"`
	Up     bool   `json:"up"`
	Frames int    `json:"frames"` // times it was cleared, once for every frame
}

// The fault switches.
const (
	faultSilent = "silent" // it takes nothing
	powerCycle  = "power_cycle"
)

// options are the driver's.
type options struct {
	Mode       string `yaml:"mode"`
	Label      string `yaml:"label"`
	Brightness int    `yaml:"brightness"`
}

// Emulator is one display.
type Emulator struct {
	*emulator.Switches
	name, mode string

	mu     sync.Mutex
	held   []byte // the beginning of a command
	lines  [2][20]byte
	x, y   int
	locked bool // the mode of ESC Q, which only 0C and 18 leave
	frames int
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the display on a wire, which has room for one.
func New(units []devices.Unit) (emulator.Emulator, error) {
	if len(units) != 1 {
		return nil, fmt.Errorf("pole emulator: %d displays on one wire", len(units))
	}
	var o options
	if err := units[0].Options(&o); err != nil {
		return nil, fmt.Errorf("pole emulator: unit %s: %w", units[0].Name, err)
	}
	e := &Emulator{Switches: emulator.NewSwitches("pole emulator", faultSilent), name: units[0].Name, mode: o.Mode}
	e.Once(powerCycle, func() { e.mu.Lock(); defer e.mu.Unlock(); e.clear(); e.held = nil })
	e.clear()
	return e, nil
}

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case piece := <-heard:
				if !e.On(faultSilent) {
					e.take(piece)
				}
			}
		}
	})
}

// take interprets what came in, command by command.
func (e *Emulator) take(piece []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = append(e.held, piece...)
	for len(e.held) > 0 {
		n := e.command(e.held)
		if n == 0 {
			if len(e.held) > 64 { // no command is as long
				e.held = nil
			}
			return
		}
		e.held = e.held[n:]
	}
}

// command carries out the command at the beginning of b and returns its length,
// or zero when more of it has to come.
func (e *Emulator) command(b []byte) int {
	switch {
	case b[0] == 0x0c:
		e.clear()
		e.frames++
		return 1
	case b[0] == 0x1b:
		return e.escape(b)
	case b[0] == 0x1f:
		return e.epson(b)
	case e.locked || b[0] < ' ' || b[0] > '~':
		return 1
	}
	e.put(b[0])
	return 1
}

func (e *Emulator) escape(b []byte) int {
	switch {
	case len(b) < 2:
		return 0
	case b[1] == 'Q' && e.mode == "cd5220":
		return e.line(b)
	case e.locked:
		return 2
	case b[1] == '@':
		e.x, e.y = 0, 0
		return 2
	case b[1] == '*' && len(b) < 3:
		return 0
	case b[1] == '*':
		return 3
	}
	return 2
}

// line is ESC Q A text CR for the upper line, ESC Q B for the lower one.
func (e *Emulator) line(b []byte) int {
	end := bytes.IndexByte(b, 0x0d)
	if end < 0 || len(b) < 4 {
		return 0
	}
	if y := int(b[2]) - 'A'; y == 0 || y == 1 {
		e.lines[y] = blank()
		copy(e.lines[y][:], b[3:end])
		e.locked = true
	}
	return end + 1
}

// epson are the commands that begin with US.
func (e *Emulator) epson(b []byte) int {
	switch {
	case e.mode != "epson":
		return 1
	case len(b) < 2:
		return 0
	case b[1] == '$' && len(b) < 4:
		return 0
	case b[1] == '$':
		if x, y := int(b[2])-1, int(b[3])-1; x >= 0 && x < 20 && y >= 0 && y < 2 {
			e.x, e.y = x, y
		}
		return 4
	case (b[1] == 'X' || b[1] == 'E') && len(b) < 3:
		return 0
	case b[1] == 'X' || b[1] == 'E':
		return 3
	}
	return 2
}

// put writes a character; at the end of a line the next one begins.
func (e *Emulator) put(c byte) {
	e.lines[e.y][e.x] = c
	if e.x++; e.x == 20 {
		e.x, e.y = 0, 1-e.y
	}
}

func (e *Emulator) clear() {
	e.lines = [2][20]byte{blank(), blank()}
	e.x, e.y, e.locked = 0, 0, false
}

func blank() (b [20]byte) {
	copy(b[:], strings.Repeat(" ", 20))
	return b
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	upper, lower := strings.TrimSpace(string(e.lines[0][:])), strings.TrimSpace(string(e.lines[1][:]))
	u := Unit{Name: e.name, Text: strings.TrimSpace(upper + "\n" + lower), Color: "green", Up: !e.On(faultSilent), Frames: e.frames}
	return View{Kind: "board", Units: []Unit{u}}
}
