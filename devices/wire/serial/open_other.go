//go:build !linux && !darwin

package serial

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.bug.st/serial"

	"lobby/devices"
	"lobby/devices/wire"
)

// Open gives the opener of the serial line u through the library alone. A
// write cannot be given a deadline here. The path of COM3 is written /COM3.
func Open(u wire.URL) wire.Opener {
	return func(ctx context.Context) (wire.Conn, error) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("serial: open %s: %w", u.Path, err)
		}
		port, err := serial.Open(strings.TrimPrefix(u.Path, "/"), mode(u))
		if err != nil {
			return nil, explain(u.Path, err)
		}
		return newLine(u, &stream{Port: port}, port), nil
	}
}

// stream gives the library's port read deadlines.
type stream struct {
	serial.Port
	closed atomic.Bool
	mu     sync.Mutex
	until  time.Time
}

// tick bounds how late a moved deadline or a Close is noticed.
const tick = 50 * time.Millisecond

// Read asks the port in ticks, because its only clock is a read timeout, whose
// end it reports as no bytes and no error.
func (s *stream) Read(p []byte) (int, error) {
	for len(p) > 0 {
		wait := s.left()
		if s.closed.Load() {
			return 0, devices.ErrGone
		}
		if wait <= 0 {
			return 0, os.ErrDeadlineExceeded
		}
		if err := s.Port.SetReadTimeout(wait); err != nil {
			return 0, err
		}
		n, err := s.Port.Read(p)
		if n > 0 || err != nil {
			return n, gone(err)
		}
	}
	return 0, nil
}

// Write refuses to touch the descriptor of a closed port: its number may
// belong to another file by now.
func (s *stream) Write(p []byte) (int, error) {
	if s.closed.Load() {
		return 0, devices.ErrGone
	}
	n, err := s.Port.Write(p)
	return n, gone(err)
}

func (s *stream) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.Port.Close()
}

func (s *stream) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = t
	return nil
}

func (s *stream) SetWriteDeadline(time.Time) error { return nil }

func (s *stream) left() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until.IsZero() {
		return tick
	}
	return min(tick, time.Until(s.until))
}

func gone(err error) error {
	if perr, ok := err.(*serial.PortError); ok && perr.Code() == serial.PortClosed {
		return devices.ErrGone
	}
	return err
}
