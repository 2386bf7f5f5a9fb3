package sdt

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/devicetest"
	emulated "lobby/devices/emulator/sdt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// invented is a number with a right check digit of nobody.
const invented = "110101194912310024"

var none = devicetest.Decode("{}")

// hashed stands for the keyed hash.
func hashed(n []byte) string { return fmt.Sprintf("hash of %d", len(n)) + string(n[16:17]) }

type bench struct {
	t      *testing.T
	reader *emulated.Emulator
	ended  <-chan error
	mu     sync.Mutex
	cards  []devices.Card
}

// on runs f with a driver and an emulator in a bubble.
func on(t *testing.T, f func(b *bench)) {
	t.Helper()
	devicetest.OnBench(t, func(wire *devicetest.Bench) {
		driver, err := Open(wire.Near, hashed, none)
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{t: t, reader: newReader(t)}
		wire.Serve(b.reader)
		b.ended = wire.Run(func(ctx context.Context) error { return driver.Run(ctx, b.emit) })
		f(b)
	})
}

// newReader makes a reader of software.
func newReader(t *testing.T) *emulated.Emulator {
	t.Helper()
	e, err := emulated.New([]devices.Unit{{Name: "k1", Options: none}})
	if err != nil {
		t.Fatal(err)
	}
	return e.(*emulated.Emulator)
}

func (b *bench) emit(_ context.Context, c devices.Card) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cards = append(b.cards, c)
}

func (b *bench) lay(number string) {
	b.t.Helper()
	if err := b.reader.Press("k1", emulated.Key, number); err != nil {
		b.t.Fatal(err)
	}
	devicetest.Settle(5 * time.Second)
}

func (b *bench) want(cards ...devices.Card) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.cards, cards) {
		b.t.Errorf("read %+v, want %+v", b.cards, cards)
	}
	b.cards = nil
}

func (b *bench) fault(name string, on bool) {
	b.t.Helper()
	if err := b.reader.SetFault(name, on); err != nil {
		b.t.Fatal(err)
	}
}

func TestACardIsReadOnceEachTimeItIsLaid(t *testing.T) {
	on(t, func(b *bench) {
		holder := devices.Card{Holder: "hash of 182"}
		b.lay(invented)
		b.want(holder)
		b.lay(invented)
		b.want(holder)
	})
}

func TestFaultsAreNobody(t *testing.T) {
	for _, fault := range []string{"unread", "truncated", "bad_digit"} {
		on(t, func(b *bench) {
			b.fault(fault, true)
			b.lay(invented)
			b.want(devices.Card{Unread: true})
			b.fault(fault, false)
			b.lay(invented)
			b.want(devices.Card{Holder: "hash of 182"})
		})
	}
	on(t, func(b *bench) {
		b.fault("garbage", true)
		b.lay(invented)
		b.want(devices.Card{Holder: "hash of 182"})
	})
	for _, fault := range []string{"silent", "bad_sum"} {
		on(t, func(b *bench) {
			b.fault(fault, true)
			b.lay(invented)
			b.want()
			err := <-b.ended
			if err == nil || !strings.Contains(err.Error(), "without a sound answer") || strings.Contains(err.Error(), invented[:6]) {
				t.Errorf("%s: ended with %v", fault, err)
			}
		})
	}
}

// Nothing of a card stays in the driver's memory.
func TestTheBufferIsCleared(t *testing.T) {
	devicetest.OnBench(t, func(wire *devicetest.Bench) {
		driver, err := Open(wire.Near, hashed, none)
		if err != nil {
			t.Fatal(err)
		}
		r, e := driver.(*Reader), newReader(t)
		wire.Serve(e)
		if err := e.Press("k1", emulated.Key, invented); err != nil {
			t.Fatal(err)
		}
		read := 0
		wire.Run(func(ctx context.Context) error {
			return r.Run(ctx, func(context.Context, devices.Card) {
				read++
				if left := bytes.Trim(r.heard[:cap(r.heard)], "\x00"); len(left) > 0 {
					t.Errorf("%d bytes of a card are left", len(left))
				}
			})
		})
		devicetest.Settle(time.Second)
		if read != 1 {
			t.Errorf("read %d cards", read)
		}
	})
}

func TestFramesOfTheManual(t *testing.T) {
	frames := map[string][]byte{"state": question(cmdState), "find": question(cmdFind), "select": question(cmdSelect), "read": question(cmdRead)}
	for name, b := range frames {
		devicetest.Golden(t, name, b, fmt.Sprintf("command %02X %02X", b[7], b[8]))
	}
	for name, c := range map[string]struct {
		bytes  []byte
		status byte
		data   int
	}{
		"found":       {[]byte{0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 8, 0, 0, 0x9f, 0, 0, 0, 0, 0x97}, swFound, 4},
		"selected":    {append(append([]byte{0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 0x0c, 0, 0, 0x90}, make([]byte, 8)...), 0x9c), swOK, 8},
		"none":        {[]byte{0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 4, 0, 0, 0x80, 0x84}, swNoCard, 0},
		"read-failed": {[]byte{0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 4, 0, 0, 0x41, 0x45}, 0x41, 0},
	} {
		status, data, whole, err := answer(c.bytes)
		if status != c.status || len(data) != c.data || !whole || err != nil {
			t.Errorf("%s: %02X, %d bytes, whole %v, %v", name, status, len(data), whole, err)
		}
		frames[name] = c.bytes
	}
	devicetest.Page(t, "../../../hardware-docs/sdt.md", frames)
}

func TestCheckDigits(t *testing.T) {
	for _, n := range []string{invented, "11010519491231002X"} { // the second is the standard's own example
		if got := check([]byte(n[:17])); got != n[17] {
			t.Errorf("%s: check digit %c", n, got)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if _, err := Open(nil, nil, devicetest.Decode("{log: true}")); err == nil {
		t.Error("an option was accepted")
	}
}

// FuzzAnswer: no bytes stop the reader, no data lies outside of them, and no
// number without its check digit is taken.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte{0xaa, 0xaa, 0xaa, 0x96, 0x69, 0, 8, 0, 0, 0x9f, 0, 0, 0, 0, 0x97})
	f.Add(append([]byte{0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x05, 0x08}, make([]byte, 1300)...))
	f.Fuzz(func(t *testing.T, heard []byte) {
		_, data, whole, err := answer(heard)
		if whole && (err != nil || len(data) > len(heard)) {
			t.Fatalf("whole with %v and %d bytes", err, len(data))
		}
		for _, d := range [][]byte{data, heard} {
			if n := number(d); n != nil && (len(n) != 18 || n[17] != check(n[:17])) {
				t.Fatalf("took %d characters", len(n))
			}
		}
	})
}
