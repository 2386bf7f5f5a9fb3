package hb1

import (
	"context"
	"errors"
	"os"
	"time"

	bridge "lobby/firmware-bridge"
)

// Timing (hardware-docs/hb1.md, "Timing"). The driver does not know the speed
// of its wire, and the kernel takes bytes long before they are on the line, so
// waiting is reckoned for the slowest speed a bus may have. At 115200 baud
// that costs 7 ms for each poll that nobody answers.
const (
	byteTime = time.Second * 10 / 19200 // 8N1 at 19200 baud
	// turnTime is the silence after which no answer will begin, or go on: 5 ms
	// of the board, 16 ms that a USB adapter collects bytes, and the rest for
	// a busy computer.
	turnTime = 60 * time.Millisecond
	gapTime  = time.Millisecond // between an answer and the next frame
	// writeTime is how long the wire may refuse bytes before it counts as
	// broken.
	writeTime = time.Second
)

// errSilence says that no fitting answer came.
var errSilence = errors.New("no answer")

// endWith makes the end of ctx end reads and writes too. The returned function
// undoes it and must be called before the wire is given back.
func (b *Bus) endWith(ctx context.Context) (undo func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		past := time.Unix(1, 0)
		_ = b.wire.SetReadDeadline(past)
		_ = b.wire.SetWriteDeadline(past)
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

// ask sends p and waits for the packet that fits. The error is errSilence when
// none came, else the wire's.
func (b *Bus) ask(ctx context.Context, p bridge.Packet, fits func(bridge.Packet) bool) (bridge.Packet, error) {
	// What is still on its way belongs to an earlier question. Hearing it out
	// also keeps the gap between frames.
	if err := b.listen(ctx, time.Now().Add(gapTime)); err != nil {
		return bridge.Packet{}, err
	}
	size, err := b.write(ctx, p)
	if err != nil {
		return bridge.Packet{}, err
	}
	quiet := time.Now().Add(time.Duration(size)*byteTime + turnTime)
	end := quiet.Add(bridge.MaxFrame * byteTime) // however much noise there is
	var stream []byte
	for {
		n, err := b.readUntil(ctx, quiet)
		stream = append(stream, b.read[:n]...)
		for {
			n, got, _ := bridge.Next(stream)
			if n == 0 {
				break
			}
			stream = stream[max(n, -n):]
			if n > 0 && got.Src == p.Dst && got.Dst == bridge.Host && fits(got) {
				return got, nil
			}
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) || err == nil && !time.Now().Before(end):
			return bridge.Packet{}, errSilence
		case err != nil:
			return bridge.Packet{}, err
		}
		quiet = earlier(end, later(quiet, time.Now().Add(turnTime)))
	}
}

// say sends p, which nobody answers, and waits until it is on the line.
func (b *Bus) say(ctx context.Context, p bridge.Packet) error {
	size, err := b.write(ctx, p)
	if err != nil {
		return err
	}
	return b.listen(ctx, time.Now().Add(time.Duration(size)*byteTime))
}

// listen throws away what arrives until the time has come. It is how the bus
// rests: a wire that breaks meanwhile is noticed.
func (b *Bus) listen(ctx context.Context, until time.Time) error {
	for time.Now().Before(until) {
		if _, err := b.readUntil(ctx, until); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) write(ctx context.Context, p bridge.Packet) (size int, err error) {
	frame, err := bridge.Append(nil, p)
	if err != nil {
		return 0, err
	}
	if err := b.wire.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	// After the deadline, so that a context that ends from here on is noticed.
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	_, err = b.wire.Write(frame)
	return len(frame), err
}

func (b *Bus) readUntil(ctx context.Context, deadline time.Time) (int, error) {
	if err := b.wire.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return b.wire.Read(b.read)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
