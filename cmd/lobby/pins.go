package main

import (
	"context"
	"fmt"
	"strings"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3"

	"lobby/devices"
	"lobby/devices/button"
	emulatedpin "lobby/devices/emulator/pin"
)

// emulatedPin stands before the name of a pin that is made of software.
const emulatedPin = "emu:"

// pin finds a pin of this computer, or makes one of software; active is the
// level at which what hangs on it is on. A pin that is not there is a device
// that is down, not a reason to stop: it is reported, and nil.
func (l *lobby) pin(id, name string, active gpio.Level) gpio.PinIO {
	if name, ok := strings.CutPrefix(name, emulatedPin); ok {
		p := emulatedpin.New(id, name, active)
		l.emulators.add(id, p)
		return p
	}
	if _, err := host.Init(); err != nil {
		l.health.report(id, devices.Down, "引脚不可用："+err.Error())
		return nil
	}
	pin := gpioreg.ByName(name)
	if pin == nil {
		l.health.report(id, devices.Down, "这台机器没有引脚 "+name)
	}
	return pin
}

// startPins starts the buttons that are wired straight to pins of this computer.
func (l *lobby) startPins() error {
	boot := nonce()[:8]
	for _, k := range l.file.Kiosks {
		for _, name := range sorted(k.Pins) {
			id := "panel/" + k.ID + "-" + name
			pin := l.pin(id, k.Pins[name], gpio.Low)
			if pin == nil {
				continue
			}
			b, err := button.New(pin, button.Wiring{Unit: k.ID + "-" + name, Key: devices.Key(name), Boot: boot})
			if err != nil {
				return fmt.Errorf("pins: kiosk %s, button %s: %w", k.ID, name, err)
			}
			l.health.report(id, devices.Up, "")
			down := func(why error) { l.health.report(id, devices.Down, why.Error()) }
			l.group.add(enduring(l.log, id, down, func(ctx context.Context) error { return b.Run(ctx, l.inputs.press) }))
		}
	}
	return nil
}

// usedPin is a pin that the hall file names, with the device that hangs on it
// and where it stands in the file.
type usedPin struct{ id, name, where string }

// usedPins are all pins of a hall file.
func (c Config) usedPins() (all []usedPin) {
	for _, k := range c.Kiosks {
		for _, button := range sorted(k.Pins) {
			all = append(all, usedPin{"panel/" + k.ID + "-" + button, k.Pins[button], "pins of kiosk " + k.ID})
		}
	}
	for _, name := range sorted(c.Outputs) {
		all = append(all, usedPin{"output/" + name, c.Outputs[name].Pin, "pin of output " + name})
	}
	for _, name := range sorted(c.Paper) {
		all = append(all, usedPin{"paper/" + name, c.Paper[name].Pin, "pin of paper sensor " + name})
	}
	return all
}
