package main

import (
	"context"
	"fmt"
	"log/slog"

	"lobby/devices"
	"lobby/devices/wire"
	buses "lobby/devices/wire/chip"
	"lobby/devices/wire/input"
	"lobby/devices/wire/lp"
	"lobby/devices/wire/page"
	"lobby/devices/wire/serial"
	"lobby/devices/wire/sound"
	"lobby/devices/wire/tcp"
)

// wires opens every wire of the hall by its scheme. Emulated ones are opened
// here too, and nothing above can tell.
type wires struct {
	ctx       context.Context // of the program; emulators live so long
	emulators *emulators
	walls     page.Walls // whose pages play
	log       *slog.Logger
}

// opener chooses how a wire is opened. Model and units are for the emulator
// on the other end, if there is one.
func (w *wires) opener(u wire.URL, id, model string, units []devices.Unit) (wire.Opener, error) {
	switch u.Scheme {
	case wire.Serial:
		return serial.Open(u), nil
	case wire.TCP:
		return tcp.Open(u), nil
	case wire.SPI, wire.I2C:
		return buses.Open(u), nil
	case wire.Page:
		return w.walls.Open(u), nil
	case wire.Sound:
		return sound.Open(u), nil
	case wire.Input:
		return input.Open(u), nil
	case wire.LP:
		return lp.Open(u), nil
	case wire.Emulated:
		return w.emulators.plug(w.ctx, id, model, u.Baud, units)
	}
	return nil, fmt.Errorf("wire %s of %s: no such scheme", u, id)
}

// keep makes the actor that keeps one wire open and in use.
func (w *wires) keep(u wire.URL, id, model string, units []devices.Unit, report func(up bool, why error), use func(context.Context, devices.Wire) error) (func(context.Context) error, error) {
	open, err := w.opener(u, id, model, units)
	if err != nil {
		return nil, err
	}
	k := wire.Keeper{Open: open, Use: use, Log: w.log.With("wire", id), Report: report, Pauses: u.Pauses()}
	return k.Run, nil
}
