// Package pipe is a full-duplex wire in memory. It keeps the contract of
// devices.Wire to the letter, which the standard library's net.Pipe does not:
// bytes wait in a buffer as they do in a kernel, and the other end's leaving is
// devices.ErrGone. It works under the fake clock of testing/synctest.
package pipe

import (
	"os"
	"sync"
	"time"

	"lobby/devices"
)

// New makes a wire with two ends. Each direction holds at most limit bytes that
// nobody has read; a write beyond that waits. A limit of 0 or less means
// that writes never wait.
func New(limit int) (a, b *End) {
	there, back := newLane(limit), newLane(limit)
	return &End{in: back, out: there}, &End{in: there, out: back}
}

// End is one end of the wire; it is a wire.Conn. All methods may be called
// from any goroutine.
type End struct {
	in, out *lane
}

// Read waits for at least one byte. Bytes sent before the other end was closed
// can still be read.
func (e *End) Read(p []byte) (int, error) { return e.in.read(p) }

// Write returns when all of p is in the buffer.
func (e *End) Write(p []byte) (int, error) { return e.out.write(p) }

// SetReadDeadline also reaches a Read that is waiting.
func (e *End) SetReadDeadline(t time.Time) error { return e.in.setReader(t) }

// SetWriteDeadline also reaches a Write that is waiting.
func (e *End) SetWriteDeadline(t time.Time) error { return e.out.setWriter(t) }

// Close wakes everybody at both ends. Closing again is no error.
func (e *End) Close() error {
	e.in.leave(&e.in.readerGone)
	e.out.leave(&e.out.writerGone)
	return nil
}

// lane is one direction of the wire.
type lane struct {
	mu         sync.Mutex
	changed    sync.Cond
	buf        []byte
	limit      int
	readerGone bool
	writerGone bool
	reader     deadline
	writer     deadline
}

func newLane(limit int) *lane {
	l := &lane{limit: limit}
	l.changed.L = &l.mu
	return l
}

func (l *lane) read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case l.readerGone:
			return 0, devices.ErrGone
		case l.reader.passed():
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		case len(l.buf) > 0:
			n := copy(p, l.buf)
			l.buf = l.buf[n:]
			l.changed.Broadcast()
			return n, nil
		case l.writerGone:
			return 0, devices.ErrGone
		}
		l.changed.Wait()
	}
}

func (l *lane) write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := 0
	for {
		switch {
		case l.writerGone || l.readerGone:
			return sent, devices.ErrGone
		case l.writer.passed():
			return sent, os.ErrDeadlineExceeded
		}
		if n := l.room(len(p) - sent); n > 0 {
			l.buf = append(l.buf, p[sent:sent+n]...)
			sent += n
			l.changed.Broadcast()
		}
		if sent == len(p) {
			return sent, nil
		}
		l.changed.Wait()
	}
}

// room says how many of n bytes fit.
func (l *lane) room(n int) int {
	if l.limit <= 0 {
		return n
	}
	return min(n, l.limit-len(l.buf))
}

func (l *lane) leave(gone *bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*gone = true
	l.reader.stop()
	l.writer.stop()
	l.changed.Broadcast()
}

func (l *lane) setReader(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.readerGone {
		return devices.ErrGone
	}
	l.reader.set(t, &l.changed)
	return nil
}

func (l *lane) setWriter(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writerGone {
		return devices.ErrGone
	}
	l.writer.set(t, &l.changed)
	return nil
}

// deadline is a moment that wakes those who wait when it comes.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (d *deadline) set(t time.Time, changed *sync.Cond) {
	d.stop()
	d.at = t
	changed.Broadcast()
	if wait := time.Until(t); !t.IsZero() && wait > 0 {
		d.timer = time.AfterFunc(wait, func() {
			changed.L.Lock()
			defer changed.L.Unlock()
			changed.Broadcast()
		})
	}
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

// Discard drops what was sent to this end and not read yet.
func (e *End) Discard() {
	e.in.mu.Lock()
	defer e.in.mu.Unlock()
	e.in.buf = nil
	e.in.changed.Broadcast()
}
