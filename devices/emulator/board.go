package emulator

import (
	"context"
	"fmt"
	"io"
	"sync"

	"lobby/devices"
)

// Display is a board that is alone on its wire and only listens: what it shows
// follows from the bytes that came. It need not bear several goroutines.
type Display interface {
	// Take carries out what came in.
	Take(piece []byte)
	// PowerUp is a power failure that is over.
	PowerUp()
	// Text is what stands on it: its lines, without empty ones.
	Text() string
	// Frames counts what it was told to show.
	Frames() int
}

// Board lets a Display be the other end of a wire, with the faults that every
// such board has: silent, a broken cable, and power_cycle.
type Board struct {
	*Switches
	name, color string

	mu      sync.Mutex
	display Display
}

// BoardView is what can be seen of a Board.
type BoardView struct {
	Kind  string      `json:"kind"` // always "board"
	Units []BoardUnit `json:"units"`
}

// BoardUnit is the board as seen from the hall.
type BoardUnit struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Color  string `json:"color"`
	Up     bool   `json:"up"`
	Frames int    `json:"frames"`
}

const (
	boardSilent = "silent"
	powerCycle  = "power_cycle"
)

// NewBoard makes the board on a wire, which has room for one; decode reads its
// options, with which display makes it.
func NewBoard(kind, color string, units []devices.Unit, options any, display func() (Display, error)) (*Board, error) {
	name, err := Only(kind, units, options)
	if err != nil {
		return nil, err
	}
	d, err := display()
	if err != nil {
		return nil, fmt.Errorf("%s emulator: unit %s: %w", kind, name, err)
	}
	b := &Board{Switches: NewSwitches(kind+" emulator", boardSilent), name: name, color: color, display: d}
	b.Upset(powerCycle, d.PowerUp)
	d.PowerUp()
	return b, nil
}

// Only reads the options of the one unit that a wire has room for, and gives its
// name.
func Only(kind string, units []devices.Unit, options any) (name string, err error) {
	if len(units) != 1 {
		return "", fmt.Errorf("%s emulator: %d units on one wire", kind, len(units))
	}
	if err := units[0].Options(options); err != nil {
		return "", fmt.Errorf("%s emulator: unit %s: %w", kind, units[0].Name, err)
	}
	return units[0].Name, nil
}

// Upset adds a switch that does something to the display and falls back.
func (b *Board) Upset(fault string, do func()) {
	b.Once(fault, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		do()
	})
}

// Serve implements Emulator.
func (b *Board) Serve(ctx context.Context, line io.ReadWriter) error {
	return Listen(ctx, line, b.take)
}

func (b *Board) take(piece []byte) {
	if b.On(boardSilent) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.display.Take(piece)
}

// View implements Emulator; it returns a BoardView.
func (b *Board) View() any {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := BoardUnit{Name: b.name, Text: b.display.Text(), Color: b.color, Up: !b.On(boardSilent), Frames: b.display.Frames()}
	return BoardView{Kind: "board", Units: []BoardUnit{u}}
}
