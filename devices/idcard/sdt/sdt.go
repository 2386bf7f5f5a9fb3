// Package sdt drives readers of second-generation identity cards that speak
// the serial protocol of the security module (hardware-docs/sdt.md).
//
// Of a card only the keyed hash of its number leaves this package. Name,
// address, number and picture are in no error, no log and no value that lives
// longer than one reading; the buffer they were in is cleared.
package sdt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
)

// The times of hardware-docs/sdt.md.
const (
	every    = 300 * time.Millisecond // a card is looked for so often
	patience = 500 * time.Millisecond // for the answer to a short question
	reading  = 3 * time.Second        // for a card's data
	misses   = 3                      // unanswered questions until the reader is away
)

// Reader is one reader on its wire.
type Reader struct {
	wire  devices.Wire
	hash  devices.Hash
	line  *exchange.Exchange
	heard []byte // cleared after each answer
}

var _ devices.OpenCardReader = Open

// Open makes the reader. It has no options. Wire and hash may be nil when only
// those are to be checked.
func Open(w devices.Wire, hash devices.Hash, options devices.Decode) (devices.CardReader, error) {
	var none struct{}
	if err := options(&none); err != nil {
		return nil, fmt.Errorf("sdt: %w", err)
	}
	return &Reader{wire: w, hash: hash, heard: make([]byte, 0, longest+len(preamble)+2)}, nil
}

// Run implements devices.CardReader: find, select, read, and again when the
// card was lifted, because a reader finds no card twice.
func (r *Reader) Run(ctx context.Context, emit func(context.Context, devices.Card)) error {
	if r.wire == nil || r.hash == nil {
		return errors.New("sdt: run: no wire or no hash")
	}
	r.line = exchange.Begin(ctx, r.wire)
	defer r.line.End()
	missed := 0
	for {
		card, seen, err := r.look()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, errBroken):
			if missed++; missed >= misses {
				return fmt.Errorf("sdt: run: %d questions without a sound answer: %w", missed, err)
			}
		case err != nil:
			return fmt.Errorf("sdt: run: %w", err)
		default:
			missed = 0
		}
		if seen {
			emit(ctx, card)
		}
		if err := r.line.Pause(every); err != nil {
			return err
		}
	}
}

// look reads the card that lies on the reader, if one does. Seen is true when
// one was found, whatever became of it then.
func (r *Reader) look() (card devices.Card, seen bool, err error) {
	status, err := r.ask(cmdFind, patience, nil)
	if err != nil || status != swFound {
		return card, false, err
	}
	card.Unread = true
	if status, err = r.ask(cmdSelect, patience, nil); err != nil || status != swOK {
		return card, true, err
	}
	status, err = r.ask(cmdRead, reading, func(data []byte) {
		if n := number(data); n != nil {
			card = devices.Card{Holder: r.hash(n)}
			clear(n)
		}
	})
	if err != nil || status != swOK {
		return devices.Card{Unread: true}, true, err
	}
	return card, true, nil
}

// ask sends one question and lets take have the data of a good answer, which is
// cleared behind it.
func (r *Reader) ask(cmd [2]byte, within time.Duration, take func(data []byte)) (status byte, err error) {
	defer func() {
		clear(r.heard[:cap(r.heard)])
		r.heard = r.heard[:0]
	}()
	if err := r.line.Write(question(cmd), patience); err != nil {
		return 0, err
	}
	until := time.Now().Add(within)
	for {
		if len(r.heard) == cap(r.heard) {
			return 0, fmt.Errorf("%w: it does not end", errBroken)
		}
		n, err := r.line.Read(r.heard[len(r.heard):cap(r.heard)], until)
		r.heard = r.heard[:len(r.heard)+n]
		status, data, whole, broken := answer(r.heard)
		switch {
		case broken != nil:
			return 0, errors.Join(broken, r.line.Quiet(every/10))
		case whole:
			if take != nil && status == swOK {
				take(data)
			}
			return status, nil
		case err != nil:
			return 0, err
		}
	}
}

// Probe implements devices.Prober by asking for the reader's state.
func (r *Reader) Probe(ctx context.Context) error {
	r.line = exchange.Begin(ctx, r.wire)
	defer r.line.End()
	status, err := r.ask(cmdState, patience, nil)
	if err == nil && status != swOK {
		err = fmt.Errorf("the reader says %02X", status)
	}
	if err != nil {
		return fmt.Errorf("sdt: probe: %w", err)
	}
	return nil
}
