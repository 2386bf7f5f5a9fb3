package star

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/image/font/opentype"

	"lobby/devices"
	"lobby/devices/internal/exchange"
	"lobby/devices/printer/galley"
	"lobby/devices/printer/picture"
)

// What a printer can say, or not say, about why a slip did not come out.
var (
	ErrPaperOut  = errors.New("paper is out")
	ErrCover     = errors.New("cover is open")
	ErrFault     = errors.New("cutter, head or another part is in trouble")
	ErrOffline   = errors.New("printer is offline")
	ErrSilent    = errors.New("printer does not answer")
	ErrStalled   = errors.New("printer takes no more data")
	ErrRestarted = errors.New("printer was switched off and on")
	ErrNonsense  = errors.New("printer talks nonsense")
)

// Options are the options of one printer in the configuration.
type Options struct {
	Profile string `json:"profile" yaml:"profile"` // a name in Profiles; star80 where empty
	Font    string `json:"font" yaml:"font"`       // file with the characters that the printer lacks
	Draw    bool   `json:"draw" yaml:"draw"`       // the font draws the whole slip, which is sent as a picture
}

// Printer is one printer. Its calls may come from several goroutines and are
// carried out one after the other.
type Printer struct {
	wire    devices.Wire
	profile Profile
	font    string
	draw    bool
	turn    chan struct{}

	// What is remembered from one call to the next, by whoever has the turn.
	stale bool // the printer may be waiting for the rest of something
	torn  bool // a slip was sent in part
	owed  int  // ETBs that may still be counted
}

// Open makes a printer on the wire, which may be nil where only the options are
// to be checked. It sends nothing.
func Open(w devices.Wire, decode devices.Decode) (devices.Printer, error) {
	var o Options
	if err := decode(&o); err != nil {
		return nil, err
	}
	if o.Profile == "" {
		o.Profile = DefaultProfile
	}
	p, ok := Profiles()[o.Profile]
	if !ok {
		return nil, fmt.Errorf("star: profile %q is not known", o.Profile)
	}
	if o.Font != "" {
		if err := galley.WithFont(o.Font, func(*opentype.Font) error { return nil }); err != nil {
			return nil, fmt.Errorf("star: %w", err)
		}
	}
	if o.Draw && o.Font == "" {
		return nil, errors.New("star: draw needs a font; name a file with Chinese characters as font")
	}
	turn := make(chan struct{}, 1)
	turn <- struct{}{}
	// Nobody knows in what the wire was interrupted before it was opened.
	return &Printer{wire: w, profile: p, font: o.Font, draw: o.Draw, turn: turn, stale: true, owed: 1}, nil
}

// Print sends one slip. It asks for the state first and sends nothing to a
// printer that says it cannot print. Once a byte of the slip is on the wire the
// outcome is Printed or Unconfirmed, and the slip is never sent again by itself.
//
// A slip that came out with a character replaced gives Printed and a
// *galley.Loss.
func (p *Printer) Print(ctx context.Context, s devices.Slip) (devices.Outcome, error) {
	if err := p.take(ctx); err != nil {
		return devices.Failed, fmt.Errorf("star: print %s: %w", s.ID, err)
	}
	defer p.give()
	data, loss := p.encode(s)
	t := &talk{x: exchange.Begin(ctx, p.wire)}
	defer t.x.End()
	outcome, err := p.print(t, data)
	if outcome != devices.Failed && !loss.Empty() {
		err = errors.Join(err, &loss)
	}
	if err != nil {
		err = fmt.Errorf("star: print %s: %w", s.ID, err)
	}
	return outcome, err
}

// Paper asks the printer about itself. Whoever does not answer gives ErrSilent.
// A printer that was left in the middle of something is brought back here, so
// that the next citizen does not wait for it.
func (p *Printer) Paper(ctx context.Context) (devices.Paper, error) {
	if err := p.take(ctx); err != nil {
		return devices.Paper{}, fmt.Errorf("star: ask for paper: %w", err)
	}
	defer p.give()
	t := &talk{x: exchange.Begin(ctx, p.wire)}
	defer t.x.End()
	now, err := p.state(t)
	if err != nil {
		return devices.Paper{}, fmt.Errorf("star: ask for paper: %w", err)
	}
	paper := now.paper
	if now.offline && paper.Ready() {
		paper.Fault = true // offline without a cause needs a person
	}
	if p.stale && paper.Ready() {
		if _, err := p.recover(t); err != nil {
			return paper, fmt.Errorf("star: recover: %w", err)
		}
	}
	return paper, nil
}

func (p *Printer) take(ctx context.Context) error {
	select {
	case <-p.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Printer) give() { p.turn <- struct{}{} }

// encode opens the font only for slips that need it. A font that can no longer
// be read leaves the slip to the printer's own type.
func (p *Printer) encode(s devices.Slip) ([]byte, galley.Loss) {
	if p.draw {
		if drawn, loss, err := picture.Slip(s, p.profile.Dots, p.font); err == nil {
			data, _ := Encode(p.profile, drawn)
			return data, loss
		}
	}
	data, loss := Encode(p.profile, s)
	if p.font == "" || len(loss.Runes) == 0 {
		return data, loss
	}
	_ = galley.WithFont(p.font, func(f *opentype.Font) error {
		with := p.profile
		with.Font = f
		data, loss = Encode(with, s)
		return nil
	})
	return data, loss
}

// trouble turns a state that keeps slips from being printed into its error. An
// open cover often reports the paper as out too, so it is named first.
func trouble(s status) error {
	switch {
	case s.paper.Cover:
		return ErrCover
	case s.paper.Out:
		return ErrPaperOut
	case s.paper.Fault:
		return ErrFault
	case s.offline:
		return ErrOffline
	}
	return nil
}
