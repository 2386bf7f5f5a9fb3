package xmodem

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lobby/firmware-bridge/internal/line"
)

const (
	askEvery  = 3 * time.Second // C is repeated so often (Forsberg, section 7.4)
	blockWait = 10 * time.Second
	quiet     = 100 * time.Millisecond // the rest of a broken block has gone by
)

var (
	// ErrTooLong says that more bytes came than were allowed.
	ErrTooLong = errors.New("the file is longer than it may be")
	errOrder   = errors.New("the sender lost count of its blocks")
)

// Receive receives a file of at most limit bytes, its padding included. The
// wire is only borrowed.
func Receive(ctx context.Context, w line.Wire, limit int) ([]byte, error) {
	l := line.Begin(ctx, w)
	data, err := receive(l, limit)
	l.End()
	if err != nil && !errors.Is(err, ErrCancelled) {
		cancel(w)
	}
	if err != nil {
		return nil, fmt.Errorf("xmodem: receive: %w", err)
	}
	return data, nil
}

func receive(l *line.Line, limit int) ([]byte, error) {
	var data []byte
	next, ask, wait := byte(1), byte(crc), askEvery
	for failed := 0; failed < tries; {
		if ask != 0 {
			if err := l.Write([]byte{ask}); err != nil {
				return nil, err
			}
			ask = 0
		}
		n, block, err := hearBlock(l, wait)
		switch {
		case errors.Is(err, errEnd):
			return data, l.Write([]byte{ack})
		case errors.Is(err, errBlock) || errors.Is(err, line.ErrSilence):
			failed++
			if ask = nak; next == 1 && len(data) == 0 {
				ask = crc
			}
			if err := l.Quiet(quiet); err != nil {
				return nil, err
			}
			continue
		case err != nil:
			return nil, err
		case n == next-1 && len(data) > 0: // our ACK was lost
		case n != next:
			return nil, errOrder
		case len(data)+len(block) > limit:
			return nil, ErrTooLong
		default:
			data, next, wait = append(data, block...), next+1, blockWait
		}
		failed, ask = 0, ack
	}
	return nil, fmt.Errorf("%d tries: %w", tries, line.ErrSilence)
}

var errEnd = errors.New("end of file")

// hearBlock reads one block. The error is errEnd at the end, errBlock for
// broken ones.
func hearBlock(l *line.Line, wait time.Duration) (n byte, data []byte, err error) {
	var got []byte
	for {
		// The first byte may be long in coming, the others follow it.
		b, err := l.Byte(wait)
		if err != nil {
			return 0, nil, err
		}
		wait = time.Second
		switch got = append(got, b); {
		case len(got) == 1 && b == eot:
			return 0, nil, errEnd
		case len(got) == 1 && b == can:
			continue
		case got[0] == can:
			if b == can {
				return 0, nil, ErrCancelled
			}
			return 0, nil, errBlock
		}
		if size, n, data, err := parseBlock(got); size > 0 {
			return n, data, err
		}
	}
}
