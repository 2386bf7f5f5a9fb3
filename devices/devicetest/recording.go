package devicetest

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/wire/pipe"
)

// IO is one exchange: what the driver writes and what the device then says.
// With an empty W the device speaks on its own.
type IO struct {
	W, R []byte
}

// Playback is a device that knows one conversation. A byte that differs from
// it is an error, for the driver at once and for the test at Close; so is a
// conversation that was not finished. How the driver cuts its writes is its own
// affair.
type Playback struct {
	driver, device *pipe.End

	mu   sync.Mutex
	ops  []IO
	at   int // bytes of ops[0].W that came
	said int // bytes the device said
	read int // bytes the driver took
	err  error
}

// NewPlayback makes the device for a conversation.
func NewPlayback(ops ...IO) *Playback {
	p := &Playback{ops: ops}
	p.driver, p.device = pipe.New(0)
	p.answer()
	return p
}

// Play is NewPlayback for a test, which fails unless the whole conversation
// was held.
func Play(t testing.TB, ops ...IO) *Playback {
	t.Helper()
	p := NewPlayback(ops...)
	t.Cleanup(func() {
		t.Helper()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// answer says what is due now; the caller holds the lock or is alone.
func (p *Playback) answer() {
	for len(p.ops) > 0 && p.at == len(p.ops[0].W) {
		n, _ := p.device.Write(p.ops[0].R) // a closed pipe has no listener
		p.said += n
		p.ops, p.at = p.ops[1:], 0
	}
}

// Read implements devices.Wire.
func (p *Playback) Read(b []byte) (int, error) {
	n, err := p.driver.Read(b)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read += n
	return n, err
}

// Write implements devices.Wire. It compares every byte.
func (p *Playback) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, got := range b {
		if p.err != nil {
			return i, p.err
		}
		if p.err = p.check(got, b[i:]); p.err != nil {
			return i, p.err
		}
		p.at++
		p.answer()
	}
	return len(b), p.err
}

func (p *Playback) check(got byte, rest []byte) error {
	if len(p.ops) == 0 {
		return fmt.Errorf("devicetest: the driver wrote % X after the end of the conversation", rest)
	}
	if want := p.ops[0].W[p.at]; got != want {
		return fmt.Errorf("devicetest: the driver wrote % X, want % X", rest, p.ops[0].W[p.at:])
	}
	return nil
}

// SetReadDeadline implements devices.Wire.
func (p *Playback) SetReadDeadline(t time.Time) error { return p.driver.SetReadDeadline(t) }

// SetWriteDeadline implements devices.Wire; a Playback never keeps a writer
// waiting.
func (p *Playback) SetWriteDeadline(t time.Time) error { return p.driver.SetWriteDeadline(t) }

// Close ends the conversation and says what was wrong with it.
func (p *Playback) Close() error {
	p.driver.Close()
	p.device.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err != nil:
		return p.err
	case len(p.ops) > 0:
		return fmt.Errorf("devicetest: the driver never wrote % X (%d exchanges are left)", p.ops[0].W[p.at:], len(p.ops))
	case p.read < p.said:
		return fmt.Errorf("devicetest: the driver left %d bytes of the device unread", p.said-p.read)
	}
	return nil
}

// Record is a wire that remembers the conversation on the wire below it, to be
// played back later.
type Record struct {
	devices.Wire

	mu  sync.Mutex
	ops []IO
}

// Read implements devices.Wire.
func (r *Record) Read(b []byte) (int, error) {
	n, err := r.Wire.Read(b)
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > 0 {
		if len(r.ops) == 0 {
			r.ops = append(r.ops, IO{})
		}
		last := &r.ops[len(r.ops)-1]
		last.R = append(last.R, b[:n]...)
	}
	return n, err
}

// Write implements devices.Wire. The bytes are noted before they are sent, so
// that an answer never stands before its question.
func (r *Record) Write(b []byte) (int, error) {
	r.mu.Lock()
	if len(r.ops) == 0 || len(r.ops[len(r.ops)-1].R) > 0 {
		r.ops = append(r.ops, IO{})
	}
	at := len(r.ops) - 1
	before := len(r.ops[at].W)
	r.ops[at].W = append(r.ops[at].W, b...)
	r.mu.Unlock()
	n, err := r.Wire.Write(b)
	if n < len(b) {
		r.mu.Lock()
		r.ops[at].W = r.ops[at].W[:before+n]
		r.mu.Unlock()
	}
	return n, err
}

// Ops is the conversation so far.
func (r *Record) Ops() []IO {
	r.mu.Lock()
	defer r.mu.Unlock()
	ops := make([]IO, len(r.ops))
	for i, op := range r.ops {
		ops[i] = IO{W: bytes.Clone(op.W), R: bytes.Clone(op.R)}
	}
	return ops
}

// FormatOps writes a conversation as text: "> 1B 40" is written by the driver
// and "< 16" said by the device.
func FormatOps(ops []IO) string {
	var out strings.Builder
	for _, op := range ops {
		if len(op.W) > 0 {
			fmt.Fprintf(&out, "> % X\n", op.W)
		}
		if len(op.R) > 0 {
			fmt.Fprintf(&out, "< % X\n", op.R)
		}
	}
	return out.String()
}

// ParseOps reads what FormatOps wrote. Empty lines and what follows a # are
// for people.
func ParseOps(text string) ([]IO, error) {
	var ops []IO
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if line[0] != '>' && line[0] != '<' {
			return nil, fmt.Errorf("devicetest: line %d begins with neither > nor <", n)
		}
		data, err := hex.DecodeString(strings.Join(strings.Fields(line[1:]), ""))
		if err != nil {
			return nil, fmt.Errorf("devicetest: line %d: %w", n, err)
		}
		if line[0] == '>' {
			ops = append(ops, IO{W: data})
		} else {
			ops = said(ops, data)
		}
	}
	return ops, lines.Err()
}

// said adds an answer to the last exchange.
func said(ops []IO, data []byte) []IO {
	if len(ops) == 0 {
		ops = append(ops, IO{})
	}
	last := &ops[len(ops)-1]
	last.R = append(last.R, data...)
	return ops
}
