package escpos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/image/font/opentype"

	"lobby/devices"
	"lobby/devices/printer/galley"
	"lobby/devices/printer/picture"
)

// Options are the options of one printer in the configuration.
type Options struct {
	Profile string  `json:"profile" yaml:"profile"` // a name in Profiles; generic80 where empty
	Confirm Confirm `json:"confirm" yaml:"confirm"` // ids, echo, poll or none; the profile's where empty
	Font    string  `json:"font" yaml:"font"`       // file with the characters that the printer lacks
	Draw    bool    `json:"draw" yaml:"draw"`       // the font draws the whole slip, which is sent as a picture
	Serial  string  `json:"serial" yaml:"serial"`   // the printer's serial number; another one is refused
}

// Printer is one printer. Its calls may come from several goroutines and are
// carried out one after the other.
type Printer struct {
	wire     devices.Wire
	profile  Profile
	explicit bool // the configuration says that the printer answers
	font     string
	draw     bool
	serial   string
	turn     chan struct{}
	now      func() time.Time

	// What is remembered from one call to the next, by whoever has the turn.
	stale  bool      // the printer may be waiting for the rest of something
	torn   bool      // a slip was sent in part
	owed   int       // answers to GS r that may still come
	spoke  bool      // the printer has answered once
	known  *identity // nil until asked
	lastID uint32    // the newest process id
}

// Open makes a printer on the wire, which may be nil where only the options are
// to be checked. It sends nothing.
func Open(w devices.Wire, decode devices.Decode) (devices.Printer, error) {
	var o Options
	if err := decode(&o); err != nil {
		return nil, err
	}
	p, err := o.profile()
	if err != nil {
		return nil, err
	}
	turn := make(chan struct{}, 1)
	turn <- struct{}{}
	return &Printer{
		wire: w, profile: p, explicit: o.Confirm != "", font: o.Font, draw: o.Draw, serial: o.Serial,
		turn: turn, now: time.Now,
		// Nobody knows in what the wire was interrupted before it was opened.
		stale: true, owed: 1,
	}, nil
}

// profile checks the options and returns what they describe.
func (o Options) profile() (Profile, error) {
	if o.Profile == "" {
		o.Profile = DefaultProfile
	}
	p, ok := Profiles()[o.Profile]
	if !ok {
		return Profile{}, fmt.Errorf("escpos: profile %q is not known", o.Profile)
	}
	if o.Confirm != "" {
		if !o.Confirm.known() {
			return Profile{}, fmt.Errorf("escpos: confirm %q is not ids, echo, poll or none", o.Confirm)
		}
		p.Confirm = o.Confirm
	}
	if o.Draw && o.Font == "" {
		return Profile{}, errors.New("escpos: draw needs a font; name a file with Chinese characters as font")
	}
	if o.Font != "" {
		if err := galley.WithFont(o.Font, func(*opentype.Font) error { return nil }); err != nil {
			return Profile{}, err
		}
	}
	return p, nil
}

// Print sends one slip. It asks for the state first and sends nothing to a
// printer that says it cannot print. Once a byte of the slip is on the wire the
// outcome is Printed or Unconfirmed, and the slip is never sent again by itself.
//
// A slip that came out with a character replaced gives Printed and a *galley.Loss.
func (p *Printer) Print(ctx context.Context, s devices.Slip) (devices.Outcome, error) {
	if err := p.take(ctx); err != nil {
		return devices.Failed, fmt.Errorf("escpos: print %s: %w", s.ID, err)
	}
	defer p.give()
	l := pickUp(ctx, p.wire)
	defer l.hangUp()
	outcome, loss, err := p.print(ctx, l, s)
	if !loss.Empty() {
		err = errors.Join(err, &loss)
	}
	if err != nil {
		err = fmt.Errorf("escpos: print %s: %w", s.ID, err)
	}
	return outcome, err
}

// Paper asks the printer about itself. Whoever does not answer gives ErrSilent.
// A printer that was left in the middle of something is brought back here, so
// that the next citizen does not wait for it.
func (p *Printer) Paper(ctx context.Context) (devices.Paper, error) {
	if err := p.take(ctx); err != nil {
		return devices.Paper{}, fmt.Errorf("escpos: ask for paper: %w", err)
	}
	defer p.give()
	if p.profile.Confirm == Never {
		return devices.Paper{}, fmt.Errorf("escpos: ask for paper: %w", devices.ErrMute)
	}
	l := pickUp(ctx, p.wire)
	defer l.hangUp()
	paper, err := p.state(ctx, l)
	if err != nil && !errors.Is(err, ErrOffline) {
		return devices.Paper{}, fmt.Errorf("escpos: ask for paper: %w", err)
	}
	if err != nil {
		// Offline without a cause is a fault that needs a person.
		paper.Fault = true
	}
	if p.stale && paper.Ready() {
		if err := p.recover(ctx, l); err != nil {
			return paper, fmt.Errorf("escpos: recover: %w", err)
		}
	}
	if paper.Ready() {
		if err := p.introduce(ctx, l); err != nil {
			return paper, fmt.Errorf("escpos: identify: %w", err)
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
// be read leaves the slip to the printer's own type, and the loss is reported.
func (p *Printer) encode(s devices.Slip) *encoder {
	if p.draw {
		if drawn, loss, err := picture.Slip(s, p.profile.Dots, p.font); err == nil {
			e := encode(p.profile, drawn)
			e.loss = loss
			return e
		}
	}
	e := encode(p.profile, s)
	if p.font == "" || len(e.loss.Runes) == 0 {
		return e
	}
	_ = galley.WithFont(p.font, func(f *opentype.Font) error {
		with := p.profile
		with.Font = f
		e = encode(with, s)
		return nil
	})
	return e
}
