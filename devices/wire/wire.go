// Package wire says how bytes travel between a driver and its device, and
// keeps that way alive. Its children (serial, tcp, lp, pipe) each open one kind
// of wire; this package holds what they share: the address of a wire, what its
// errors mean, and the only loop of the program that opens a wire again.
//
// A driver never sees any of this. It is given a devices.Wire and returns its
// error; the Keeper closes the wire, waits and opens the next one.
package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"lobby/devices"
)

// Conn is an open wire together with the right to close it. Close may be called
// at any time, from any goroutine and more than once; it wakes a blocked Read
// or Write, which then returns devices.ErrGone.
type Conn interface {
	devices.Wire
	io.Closer
}

// Opener opens a wire. It gives up when the context ends, and its error names
// the wire and what a person can do about it. The caller owns the Conn.
type Opener func(ctx context.Context) (Conn, error)

// Stream is what the operating system gives for a wire: *os.File and net.Conn
// are streams. Its errors are those of the system; Wrap translates them.
type Stream interface {
	io.ReadWriteCloser
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}

// Wrap makes a Conn of a stream, so that its errors are the two that drivers
// know: os.ErrDeadlineExceeded and devices.ErrGone. The name stands in the
// other errors. The Conn owns the stream.
func Wrap(name string, s Stream) Conn { return &conn{Stream: s, name: name} }

type conn struct {
	Stream
	name string
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Stream.Read(p)
	if n > 0 {
		// A stream may hand over the last bytes together with its end. The end
		// comes again with the next Read, and the bytes count first.
		return n, nil
	}
	return 0, Fault(c.name, err)
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Stream.Write(p)
	return n, Fault(c.name, err)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	return Fault(c.name, c.Stream.SetReadDeadline(t))
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	return Fault(c.name, c.Stream.SetWriteDeadline(t))
}

// Close closes the stream. It is no error that the wire was closed before,
// because the end of a context and the end of a session both close it, nor that
// the device left first.
func (c *conn) Close() error {
	if err := Fault(c.name, c.Stream.Close()); !errors.Is(err, devices.ErrGone) {
		return err
	}
	return nil
}

// Fault translates an error of the operating system on the wire of that name.
// A passed deadline becomes os.ErrDeadlineExceeded itself; every sign that the
// other end left becomes an error that is devices.ErrGone and keeps its cause.
func Fault(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	case errors.Is(err, devices.ErrGone):
		return err
	case isGone(err):
		return fmt.Errorf("wire: %s: %w (%w)", name, devices.ErrGone, err)
	}
	return fmt.Errorf("wire: %s: %w", name, err)
}

// isGone knows how an unplugged adapter, a reset connection and our own Close
// look. A tty without its device reads as the end of the file and refuses
// writes with EIO or ENXIO; USB printers say ENODEV.
func isGone(err error) bool {
	return isAny(err,
		io.EOF, io.ErrClosedPipe, os.ErrClosed, net.ErrClosed,
		syscall.EIO, syscall.ENXIO, syscall.ENODEV, syscall.EBADF, syscall.EPIPE,
		syscall.ECONNRESET, syscall.ECONNABORTED, syscall.ECONNREFUSED, syscall.ETIMEDOUT,
		syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN)
}

func isAny(err error, causes ...error) bool {
	for _, c := range causes {
		if errors.Is(err, c) {
			return true
		}
	}
	return false
}
