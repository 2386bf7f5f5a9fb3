package line

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/wire"
)

// slowBaud is the speed of a line with the fault "slow": a byte takes 33 ms, which
// trips every timeout that is too tight.
const slowBaud wire.Baud = 300

// noiseRate is the share of bits that the fault "noise" turns over.
const noiseRate = 1e-3

// stepTime is the longest piece, in time on the line, that is passed on at
// once by a paced line.
const stepTime = 20 * time.Millisecond

// overrunTime is how long a full receiver is waited for before its unread
// bytes are lost, as they are when a computer does not listen.
const overrunTime = 250 * time.Millisecond

// port is what the emulator speaks on: the device's end of a link, with the
// line's speed and faults. It is a devices.Wire, so an emulator may set read
// deadlines. Writing never blocks for long, because no device waits for a
// computer that does not listen.
type port struct {
	ctx  context.Context
	line *Line
	link link
	end  wire.Conn

	in, out pace
}

// newPort makes the port for one call of Serve. The line closes the link's end
// when the context ends, which wakes an emulator that waits in Read.
func newPort(ctx context.Context, l *Line, now link) *port {
	return &port{ctx: ctx, line: l, link: now, end: now.device()}
}

// Read returns what has arrived by now at the line's speed.
func (p *port) Read(b []byte) (int, error) {
	if p.ctx.Err() != nil {
		return 0, devices.ErrGone
	}
	n, err := p.end.Read(b[:step(len(b), p.line.baud())])
	p.line.disturb(b[:n])
	// The speed is asked for again: the fault may have come while we waited.
	if !p.in.wait(p.ctx, wire.Time(n, p.line.baud())) {
		return 0, devices.ErrGone
	}
	return n, err
}

// Write sends b at the line's speed.
func (p *port) Write(b []byte) (int, error) {
	for sent := 0; sent < len(b); {
		baud := p.line.baud()
		piece := append([]byte(nil), b[sent:sent+step(len(b)-sent, baud)]...)
		if !p.out.wait(p.ctx, wire.Time(len(piece), baud)) {
			return sent, devices.ErrGone
		}
		p.line.disturb(piece)
		if err := p.push(piece); err != nil {
			return sent, err
		}
		sent += len(piece)
	}
	return len(b), nil
}

// push hands a piece to the driver's side, which loses its unread bytes when
// it has had no room for a while.
func (p *port) push(piece []byte) error {
	p.end.SetWriteDeadline(time.Now().Add(overrunTime))
	_, err := p.end.Write(piece)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		p.link.flush()
		return nil
	}
	return err
}

// SetReadDeadline implements devices.Wire.
func (p *port) SetReadDeadline(t time.Time) error { return p.end.SetReadDeadline(t) }

// SetWriteDeadline implements devices.Wire; writes are short anyway.
func (p *port) SetWriteDeadline(time.Time) error { return nil }

// step is how many of n bytes are passed on at once.
func step(n int, baud wire.Baud) int {
	if baud <= 0 {
		return n
	}
	return min(n, max(1, int(stepTime/wire.Time(1, baud))))
}

// pace remembers until when one direction of the line is busy, so that the
// time spent elsewhere counts and the speed is right over many pieces.
type pace struct {
	mu   sync.Mutex
	free time.Time
}

// wait occupies the line for d and returns when it is free again. It returns
// false when the context ended first.
func (p *pace) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	p.mu.Lock()
	if now := time.Now(); p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(d)
	left := time.Until(p.free)
	p.mu.Unlock()
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
