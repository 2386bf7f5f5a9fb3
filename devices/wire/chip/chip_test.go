package chip

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/conntest"

	"lobby/devices"
	"lobby/devices/wire"
)

type owner struct{ closed int }

func (o *owner) Close() error { o.closed++; return nil }

// One write is one transaction, and none comes after Close.
func TestWritesAreTransactions(t *testing.T) {
	o := &owner{}
	p := &conntest.Playback{DontPanic: true, Ops: []conntest.IO{{W: []byte{0x0c, 1}}, {W: []byte{9, 0xff}}}}
	w := Wrap("spi:///dev/spidev0.0", p, o)
	for _, b := range [][]byte{{0x0c, 1}, {9, 0xff}} {
		if n, err := w.Write(b); n != 2 || err != nil {
			t.Errorf("% X: %d, %v", b, n, err)
		}
	}
	if _, err := w.Write([]byte{1}); err == nil {
		t.Error("an unexpected transaction was no error")
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil || o.closed != 1 {
		t.Errorf("closed %d times, %v", o.closed, err)
	}
	if _, err := w.Write([]byte{1}); !errors.Is(err, devices.ErrGone) {
		t.Errorf("write after close: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// Nothing ever arrives, and reading ends with the deadline or with Close.
func TestReadsWait(t *testing.T) {
	w := Wrap("i2c", &conntest.Discard{}, io.NopCloser(nil))
	if err := w.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
	w.Close()
	if _, err := w.Read(make([]byte, 1)); !errors.Is(err, devices.ErrGone) {
		t.Errorf("after close: %v", err)
	}
}

// A computer without the bus says so, and with what to do.
func TestMissingBusIsNamed(t *testing.T) {
	for _, text := range []string{"spi:///dev/spidev9.9", "i2c:///dev/i2c-99?address=27"} {
		u, err := wire.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(u)(t.Context()); err == nil || !strings.Contains(err.Error(), "switched on in this computer's settings") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
