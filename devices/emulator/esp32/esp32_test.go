package esp32

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices/devicetest"
)

// serve runs a chip in a bubble and gives the host's end.
func serve(t *testing.T) (*Emulator, devicetest.Conn) {
	t.Helper()
	em, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	e := em.(*Emulator)
	host, _ := devicetest.Attach(t, e)
	return e, host
}

// ask sends bytes and gives what comes within 10 ms of silence.
func ask(t *testing.T, host devicetest.Conn, b []byte) []byte {
	t.Helper()
	if _, err := host.Write(b); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for {
		p := make([]byte, 600)
		_ = host.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		k, err := host.Read(p)
		got = append(got, p[:k]...)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

var sync36 = append(append([]byte{0xC0, 0x00, 0x08, 36, 0, 0, 0, 0, 0, 0x07, 0x07, 0x12, 0x20}, bytes.Repeat([]byte{0x55}, 32)...), 0xC0)

func TestSyncIsAnsweredEightTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, host := serve(t)
		one := []byte{0xC0, 0x01, 0x08, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xC0}
		if got := ask(t, host, sync36); !bytes.Equal(got, bytes.Repeat(one, 8)) {
			t.Errorf("SYNC is answered % x", got)
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, host := serve(t)
		for name, c := range map[string]struct {
			frame []byte
			code  byte
		}{
			"unknown command":       {[]byte{0xC0, 0, 0x77, 0, 0, 0, 0, 0, 0, 0xC0}, invalid},
			"wrong size":            {[]byte{0xC0, 0, 0x08, 9, 0, 0, 0, 0, 0, 0xC0}, invalid},
			"data without a begin":  {slip(append([]byte{0, 3, 20, 0, 0xEA, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 2, 3, 4)), invalid},
			"beyond the flash":      {slip([]byte{0, 2, 16, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 1, 0, 0, 0, 0, 4, 0, 0, 1, 0, 0, 0}), invalid},
			"digest beyond the end": {slip([]byte{0, 0x13, 16, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0}), failed},
		} {
			got := ask(t, host, c.frame)
			if len(got) < 14 || got[9] != 1 || got[10] != c.code {
				t.Errorf("%s: % x, want error %d", name, got, c.code)
			}
		}
	})
}

// FuzzChip: after any bytes SYNC is answered.
func FuzzChip(f *testing.F) {
	f.Add(sync36)
	f.Add([]byte{0xC0, 0xDB, 0xC0, 0xDB, 0xDD, 0xC0})
	f.Add(slip([]byte{0, 2, 16, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0}))
	f.Fuzz(func(t *testing.T, b []byte) {
		synctest.Test(t, func(t *testing.T) {
			e, host := serve(t)
			ask(t, host, b)
			if err := e.SetFault(reset, true); err != nil {
				t.Fatal(err)
			}
			ask(t, host, []byte{0xC0, 0xC0}) // whatever was open is closed
			if got := ask(t, host, sync36); len(got) < 14 {
				t.Errorf("after % x SYNC is answered % x", b, got)
			}
		})
	})
}
