//go:build linux || darwin

package serial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"lobby/devices/wire"
)

// Open gives the opener of the serial line u. Every opening looks the path up
// again, so a link that udev moved to another device is followed. Bytes that
// arrived while nobody had the line open are dropped.
func Open(u wire.URL) wire.Opener {
	return func(ctx context.Context) (wire.Conn, error) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("serial: open %s: %w", u.Path, err)
		}
		return open(u)
	}
}

func open(u wire.URL) (wire.Conn, error) {
	file, err := os.OpenFile(u.Path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, explain(u.Path, err)
	}
	port, err := prepare(u, file)
	if err != nil {
		file.Close()
		return nil, explain(u.Path, err)
	}
	return newLine(u, file, port), nil
}

// errNoLine refuses a path that is not a line: a plain file would swallow
// every byte without complaint.
var errNoLine = errors.New("it is not a serial line")

// prepare takes the line for us alone and sets it. The lock comes before the
// settings, so that a second opener cannot change the speed of a line in use.
func prepare(u wire.URL, file *os.File) (serial.Port, error) {
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, errNoLine
	}
	if err := file.SetDeadline(time.Time{}); err != nil {
		return nil, errNoLine
	}
	if err := lock(file); err != nil {
		return nil, err
	}
	port, err := serial.Open(u.Path, mode(u))
	if err != nil {
		return nil, err
	}
	if err := port.ResetInputBuffer(); err != nil {
		port.Close()
		return nil, err
	}
	return port, nil
}

// lock takes the advisory lock of the device. The kernel's own exclusive mode
// does not stop root, and this lock stops every program that asks for it.
func lock(file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var lerr error
	err = raw.Control(func(fd uintptr) {
		lerr = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB)
	})
	if errors.Is(lerr, unix.EWOULDBLOCK) {
		lerr = syscall.EBUSY
	}
	return errors.Join(err, lerr)
}
