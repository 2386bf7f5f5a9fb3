// Package pole is the other end of a wire with a customer display on it, two
// lines of twenty characters. It was written from the makers' manuals
// (hardware-docs/boards/pole.md), not from the driver.
package pole

import (
	"bytes"
	"strings"

	"lobby/devices"
	"lobby/devices/emulator"
)

// options are the driver's.
type options struct {
	Mode       string `yaml:"mode"`
	Label      string `yaml:"label"`
	Brightness int    `yaml:"brightness"`
}

// display is one display.
type display struct {
	mode   string
	held   []byte // the beginning of a command
	lines  [2][20]byte
	x, y   int
	locked bool // the mode of ESC Q, which only 0C and 18 leave
	frames int  // times it was cleared, once for every frame
}

var _ emulator.New = New

// New makes the display on a wire.
func New(units []devices.Unit) (emulator.Emulator, error) {
	var o options
	return emulator.NewBoard("pole", "green", units, &o, func() (emulator.Display, error) { return &display{mode: o.Mode}, nil })
}

// PowerUp implements emulator.Display.
func (d *display) PowerUp() {
	d.clear()
	d.held = nil
}

// Take interprets what came in, command by command.
func (d *display) Take(piece []byte) {
	d.held = append(d.held, piece...)
	for len(d.held) > 0 {
		n := d.command(d.held)
		if n == 0 {
			if len(d.held) > 64 { // no command is as long
				d.held = nil
			}
			return
		}
		d.held = d.held[n:]
	}
}

// command carries out the command at the beginning of b and returns its length,
// or zero when more of it has to come.
func (d *display) command(b []byte) int {
	switch {
	case b[0] == 0x0c:
		d.clear()
		d.frames++
		return 1
	case b[0] == 0x1b:
		return d.escape(b)
	case b[0] == 0x1f:
		return d.epson(b)
	case d.locked || b[0] < ' ' || b[0] > '~':
		return 1
	}
	d.put(b[0])
	return 1
}

func (d *display) escape(b []byte) int {
	switch {
	case len(b) < 2:
		return 0
	case b[1] == 'Q' && d.mode == "cd5220":
		return d.line(b)
	case d.locked:
		return 2
	case b[1] == '@':
		d.x, d.y = 0, 0
		return 2
	case b[1] == '*' && len(b) < 3:
		return 0
	case b[1] == '*':
		return 3
	}
	return 2
}

// line is ESC Q A text CR for the upper line, ESC Q B for the lower one.
func (d *display) line(b []byte) int {
	end := bytes.IndexByte(b, 0x0d)
	if end < 0 || len(b) < 4 {
		return 0
	}
	if y := int(b[2]) - 'A'; y == 0 || y == 1 {
		d.lines[y] = blank()
		copy(d.lines[y][:], b[3:end])
		d.locked = true
	}
	return end + 1
}

// epson are the commands that begin with US.
func (d *display) epson(b []byte) int {
	switch {
	case d.mode != "epson":
		return 1
	case len(b) < 2:
		return 0
	case b[1] == '$' && len(b) < 4:
		return 0
	case b[1] == '$':
		if x, y := int(b[2])-1, int(b[3])-1; x >= 0 && x < 20 && y >= 0 && y < 2 {
			d.x, d.y = x, y
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
func (d *display) put(c byte) {
	d.lines[d.y][d.x] = c
	if d.x++; d.x == 20 {
		d.x, d.y = 0, 1-d.y
	}
}

func (d *display) clear() {
	d.lines = [2][20]byte{blank(), blank()}
	d.x, d.y, d.locked = 0, 0, false
}

func blank() (b [20]byte) {
	copy(b[:], strings.Repeat(" ", 20))
	return b
}

// Text implements emulator.Display.
func (d *display) Text() string {
	upper, lower := strings.TrimSpace(string(d.lines[0][:])), strings.TrimSpace(string(d.lines[1][:]))
	return strings.TrimSpace(upper + "\n" + lower)
}

// Frames implements emulator.Display.
func (d *display) Frames() int { return d.frames }
