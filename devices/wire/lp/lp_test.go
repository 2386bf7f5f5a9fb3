package lp

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/wire"
	"lobby/devices/wire/pipe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// usblp is the kernel's file of a USB printer: a read without bytes gives its
// answer at once.
type usblp struct {
	*pipe.End
	silence error
	reads   int
}

func (u *usblp) Read(p []byte) (int, error) {
	u.reads++
	u.End.SetReadDeadline(time.Now().Add(time.Nanosecond))
	n, err := u.End.Read(p)
	if err == os.ErrDeadlineExceeded {
		err = u.silence
	}
	return n, err
}

func (u *usblp) SetReadDeadline(time.Time) error { return nil }

func open(silence error) (wire.Conn, *usblp, *pipe.End) {
	near, printer := pipe.New(0)
	u := &usblp{End: near, silence: silence}
	return newConn("/dev/usb/lp0", u), u, printer
}

func TestSilentPrinterIsNotGone(t *testing.T) {
	for _, silence := range []error{io.EOF, syscall.EINVAL, nil} {
		synctest.Test(t, func(t *testing.T) {
			w, u, printer := open(silence)
			start := time.Now()
			w.SetReadDeadline(start.Add(time.Second))
			if n, err := w.Read(make([]byte, 8)); n != 0 || err != os.ErrDeadlineExceeded {
				t.Errorf("%v: read %d, %v", silence, n, err)
			}
			if took := time.Since(start); took < time.Second || took > 1100*time.Millisecond {
				t.Errorf("%v: waited %s, want 1 s", silence, took)
			}
			if u.reads > 25 {
				t.Errorf("%v: asked %d times in a second", silence, u.reads)
			}
			printer.Write([]byte{0x16})
			w.SetReadDeadline(time.Now().Add(time.Second))
			if n, err := w.Read(make([]byte, 8)); n != 1 || err != nil {
				t.Errorf("%v: then read %d, %v", silence, n, err)
			}
		})
	}
}

func TestUnpluggedPrinterIsGone(t *testing.T) {
	w, _, _ := open(syscall.ENODEV)
	if _, err := w.Read(make([]byte, 8)); !errors.Is(err, devices.ErrGone) {
		t.Errorf("read: %v, want ErrGone", err)
	}
}

func TestCloseAndDeadlineReachAWaitingRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := open(io.EOF)
		ended := make(chan error, 2)
		read := func() {
			_, err := w.Read(make([]byte, 8))
			ended <- err
		}
		go read()
		time.Sleep(1010 * time.Millisecond) // between two looks
		moved := time.Now()
		w.SetReadDeadline(moved)
		if err := <-ended; err != os.ErrDeadlineExceeded || time.Since(moved) > time.Millisecond {
			t.Errorf("the deadline gave %v after %s", err, time.Since(moved))
		}
		w.SetReadDeadline(time.Time{})
		go read()
		time.Sleep(1010 * time.Millisecond) // between two looks
		for range 2 {
			if err := w.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
		closed := time.Now()
		if err := <-ended; !errors.Is(err, devices.ErrGone) || time.Since(closed) > time.Millisecond {
			t.Errorf("Close gave %v after %s", err, time.Since(closed))
		}
	})
}

func TestOpeningExplainsItself(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		plain + "x": "usblp",
		plain:       "not a USB printer",
		os.DevNull:  "deadline",
	} {
		_, err := Open(wire.URL{Scheme: wire.LP, Path: path})(t.Context())
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want something about %q", path, err, says)
		}
	}
	for cause, says := range map[error]string{syscall.EBUSY: "CUPS", syscall.EACCES: "group lp"} {
		if err := explain("/dev/usb/lp0", cause); !errors.Is(err, cause) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v became %v", cause, err)
		}
	}
}
