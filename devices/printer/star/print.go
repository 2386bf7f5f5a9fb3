package star

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"lobby/devices"
)

const (
	settleTime = 30 * time.Millisecond // silence that ends what is left from before
	pollTime   = 100 * time.Millisecond
	syncTime   = 2 * time.Second // for the first ETB after recovery
	doneTime   = 7 * time.Second // for the word that the slip is done
)

// maxHeader is longer than the header of any command that we send.
const maxHeader = 16

// print is the whole conversation about one slip.
func (p *Printer) print(t *talk, slip []byte) (devices.Outcome, error) {
	base, err := p.prepare(t)
	if err != nil {
		return devices.Failed, err
	}
	n, err := t.send(append(slip, etb))
	if n == 0 && err != nil {
		return devices.Failed, err
	}
	p.stale, p.torn = true, err != nil
	p.owed++
	if err == nil {
		err = p.await(t, base, 1, 1, doneTime)
	}
	if err != nil {
		return devices.Unconfirmed, err
	}
	p.stale, p.owed = false, 0
	return devices.Printed, nil
}

// prepare brings the printer to where a slip can begin and returns its counter.
// An error means that nothing of the slip may be sent.
func (p *Printer) prepare(t *talk) (int, error) {
	now, err := p.state(t)
	if err == nil {
		err = trouble(now)
	}
	if err != nil || !p.stale {
		return now.etb, err
	}
	base, err := p.recover(t)
	if err != nil {
		return 0, fmt.Errorf("recover: %w", err)
	}
	return base, nil
}

// state asks a printer that has fallen silent. One that does not stop talking
// is not asked anything.
func (p *Printer) state(t *talk) (status, error) {
	if err := t.x.Quiet(settleTime); err != nil {
		if t.x.Ended() == nil && !errors.Is(err, devices.ErrGone) {
			err = ErrNonsense
		}
		return status{}, err
	}
	if p.stale {
		// The header of an interrupted picture would take the question for its
		// size, which may be kilobytes. Zeros make the size zero.
		if err := t.x.Write(make([]byte, maxHeader), stallTime); err != nil {
			return status{}, stalled(t, err)
		}
	}
	return t.ask()
}

// recover gets a printer out of whatever was interrupted: it may still be
// counting the bytes of a picture, and would eat the next slip as dots. Zeros
// end the longest picture we send and mean nothing elsewhere.
//
// ETBs of slips that nobody confirmed may still be waiting in it, and must not
// be taken for the one of the next slip. So one more is sent than are owed: when
// that many were counted, the last of the old ones has been.
func (p *Printer) recover(t *talk) (int, error) {
	b := append(make([]byte, maxBand), esc, '@')
	if p.torn && p.profile.Cutter {
		// The beginning of the other slip must not hang on this one.
		b = append(b, esc, 'd', 3)
	}
	before, owed := t.now.etb, p.owed
	asked := owed + 1
	b = append(b, bytes.Repeat([]byte{etb}, asked)...)
	if _, err := t.send(b); err != nil {
		return 0, err
	}
	p.owed = min(p.owed+asked, etbs/2-2)
	if err := p.await(t, before, asked, asked+owed, syncTime); err != nil {
		return 0, err
	}
	base, err := p.settle(t)
	if err != nil {
		return 0, err
	}
	p.stale, p.torn, p.owed = false, false, 0
	return base, nil
}

// await polls until the counter has gone on from base by the least that proves
// something. Further than the most it cannot have gone. A question may be long
// on its way, behind the slip, so that one without an answer means nothing yet.
func (p *Printer) await(t *talk, base, least, most int, limit time.Duration) error {
	for end := time.Now().Add(limit); ; {
		now, err := t.ask()
		if err != nil && !errors.Is(err, ErrSilent) {
			return err
		}
		moved := (now.etb - base + etbs) % etbs
		switch {
		case err != nil && time.Now().Before(end):
			continue
		case err != nil:
			return err
		case moved >= least && moved <= most:
			return nil
		case moved > most:
			return ErrRestarted // it began again at zero
		case trouble(now) != nil:
			return trouble(now)
		case !time.Now().Before(end):
			return ErrSilent
		}
		if err := t.x.Pause(pollTime); err != nil {
			return err
		}
	}
}

// settle waits until the counter stands still.
func (p *Printer) settle(t *talk) (int, error) {
	last := -1
	for end := time.Now().Add(syncTime); time.Now().Before(end); {
		now, err := t.ask()
		if err != nil {
			return 0, err
		}
		if now.etb == last {
			return last, nil
		}
		last = now.etb
		if err := t.x.Pause(pollTime); err != nil {
			return 0, err
		}
	}
	return 0, errors.New("the counter of the printer never stands still")
}
