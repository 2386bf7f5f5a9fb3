// Package lp opens USB printers that the kernel offers as /dev/usb/lp*, without
// a serial adapter in between.
package lp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"lobby/devices/wire"
)

// Open gives the opener of the printer u.
func Open(u wire.URL) wire.Opener {
	return func(ctx context.Context) (wire.Conn, error) {
		file, err := wire.OpenFile(ctx, u.Path, os.O_RDWR, check)
		if err != nil {
			return nil, explain(u.Path, err)
		}
		return newConn(u.Path, file), nil
	}
}

var errNoPrinter = errors.New("it is not a USB printer")

// check refuses plain files, which would take every slip and print none.
func check(file *os.File) error {
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return errNoPrinter
	}
	return nil
}

func explain(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("lp: %s is not there: is the printer plugged in and the module usblp loaded? (%w)", path, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("lp: %s may not be opened by this user: add it to the group lp "+
			"(usermod -aG lp USER) and start the service again (%w)", path, err)
	case errors.Is(err, syscall.EBUSY):
		return fmt.Errorf("lp: %s is in use by another program, often CUPS: remove the printer there (%w)", path, err)
	}
	return fmt.Errorf("lp: open %s: %w", path, err)
}

// idle is the time between two looks at a printer that has nothing to say.
const idle = 50 * time.Millisecond

// stream hides two habits of the kernel's usblp: a printer with nothing to say
// reads as the end of the file, and one that can never say anything refuses
// reads with EINVAL. Both only mean that there are no bytes now; a printer that
// was unplugged says ENODEV.
type stream struct {
	wire.Stream
	shut  chan struct{}
	close func() error

	mu    sync.Mutex
	until time.Time
	moved chan struct{} // closed when until changes
}

func newConn(name string, s wire.Stream) wire.Conn {
	t := &stream{Stream: s, shut: make(chan struct{}), moved: make(chan struct{})}
	t.close = sync.OnceValue(func() error {
		close(t.shut)
		return s.Close()
	})
	return wire.Wrap(name, t)
}

func (s *stream) Read(p []byte) (int, error) {
	for len(p) > 0 {
		n, err := s.Stream.Read(p)
		silent := n == 0 && (err == nil || errors.Is(err, io.EOF) || errors.Is(err, syscall.EINVAL))
		if !silent {
			return n, err
		}
		if err := s.wait(); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// wait lets an idle time pass, unless the deadline comes first.
func (s *stream) wait() error {
	s.mu.Lock()
	until, moved := s.until, s.moved
	s.mu.Unlock()
	pause := idle
	if !until.IsZero() {
		pause = min(idle, time.Until(until))
	}
	if pause <= 0 {
		return os.ErrDeadlineExceeded
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-s.shut:
		return os.ErrClosed
	case <-moved:
	case <-timer.C:
	}
	return nil
}

func (s *stream) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	s.until = t
	close(s.moved)
	s.moved = make(chan struct{})
	s.mu.Unlock()
	return s.Stream.SetReadDeadline(t)
}

func (s *stream) Close() error { return s.close() }
