package firmwaretest

import (
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Bus joins one host and several boards as a pair of wires does: everybody
// hears everybody else, and who speaks at the same time destroys what the other
// says.
type Bus struct {
	odds     atomic.Int64 // one bit in so many bytes turns over; 0 never
	collided atomic.Int64
	cut      atomic.Bool

	rand  *rand.Rand // of mix
	ends  []net.Conn
	voice chan voice
}

// voice is bytes that one end put on the line.
type voice struct {
	end   int
	bytes []byte
}

// together is how long after a first voice another one is at the same time. Real
// boards answer within 1 to 5 ms; the chips are later when the computer is busy.
// A host waits longer than this.
const together = 25 * time.Millisecond

// Join makes a bus of boards' lines and returns the host's end of it. The bus
// ends with the test. Equal seeds turn over equal bits of equal bytes.
func Join(tb testing.TB, seed uint64, boards ...net.Conn) (host net.Conn, bus *Bus) {
	tb.Helper()
	near, far := net.Pipe()
	b := &Bus{rand: rand.New(rand.NewPCG(seed, 1)), ends: append([]net.Conn{far}, boards...), voice: make(chan voice)}
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i, end := range b.ends {
		all.Go(func() { b.listen(ctx, i, end) })
	}
	all.Go(func() { b.mix(ctx) })
	tb.Cleanup(func() {
		stop()
		near.Close()
		for _, end := range b.ends {
			end.Close()
		}
		all.Wait()
	})
	return near, b
}

// Noise turns over one bit in so many bytes from now on; 0 stops it.
func (b *Bus) Noise(odds int) { b.odds.Store(int64(odds)) }

// Cut takes the host off the line, or joins it again.
func (b *Bus) Cut(off bool) { b.cut.Store(off) }

// Collisions is how often several boards spoke at the same time.
func (b *Bus) Collisions() int { return int(b.collided.Load()) }

// listen puts what one end says on the line.
func (b *Bus) listen(ctx context.Context, i int, end net.Conn) {
	for {
		chunk := make([]byte, 512)
		n, err := end.Read(chunk)
		if err != nil {
			return
		}
		select {
		case b.voice <- voice{i, chunk[:n]}:
		case <-ctx.Done():
			return
		}
	}
}

// mix carries the host's bytes at once, and the boards' after it is known who
// spoke together.
func (b *Bus) mix(ctx context.Context) {
	said := map[int][]byte{}
	var end <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case v := <-b.voice:
			if v.end == 0 {
				b.carry(0, v.bytes)
				continue
			}
			if len(said) == 0 {
				end = time.After(together)
			}
			said[v.end] = append(said[v.end], v.bytes...)
		case <-end:
			speaker, line := superpose(said)
			if len(said) > 1 {
				b.collided.Add(1)
			}
			b.carry(speaker, line)
			clear(said)
			end = nil
		}
	}
}

// superpose is what is on the line when several speak: a driver that pulls to 0
// wins over one at rest.
func superpose(said map[int][]byte) (speaker int, line []byte) {
	speaker = -1
	for end, bytes := range said {
		if len(said) == 1 {
			speaker = end
		}
		for i, v := range bytes {
			if i < len(line) {
				line[i] &= v
			} else {
				line = append(line, v)
			}
		}
	}
	return speaker, line
}

// carry brings bytes to everybody but the speaker.
func (b *Bus) carry(speaker int, bytes []byte) {
	line := b.disturb(bytes)
	for i, end := range b.ends {
		if i == speaker || b.cut.Load() && (i == 0 || speaker == 0) {
			continue
		}
		// Whoever does not listen misses it; that is no fault of the line.
		if end.SetWriteDeadline(time.Now().Add(patience)) == nil {
			_, _ = end.Write(line)
		}
	}
}

func (b *Bus) disturb(bytes []byte) []byte {
	odds := int(b.odds.Load())
	line := append([]byte(nil), bytes...)
	for i := range line {
		if odds > 0 && b.rand.IntN(odds) == 0 {
			line[i] ^= 1 << b.rand.IntN(8)
		}
	}
	return line
}
