package update

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/internal/line"
)

// Timing on the line (hardware-docs/hb1.md, "Timing"), reckoned as Lobby's
// driver does for the slowest speed of a bus.
const (
	byteTime = time.Second * 10 / 19200
	turnTime = 60 * time.Millisecond
	gapTime  = time.Millisecond
	// tries is more than the three of a running hall: a board that checks a
	// signature hears nothing for a while.
	tries = 8
)

// Link is the host's end of a line to one board, while nobody else uses the
// line.
type Link struct {
	line   *line.Line
	sender bridge.Sender
}

// Open borrows the wire until Close. The boot number is drawn anew, so that
// the board takes the link for a host that has just booted.
func Open(ctx context.Context, w line.Wire, address byte) *Link {
	var chance [2]byte
	_, _ = rand.Read(chance[:]) // never fails
	return &Link{line: line.Begin(ctx, w), sender: bridge.Sender{Self: bridge.Host, Peer: address, Epoch: 1 + chance[0]%255, Seq: chance[1]}}
}

// Close gives the wire back.
func (l *Link) Close() { l.line.End() }

// Hello asks the board who it is, as often as tries says.
func (l *Link) Hello(tries int) (bridge.Hello, error) {
	p, err := l.ask(l.sender.Reliable(bridge.TypeHello, nil), tries)
	if err != nil {
		return bridge.Hello{}, fmt.Errorf("update: greet %d: %w", l.sender.Peer, err)
	}
	if p.Kind == bridge.Nak {
		return bridge.Hello{}, fmt.Errorf("update: greet %d: %w", l.sender.Peer, Refusal(bridge.ParseNak(p.Payload)))
	}
	return bridge.ParseHello(p.Payload)
}

// Run carries an update out. Progress, which may be nil, is told after every
// answer.
func (l *Link) Run(ctx context.Context, s *Sender, progress func(sent, size int)) error {
	for !s.Done() {
		if err := l.Step(ctx, s); err != nil {
			return err
		}
		if progress != nil {
			progress(s.Progress())
		}
	}
	return nil
}

// Step carries out one order of an update that is not done.
func (l *Link) Step(ctx context.Context, s *Sender) error {
	o := s.Next()
	if err := pause(ctx, o.Wait); err != nil {
		return err
	}
	p, err := l.ask(l.sender.Reliable(o.Type, o.Payload), tries)
	switch {
	case errors.Is(err, line.ErrSilence):
		return s.Silence()
	case err != nil:
		return fmt.Errorf("update: %w", err)
	}
	return s.Heard(p)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ask sends a packet until it is answered (hardware-docs/hb1.md, rule 3).
func (l *Link) ask(p bridge.Packet, tries int) (bridge.Packet, error) {
	for n := range tries {
		p.Retry = n > 0
		got, err := l.exchange(p)
		if !errors.Is(err, line.ErrSilence) {
			return got, err
		}
	}
	return bridge.Packet{}, line.ErrSilence
}

// exchange sends a packet once and waits for its answer.
func (l *Link) exchange(p bridge.Packet) (bridge.Packet, error) {
	if err := l.line.Quiet(gapTime); err != nil {
		return bridge.Packet{}, err
	}
	frame, err := bridge.Append(nil, p)
	if err != nil {
		return bridge.Packet{}, err
	}
	if err := l.line.Write(frame); err != nil {
		return bridge.Packet{}, err
	}
	quiet := time.Now().Add(time.Duration(len(frame))*byteTime + turnTime)
	end := quiet.Add(bridge.MaxFrame * byteTime) // however much noise there is
	var stream []byte
	for {
		b, err := l.line.More(quiet)
		if err != nil {
			return bridge.Packet{}, err
		}
		stream = append(stream, b...)
		for {
			n, got, _ := bridge.Next(stream)
			if n == 0 {
				break
			}
			stream = stream[max(n, -n):]
			if n > 0 && got.Answers(p) {
				return got, nil
			}
		}
		if quiet = time.Now().Add(turnTime); quiet.After(end) {
			quiet = end
		}
	}
}
