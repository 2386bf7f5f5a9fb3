package pole

import (
	"strings"

	"lobby/devices"
)

// columns is the width of a line. What is longer is lost or wraps, by the mode
// of the display, so it is cut here.
const columns = 20

// The control codes (CD5220 manual p. 15 and 27; Epson DM-D command reference).
const (
	clr = 0x0c
	cr  = 0x0d
	esc = 0x1b
	us  = 0x1f
)

// encode is everything that the display needs to show a frame, also right after
// it got its power: initialise, clear, brightness, lines.
func (o Options) encode(f devices.Frame) []byte {
	// In the mode of ESC Q only 0C is heard; it leaves the mode.
	b := []byte{esc, '@', clr}
	window := clean(o.Label + " " + f.Window)
	ticket := clean(f.Ticket)
	if o.Mode == "epson" {
		return o.epson(b, f, ticket, window)
	}
	if o.Brightness > 0 {
		b = append(b, esc, '*', byte(o.Brightness))
	}
	line := window
	if ticket != "" {
		line = cut(ticket + " -> " + window)
	}
	b = append(b, esc, 'Q', 'A')
	b = append(b, line...)
	return append(b, cr)
}

func (o Options) epson(b []byte, f devices.Frame, ticket, window string) []byte {
	if o.Brightness > 0 {
		b = append(b, us, 'X', byte(o.Brightness))
	}
	if f.Blink {
		b = append(b, us, 'E', 10) // half a second on, half a second off
	}
	for i, line := range []string{ticket, window} {
		if line != "" {
			b = append(b, us, '$', 1, byte(i+1))
			b = append(b, line...)
		}
	}
	return b
}

// clean leaves what the display has letters for, at most one line of it.
func clean(s string) string {
	return cut(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s))
}

func cut(s string) string { return s[:min(len(s), columns)] }
