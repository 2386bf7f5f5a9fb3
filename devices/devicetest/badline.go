package devicetest

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"lobby/devices"
)

// BadLine is a wire that changes what goes over it: There what the driver
// writes, Back what it reads. Each is given a copy and returns what is to go on,
// which may be nothing; nil changes nothing.
type BadLine struct {
	devices.Wire
	There, Back func([]byte) []byte
}

// Write implements devices.Wire. The driver never notices.
func (l *BadLine) Write(b []byte) (int, error) {
	sent := b
	if l.There != nil {
		sent = l.There(bytes.Clone(b))
	}
	if len(sent) > 0 {
		if _, err := l.Wire.Write(sent); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// Read implements devices.Wire.
func (l *BadLine) Read(p []byte) (int, error) {
	for {
		n, err := l.Wire.Read(p)
		if n == 0 || l.Back == nil {
			return n, err
		}
		if k := copy(p, l.Back(bytes.Clone(p[:n]))); k > 0 || err != nil {
			return k, err
		}
	}
}

// Noise loses one byte in so many, and turns over a bit in as many others. It
// may be used in both directions at once.
func Noise(r *rand.Rand, odds int) func([]byte) []byte {
	var mu sync.Mutex
	return func(b []byte) []byte {
		mu.Lock()
		defer mu.Unlock()
		var out []byte
		for _, v := range b {
			switch r.IntN(odds) {
			case 0:
			case 1:
				out = append(out, v^1<<r.IntN(8))
			default:
				out = append(out, v)
			}
		}
		return out
	}
}

// Attach lets a device, an emulator, serve the far end of a wire in memory until
// the test ends, and gives both ends: closing the far one pulls the plug.
func Attach(t testing.TB, device interface {
	Serve(ctx context.Context, line io.ReadWriter) error
}) (host, far Conn) {
	t.Helper()
	host, far = Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = device.Serve(ctx, far) // it ends with the test or the plug
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		host.Close()
		far.Close()
	})
	return host, far
}

// Flips turns over one bit in so many, and counts them. Its Change may be used
// in both directions of a BadLine at once.
type Flips struct {
	Rand *rand.Rand
	Odds int

	mu    sync.Mutex
	count int
}

// Change is what a BadLine does with the bytes.
func (f *Flips) Change(b []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range b {
		for bit := range 8 {
			if f.Rand.IntN(f.Odds) == 0 {
				b[i] ^= 1 << bit
				f.count++
			}
		}
	}
	return b
}

// Count is how many bits were turned over so far.
func (f *Flips) Count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}
