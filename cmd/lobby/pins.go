package main

import (
	"context"
	"fmt"

	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3"

	"lobby/devices"
	"lobby/devices/button"
)

// startPins starts the buttons that are wired straight to pins of this
// computer. A pin that is not there is a device that is down, not a reason to
// stop.
func (l *lobby) startPins() error {
	if !l.file.hasPins() {
		return nil
	}
	if _, err := host.Init(); err != nil {
		return fmt.Errorf("pins: %w", err)
	}
	boot := nonce()[:8]
	for _, k := range l.file.Kiosks {
		for _, name := range sorted(k.Pins) {
			id := "panel/" + k.ID + "-" + name
			pin := gpioreg.ByName(k.Pins[name])
			if pin == nil {
				l.health.report(id, devices.Down, "这台机器没有引脚 "+k.Pins[name])
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

func (c Config) hasPins() bool {
	for _, k := range c.Kiosks {
		if len(k.Pins) > 0 {
			return true
		}
	}
	return false
}
