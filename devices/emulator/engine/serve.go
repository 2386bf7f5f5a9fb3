package engine

import (
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// Serve speaks on the line. Paper, settings and everything received stay when
// the line breaks, as in a printer whose plug is pulled.
func (p *Printer) Serve(ctx context.Context, line io.ReadWriter) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	release := context.AfterFunc(ctx, func() { interrupt(line) })
	defer release()

	out := make(chan []byte, 256)
	p.attach(func(b []byte) {
		select {
		case out <- append([]byte(nil), b...):
		default: // nobody listens; a printer does not wait for its host
		}
	})
	defer p.attach(func([]byte) {})

	var all sync.WaitGroup
	all.Go(func() { speak(ctx, line, out) })
	all.Go(func() { p.work(ctx) })
	all.Go(func() { p.babble(ctx) })
	err := p.listen(ctx, line)
	cancel()
	all.Wait()
	return err
}

// interrupt ends blocked reads and writes by whatever the line offers.
func interrupt(line io.ReadWriter) {
	switch l := line.(type) {
	case interface{ SetDeadline(time.Time) error }:
		_ = l.SetDeadline(time.Unix(1, 0))
	case io.Closer:
		_ = l.Close()
	}
}

func (p *Printer) attach(answer func([]byte)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// listen receives. A full buffer, or a stalled printer, takes nothing more.
func (p *Printer) listen(ctx context.Context, line io.Reader) error {
	buf := make([]byte, 256)
	for {
		room, err := p.room(ctx)
		if err != nil {
			return err
		}
		n, err := line.Read(buf[:min(room, len(buf))])
		p.mu.Lock()
		p.language.Arrive(buf[:n])
		p.input = append(p.input, buf[:n]...)
		p.touch()
		p.mu.Unlock()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// room waits until the buffer can take something.
func (p *Printer) room(ctx context.Context) (int, error) {
	for {
		p.mu.Lock()
		room, changed := p.buffer-len(p.input), p.changed
		if p.faults[Stalled] {
			room = 0
		}
		p.mu.Unlock()
		if room > 0 {
			return room, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// speak sends the answers in their order.
func speak(ctx context.Context, line io.Writer, out <-chan []byte) {
	for {
		select {
		case b := <-out:
			if _, err := line.Write(b); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// work interprets what was received, one byte after the other, and takes the
// time that the paper needs to move.
func (p *Printer) work(ctx context.Context) {
	for {
		p.mu.Lock()
		rest, changed := p.step(), p.changed
		p.mu.Unlock()
		if rest < 0 {
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
			continue
		}
		if !pause(ctx, rest) {
			return
		}
	}
}

// step interprets until the paper moves and returns how long that takes, or a
// negative time when there is nothing to do.
func (p *Printer) step() time.Duration {
	did := false
	for len(p.input) > 0 && !p.Offline() && !p.faults[Busy] {
		before := p.roll.Used
		p.take()
		did = true
		if p.roll.Over() {
			p.faults[PaperOut], p.faults[PaperNearEnd] = true, true
		} else if p.roll.Near() {
			p.faults[PaperNearEnd] = true
		}
		if moved := p.roll.Used - before; moved > 0 && p.speed > 0 {
			p.touch()
			return time.Duration(moved) * time.Second / time.Duration(8*p.speed)
		}
	}
	if !p.faults[CutterJam] && p.stuck {
		p.stuck = false
		p.touch()
		return 0
	}
	if did {
		p.touch()
		return 0
	}
	return -1
}

// take lets the language interpret the next byte, which may make it throw away
// the ones behind.
func (p *Printer) take() {
	c := p.input[0]
	p.input = p.input[1:]
	p.language.Feed(c)
}

func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// babble talks without end while the fault garbage is on, a megabyte a second
// at most.
func (p *Printer) babble(ctx context.Context) {
	r := rand.New(rand.NewPCG(1, 2))
	for {
		p.mu.Lock()
		on, changed := p.faults[Garbage], p.changed
		if on {
			b := make([]byte, 1024)
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			p.Say(b)
		}
		p.mu.Unlock()
		if on {
			if !pause(ctx, time.Millisecond) {
				return
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// Interpret takes bytes without a line, at once: a recording, or a test's.
func (p *Printer) Interpret(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.language.Arrive(b)
	p.input = append(p.input, b...)
	for p.step() >= 0 {
	}
}
