package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"

	"lobby/devices"
	"lobby/devices/emulator"
	"lobby/devices/emulator/alpha"
	"lobby/devices/emulator/clips"
	"lobby/devices/emulator/escpos"
	"lobby/devices/emulator/ff68"
	"lobby/devices/emulator/fixed"
	"lobby/devices/emulator/hb1"
	"lobby/devices/emulator/hd44780"
	"lobby/devices/emulator/keyboard"
	"lobby/devices/emulator/line"
	"lobby/devices/emulator/max7219"
	"lobby/devices/emulator/modbus"
	"lobby/devices/emulator/onbon"
	"lobby/devices/emulator/pole"
	"lobby/devices/emulator/scanner"
	"lobby/devices/emulator/sdt"
	"lobby/devices/emulator/star"
	"lobby/devices/emulator/syn6288"
	"lobby/devices/wire"
	"lobby/display/api"
)

// emulatorCatalog has the other end of each model's wire.
var emulatorCatalog = map[string]emulator.New{
	"alpha":   alpha.New,
	"clips":   clips.New,
	"escpos":  escpos.New,
	"ff68":    ff68.New,
	"fixed":   fixed.New,
	"hd44780": hd44780.New,
	"line":    scanner.New,
	"max7219": max7219.New,
	"pole":    pole.New,
	"hb1":     hb1.New,
	"modbus":  modbus.New,
	"numpad":  keyboard.NewNumpad,
	"onbon":   onbon.New,
	"sdt":     sdt.New,
	"star":    star.New,
	"syn6288": syn6288.New,
	"wedge":   keyboard.NewWedge,
	"xfs5152": syn6288.NewXFS5152,
}

// emulated is what all emulated devices of the hall can do; wires can do more.
type emulated interface{ View() any }

// emulators are the devices made of software of this hall.
type emulators struct {
	log    *slog.Logger
	models map[string]emulator.New
	memory bool // lines are pipes in memory, as a fake clock needs them

	mu    sync.Mutex
	order []string
	byID  map[string]emulated
	lines map[string]*line.Line // of those on a wire
}

func newEmulators(log *slog.Logger, models map[string]emulator.New) *emulators {
	return &emulators{log: log, models: models, byID: map[string]emulated{}, lines: map[string]*line.Line{}}
}

// plug makes an emulator on a line and returns how a driver opens it.
func (e *emulators) plug(ctx context.Context, id, model string, baud wire.Baud, units []devices.Unit) (wire.Opener, error) {
	make, ok := e.models[model]
	if !ok {
		return nil, fmt.Errorf("emulator %s: no emulator of model %q", id, model)
	}
	em, err := make(units)
	if err != nil {
		return nil, fmt.Errorf("emulator %s: %w", id, err)
	}
	l, err := line.Open(ctx, em, line.Options{Name: id, Baud: baud, Memory: e.memory, Log: e.log.With("emulator", id)})
	if err != nil {
		return nil, err
	}
	e.add(id, em)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines[id] = l
	return l.Opener(), nil
}

// add shows an emulated device on the page /hardware.
func (e *emulators) add(id string, d emulated) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.order = append(e.order, id)
	e.byID[id] = d
}

// any tells whether there are emulators at all.
func (e *emulators) any() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.order) > 0
}

func (e *emulators) find(id string) (emulated, *line.Line, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d, ok := e.byID[id]
	if !ok {
		return nil, nil, fmt.Errorf("no emulator %q", id)
	}
	return d, e.lines[id], nil
}

// List implements api.Emulators.
func (e *emulators) List() []api.EmulatorState {
	e.mu.Lock()
	ids := append([]string{}, e.order...)
	e.mu.Unlock()
	list := make([]api.EmulatorState, 0, len(ids))
	for _, id := range ids {
		d, l, err := e.find(id)
		if err != nil {
			continue
		}
		kind, _ := cutID(id)
		s := api.EmulatorState{ID: id, Kind: kind, View: d.View(), Faults: map[string]bool{}}
		for _, troubled := range troubles(d, l) {
			for name, on := range troubled.Faults() {
				s.Faults[name] = on
			}
		}
		if p, ok := d.(emulator.Drawer); ok {
			first, next := p.Pictures()
			s.Pictures = &api.Pictures{First: first, Next: next}
		}
		list = append(list, s)
	}
	return list
}

// troubles are the device and its line, as far as they can fail on demand.
func troubles(d emulated, l *line.Line) []emulator.Troubled {
	var ts []emulator.Troubled
	if t, ok := d.(emulator.Troubled); ok {
		ts = append(ts, t)
	}
	if l != nil {
		ts = append(ts, l)
	}
	return ts
}

// Press implements api.Emulators.
func (e *emulators) Press(id, unit string, key devices.Key, digits string) error {
	d, _, err := e.find(id)
	if err != nil {
		return err
	}
	p, ok := d.(emulator.Presser)
	if !ok {
		return fmt.Errorf("%s has no keys", id)
	}
	return p.Press(unit, key, digits)
}

// SetFault implements api.Emulators. A fault of the line wins over one of the
// device with the same name.
func (e *emulators) SetFault(id, fault string, on bool) error {
	d, l, err := e.find(id)
	if err != nil {
		return err
	}
	for _, t := range troubles(d, l) {
		if _, ok := t.Faults()[fault]; ok {
			return t.SetFault(fault, on)
		}
	}
	return fmt.Errorf("%s has no fault %q", id, fault)
}

// Picture implements api.Emulators.
func (e *emulators) Picture(id string, n int) ([]byte, error) {
	d, _, err := e.find(id)
	if err != nil {
		return nil, err
	}
	p, ok := d.(emulator.Drawer)
	if !ok {
		return nil, fmt.Errorf("%s has nothing to look at", id)
	}
	var buf bytes.Buffer
	err = p.PNG(&buf, n)
	return buf.Bytes(), err
}
