package escpos

import (
	"context"
	"errors"
	"slices"
	"time"

	"lobby/devices"
)

// request puts the question whether the slip is done behind its bytes.
func (p *Printer) request(how Confirm, slip []byte) (data []byte, id string) {
	data = slices.Clone(slip)
	switch how {
	case ByID:
		id = p.nextID()
		data = append(data, gs, '(', 'H', 6, 0, '0', '0')
		data = append(data, id...)
	case ByEcho:
		data = append(data, gs, 'r', 1)
	}
	return data, id
}

// idBase is the number of characters allowed in a process id, 21 to 7E hex.
const idBase = 94

// nextID makes ascending process ids of four characters. They begin with the
// time, so that an id still pending from before a restart is never used again
// within two years.
func (p *Printer) nextID() string {
	n := max(p.lastID+1, uint32(p.now().Unix()%(idBase*idBase*idBase*idBase)))
	p.lastID = n
	id := make([]byte, 4)
	for i := 3; i >= 0; i-- {
		id[i] = '!' + byte(n%idBase)
		n /= idBase
	}
	return string(id)
}

// confirm waits for the printer's word. Rows is the length of the slip in dots.
func (p *Printer) confirm(ctx context.Context, l *line, how Confirm, id string, rows int) (devices.Outcome, error) {
	var err error
	switch how {
	case ByID:
		want := "\x37\x22" + id
		err = p.word(ctx, l, func(h *heard) bool { return slices.Contains(h.blocks, want) })
	case ByEcho:
		err = p.word(ctx, l, func(h *heard) bool { return len(h.singles) > 0 })
		if err == nil {
			p.owed = 0
			err = p.echoed(l)
		}
	case ByPoll:
		err = p.watch(ctx, l, rows)
		p.stale = err != nil
		return devices.Unconfirmed, err
	case Never:
		p.stale = false
		if p.profile.Confirm == Never {
			return devices.Unconfirmed, nil
		}
		return devices.Unconfirmed, ErrSilent
	}
	if err == nil {
		err = p.calm(ctx, l)
	}
	if err != nil {
		return devices.Unconfirmed, err
	}
	p.stale = false
	return devices.Printed, nil
}

// calm makes sure that the word was not one of many: an answer in the middle of
// nonsense is nonsense too.
func (p *Printer) calm(ctx context.Context, l *line) error {
	err := l.until(ctx, settleTime, func(h *heard) bool { return h.noise > 0 })
	if errors.Is(err, errLate) {
		return nil
	}
	if err == nil {
		err = ErrNonsense
	}
	return err
}

// word waits for an answer, or for a reason why it will not come.
func (p *Printer) word(ctx context.Context, l *line, answered func(*heard) bool) error {
	err := l.until(ctx, doneTime, func(h *heard) bool { return answered(h) || h.ill != nil })
	if errors.Is(err, errLate) {
		return ErrSilent
	}
	if err != nil {
		return err
	}
	l.with(func(h *heard) {
		if !answered(h) {
			err = h.ill
		}
	})
	return err
}

// echoed judges the answer to GS r: it counts only if no trouble was reported
// while the slip was printed (bits 2 and 3 are the paper end).
func (p *Printer) echoed(l *line) error {
	var err error
	l.with(func(h *heard) {
		err = h.ill
		if err == nil && h.singles[0]&0x0c != 0 {
			err = ErrPaperOut
		}
	})
	return err
}

// watch polls until the slip should be out: 100 mm a second is the slowest that
// printers of today are, and a second more for the blade.
func (p *Printer) watch(ctx context.Context, l *line, rows int) error {
	length := time.Duration(rows) * time.Second / 800
	tick := time.NewTicker(pollTime)
	defer tick.Stop()
	for end := p.now().Add(min(length+time.Second, doneTime)); p.now().Before(end); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := p.glance(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// glance asks the questions that show why a slip would stop.
func (p *Printer) glance(ctx context.Context, l *line) error {
	var paper devices.Paper
	for _, n := range []byte{2, 4} {
		b, err := p.ask(ctx, l, n)
		if err != nil {
			return err
		}
		addLive(&paper, n, b)
	}
	return trouble(paper)
}
