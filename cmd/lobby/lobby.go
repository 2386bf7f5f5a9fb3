package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"lobby/devices"
	"lobby/devices/board"
	"lobby/devices/camera"
	"lobby/devices/printer"
	"lobby/devices/speaker"
	"lobby/display/paper"
	"lobby/display/settings"
	"lobby/display/sign"
	"lobby/display/voice"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/notary"
	"lobby/queue/trail"
)

// lobby is the running program: everything concrete, joined.
type lobby struct {
	file        *hallFile
	log         *slog.Logger
	group       *group
	trail       *trail.Trail
	hall        *hall.Hall
	health      *health
	papers      map[string]*paper.Paper // by printer
	emulators   *emulators
	wires       *wires
	inputs      *inputs
	kioskScans  *kioskScans
	holders     *holders
	keypads     *keypads
	relay       *camera.Relay  // nil without cameras
	footage     *footage       // nil where nothing is recorded
	notary      *notary.Notary // nil before the key is open
	signed      atomic.Pointer[lastSigned]
	listener    net.Listener
	certificate *certificate // nil without TLS
	stopHall    func()       // stops the hall, after everybody who talks to it
	location    *time.Location
	settings    *settings.Book           // nil where the hall file cannot be changed on a page
	next        atomic.Pointer[hallFile] // what the hall is to start anew with; nil when it just ends
}

// start opens the trail and starts every part of the hall. When it returns
// without an error, wait ends the program in order.
func start(ctx context.Context, file *hallFile, log *slog.Logger) (*lobby, error) {
	location, err := time.LoadLocation(file.Hall.Timezone)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w", file.Hall.Timezone, err)
	}
	l := &lobby{file: file, log: log, location: location, health: newHealth(file.description().Devices), emulators: newEmulators(log, file.models), kioskScans: newKioskScans(), holders: newHolders()}
	if l.listener, err = listen(file.Config); err != nil {
		return nil, err
	}
	if l.trail, err = trail.Open(file.Data); err != nil {
		l.listener.Close()
		return nil, err
	}
	l.hall, err = hall.Open(hall.Options{Trail: l.trail, Now: time.Now, Nonce: nonce, Location: location, Log: log})
	if err != nil {
		l.listener.Close()
		return nil, fmt.Errorf("%w (close with %v)", err, l.trail.Close())
	}
	l.group = newGroup(ctx)
	l.openSettings()
	l.wires = &wires{ctx: l.group.ctx, emulators: l.emulators, log: log}
	l.inputs = newInputs(file.Config, l.hall, l.health, log)
	l.stopHall = l.runHall(context.WithoutCancel(ctx))
	if err := l.startParts(); err != nil {
		l.group.cancel()
		_ = l.wait() // the error that matters is the one before it
		return nil, err
	}
	return l, nil
}

// runHall runs the hall's owner apart from the group, so that what the others
// say while they end is still written down.
func (l *lobby) runHall(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := l.hall.Run(ctx); err != nil {
			l.log.Error("the hall ended", "err", err)
		}
		l.group.cancel()
	}()
	return func() {
		cancel()
		<-done
	}
}

// startParts starts everything around the hall, the web last, so that a
// client that can connect finds all of it; then systemd is told. The key comes
// before anything is recorded, because the trail may be another hall's.
func (l *lobby) startParts() error {
	if err := l.startNotary(); err != nil {
		return err
	}
	l.readKeypadSecrets() // into the file, which many read from now on
	if err := l.activate(); err != nil {
		return err
	}
	if err := paper.Settle(l.group.ctx, l.hall); err != nil {
		return err
	}
	l.group.add(func(ctx context.Context) error { return l.health.run(ctx, l.hall) })
	l.group.add(l.storage().run)
	l.group.add(newBackupNotes(l.file.Data, l.hall, l.log).run)
	f, err := l.forecaster()
	if err != nil {
		return err
	}
	l.group.add(enduring(l.log, "forecaster", nil, f.run))
	for _, start := range []func() error{l.startPrinters, l.startOutputs, l.startBoards, l.startSpeakers, l.startInputs, l.startScanners, l.startReaders, l.startPins, l.startKeypads, l.startWeb, l.startWatchdog} {
		if err := start(); err != nil {
			return err
		}
	}
	return nil
}

// wait returns when every part has ended and the trail is closed.
func (l *lobby) wait() error {
	err := l.group.wait()
	l.lastCheckpoint()
	l.stopHall()
	if closeErr := l.trail.Close(); err == nil {
		err = closeErr
	}
	l.listener.Close() // closed already when the web has run
	return err
}

// activate puts the configuration in force if it is not the same as before.
func (l *lobby) activate() error {
	same := false
	err := l.hall.Read(l.group.ctx, func(s *queue.State) { same = s.ConfigHash() == l.file.hash })
	if err != nil || same {
		return err
	}
	command := l.file.activate()
	if v, ok := l.approved(); ok {
		command.Author, command.Approver = v.Author, v.Approver
	}
	answer, err := l.hall.Do(l.group.ctx, hall.Request{Actor: "lobby", Command: command})
	if err == nil && answer.Refusal != nil {
		return fmt.Errorf("the configuration cannot take effect now: %w", answer.Refusal)
	}
	return err
}

// activate is the command that puts the file's rules in force.
func (h *hallFile) activate() queue.Activate {
	a := h.Activation
	return queue.Activate{Config: h.description().Rules(h.Rules), Hash: h.hash, Version: a.Version, From: a.From, Author: a.Author, Approver: a.Approver}
}

func (l *lobby) startPrinters() error {
	l.papers = map[string]*paper.Paper{}
	for _, name := range sorted(l.file.Printers) {
		c := l.file.Printers[name]
		id := "printer/" + name
		p := paper.New(paper.Options{
			Hall: l.hall, Printer: name, Layout: l.layout(c), Log: l.log.With("device", id), Now: time.Now,
			Open:   func(w devices.Wire) (devices.Printer, error) { return printer.Catalog[c.Model](w, c.Options.decode()) },
			Report: func(s devices.State, why string) { l.health.report(id, s, why) },
		})
		l.papers[name] = p
		units := []devices.Unit{{Name: name, Options: c.Options.decode()}}
		keep, err := l.wires.keep(c.Wire, id, c.Model, units, l.health.wire(id), p.Use)
		if err != nil {
			return err
		}
		l.group.add(keep)
		l.group.add(p.Run)
		if name == l.file.ClosingSlip {
			l.group.add(closing{l.hall, name, p.Print, l.closingSlip(c), l.log.With("device", id)}.run)
		}
	}
	return nil
}

func (l *lobby) startBoards() error {
	var buses []*sign.Bus
	for _, name := range sorted(l.file.Boards) {
		c := l.file.Boards[name]
		windows := sorted(c.Units)
		bus := sign.NewBus(windows)
		bus.Open = func(w devices.Wire, window string) (devices.Board, error) {
			return board.Catalog[c.Model](w, c.Units[window].decode())
		}
		bus.Report, bus.Log = l.health.of("board"), l.log.With("bus", name)
		var ids []string
		for _, w := range windows {
			ids = append(ids, "board/"+w)
		}
		keep, err := l.wires.keep(c.Wire, "board/"+name, c.Model, c.units(), l.health.wire(ids...), bus.Use)
		if err != nil {
			return err
		}
		buses = append(buses, bus)
		l.group.add(keep)
	}
	l.group.add(func(ctx context.Context) error { return sign.Run(ctx, l.hall, buses, l.inputs.frame) })
	return nil
}

func (l *lobby) startSpeakers() error {
	floors := map[string]int{}
	for _, w := range l.file.Windows {
		floors[w.ID] = w.Floor
	}
	var zones []*voice.Zone
	for _, name := range sorted(l.file.Speakers) {
		c := l.file.Speakers[name]
		id := "speaker/" + name
		zone := voice.NewZone()
		zone.Open = func(w devices.Wire) (devices.Speaker, error) { return speaker.Catalog[c.Model](w, c.Options.decode()) }
		zone.Covers = func(window string) bool { return len(c.Floors) == 0 || slices.Contains(c.Floors, floors[window]) }
		zone.Report = func(s devices.State, why string) { l.health.report(id, s, why) }
		zone.Log = l.log.With("device", id)
		units := []devices.Unit{{Name: name, Options: c.Options.decode()}}
		keep, err := l.wires.keep(c.Wire, id, c.Model, units, l.health.wire(id), zone.Use)
		if err != nil {
			return err
		}
		zones = append(zones, zone)
		l.group.add(keep)
	}
	l.group.add(func(ctx context.Context) error { return voice.Run(ctx, l.hall, zones, time.Now) })
	return nil
}

func (l *lobby) startInputs() error {
	for _, name := range sorted(l.file.Callboxes) {
		c := l.file.Callboxes[name]
		var ids []string
		for unit := range c.Units {
			ids = append(ids, l.inputs.id(unit))
		}
		keep, err := l.wires.keep(c.Wire, "callbox/"+name, c.Model, c.units(), l.health.wire(ids...), l.inputs.use(c.Model, c.units()))
		if err != nil {
			return err
		}
		l.group.add(keep)
	}
	return nil
}
