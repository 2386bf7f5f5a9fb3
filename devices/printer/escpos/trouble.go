package escpos

import (
	"errors"

	"lobby/devices"
)

// What a printer can say, or not say, about why a slip did not come out.
var (
	ErrPaperOut = errors.New("paper is out")
	ErrCover    = errors.New("cover is open")
	ErrFault    = errors.New("cutter, head or another part is in trouble")
	ErrOffline  = errors.New("printer is offline")
	ErrSilent   = errors.New("printer does not answer")
	ErrStalled  = errors.New("printer takes no more data")
	ErrNonsense = errors.New("printer talks nonsense")
)

// trouble turns a state that keeps slips from being printed into its error.
// An open cover often reports the paper as out too, so it is named first.
func trouble(p devices.Paper) error {
	switch {
	case p.Cover:
		return ErrCover
	case p.Out:
		return ErrPaperOut
	case p.Fault:
		return ErrFault
	}
	return nil
}
