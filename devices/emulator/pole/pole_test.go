package pole

import (
	"testing"
)

func newDisplay(mode string) *display {
	d := &display{mode: mode}
	d.PowerUp()
	return d
}

// The examples of the manuals.
func TestManuals(t *testing.T) {
	for _, c := range []struct{ mode, sent, want string }{
		{"cd5220", "\x1b@\x0c\x1bQAA015 -> WINDOW 3\r", "A015 -> WINDOW 3"},
		{"cd5220", "\x1bQAupper\r\x1bQBlower\r", "upper\nlower"},
		// In the mode of ESC Q nothing else is heard, until 0C.
		{"cd5220", "\x1bQAupper\rlost", "upper"},
		{"cd5220", "\x1bQAupper\r\x0cfree", "free"},
		{"epson", "\x1b@\x0c\x1f$\x01\x01A015\x1f$\x01\x02WINDOW 3", "A015\nWINDOW 3"},
		{"epson", "12345678901234567890x", "12345678901234567890\nx"},
		{"epson", "\x1bQAupper\r", "Aupper"},
	} {
		for _, piece := range []int{1, len(c.sent)} {
			d := newDisplay(c.mode)
			for at := 0; at < len(c.sent); at += piece {
				d.Take([]byte(c.sent[at:min(at+piece, len(c.sent))]))
			}
			if got := d.Text(); got != c.want {
				t.Errorf("%s %q: %q, want %q", c.mode, c.sent, got, c.want)
			}
		}
	}
}

func FuzzTake(f *testing.F) {
	f.Add([]byte("\x1b@\x0c\x1bQAA015\r\x1f$\x01\x02W"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, mode := range []string{"cd5220", "epson"} {
			d := newDisplay(mode)
			d.Take(b)
			d.Text()
		}
	})
}
