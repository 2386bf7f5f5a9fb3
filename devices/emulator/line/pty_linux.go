package line

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"lobby/devices/wire"
	"lobby/devices/wire/serial"
)

// pty is a line as a pseudo terminal (man page pty(7), ioctl_tty(2)).
type pty struct {
	wire.Conn        // the master, the emulator's end
	name      string // of the driver's end
	// keeper holds the driver's end open. Without it the master would break
	// whenever no driver is there, while a real device never notices.
	keeper *os.File
}

// newPTY makes a pseudo terminal in raw mode. The error is
// errors.ErrUnsupported where this machine has none to give.
func newPTY() (link, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errors.ErrUnsupported, err)
	}
	name, err := unlock(master)
	if err == nil {
		var keeper *os.File
		if keeper, err = openRaw(name); err == nil {
			p := &pty{name: name, keeper: keeper}
			p.Conn = wire.Wrap(name, &plug{File: master, keeper: keeper})
			return p, nil
		}
	}
	master.Close()
	return nil, fmt.Errorf("%w (%w)", errors.ErrUnsupported, err)
}

// unlock lets the driver's end be opened and says where it is.
func unlock(master *os.File) (name string, err error) {
	var n uint32
	err = control(master, func(fd int) error {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		n, err = unix.IoctlGetUint32(fd, unix.TIOCGPTN)
		return err
	})
	return "/dev/pts/" + strconv.FormatUint(uint64(n), 10), err
}

// openRaw opens the driver's end and makes it pass every byte unchanged, also
// for programs that do not set the mode themselves.
func openRaw(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	err = control(file, func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		// As cfmakeraw(3).
		t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP |
			unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
		t.Oflag &^= unix.OPOST
		t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
		t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		return unix.IoctlSetTermios(fd, unix.TCSETS, t)
	})
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// control runs f on the descriptor without taking it out of the runtime's
// poller, as File.Fd would.
func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var ferr error
	if err := raw.Control(func(fd uintptr) { ferr = f(int(fd)) }); err != nil {
		return err
	}
	return ferr
}

func (p *pty) path() string      { return p.name }
func (p *pty) device() wire.Conn { return p.Conn }
func (p *pty) worn() bool        { return false }

// flush fails only when the plug was pulled meanwhile, and then all is lost
// anyway.
func (p *pty) flush() {
	_ = control(p.keeper, func(fd int) error {
		return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
	})
}

// open sets no speed where the line has none, so that the driver's writes are
// not made to wait either.
func (p *pty) open(ctx context.Context, baud wire.Baud) (wire.Conn, error) {
	return serial.Open(wire.URL{Scheme: wire.Serial, Path: p.name, Baud: baud, Mode: wire.DefaultMode})(ctx)
}

// plug is the master; pulling it also lets the keeper go, or the terminal's
// number would stay taken.
type plug struct {
	*os.File
	keeper *os.File
	once   sync.Once
}

func (p *plug) Close() error {
	err := os.ErrClosed
	p.once.Do(func() {
		err = p.File.Close()
		p.keeper.Close()
	})
	return err
}
