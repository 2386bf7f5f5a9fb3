// Package onbon drives LED signs with an Onbon BX-5K, BX-5MK or BX-6K font
// card: Chinese text in a dynamic area, over RS-232, RS-485 or TCP. The
// protocol is described in hardware-docs/boards/onbon.md, after the maker's
// "BX-5K/6K communication protocol, user version" 1.4; section numbers in this
// package are that document's.
package onbon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
)

// ErrBlank is returned by Probe when the card answers but has lost what was
// shown on it, as after a power failure. Showing the frame again cures it.
var ErrBlank = errors.New("the sign has lost its content")

const (
	// silence before a request: more than 3.5 characters at 9600 baud, and what
	// RS-485 adapters need to turn round.
	silence = 5 * time.Millisecond
	// turnaround is how long the maker's host waits for an answer (8.8).
	turnaround = 2 * time.Second
	// busyPause is the shortest time between two updates (2.1), after which a
	// busy card is asked once more.
	busyPause = time.Second
	// longest answer worth waiting for, in bytes on the wire: a status with
	// everything escaped.
	longestAnswer = 160
)

// Options of one sign.
type Options struct {
	Screen int    `yaml:"screen"` // address on the wire, 1 to 32767
	Width  int    `yaml:"width"`  // pixels
	Height int    `yaml:"height"` // pixels
	Color  string `yaml:"color"`  // red, green, yellow, blue, cyan, magenta or white; red when empty
	Font   int    `yaml:"font"`   // dots: 16, 24 or 32; 0 leaves the card's own
}

func (o Options) validate() error {
	switch {
	case o.Screen < 1 || o.Screen > 0x7FFF: // 8.11
		return fmt.Errorf("onbon: screen %d is not between 1 and 32767", o.Screen)
	case o.Width < 8 || o.Width > 0x7FFF || o.Height < 8 || o.Height > 0x7FFF:
		return fmt.Errorf("onbon: %dx%d pixels is not the size of a sign", o.Width, o.Height)
	case colorCode(o.Color) == 0:
		return fmt.Errorf("onbon: no such color %q", o.Color)
	case o.Font != 0 && fontCode(o.Font) == 0:
		return fmt.Errorf("onbon: no font of %d dots", o.Font)
	}
	return nil
}

// Board is one sign. Several may share a wire; whoever owns the wire sees to it
// that only one call is on its way at a time, and one Board is not safe for
// several goroutines either.
type Board struct {
	wire    devices.Wire
	options Options
	lit     bool // the card has acknowledged a text and nothing since
}

var (
	_ devices.Open[devices.Board] = Open
	_ devices.Prober              = (*Board)(nil)
)

// Open makes the driver of one sign. It only checks the options.
func Open(w devices.Wire, options devices.Decode) (devices.Board, error) {
	o := Options{Color: "red"}
	if err := options(&o); err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	return &Board{wire: w, options: o}, nil
}

// Show puts the frame's text on the sign, or its ticket when there is no text,
// and returns when the card has acknowledged it. A frame with neither clears
// the sign. Characters that the card cannot show appear as 〓, and a text that
// is too long for the card is cut; neither is an error. A refusal by the card
// is a Refusal; no answer wraps os.ErrDeadlineExceeded.
func (b *Board) Show(ctx context.Context, f devices.Frame) error {
	text := f.Text
	if text == "" {
		text = f.Ticket
	}
	request := clearAll()
	if text != "" {
		request = b.options.area(text, f.Blink)
	}
	if _, err := b.call(ctx, request); err != nil {
		return fmt.Errorf("onbon: show on screen %d: %w", b.options.Screen, err)
	}
	b.lit = text != ""
	return nil
}

// Probe asks the card whether it is there. When a text was shown before it
// also asks whether it still is, and returns ErrBlank if not.
func (b *Board) Probe(ctx context.Context) error {
	request := ping()
	if b.lit {
		request = status()
	}
	answer, err := b.call(ctx, request)
	if err == nil && b.lit {
		var areas int
		areas, err = dynamicAreas(answer)
		if err == nil && areas == 0 {
			err = ErrBlank
		}
	}
	if err != nil {
		return fmt.Errorf("onbon: probe screen %d: %w", b.options.Screen, err)
	}
	return nil
}

// call sends one request and returns the data of its answer. A busy card is
// asked a second time.
func (b *Board) call(ctx context.Context, request []byte) ([]byte, error) {
	x := exchange.Begin(ctx, b.wire)
	defer x.End()
	answer, err := b.ask(x, request)
	if errors.Is(err, Refusal(codeBusy)) {
		if err := x.Pause(busyPause); err != nil {
			return nil, err
		}
		answer, err = b.ask(x, request)
	}
	return answer, err
}

func (b *Board) ask(x *exchange.Exchange, request []byte) ([]byte, error) {
	if err := x.Quiet(silence); err != nil {
		return nil, err
	}
	frame := seal(uint16(b.options.Screen), request)
	if err := x.Write(frame, turnaround); err != nil {
		return nil, err
	}
	// Behind a network a write returns before the bytes are on the line, so the
	// time of the request counts as well.
	until := time.Now().Add(exchange.Time(len(frame)+longestAnswer) + turnaround)
	return b.await(x, request, until)
}

// await reads until an answer to the request comes from our screen. Everything
// else is passed over: noise, our own echo, answers of other screens.
func (b *Board) await(x *exchange.Exchange, request []byte, until time.Time) ([]byte, error) {
	var (
		s scanner
		p [256]byte
	)
	for {
		n, err := x.Read(p[:], until)
		for _, c := range p[:n] {
			content, whole := s.next(c)
			if !whole {
				continue
			}
			e, err := open(content)
			if err != nil || e.dst != host || e.src != uint16(b.options.Screen) {
				continue
			}
			if answer, err, ours := answerTo(request, e.data); ours {
				return answer, err
			}
		}
		if err != nil {
			return nil, fmt.Errorf("no answer: %w", err)
		}
	}
}
