package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"lobby/devices"
	"lobby/devices/callbox"
	"lobby/devices/callbox/hb1"
	"lobby/display"
	bridge "lobby/firmware-bridge"
	"lobby/queue"
	"lobby/queue/hall"
)

// inputs turn presses into commands: box-3 belongs to window 3, panel-1 to
// kiosk b1.
type inputs struct {
	hall    *hall.Hall
	health  *health
	windows map[string]display.Window // by call box
	kiosks  map[string]display.Kiosk  // by panel
	log     *slog.Logger

	mu      sync.Mutex
	drivers map[string]devices.Input // by unit, while its bus is in session
	boxes   map[string]string        // window to its call box
	signs   map[string][]string      // window to its displays on call box wires
	lamps   map[string][]*beacon     // window to its lamps and bells on pins; set before anybody listens
}

func newInputs(c Config, h *hall.Hall, health *health, log *slog.Logger) *inputs {
	in := &inputs{
		hall: h, health: health, log: log, windows: map[string]display.Window{}, kiosks: map[string]display.Kiosk{},
		drivers: map[string]devices.Input{}, boxes: map[string]string{}, signs: map[string][]string{},
	}
	for _, w := range c.Windows {
		if w.Callbox != "" {
			in.windows[w.Callbox] = w
			in.boxes[w.ID] = w.Callbox
		}
		in.signs[w.ID] = w.Displays
	}
	for _, k := range c.Kiosks {
		if k.Panel != "" {
			in.kiosks[k.Panel] = k
		}
		for button := range k.Pins {
			in.kiosks[k.ID+"-"+button] = k
		}
	}
	return in
}

// id is the device id of a unit on a call box bus.
func (in *inputs) id(unit string) string {
	if _, ok := in.kiosks[unit]; ok {
		return "panel/" + unit
	}
	return "callbox/" + unit
}

// use makes the session of one bus.
func (in *inputs) use(model string, units []devices.Unit) func(context.Context, devices.Wire) error {
	return func(ctx context.Context, w devices.Wire) error {
		driver, err := callbox.Catalog[model](w, units)
		if err != nil {
			return err
		}
		if d, ok := driver.(interface{ Health(devices.Report) }); ok {
			d.Health(func(unit string, s devices.State, why string) { in.health.report(in.id(unit), s, why) })
		}
		if d, ok := driver.(interface{ Found(func(bridge.Hello)) }); ok {
			d.Found(in.stranger)
		}
		in.listen(ctx, driver, units)
		return driver.Run(ctx, in.press)
	}
}

// stranger tells whoever joined a new board to a wire how to make it a unit.
func (in *inputs) stranger(who bridge.Hello) {
	in.log.Warn("a board without an address is on the wire; write its uid at a unit to use it",
		"uid", fmt.Sprintf("%x", who.UID), "name", who.Name, "firmware", fmt.Sprintf("%d.%d.%d", who.Firmware[0], who.Firmware[1], who.Firmware[2]))
}

// listen lets the units of a bus hear what their windows show.
func (in *inputs) listen(ctx context.Context, driver devices.Input, units []devices.Unit) {
	in.mu.Lock()
	for _, u := range units {
		in.drivers[u.Name] = driver
	}
	in.mu.Unlock()
	view, err := in.hall.View(ctx)
	if err != nil {
		return
	}
	for _, w := range view.Windows {
		in.frame(display.Frame(w))
	}
}

// frame shows a window's ticket on its call box too, and the frame on its
// displays. A display for citizens blinks with a fresh call; the call box stands
// before the person who called.
func (in *inputs) frame(f devices.Frame) {
	if box, ok := in.boxes[f.Window]; ok {
		text := f.Ticket
		if text == "" {
			text = "----"
		}
		in.tell(box, text)
	}
	for _, s := range in.lamps[f.Window] {
		s.show(f)
	}
	for _, unit := range in.signs[f.Window] {
		if d, ok := in.driver(unit).(devices.Shower); ok {
			in.complain(unit, d.Show(context.Background(), unit, f)) // Show only queues
		}
	}
}

func (in *inputs) tell(unit, text string) {
	if d, ok := in.driver(unit).(devices.Teller); ok {
		in.complain(unit, d.Tell(context.Background(), unit, text)) // Tell only queues
	}
}

// driver is the one whose bus a unit is on; nil while no bus with it is in
// session.
func (in *inputs) driver(unit string) devices.Input {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.drivers[unit]
}

func (in *inputs) complain(unit string, err error) {
	if err != nil {
		in.log.Warn("call box does not show", "unit", unit, "err", err)
	}
}

// figures are what every bus in session knows of the lines to its units.
func (in *inputs) figures() []hb1.Figures {
	in.mu.Lock()
	defer in.mu.Unlock()
	var all []hb1.Figures
	seen := map[devices.Input]bool{}
	for _, unit := range sorted(in.drivers) {
		d, ok := in.drivers[unit].(interface{ Figures() []hb1.Figures })
		if ok && !seen[in.drivers[unit]] {
			seen[in.drivers[unit]] = true
			all = append(all, d.Figures()...)
		}
	}
	return all
}

// press carries out one press. The box is acknowledged only when the command
// is on disk; a refusal is an answer too, and stands on the box for a moment.
func (in *inputs) press(ctx context.Context, s devices.Signal) error {
	commands, actor := in.commands(ctx, s)
	for _, c := range commands {
		// One press may mean two commands; each keeps its own id when the press
		// is reported again.
		id := fmt.Sprintf("press:%s:%T", s.ID, c)
		answer, err := in.hall.Do(ctx, hall.Request{ID: id, Actor: actor, Command: c})
		if err != nil {
			return err
		}
		if answer.Refusal != nil {
			in.log.Info("press refused", "unit", s.Unit, "key", s.Key, "refusal", answer.Refusal.Code)
			in.tell(s.Unit, refusalText(answer.Refusal))
			break
		}
	}
	return nil
}

// refusalText is what four digits can say of a refusal.
func refusalText(r *queue.Refusal) string {
	if r.Code == queue.CodeNothingWaiting {
		return "0"
	}
	return "Err"
}

// commands are what a key means at the unit's place, now.
func (in *inputs) commands(ctx context.Context, s devices.Signal) ([]queue.Command, string) {
	if k, ok := in.kiosks[s.Unit]; ok {
		return []queue.Command{queue.Take{Service: k.Buttons[string(s.Key)], Kiosk: k.ID}}, "kiosk:" + k.ID
	}
	w, ok := in.windows[s.Unit]
	if !ok {
		in.log.Warn("press on a call box of no window", "unit", s.Unit)
		return nil, ""
	}
	v, err := in.hall.View(ctx)
	mode, ok := modeOf(v, w.ID)
	if err != nil || !ok {
		return nil, ""
	}
	if s.Key == devices.KeyCallHeld && mode != queue.WindowModeClosed && s.Digits == "" {
		s.Digits = heldAt(v, w.ID)
	}
	return keyCommands(s, w.ID, mode), "callbox:" + s.Unit
}

func modeOf(v queue.View, window string) (queue.WindowMode, bool) {
	for _, w := range v.Windows {
		if w.ID == window {
			return w.State, true
		}
	}
	return "", false
}

// heldAt is the ticket that rests at a window, of several the one that has
// been in the hall longest.
func heldAt(v queue.View, window string) string {
	for _, w := range v.Waiting {
		if w.State == queue.LegHeld && w.Window == window {
			return w.Ticket
		}
	}
	return ""
}

// keyCommands maps a call box key. The first press at a closed window opens
// it; the pause key also ends a pause.
func keyCommands(s devices.Signal, window string, mode queue.WindowMode) []queue.Command {
	if mode == queue.WindowModeClosed {
		return append([]queue.Command{queue.WindowOpen{Window: window, Staff: s.Digits}}, whenOpened(s, window)...)
	}
	switch s.Key {
	case devices.KeyNext:
		return []queue.Command{queue.CallNext{Window: window}}
	case devices.KeyRecall:
		return []queue.Command{queue.Recall{Window: window}}
	case devices.KeyArrive:
		return []queue.Command{queue.Arrive{Window: window}}
	case devices.KeyFinish:
		return []queue.Command{queue.Finish{Window: window}}
	case devices.KeyServed:
		if mode == queue.WindowModeCalling {
			return []queue.Command{queue.Arrive{Window: window}, queue.Finish{Window: window}}
		}
		return []queue.Command{queue.Finish{Window: window}}
	case devices.KeyNoShow:
		return []queue.Command{queue.NoShow{Window: window}}
	case devices.KeyHold:
		return []queue.Command{queue.Hold{Window: window}}
	case devices.KeyCallHeld:
		return []queue.Command{queue.Resume{Ticket: s.Digits}}
	case devices.KeyTransfer:
		return []queue.Command{queue.Transfer{Window: window, ToWindow: s.Digits, Keep: true}}
	case devices.KeyPause:
		if mode == queue.WindowModePaused {
			return []queue.Command{queue.WindowResume{Window: window}}
		}
		return []queue.Command{queue.WindowPause{Window: window}}
	}
	return nil
}

// whenOpened is what else the opening press means.
func whenOpened(s devices.Signal, window string) []queue.Command {
	if s.Key == devices.KeyNext {
		return []queue.Command{queue.CallNext{Window: window}}
	}
	return nil
}
