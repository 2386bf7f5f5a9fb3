package xmodem

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lobby/firmware-bridge/internal/line"
)

// Waits and tries (Forsberg, section 7.4). A loader that erases before it
// answers the first block needs the ten seconds.
const (
	startWait = 60 * time.Second // for the receiver's first C
	answer    = 10 * time.Second // for the answer to a block
	tries     = 10               // of one block
)

// ErrCancelled says that the other end gave up.
var ErrCancelled = errors.New("the other end cancelled")

// Send sends the data in blocks of Large bytes if large, else Small. Progress,
// which may be nil, hears how many bytes the other end has. When the context
// ends the other end is told to give up. The wire is only borrowed.
func Send(ctx context.Context, w line.Wire, data []byte, large bool, progress func(sent int)) error {
	l := line.Begin(ctx, w)
	err := send(l, data, large, progress)
	l.End()
	if err != nil && !errors.Is(err, ErrCancelled) {
		cancel(w)
	}
	if err != nil {
		return fmt.Errorf("xmodem: send: %w", err)
	}
	return nil
}

// cancel tells the other end to give up, as far as the wire still works.
func cancel(w line.Wire) {
	_ = w.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = w.Write([]byte{can, can, can, can, can})
	_ = w.SetWriteDeadline(time.Time{})
}

func send(l *line.Line, data []byte, large bool, progress func(int)) error {
	if err := awaitStart(l); err != nil {
		return err
	}
	n := byte(1)
	for sent := 0; sent < len(data); n++ {
		size := Small
		// What fits into a few small blocks is not rounded up to a large one.
		if large && len(data)-sent > Large-Small {
			size = Large
		}
		end := min(sent+size, len(data))
		if err := deliver(l, AppendBlock(nil, n, data[sent:end])); err != nil {
			return fmt.Errorf("block at %d of %d: %w", sent, len(data), err)
		}
		sent = end
		if progress != nil {
			progress(sent)
		}
	}
	if err := deliver(l, []byte{eot}); err != nil {
		return fmt.Errorf("end of file: %w", err)
	}
	return nil
}

// awaitStart waits for the C that asks for blocks with a CRC.
func awaitStart(l *line.Line) error {
	end := time.Now().Add(startWait)
	for {
		b, err := l.Byte(time.Until(end))
		switch {
		case err != nil:
			return fmt.Errorf("waiting for the receiver: %w", err)
		case b == crc:
			// Further Cs were sent while nobody listened and ask for nothing more.
			return l.Quiet(10 * time.Millisecond)
		case b == can:
			return ErrCancelled
		}
	}
}

// deliver sends one block, or the end, until it is acknowledged.
func deliver(l *line.Line, block []byte) error {
	var err error
	for range tries {
		if err := l.Write(block); err != nil {
			return err
		}
		var verdict byte
		verdict, err = hear(l)
		switch {
		case err == nil && verdict == ack:
			return nil
		case err == nil:
			err = errors.New("refused every time")
		case !errors.Is(err, line.ErrSilence):
			return err
		}
	}
	return fmt.Errorf("%d tries: %w", tries, err)
}

// hear waits for ACK, NAK or two CAN and ignores everything else: a C that was
// on its way, noise.
func hear(l *line.Line) (byte, error) {
	end, last := time.Now().Add(answer), byte(0)
	for {
		b, err := l.Byte(time.Until(end))
		if err != nil {
			return 0, err
		}
		if b == ack || b == nak {
			return b, nil
		}
		if b == can && last == can {
			return 0, ErrCancelled
		}
		last = b
	}
}
