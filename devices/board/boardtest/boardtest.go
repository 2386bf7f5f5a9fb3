// Package boardtest is what the tests of window boards share: boards on an
// emulated wire in a bubble of time.
package boardtest

import (
	"context"
	"testing"
	"testing/synctest"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
)

// Bench is an emulated wire and a driver for each board on it.
type Bench struct {
	Emulator emulator.Emulator
	Board    devices.Board // the first
	Boards   []devices.Board
	t        *testing.T
}

// On runs f with a driver and an emulator that have the same options.
func On(t *testing.T, open devices.Open[devices.Board], made emulator.New, options string, f func(b *Bench)) {
	t.Helper()
	OnBus(t, open, made, nil, []string{options}, f)
}

// OnBus runs f with several boards on one wire, which change, if any, spoils in
// both directions.
func OnBus(t *testing.T, open devices.Open[devices.Board], made emulator.New, change func([]byte) []byte, options []string, f func(b *Bench)) {
	t.Helper()
	devicetest.OnBench(t, func(wire *devicetest.Bench) {
		b := &Bench{t: t}
		for _, o := range options {
			board, err := open(&devicetest.BadLine{Wire: wire.Near, There: change, Back: change}, devicetest.Decode(o))
			if err != nil {
				t.Fatal(err)
			}
			b.Boards = append(b.Boards, board)
		}
		b.Board = b.Boards[0]
		var err error
		if b.Emulator, err = made(devicetest.Units("board", options...)); err != nil {
			t.Fatal(err)
		}
		wire.Serve(b.Emulator)
		f(b)
	})
}

// Show shows a ticket of window 3 and waits until the emulator has seen it.
func (b *Bench) Show(ticket string) error {
	err := b.Board.Show(context.Background(), devices.Frame{Ticket: ticket, Window: "3"})
	synctest.Wait()
	return err
}

// Fault switches a fault of the emulator.
func (b *Bench) Fault(name string, on bool) {
	b.t.Helper()
	if err := b.Emulator.(emulator.Troubled).SetFault(name, on); err != nil {
		b.t.Fatal(err)
	}
}
