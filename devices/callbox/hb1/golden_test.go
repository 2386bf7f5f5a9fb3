package hb1

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
	emulated "lobby/devices/emulator/hb1"
	bridge "lobby/firmware-bridge"
)

// recorder keeps what the host sends, while it is on.
type recorder struct {
	net.Conn
	mu   sync.Mutex
	on   bool
	sent [][]byte
}

func (r *recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	if r.on {
		r.sent = append(r.sent, append([]byte{}, b...))
	}
	r.mu.Unlock()
	return r.Conn.Write(b)
}

func (r *recorder) turn(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = on
}

// golden gives the frames in hex and in words, one a line.
func (r *recorder) golden(t *testing.T) (hex, words string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, frame := range r.sent {
		_, p, err := bridge.Next(frame[1:])
		if err != nil {
			t.Fatalf("the host sent % x: %v", frame, err)
		}
		hex += fmt.Sprintf("% x\n", frame)
		words += p.String() + "\n"
	}
	return hex, words
}

// sessions are what the host says in some situations, byte for byte. Clock,
// boot numbers and chance are fixed.
var sessions = map[string]func(*testing.T, *bench, *emulated.Emulator, *recorder){
	"first_contact": func(t *testing.T, b *bench, _ *emulated.Emulator, r *recorder) {
		r.turn(true)
		if err := b.bus.Tell(t.Context(), "box-1", "等候7人"); err != nil {
			t.Fatal(err)
		}
		pass(90 * time.Millisecond)
	},
	"press_with_digits": func(t *testing.T, _ *bench, e *emulated.Emulator, r *recorder) {
		pass(time.Second)
		r.turn(true)
		mustPress(t, e, "box-1", devices.KeyTransfer, "12")
		pass(90 * time.Millisecond)
	},
	"reboot": func(t *testing.T, b *bench, e *emulated.Emulator, r *recorder) {
		if err := b.bus.Tell(t.Context(), "box-1", "M045"); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		r.turn(true)
		mustFault(t, e, "reboot", true)
		pass(110 * time.Millisecond)
	},
	"clock_of_all": func(_ *testing.T, _ *bench, _ *emulated.Emulator, r *recorder) {
		pass(clockEvery)
		r.turn(true)
		pass(100 * time.Millisecond)
	},
}

func TestHostBytesAreGolden(t *testing.T) {
	for name, session := range sessions {
		synctest.Test(t, func(t *testing.T) {
			e, err := emulated.NewWith(unitsOf(oneBox), rand.NewPCG(1, 1))
			if err != nil {
				t.Fatal(err)
			}
			r := &recorder{}
			b := start(t, unitsOf(oneBox), func(b *bench) {
				r.Conn = b.near
				b.bus.wire = r
			}, func(ctx context.Context, far net.Conn) { _ = e.Serve(ctx, far) })
			session(t, b, e, r)
			r.turn(false)
			hex, words := r.golden(t)
			devicetest.File(t, filepath.Join("testdata", name+".golden"), hex)
			devicetest.File(t, filepath.Join("testdata", name+".txt"), words)
		})
	}
}
