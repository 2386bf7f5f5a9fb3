package stm32

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"lobby/firmware-bridge/internal/line"
)

// Waits (AN3155 gives none; those of stm32flash and of the chips' flash
// chapters with room to spare).
const (
	answerWait = time.Second
	writeWait  = 2 * time.Second
	pageWait   = 5 * time.Second // for each page
	massWait   = 35 * time.Second
	helloWait  = 300 * time.Millisecond
	helloTries = 6
	gap        = 50 * time.Millisecond // of silence: an answer has ended
)

var (
	// ErrRefused says that the chip answered with NACK.
	ErrRefused = errors.New("the chip refused")
	// ErrGarbled says that the chip answered with something else than it may.
	ErrGarbled = errors.New("the answer makes no sense")
)

// Loader is a chip's boot loader that answers.
type Loader struct {
	line     *line.Line
	Version  byte // of the loader, 0x22 is 2.2
	Commands []Command
	Chip     Chip
}

// Open greets the loader and asks who it is. The wire is borrowed until Close.
func Open(ctx context.Context, w line.Wire) (*Loader, error) {
	l := &Loader{line: line.Begin(ctx, w)}
	if err := l.introduce(); err != nil {
		l.Close()
		return nil, fmt.Errorf("stm32: open: %w", err)
	}
	return l, nil
}

// Close gives the wire back. The chip stays in its loader.
func (l *Loader) Close() { l.line.End() }

func (l *Loader) introduce() error {
	if err := l.greet(); err != nil {
		return err
	}
	about, err := l.list(Get)
	if err != nil {
		return err
	}
	id, err := l.list(GetID)
	if err != nil {
		return err
	}
	if len(about) < 2 || len(id) != 2 {
		return ErrGarbled
	}
	l.Version, l.Chip = about[0], ChipOf(binary.BigEndian.Uint16(id))
	l.Commands = nil
	for _, c := range about[1:] {
		l.Commands = append(l.Commands, Command(c))
	}
	return nil
}

// greet brings both ends in step. A loader that was greeted before takes the
// first byte for half a command and refuses the second.
func (l *Loader) greet() error {
	if err := l.line.Quiet(gap); err != nil {
		return err
	}
	for try := range helloTries {
		greeting := []byte{hello}
		if try == helloTries/2 {
			// It may be waiting for the rest of a block that the line ate.
			greeting = bytes.Repeat(greeting, MaxBlock+2)
		}
		if err := l.line.Write(greeting); err != nil {
			return err
		}
		b, err := l.line.Byte(helloWait)
		switch {
		case err == nil && (b == ack || b == nack):
			return l.line.Quiet(gap)
		case err != nil && !errors.Is(err, line.ErrSilence):
			return err
		}
	}
	return fmt.Errorf("%w: is BOOT0 high, was the chip reset, does the wire have even parity (mode=8E1)?", line.ErrSilence)
}

// verdict waits for ACK.
func (l *Loader) verdict(wait time.Duration) error {
	end := time.Now().Add(wait)
	for {
		b, err := l.line.Byte(time.Until(end))
		switch {
		case err != nil:
			return err
		case b == ack:
			return nil
		case b == nack:
			return ErrRefused
		case b != busy:
			return fmt.Errorf("%w: %02x", ErrGarbled, b)
		}
	}
}

// say sends bytes and waits for ACK.
func (l *Loader) say(b []byte, wait time.Duration) error {
	if err := l.line.Write(b); err != nil {
		return err
	}
	return l.verdict(wait)
}

// list carries out Get or GetID, which answer with a list.
func (l *Loader) list(c Command) ([]byte, error) {
	if err := l.say(AppendCommand(nil, c), answerWait); err != nil {
		return nil, fmt.Errorf("%v: %w", c, err)
	}
	n, err := l.line.Byte(answerWait)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", c, err)
	}
	b := make([]byte, int(n)+1)
	if err := l.line.Full(b, answerWait); err != nil {
		return nil, fmt.Errorf("%v: %w", c, err)
	}
	return b, l.verdict(answerWait)
}

// at carries out a command's first two steps: itself and the address.
func (l *Loader) at(c Command, address uint32) error {
	if err := l.say(AppendCommand(nil, c), answerWait); err != nil {
		return fmt.Errorf("%v: %w", c, err)
	}
	if err := l.say(AppendAddress(nil, address), answerWait); err != nil {
		return fmt.Errorf("%v at %08x: %w", c, address, err)
	}
	return nil
}

// Read fills p, at most MaxBlock bytes, from an address.
func (l *Loader) Read(p []byte, address uint32) error {
	if err := l.at(Read, address); err != nil {
		return err
	}
	if err := l.say(AppendCount(nil, len(p)), answerWait); err != nil {
		return fmt.Errorf("read %d bytes at %08x: %w", len(p), address, err)
	}
	if err := l.line.Full(p, writeWait); err != nil {
		return fmt.Errorf("read at %08x: %w", address, err)
	}
	return nil
}

// Write writes at most MaxBlock bytes to an address.
func (l *Loader) Write(address uint32, data []byte) error {
	if err := l.at(Write, address); err != nil {
		return err
	}
	if err := l.say(AppendBlock(nil, data), writeWait); err != nil {
		return fmt.Errorf("write %d bytes at %08x: %w", len(data), address, err)
	}
	return nil
}

// Erase erases the pages, or the whole flash when there are none.
func (l *Loader) Erase(pages []uint16) error {
	c := EraseExtend
	if !slices.Contains(l.Commands, c) {
		c = Erase
	}
	wait := massWait
	if len(pages) > 0 {
		wait = time.Duration(len(pages)) * pageWait
	}
	if err := l.say(AppendCommand(nil, c), answerWait); err != nil {
		return fmt.Errorf("%v: %w", c, err)
	}
	if err := l.say(AppendPages(nil, c, pages), wait); err != nil {
		return fmt.Errorf("erase %d pages: %w", len(pages), err)
	}
	return nil
}

// Go starts the program at an address.
func (l *Loader) Go(address uint32) error { return l.at(Go, address) }
