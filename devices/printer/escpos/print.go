package escpos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"lobby/devices"
	"lobby/devices/printer/galley"
)

const (
	settleTime = 30 * time.Millisecond  // silence that ends what is left from before
	chatter    = 500 * time.Millisecond // longest wait for that silence
	answerTime = 500 * time.Millisecond // for DLE EOT, which is answered on arrival
	wakeTime   = 2 * time.Second        // for the first queued answer after recovery
	doneTime   = 7 * time.Second        // for the word that the slip is done
	pollTime   = 200 * time.Millisecond
)

// maxHeader is longer than the header of any command that we send.
const maxHeader = 16

// print is the whole conversation about one slip. The loss is empty where
// nothing was sent.
func (p *Printer) print(ctx context.Context, l *line, s devices.Slip) (devices.Outcome, galley.Loss, error) {
	how, err := p.prepare(ctx, l)
	if err != nil {
		return devices.Failed, galley.Loss{}, err
	}
	e := p.encode(s)
	outcome, err := p.deliver(ctx, l, e, how)
	if outcome == devices.Failed {
		return outcome, galley.Loss{}, err
	}
	return outcome, e.loss, err
}

// deliver sends the slip and waits for what becomes of it.
func (p *Printer) deliver(ctx context.Context, l *line, e *encoder, how Confirm) (devices.Outcome, error) {
	data, id := p.request(how, e.out)
	l.with(func(h *heard) {
		h.ill = nil
		h.wantID = how == ByID
		if how == ByEcho {
			h.owed++
		}
	})
	n, err := l.send(ctx, data)
	if n == 0 && err != nil {
		return devices.Failed, err
	}
	p.stale, p.torn = true, err != nil
	if how == ByEcho {
		p.owed++
	}
	if err != nil {
		return devices.Unconfirmed, err
	}
	return p.confirm(ctx, l, how, id, e.rows)
}

// prepare brings the printer to where a slip can begin, and finds out how it
// will confirm it. An error means that nothing of the slip may be sent.
func (p *Printer) prepare(ctx context.Context, l *line) (Confirm, error) {
	how := p.profile.Confirm
	if how != Never {
		switch _, err := p.ready(ctx, l); {
		case errors.Is(err, ErrSilent) && !p.spoke && !p.explicit:
			// It never said a word: a cable without a way back.
			how = Never
		case err != nil:
			return how, err
		}
	}
	if p.stale {
		if err := p.recover(ctx, l); err != nil {
			return how, fmt.Errorf("recover: %w", err)
		}
	}
	if how == Never {
		return how, nil
	}
	if _, err := l.send(ctx, []byte{gs, 'a', 0xff}); err != nil {
		return how, err
	}
	if err := p.identify(ctx, l); err != nil {
		return how, err
	}
	how = p.confirmation()
	if how == ByEcho && p.owed > 0 {
		return p.catchUp(ctx, l)
	}
	return how, nil
}

// ready is the state, as an error where it forbids printing.
func (p *Printer) ready(ctx context.Context, l *line) (devices.Paper, error) {
	paper, err := p.state(ctx, l)
	if err == nil || errors.Is(err, ErrOffline) {
		if t := trouble(paper); t != nil {
			return paper, t
		}
	}
	return paper, err
}

// state asks the four real-time questions, which are answered at any time. A
// printer that is offline without giving a cause is ErrOffline.
func (p *Printer) state(ctx context.Context, l *line) (devices.Paper, error) {
	var paper devices.Paper
	if err := p.settle(ctx, l); err != nil {
		return paper, err
	}
	if p.stale {
		// The header of an interrupted picture would take the question for its
		// size, which may be megabytes. Zeros make the size zero.
		if _, err := l.write(ctx, make([]byte, maxHeader)); err != nil {
			return paper, err
		}
	}
	first, err := p.ask(ctx, l, 1)
	if err != nil {
		return paper, err
	}
	p.spoke = true
	for _, n := range []byte{2, 3, 4} {
		b, err := p.ask(ctx, l, n)
		if errors.Is(err, ErrSilent) {
			continue // small printers answer only some of them
		}
		if err != nil {
			return paper, err
		}
		addLive(&paper, n, b)
	}
	if first&0x08 != 0 && paper.Ready() {
		return paper, ErrOffline
	}
	return paper, nil
}

// settle lets through what was said before anybody asked: automatic reports
// since the last call, and answers that came too late. A printer that does not
// stop talking is not asked anything.
func (p *Printer) settle(ctx context.Context, l *line) error {
	for end := p.now().Add(chatter); ; {
		before := -1
		count := func(h *heard) int { return h.noise + h.autos }
		err := l.until(ctx, settleTime, func(h *heard) bool {
			if before < 0 {
				before = count(h)
			}
			return count(h) != before
		})
		switch {
		case errors.Is(err, errLate):
			l.with(func(h *heard) { h.noise, h.autos, h.ill = 0, 0, nil })
			return nil
		case err != nil && !errors.Is(err, ErrNonsense):
			return err
		case p.now().After(end):
			return ErrNonsense
		}
		l.with(func(h *heard) { h.noise, h.autos = 0, 0 })
	}
}

// ask sends one DLE EOT and waits for its byte. It does not heed flow control,
// which the question is exempt from.
func (p *Printer) ask(ctx context.Context, l *line, n byte) (byte, error) {
	l.with(func(h *heard) { h.live, h.wantRT = nil, true })
	if _, err := l.write(ctx, []byte{dle, eot, n}); err != nil {
		return 0, err
	}
	err := l.until(ctx, answerTime, func(h *heard) bool { return h.live != nil })
	var b byte
	l.with(func(h *heard) {
		h.wantRT = false
		if h.live != nil {
			b = h.live[0]
		}
	})
	if errors.Is(err, errLate) {
		return 0, ErrSilent
	}
	return b, err
}

// recover gets a printer out of whatever was interrupted: it may still be
// counting the bytes of a picture, and would eat the next slip as dots. Zeros
// end the longest picture we send and mean nothing elsewhere.
func (p *Printer) recover(ctx context.Context, l *line) error {
	b := append(make([]byte, maxBand), esc, '@')
	if p.torn && p.profile.Cutter {
		// The beginning of the other slip must not hang on this one.
		b = append(b, gs, 'V', 'B', 0)
	}
	if _, err := l.send(ctx, b); err != nil {
		return err
	}
	p.stale, p.torn = false, false
	return nil
}

// catchUp makes sure that an old answer to GS r is not taken for the new one.
// It asks once more than answers are owed: when that many have come, the newest
// is ours, and the others of ours follow it at once. A printer that does not
// answer at all is watched by polling instead.
func (p *Printer) catchUp(ctx context.Context, l *line) (Confirm, error) {
	asked := min(p.owed, 8) + 1
	l.with(func(h *heard) { h.singles, h.owed = nil, p.owed+asked })
	if _, err := l.send(ctx, bytes.Repeat([]byte{gs, 'r', 1}, asked)); err != nil {
		return ByEcho, err
	}
	err := l.until(ctx, wakeTime, func(h *heard) bool { return len(h.singles) >= asked })
	if errors.Is(err, errLate) {
		p.owed = min(p.owed+asked, 8)
		return ByPoll, nil
	}
	if err != nil {
		return ByEcho, err
	}
	if err := p.settle(ctx, l); err != nil {
		return ByEcho, err
	}
	p.owed = 0
	l.with(func(h *heard) { h.singles, h.owed = nil, 0 })
	return ByEcho, nil
}
