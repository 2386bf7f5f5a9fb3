package escpos

import (
	"context"
	"errors"
	"fmt"

	"lobby/devices"
	"lobby/devices/printer/galley"
)

// identity is what a printer says it is; empty fields were not answered.
type identity struct {
	maker, model, serial, font string
}

// identify asks the printer what it is, once for each opening of its wire. Most
// clones do not answer at all, and are driven as the configuration says. The
// error is devices.ErrSwapped where another printer answers than the one that
// the configuration names.
func (p *Printer) identify(ctx context.Context, l *line) error {
	if p.known == nil {
		id, err := p.askIdentity(ctx, l)
		if err != nil {
			return err
		}
		p.known = &id
		p.profile.Charset = id.charset(p.profile.Charset)
	}
	if have := p.known.serial; p.serial != "" && have != "" && have != p.serial {
		return fmt.Errorf("%w: serial number %s, expected %s", devices.ErrSwapped, have, p.serial)
	}
	return nil
}

// introduce identifies an idle printer. What a printer that does not know GS I
// may have taken for text is cleared away (ESC @).
func (p *Printer) introduce(ctx context.Context, l *line) error {
	asked := p.known == nil
	err := p.identify(ctx, l)
	if !asked {
		return err
	}
	if _, e := l.send(ctx, []byte{esc, '@'}); err == nil {
		err = e
	}
	return err
}

// askIdentity stops asking at the first question that is not answered: the
// printer does not know GS I, or has no such text.
func (p *Printer) askIdentity(ctx context.Context, l *line) (identity, error) {
	var id identity
	for _, q := range []struct {
		n    byte
		into *string
	}{{66, &id.maker}, {67, &id.model}, {68, &id.serial}, {69, &id.font}} {
		text, err := p.ownWord(ctx, l, q.n)
		if errors.Is(err, ErrSilent) {
			break
		}
		if err != nil {
			return id, err
		}
		*q.into = text
	}
	return id, nil
}

// charset is what the printer's font holds by its own word (GS I 69), or else
// by its profile.
func (id identity) charset(profile galley.Charset) galley.Charset {
	switch id.font {
	case "CHINA GB18030":
		return galley.GB18030
	case "CHINA GB2312":
		return galley.GB2312
	}
	return profile
}

// confirmation is the strongest way to confirm that is certain to be
// understood: process ids only with a model of the table, because another one
// would print them.
func (p *Printer) confirmation() Confirm {
	how := p.profile.Confirm
	byID := p.known != nil && confirmsByID(p.known.maker, p.known.model)
	switch {
	case how == ByID && !byID:
		return ByEcho
	case how == ByEcho && byID && !p.explicit:
		return ByID
	}
	return how
}

// ownWord is the text of GS I n. It waits for the answer before anything else
// is sent, as the manual demands.
func (p *Printer) ownWord(ctx context.Context, l *line, n byte) (string, error) {
	l.with(func(h *heard) { h.blocks, h.wantID = nil, true })
	if _, err := l.send(ctx, []byte{gs, 'I', n}); err != nil {
		return "", err
	}
	err := l.until(ctx, answerTime, func(h *heard) bool { return len(h.blocks) > 0 })
	if errors.Is(err, errLate) {
		return "", ErrSilent
	}
	if err != nil {
		return "", err
	}
	var text string
	l.with(func(h *heard) {
		text = h.blocks[0]
		h.blocks, h.wantID = nil, false
	})
	return text[1:], nil
}
