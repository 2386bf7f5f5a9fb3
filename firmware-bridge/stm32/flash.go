package stm32

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"lobby/firmware-bridge/internal/line"
)

// tries is how often a step that a bad line spoiled is done.
const tries = 5

// looks is how often a block is read before its bytes are believed to be wrong.
const looks = 3

// eraseTogether is how many pages are erased by one command; the chip says
// nothing meanwhile, so fewer make a better bar.
const eraseTogether = 8

// errTorn says that a block is neither empty nor what it should be: it has to
// be erased again.
var errTorn = errors.New("a block was written in part")

// Flash brings an image to an address of the flash: erases the pages it needs,
// writes, reads everything back and starts it. What is there already is left
// alone, so that an update that was cut off goes on where it was. Progress,
// which may be nil, hears how many bytes are known to be right.
func (l *Loader) Flash(ctx context.Context, image []byte, address uint32, progress func(done int)) error {
	if len(image) == 0 {
		return errors.New("stm32: flash: the image is empty")
	}
	if progress == nil {
		progress = func(int) {}
	}
	var err error
	for range tries {
		if err = l.flash(ctx, image, address, progress); !errors.Is(err, errTorn) {
			break
		}
	}
	if errors.Is(err, ErrRefused) {
		err = fmt.Errorf("%w: is the chip's flash read or write protected, is it large enough?", err)
	}
	if err != nil {
		return fmt.Errorf("stm32: flash: %w", err)
	}
	return nil
}

func (l *Loader) flash(ctx context.Context, image []byte, address uint32, progress func(int)) error {
	chunk := eraseTogether * int(l.Chip.Page)
	if chunk == 0 {
		chunk = len(image)
	}
	for at := 0; at < len(image); at += chunk {
		if err := l.fill(ctx, image[at:min(at+chunk, len(image))], address+uint32(at), func(done int) { progress(at + done) }); err != nil {
			return err
		}
	}
	if err := l.again(ctx, func() error { return l.Go(address) }); err != nil {
		return fmt.Errorf("the image is written and read back, but its start was not confirmed, so reset the board: %w", err)
	}
	return nil
}

// fill makes one run of pages right.
func (l *Loader) fill(ctx context.Context, image []byte, address uint32, progress func(int)) error {
	same, err := l.same(ctx, image, address)
	if err != nil || same {
		progress(len(image))
		return err
	}
	var pages []uint16
	if l.Chip.Page > 0 {
		pages = pagesOf(address, l.Chip.Page, len(image))
	}
	if err := l.again(ctx, func() error { return l.Erase(pages) }); err != nil {
		return err
	}
	for at := 0; at < len(image); at += MaxBlock {
		if err := l.put(ctx, image[at:min(at+MaxBlock, len(image))], address+uint32(at)); err != nil {
			return err
		}
		progress(min(at+MaxBlock, len(image)))
	}
	return nil
}

// same tells whether the flash holds these bytes already.
func (l *Loader) same(ctx context.Context, want []byte, address uint32) (bool, error) {
	for at := 0; at < len(want); at += MaxBlock {
		part := want[at:min(at+MaxBlock, len(want))]
		if ok, err := l.holds(ctx, part, address+uint32(at)); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// holds tells whether a block of the flash is as wanted. Reading has no
// checksum, so what looks wrong is read again: a bad line makes right bytes
// wrong, but not wrong ones right.
func (l *Loader) holds(ctx context.Context, want []byte, address uint32) (bool, error) {
	got := make([]byte, len(want))
	for range looks {
		if err := l.again(ctx, func() error { return l.Read(got, address) }); err != nil {
			return false, err
		}
		if bytes.Equal(got, want) {
			return true, nil
		}
	}
	return false, nil
}

// put writes one block and reads it back. A block whose answer was lost is
// looked at before it is written once more, because flash cannot be written
// twice.
func (l *Loader) put(ctx context.Context, block []byte, address uint32) error {
	var fault error
	for range tries {
		fault = l.Write(address, block)
		if fault != nil && !spoiled(fault) {
			return fault
		}
		if fault != nil {
			if err := l.greet(); err != nil {
				return err
			}
		}
		if ok, err := l.holds(ctx, block, address); err != nil || ok {
			return err
		}
		blank, err := l.holds(ctx, bytes.Repeat([]byte{0xFF}, len(block)), address)
		if err != nil {
			return err
		}
		if !blank {
			return fmt.Errorf("%w at %08x", errTorn, address)
		}
	}
	return fmt.Errorf("write at %08x, %d tries: %w", address, tries, fault)
}

// again does a step until it works, bringing both ends in step before each new
// try. It is for steps that may be done twice.
func (l *Loader) again(ctx context.Context, step func() error) error {
	var err error
	for range tries {
		if err = step(); err == nil || !spoiled(err) || ctx.Err() != nil {
			return err
		}
		if err := l.greet(); err != nil {
			return err
		}
	}
	return err
}

// spoiled tells whether a bad line may be the cause. A refusal counts too: the
// chip refuses what it misheard.
func spoiled(err error) bool {
	return errors.Is(err, line.ErrSilence) || errors.Is(err, ErrRefused) || errors.Is(err, ErrGarbled)
}
