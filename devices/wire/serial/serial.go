// Package serial opens serial lines: built-in ports, USB adapters, and the
// pseudo terminals of the emulators.
//
// The bytes go through a non-blocking file of our own, because the write of
// go.bug.st/serial has no deadline and its Close does not wake a blocked
// writer. The library opens the same device a second time and does what it is
// good at: speed and frame, exclusive access and the modem lines.
package serial

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"go.bug.st/serial"

	"lobby/devices"
	"lobby/devices/wire"
)

// ModemLines is what a serial wire offers beyond devices.Wire. A driver that
// needs hardware flow control asks for it by assertion.
type ModemLines interface {
	// ClearToSend says whether the device lets us send. A line without modem
	// lines, such as a pseudo terminal, is always clear.
	ClearToSend() (bool, error)
}

// blockTime is the longest block, in time on the line, that is handed to the
// kernel at once. A wire that is closed or whose deadline passes in the middle
// of a long slip stops within one block.
const blockTime = 100 * time.Millisecond

// blockLeast keeps slow lines from being fed byte by byte.
const blockLeast = 64

// line is an open serial line. All of its bytes go through the embedded
// stream; the port only sets and reads the line's state.
type line struct {
	wire.Conn
	name  string
	port  modem
	block int
	pace  *pace
}

// modem is the part of the library's port that is used after opening.
type modem interface {
	GetModemStatusBits() (*serial.ModemStatusBits, error)
	Close() error
}

func newLine(u wire.URL, s wire.Stream, port modem) *line {
	perByte := max(u.Time(1), 1)
	return &line{
		Conn:  wire.Wrap(u.Path, s),
		name:  u.Path,
		port:  port,
		block: max(blockLeast, int(blockTime/perByte)),
		pace:  newPace(u.Time(1)),
	}
}

// Write sends p in blocks and returns when the line has had the time to send
// them. The number of bytes says how many the kernel took; some of them may
// still be on their way when the device goes.
func (l *line) Write(p []byte) (int, error) {
	sent := 0
	for len(p) > sent {
		n, err := l.Conn.Write(p[sent:min(len(p), sent+l.block)])
		sent += n
		if err == nil {
			err = l.pace.sent(n)
		}
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// SetWriteDeadline implements devices.Wire; it also ends a Write that waits
// for the line.
func (l *line) SetWriteDeadline(t time.Time) error {
	l.pace.setDeadline(t)
	return l.Conn.SetWriteDeadline(t)
}

// ClearToSend implements ModemLines.
func (l *line) ClearToSend() (bool, error) {
	bits, err := l.port.GetModemStatusBits()
	if errors.Is(err, syscall.ENOTTY) || errors.Is(err, syscall.EINVAL) {
		return true, nil
	}
	if err != nil {
		return false, wire.Fault(l.name, err)
	}
	return bits.CTS, nil
}

// Close closes our file first, which wakes blocked calls, and then the
// library's. The line is free for the next opener when Close has returned.
func (l *line) Close() error {
	err := l.Conn.Close()
	l.pace.close()
	if perr := l.port.Close(); err == nil {
		err = wire.Fault(l.name, perr)
		if errors.Is(err, devices.ErrGone) {
			err = nil // the adapter was pulled out first
		}
	}
	return err
}

// mode translates the URL's settings for the library.
func mode(u wire.URL) *serial.Mode {
	parity := map[byte]serial.Parity{
		'N': serial.NoParity, 'E': serial.EvenParity, 'O': serial.OddParity,
		'M': serial.MarkParity, 'S': serial.SpaceParity,
	}
	m := &serial.Mode{
		BaudRate: int(u.Baud),
		DataBits: u.Mode.DataBits(),
		Parity:   parity[u.Mode.Parity()],
		StopBits: serial.OneStopBit,
	}
	if u.Mode.StopBits() == 2 {
		m.StopBits = serial.TwoStopBits
	}
	return m
}

// explain turns the refusal to open a line into what a person can do about it.
func explain(path string, err error) error {
	var perr *serial.PortError
	code := serial.PortErrorCode(-1)
	if errors.As(err, &perr) {
		code = perr.Code()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) || code == serial.PortNotFound:
		return fmt.Errorf("serial: %s is not there: is the adapter plugged in and its udev name right? (%w)", path, err)
	case errors.Is(err, fs.ErrPermission) || code == serial.PermissionDenied:
		return fmt.Errorf("serial: %s may not be opened by this user: add it to the group dialout "+
			"(usermod -aG dialout USER) and start the service again (%w)", path, err)
	case errors.Is(err, syscall.EBUSY) || code == serial.PortBusy:
		return busy(path, err)
	}
	return fmt.Errorf("serial: open %s: %w", path, err)
}

func busy(path string, err error) error {
	return fmt.Errorf("serial: %s is in use by %s: stop that program or name another device (%w)", path, holder(path), err)
}
