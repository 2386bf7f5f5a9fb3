package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"lobby/devices"
	"lobby/display"
	"lobby/queue"
)

// actors are the people of the demo. They touch nothing but what real people
// touch: the kiosk's page, buttons, call boxes and keypads.
type actors struct {
	lobby *lobby
	speed float64
	log   *slog.Logger

	mu   sync.Mutex
	rand *rand.Rand
}

// How long things take in life; the speed divides them.
const (
	serviceMean = 75 * time.Second // short, so that a visitor sees something
	walkMean    = 6 * time.Second
	busy        = 0.85 // load of the windows
)

func (l *lobby) actors(speed float64, seed uint64) *actors {
	return &actors{lobby: l, speed: speed, log: l.log, rand: rand.New(rand.NewPCG(seed, seed))}
}

// run lets people come and go until the context ends.
func (a *actors) run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, w := range a.lobby.file.Windows {
		wg.Go(func() { a.staff(ctx, w.ID, a.box(w.Callbox), w.Callbox, w.Keypad) })
	}
	wg.Go(func() { a.citizens(ctx) })
	wg.Go(func() { a.backOffice(ctx) })
	wg.Wait()
	return nil
}

// box finds the emulated bus of a call box.
func (a *actors) box(unit string) string {
	for name, bus := range a.lobby.file.Callboxes {
		if _, ok := bus.Units[unit]; ok {
			return "callbox/" + name
		}
	}
	return ""
}

// chance draws from the one source, so that a seed repeats a day's choices.
func (a *actors) chance(f func(*rand.Rand) float64) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return f(a.rand)
}

// pause waits for about a mean time; false when the demo ends.
func (a *actors) pause(ctx context.Context, mean time.Duration) bool {
	factor := a.chance(func(r *rand.Rand) float64 { return 0.4 + r.ExpFloat64()*0.6 })
	t := time.NewTimer(time.Duration(float64(mean) * factor / a.speed))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// citizens come one after the other, mostly to the screens, sometimes to the
// buttons. Some have stood at the door before it opened.
func (a *actors) citizens(ctx context.Context) {
	c := a.lobby.file.Config
	between := time.Duration(float64(serviceMean+walkMean) / (float64(len(c.Windows)) * busy))
	wait := min(between, time.Second)
	for n := 0; a.pause(ctx, wait); n++ {
		if n == len(c.Windows) {
			wait = between
		}
		k := c.Kiosks[int(a.chance(func(r *rand.Rand) float64 { return float64(r.IntN(len(c.Kiosks))) }))]
		if k.Panel != "" {
			a.press(a.box(k.Panel), k.Panel, devices.Key(strconv.Itoa(1+n%len(k.Buttons))))
			continue
		}
		s := c.Services[int(a.chance(func(r *rand.Rand) float64 { return float64(r.IntN(len(c.Services))) }))]
		class := c.Classes[0].ID
		if len(c.Classes) > 1 && a.chance((*rand.Rand).Float64) < 0.1 {
			class = c.Classes[1].ID
		}
		command := map[string]string{"type": "take", "service": s.ID, "class": class, "kiosk": k.ID}
		if chain := c.chainOf(s); chain != "" && a.chance((*rand.Rand).Float64) < 0.1 {
			command["chain"] = chain
		}
		go a.command(ctx, command)
	}
}

// chainOf is the chain of a service, if one number leads through it.
func (c Config) chainOf(s display.Service) string {
	for _, k := range c.Chains {
		if k.ID == s.Chain && k.Flow != nil {
			return k.ID
		}
	}
	return ""
}

// backOffice finishes paper steps, the oldest first.
func (a *actors) backOffice(ctx context.Context) {
	for a.pause(ctx, serviceMean/2) {
		v, err := a.lobby.hall.View(ctx)
		if err != nil {
			return
		}
		if ticket, step, ok := oldestPaper(v); ok {
			a.command(ctx, map[string]string{"type": "step_finish", "ticket": ticket, "step": step})
		}
	}
}

// oldestPaper is the paper step that has run longest.
func oldestPaper(v queue.View) (ticket, step string, found bool) {
	var since time.Time
	for _, j := range v.Journeys {
		for _, p := range j.Steps {
			if p.Mode == queue.ModePaper && p.State == queue.StepOpen && (!found || p.Started.Before(since)) {
				ticket, step, since, found = j.Ticket, p.ID, p.Started, true
			}
		}
	}
	return ticket, step, found
}

// command is what one person asks for on a page.
func (a *actors) command(ctx context.Context, command map[string]string) {
	command["id"] = nonce()
	body, err := json.Marshal(command)
	if err != nil {
		panic("demo: " + err.Error())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.lobby.url()+"/api/v1/commands", bytes.NewReader(body))
	if err != nil {
		panic("demo: " + err.Error())
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return // the demo ends
	}
	defer res.Body.Close()
	var answer queue.Answer
	if json.NewDecoder(res.Body).Decode(&answer) == nil && answer.Refusal != nil {
		a.log.Warn("a command was refused", "type", command["type"], "refusal", answer.Refusal.Code)
	}
}

// staff serve at one window with its call box; the citizen there rates.
func (a *actors) staff(ctx context.Context, window, bus, box, keypad string) {
	for ctx.Err() == nil {
		w, err := a.window(ctx, window)
		if err != nil {
			return
		}
		switch w.State {
		case queue.WindowModeClosed, queue.WindowModeIdle:
			if !a.pause(ctx, 2*time.Second) {
				return
			}
			if w.State == queue.WindowModeClosed || a.anybody(ctx, w) {
				a.press(bus, box, devices.KeyNext)
			}
		case queue.WindowModeCalling:
			a.called(ctx, bus, box)
		case queue.WindowModeServing:
			a.served(ctx, bus, box, keypad)
		}
		if !a.pause(ctx, 500*time.Millisecond) {
			return
		}
	}
}

// called: the citizen comes, or after a recall does not.
func (a *actors) called(ctx context.Context, bus, box string) {
	if a.chance((*rand.Rand).Float64) < 0.95 {
		if a.pause(ctx, walkMean) {
			a.press(bus, box, devices.KeyArrive)
		}
		return
	}
	// The rules keep two calls apart in real time, whatever the speed.
	wait := time.NewTimer(time.Duration(a.lobby.file.Rules.RecallGap) + time.Second)
	defer wait.Stop()
	select {
	case <-wait.C:
		a.press(bus, box, devices.KeyRecall)
	case <-ctx.Done():
		return
	}
	if a.pause(ctx, 3*walkMean) {
		a.press(bus, box, devices.KeyNoShow)
	}
}

// served: service ends, and most citizens rate it.
func (a *actors) served(ctx context.Context, bus, box, keypad string) {
	if !a.pause(ctx, serviceMean) {
		return
	}
	a.press(bus, box, devices.KeyFinish)
	if a.chance((*rand.Rand).Float64) < 0.15 || !a.pause(ctx, 2*time.Second) {
		return
	}
	level := []string{"5", "5", "5", "5", "5", "5", "4", "4", "3", "2"}[int(a.chance(func(r *rand.Rand) float64 { return float64(r.IntN(10)) }))]
	a.press("keypad/"+keypad, keypad, devices.Key(level))
}

func (a *actors) press(id, unit string, key devices.Key) {
	if err := a.lobby.emulators.Press(id, unit, key, ""); err != nil {
		a.log.Warn("a press went nowhere", "device", id, "unit", unit, "err", err)
	}
}

func (a *actors) window(ctx context.Context, id string) (queue.WindowView, error) {
	v, err := a.lobby.hall.View(ctx)
	if err != nil {
		return queue.WindowView{}, err
	}
	for _, w := range v.Windows {
		if w.ID == id {
			return w, nil
		}
	}
	return queue.WindowView{}, fmt.Errorf("demo: no window %q", id)
}

// anybody tells whether somebody waits for the window.
func (a *actors) anybody(ctx context.Context, w queue.WindowView) bool {
	v, err := a.lobby.hall.View(ctx)
	if err != nil {
		return false
	}
	for _, t := range v.Waiting {
		for _, s := range w.Services {
			if t.Service == s && t.State == queue.LegWaiting {
				return true
			}
		}
	}
	return false
}
