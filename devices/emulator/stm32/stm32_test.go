package stm32

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator/line"
)

var record = flag.Bool("record", false, "record stm32flash anew")

const recording = "testdata/stm32flash.txt"

// image begins as programs do, with the stack.
func image() []byte {
	b := make([]byte, 1500)
	for i := range b {
		b[i] = byte(i * 7)
	}
	copy(b, []byte{0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08})
	return b
}

// recorded is a chip whose conversation is kept.
type recorded struct {
	*Emulator
	record *devicetest.Record
}

func (r *recorded) Serve(ctx context.Context, l io.ReadWriter) error {
	r.record = &devicetest.Record{Wire: l.(devices.Wire)}
	return r.Emulator.Serve(ctx, r.record)
}

// fromHost turns a conversation round: the chip recorded it, so that what it
// read is what the host wrote.
func fromHost(ops []devicetest.IO) []devicetest.IO {
	var turned []devicetest.IO
	for _, op := range ops {
		if len(op.W) > 0 && len(turned) > 0 {
			turned[len(turned)-1].R = op.W
		}
		if len(op.R) > 0 {
			turned = append(turned, devicetest.IO{W: op.R})
		}
	}
	return turned
}

// TestForeignHost: stm32flash, which nobody here wrote, writes, verifies and
// starts the chip. A pseudo terminal has no parity, so it is told to do without.
func TestForeignHost(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath("stm32flash"); err != nil {
		t.Fatal("stm32flash is missing: install the Debian package stm32flash")
	}
	r := &recorded{Emulator: NewWith(Options{})}
	l, err := line.Open(t.Context(), r, line.Options{Name: "stm32"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.bin")
	if err := os.WriteFile(path, image(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("stm32flash", "-m", "8n1", "-w", path, "-v", "-g", "0x08000000", l.Path()).CombinedOutput()
	if err != nil {
		t.Errorf("stm32flash: %v\n%s", err, out)
	}
	l.Close()
	v := r.View().(View)
	if !bytes.HasPrefix(v.Flash, image()) || v.Running != 0x08000000 || v.Erased != 2 {
		t.Errorf("running at %08x, %d pages erased", v.Running, v.Erased)
	}
	if *record {
		text := "# stm32flash 0.7 -w -v -g with an image of 1500 bytes; > host, < chip\n" + devicetest.FormatOps(fromHost(r.record.Ops()))
		if err := os.WriteFile(recording, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecordedForeignHost plays what stm32flash said and demands the answers
// that it was content with.
func TestRecordedForeignHost(t *testing.T) {
	text, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	ops, err := devicetest.ParseOps(string(text))
	if err != nil || len(ops) < 40 {
		t.Fatalf("%d exchanges: %v", len(ops), err)
	}
	synctest.Test(t, func(t *testing.T) {
		e, host := serve(t)
		for i, op := range ops {
			if got := ask(t, host, op.W, len(op.R)); !bytes.Equal(got, op.R) {
				t.Fatalf("exchange %d: % X is answered % X, was % X", i, op.W, got, op.R)
			}
		}
		if v := e.View().(View); !bytes.HasPrefix(v.Flash, image()) || v.Running != 0x08000000 {
			t.Error("the recording leaves another image")
		}
	})
}

// serve runs a chip in a bubble and gives the host's end.
func serve(t *testing.T) (*Emulator, devicetest.Conn) {
	t.Helper()
	e := NewWith(Options{})
	host, _ := devicetest.Attach(t, e)
	return e, host
}

// ask sends bytes and gives the n that are wanted and whatever else came.
func ask(t *testing.T, host devices.Wire, b []byte, n int) []byte {
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
			t.Fatalf("after %d of %d bytes: %v", len(got), n, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, host := serve(t)
		if got := ask(t, host, []byte{0x00, 0xFF}, 0); len(got) > 0 {
			t.Errorf("before the greeting it says % x", got)
		}
		ask(t, host, []byte{0x7F}, 1)
		for name, b := range map[string][]byte{
			"greeted again":    {0x7F, 0x7F},
			"wrong complement": {0x00, 0x00},
			"unknown command":  {0x99, 0x66},
			"old erase":        {0x43, 0xBC},
		} {
			if got := ask(t, host, b, 1); !bytes.Equal(got, []byte{nack}) {
				t.Errorf("%s: % x", name, got)
			}
		}
		ask(t, host, []byte{0x31, 0xCE}, 1)
		if got := ask(t, host, []byte{9, 0, 0, 0, 9}, 1); !bytes.Equal(got, []byte{nack}) {
			t.Errorf("a wrong address: % x", got)
		}
		write := func(b ...byte) []byte {
			ask(t, host, []byte{0x31, 0xCE}, 1)
			ask(t, host, []byte{8, 0, 0, 0, 8}, 1)
			return ask(t, host, b, 1)
		}
		if got := write(3, 1, 2, 3, 4, 7); !bytes.Equal(got, []byte{ack}) {
			t.Errorf("a good block: % x", got)
		}
		if got := write(3, 1, 2, 3, 4, 7); !bytes.Equal(got, []byte{ack}) {
			t.Errorf("the same block: % x", got)
		}
		if got := write(3, 9, 2, 3, 4, 15); !bytes.Equal(got, []byte{nack}) || e.View().(View).Flash[0] != 1 {
			t.Errorf("another block on top: % x", got)
		}
		if got := write(3, 1, 2, 3, 4, 8); !bytes.Equal(got, []byte{nack}) {
			t.Errorf("a wrong checksum: % x", got)
		}
	})
}

// FuzzChip: after any bytes the chip can be reset and greeted.
func FuzzChip(f *testing.F) {
	f.Add([]byte{0x7F, 0x44, 0xBB, 0xFF, 0xFF, 0x00})
	f.Add([]byte{0x7F, 0x11, 0xEE, 8, 0, 0, 0, 8, 0xFF, 0})
	f.Add([]byte{0x7F, 0x31, 0xCE, 8, 0, 0xFF, 0xFC, 0x0B, 7, 1, 2, 3, 4, 5, 6, 7, 8, 15})
	f.Fuzz(func(t *testing.T, b []byte) {
		synctest.Test(t, func(t *testing.T) {
			e, host := serve(t)
			ask(t, host, b, 0)
			if err := e.SetFault(reset, true); err != nil {
				t.Fatal(err)
			}
			ask(t, host, []byte{0}, 0)
			if got := ask(t, host, []byte{0x7F}, 1); !bytes.Equal(got, []byte{ack}) {
				t.Errorf("after % x the greeting is answered % x", b, got)
			}
		})
	})
}
