package serial

import (
	"errors"
	"syscall"
	"testing"

	"go.bug.st/serial"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/wire"
)

// lines is a port with modem lines, which no pseudo terminal has.
type lines struct {
	cts bool
	err error
}

func (l lines) Close() error { return nil }
func (l lines) GetModemStatusBits() (*serial.ModemStatusBits, error) {
	return &serial.ModemStatusBits{CTS: l.cts}, l.err
}

func TestClearToSendFollowsTheModemLine(t *testing.T) {
	for _, c := range []struct {
		port lines
		want bool
		err  error
	}{
		{lines{cts: true}, true, nil},
		{lines{cts: false}, false, nil},
		{lines{err: syscall.ENOTTY}, true, nil},
		{lines{err: syscall.EIO}, false, devices.ErrGone},
	} {
		near, _ := devicetest.Pipe()
		got, err := newLine(wire.URL{Path: "/dev/x", Baud: 9600}, near, c.port).ClearToSend()
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%+v: %v, %v", c.port, got, err)
		}
	}
}

func TestSlipIsWrittenInBlocks(t *testing.T) {
	near, _ := devicetest.Pipe()
	w := &writes{Conn: near}
	l := newLine(wire.URL{Path: "/dev/x", Baud: 9600, Mode: "8N1"}, w, lines{})
	if n, err := l.Write(make([]byte, 250)); n != 250 || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
	if len(w.sizes) != 3 || w.sizes[0] != 96 { // 100 ms at 1.04 ms a byte
		t.Errorf("blocks of %v bytes", w.sizes)
	}
}

type writes struct {
	devicetest.Conn
	sizes []int
}

func (w *writes) Write(p []byte) (int, error) {
	w.sizes = append(w.sizes, len(p))
	return w.Conn.Write(p)
}

func TestModeIsTranslated(t *testing.T) {
	m := mode(wire.URL{Baud: 4800, Mode: "7E2"})
	if m.BaudRate != 4800 || m.DataBits != 7 || m.Parity != serial.EvenParity || m.StopBits != serial.TwoStopBits {
		t.Errorf("7E2 became %+v", m)
	}
	if m := mode(wire.URL{Baud: 9600, Mode: "8N1"}); m.DataBits != 8 || m.Parity != serial.NoParity || m.StopBits != serial.OneStopBit {
		t.Errorf("8N1 became %+v", m)
	}
}
