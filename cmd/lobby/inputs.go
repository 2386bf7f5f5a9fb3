package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"lobby/devices"
	"lobby/devices/callbox"
	"lobby/display"
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
	tellers map[string]devices.Teller // by unit, while its bus is in session
	boxes   map[string]string         // window to its call box
}

func newInputs(c Config, h *hall.Hall, health *health, log *slog.Logger) *inputs {
	in := &inputs{
		hall: h, health: health, log: log, windows: map[string]display.Window{}, kiosks: map[string]display.Kiosk{},
		tellers: map[string]devices.Teller{}, boxes: map[string]string{},
	}
	for _, w := range c.Windows {
		if w.Callbox != "" {
			in.windows[w.Callbox] = w
			in.boxes[w.ID] = w.Callbox
		}
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
		in.listen(ctx, driver, units)
		return driver.Run(ctx, in.press)
	}
}

// listen lets the units of a bus hear what their windows show.
func (in *inputs) listen(ctx context.Context, driver devices.Input, units []devices.Unit) {
	teller, ok := driver.(devices.Teller)
	if !ok {
		return
	}
	in.mu.Lock()
	for _, u := range units {
		in.tellers[u.Name] = teller
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

// frame shows a window's ticket on its call box too.
func (in *inputs) frame(f devices.Frame) {
	box, ok := in.boxes[f.Window]
	if !ok {
		return
	}
	text := f.Ticket
	if text == "" {
		text = "----"
	}
	in.tell(box, text)
}

func (in *inputs) tell(unit, text string) {
	in.mu.Lock()
	teller := in.tellers[unit]
	in.mu.Unlock()
	if teller == nil {
		return
	}
	if err := teller.Tell(context.Background(), unit, text); err != nil { // Tell only queues
		in.log.Warn("call box does not show", "unit", unit, "err", err)
	}
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
	mode, err := in.mode(ctx, w.ID)
	if err != nil {
		return nil, ""
	}
	return keyCommands(s, w.ID, mode), "callbox:" + s.Unit
}

func (in *inputs) mode(ctx context.Context, window string) (queue.WindowMode, error) {
	v, err := in.hall.View(ctx)
	for _, w := range v.Windows {
		if w.ID == window {
			return w.State, err
		}
	}
	return "", errors.Join(err, errors.New("window is not configured"))
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
	case devices.KeyNoShow:
		return []queue.Command{queue.NoShow{Window: window}}
	case devices.KeyHold:
		return []queue.Command{queue.Hold{Window: window}}
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
