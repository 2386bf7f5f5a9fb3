package hb1

import (
	"errors"
	"fmt"
	"os"
	"time"

	bridge "lobby/firmware-bridge"
)

// Timing (hardware-docs/hb1.md, "Timing"). The driver does not know the speed
// of its wire, and a network takes bytes long before they are on the line, so
// waiting is reckoned for the slowest speed a bus may have. At 115200 baud
// that costs 7 ms for each poll that nobody answers.
const (
	byteTime = time.Second * 10 / 19200 // 8N1 at 19200 baud
	// turnTime is the silence after which no answer will begin, or go on: 5 ms
	// of the board, 16 ms that a USB adapter collects bytes, and the rest for
	// a busy computer.
	turnTime = 60 * time.Millisecond
	gapTime  = time.Millisecond // between an answer and the next frame
	// writeTime is how long the wire may refuse bytes, beyond the time that the
	// line needs for them, before it counts as broken.
	writeTime = time.Second
)

// errSilence says that no fitting answer came.
var errSilence = errors.New("no answer")

// errNoise is errSilence where the line was not silent: several boards may have
// answered at once.
var errNoise = fmt.Errorf("%w that can be read", errSilence)

// ask sends p and waits for the packet that fits. The error is errSilence or
// errNoise when none came, else the wire's.
func (b *Bus) ask(p bridge.Packet, fits func(bridge.Packet) bool) (bridge.Packet, error) {
	// What is still on its way belongs to an earlier question. Hearing it out
	// also keeps the gap between frames.
	if err := b.listen(time.Now().Add(gapTime)); err != nil {
		return bridge.Packet{}, err
	}
	size, err := b.write(p)
	if err != nil {
		return bridge.Packet{}, err
	}
	quiet := time.Now().Add(time.Duration(size)*byteTime + turnTime)
	end := quiet.Add(bridge.MaxFrame * byteTime) // however much noise there is
	var stream []byte
	noise := false
	for {
		n, err := b.line.Read(b.read, quiet)
		stream = append(stream, b.read[:n]...)
		for {
			n, got, broken := bridge.Next(stream)
			if n == 0 {
				break
			}
			noise = noise || broken != nil
			stream = stream[max(n, -n):]
			if n > 0 && got.Src == p.Dst && got.Dst == bridge.Host && fits(got) {
				return got, nil
			}
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) || err == nil && !time.Now().Before(end):
			if noise || len(stream) > 0 {
				return bridge.Packet{}, errNoise
			}
			return bridge.Packet{}, errSilence
		case err != nil:
			return bridge.Packet{}, err
		}
		quiet = earlier(end, later(quiet, time.Now().Add(turnTime)))
	}
}

// say sends p, which nobody answers, and waits until it is on the line.
func (b *Bus) say(p bridge.Packet) error {
	size, err := b.write(p)
	if err != nil {
		return err
	}
	return b.listen(time.Now().Add(time.Duration(size) * byteTime))
}

// listen throws away what arrives until the time has come. It is how the bus
// rests: a wire that breaks meanwhile is noticed.
func (b *Bus) listen(until time.Time) error {
	for time.Now().Before(until) {
		if _, err := b.line.Read(b.read, until); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		if err := b.line.Ended(); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) write(p bridge.Packet) (size int, err error) {
	frame, err := bridge.Append(nil, p)
	if err != nil {
		return 0, err
	}
	return len(frame), b.line.Write(frame, writeTime)
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
