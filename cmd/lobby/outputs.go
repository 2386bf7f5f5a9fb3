package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"lobby/devices"
	"lobby/devices/output"
	"lobby/devices/papersensor"
	"lobby/queue"
)

// Output is a lamp or a bell of a window on a pin of this computer.
type Output struct {
	Kind   string         `yaml:"kind"` // lamp or bell
	Window string         `yaml:"window"`
	Pin    string         `yaml:"pin"`    // GPIO22
	Active string         `yaml:"active"` // low, the default, or high
	On     queue.Duration `yaml:"on"`     // the longest time; a lamp's is 2m, a bell's 1s
}

// PaperSensor is a sensor beside a printer on a pin of this computer.
type PaperSensor struct {
	Printer string `yaml:"printer"`
	Pin     string `yaml:"pin"`
	Means   string `yaml:"means"`  // near_end or out
	Active  string `yaml:"active"` // low, the default, or high
}

// outputNames are the kinds for people, and longest is how long each is on
// where the hall file says nothing.
var (
	outputNames = map[string]string{"lamp": "灯", "bell": "铃"}
	longest     = map[string]time.Duration{"lamp": 2 * time.Minute, "bell": time.Second}
)

// longestOn bounds what a hall file may ask for.
const longestOn = 10 * time.Minute

func levelOf(active string) gpio.Level { return active == "high" }

// outputs checks what stands on pins.
func (c checker) outputs(bad func(path, format string, args ...any)) {
	level := func(path, active string) {
		if active != "" && active != "low" && active != "high" {
			bad(path+".active", "active: %q is neither low nor high", active)
		}
	}
	for _, name := range sorted(c.Outputs) {
		o, path := c.Outputs[name], "$.outputs."+name
		level(path, o.Active)
		if outputNames[o.Kind] == "" {
			bad(path+".kind", "output %s: %q is neither lamp nor bell", name, o.Kind)
		}
		if !slices.Contains(c.windowIDs(), o.Window) {
			bad(path+".window", "output %s: no window %q", name, o.Window)
		}
		if on := time.Duration(o.On); on < 0 || on > longestOn {
			bad(path+".on", "output %s: on: %s is not between 0 and %s", name, on, longestOn)
		}
	}
	for _, name := range sorted(c.Paper) {
		p, path := c.Paper[name], "$.paper."+name
		level(path, p.Active)
		if _, ok := c.Printers[p.Printer]; !ok {
			bad(path+".printer", "paper sensor %s: no printer %q", name, p.Printer)
		}
		if p.Means != "near_end" && p.Means != "out" {
			bad(path+".means", "paper sensor %s: %q is neither near_end nor out", name, p.Means)
		}
	}
}

// beacon is a lamp or bell with what it showed last.
type beacon struct {
	kind   string
	output interface {
		On(time.Duration) error
		Off() error
	}
	report func(error)

	mu   sync.Mutex
	rang string // the ticket that the bell sounded for
}

// show follows the window's frame: a lamp is on while a call is fresh, a bell
// sounds once for each number.
func (s *beacon) show(f devices.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	switch {
	case f.Blink && (s.kind == "lamp" || f.Ticket != s.rang):
		err = s.output.On(0)
		s.rang = f.Ticket
	case !f.Blink && s.kind == "lamp":
		err = s.output.Off()
	}
	if !f.Blink && f.Ticket == "" {
		s.rang = "" // the same number may come back another time
	}
	s.report(err)
}

// startOutputs starts lamps, bells and paper sensors. A pin that is not there
// is a device that is down, not a reason to stop.
func (l *lobby) startOutputs() error {
	if len(l.file.Outputs)+len(l.file.Paper) == 0 {
		return nil
	}
	l.inputs.lamps = map[string][]*beacon{}
	for _, name := range sorted(l.file.Outputs) {
		c, id := l.file.Outputs[name], "output/"+name
		if pin := l.pin(id, c.Pin, levelOf(c.Active)); pin != nil {
			l.startOutput(id, name, c, pin)
		}
	}
	for _, name := range sorted(l.file.Paper) {
		c, id := l.file.Paper[name], "paper/"+name
		if pin := l.pin(id, c.Pin, levelOf(c.Active)); pin != nil {
			l.startPaper(id, c, pin)
		}
	}
	return nil
}

// startOutput starts one lamp or bell.
func (l *lobby) startOutput(id, name string, c Output, pin gpio.PinOut) {
	report := func(err error) {
		if err != nil {
			l.health.report(id, devices.Down, err.Error())
			return
		}
		l.health.report(id, devices.Up, "")
	}
	most := cmp.Or(time.Duration(c.On), longest[c.Kind])
	o, err := output.New(pin, output.Wiring{Unit: name, Active: levelOf(c.Active), Max: most}, report)
	report(err)
	if err != nil {
		return
	}
	l.inputs.lamps[c.Window] = append(l.inputs.lamps[c.Window], &beacon{kind: c.Kind, output: o, report: report})
	l.group.add(func(ctx context.Context) error {
		<-ctx.Done()
		return o.Close()
	})
}

// startPaper starts one paper sensor: what it says counts as its printer's own
// word, so that the next slip goes to the neighbour.
func (l *lobby) startPaper(id string, c PaperSensor, pin gpio.PinIn) {
	says := l.papers[c.Printer].NearEnd
	if c.Means == "out" {
		says = l.papers[c.Printer].Out
	}
	tell := func(active bool) {
		l.health.report(id, devices.Up, "")
		says(active)
	}
	down := func(err error) { l.health.report(id, devices.Down, err.Error()) }
	sensor := papersensor.Sensor{Pin: pin, Active: levelOf(c.Active)}
	l.group.add(enduring(l.log, id, down, func(ctx context.Context) error { return sensor.Run(ctx, tell) }))
}
