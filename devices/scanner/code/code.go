// Package code puts the characters of a scanner together to codes.
package code

import (
	"time"

	"lobby/devices"
)

const (
	// Most is how long a code may be. The address on a slip has about 60.
	Most = 128
	// Gap is how long a scanner pauses at most within one code. One that ends no
	// line at all is told from a finger on a keyboard by it.
	Gap = 100 * time.Millisecond
)

// Reader is the code that comes in. The zero value waits for the first.
type Reader struct {
	text    []byte
	trouble devices.ScanTrouble
	count   int
	last    time.Time
}

// Add takes one character. It returns a scan when that ended a code.
func (r *Reader) Add(c byte, now time.Time) (s devices.Scan, done bool) {
	if c == '\r' || c == '\n' {
		return r.end("")
	}
	r.last = now
	switch r.count++; {
	case r.count > Most:
		r.fail(devices.ScanTooLong)
	case c < ' ' || c > '~':
		r.fail(devices.ScanBinary)
	default:
		r.text = append(r.text, c)
	}
	return s, false
}

// Idle gives up a code that does not go on.
func (r *Reader) Idle(now time.Time) (s devices.Scan, done bool) {
	if r.count == 0 || now.Sub(r.last) < Gap {
		return s, false
	}
	return r.end(devices.ScanNoEnd)
}

// fail remembers the first trouble.
func (r *Reader) fail(t devices.ScanTrouble) {
	if r.trouble == "" {
		r.trouble = t
	}
}

// end is the code, or what was wrong. CR LF ends one code and no empty second.
func (r *Reader) end(t devices.ScanTrouble) (s devices.Scan, done bool) {
	if r.count == 0 {
		return s, false
	}
	r.fail(t)
	if s.Trouble = r.trouble; s.Trouble == "" {
		s.Text = string(r.text)
	}
	*r = Reader{text: r.text[:0]}
	return s, true
}
