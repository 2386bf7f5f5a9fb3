package star

import (
	"errors"
	"os"
	"time"

	"lobby/devices/internal/exchange"
)

const (
	blockSize  = 128 // bytes between two looks at flow control
	glance     = 2 * time.Millisecond
	answerTime = 500 * time.Millisecond  // for ESC ACK SOH, which is answered on arrival
	stallTime  = 2500 * time.Millisecond // longest time without progress in sending; 3 s with the block itself
	maxNoise   = 4096                    // bytes of nonsense in one call before nothing is believed
)

// talk is the wire during one call.
type talk struct {
	x     *exchange.Exchange
	split splitter
	now   status
	heard int // statuses
	held  bool
	noise int
}

// hear reads once, until the time given at most. That nothing came is no error.
func (t *talk) hear(until time.Time) error {
	var p [256]byte
	n, err := t.x.Read(p[:], until)
	t.noise += t.split.feed(p[:n], func(s status) { t.now = s; t.heard++ }, func(stop bool) { t.held = stop })
	if err != nil && !(t.x.Ended() == nil && errors.Is(err, os.ErrDeadlineExceeded)) {
		return err
	}
	if t.noise > maxNoise {
		return ErrNonsense
	}
	return nil
}

// ask requests a status in real time (ESC ACK SOH) and waits for it. The
// printer's own reports, where they are switched on, are as good.
func (t *talk) ask() (status, error) {
	before := t.heard
	if err := t.x.Write([]byte{esc, 0x06, 0x01}, stallTime); err != nil {
		return status{}, stalled(t, err)
	}
	for end := time.Now().Add(answerTime); t.heard == before; {
		if !time.Now().Before(end) {
			return status{}, ErrSilent
		}
		if err := t.hear(end); err != nil {
			return status{}, err
		}
	}
	return t.now, nil
}

// send writes in blocks and holds back while the printer says XOFF. It returns
// how many bytes the wire took, and stops at trouble that the printer reports
// by itself.
func (t *talk) send(b []byte) (int, error) {
	sent := 0
	for sent < len(b) {
		if err := t.clear(); err != nil {
			return sent, err
		}
		n, err := t.x.Send(b[sent:min(len(b), sent+blockSize)], stallTime)
		sent += n
		if err != nil {
			return sent, stalled(t, err)
		}
	}
	return sent, nil
}

// clear waits while the printer wants no more, for a while.
func (t *talk) clear() error {
	before := t.heard
	if err := t.hear(time.Now().Add(glance)); err != nil {
		return err
	}
	for end := time.Now().Add(stallTime); t.held; {
		if !time.Now().Before(end) {
			return ErrStalled
		}
		if err := t.hear(end); err != nil {
			return err
		}
	}
	if t.heard > before {
		return trouble(t.now)
	}
	return nil
}

// stalled names a write that did not go through.
func stalled(t *talk, err error) error {
	if t.x.Ended() == nil && errors.Is(err, os.ErrDeadlineExceeded) {
		return ErrStalled
	}
	return err
}
