package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lobby/devices/camera/record"
	"lobby/display"
	"lobby/display/api"
	"lobby/queue"
	"lobby/queue/hall"
)

// keeper keeps the footage of tickets that something is the matter with: an
// alert, a bad rating, or a manager who says so.
type keeper struct {
	hall        *hall.Hall
	tickets     api.Tickets
	description display.Description
	pins        *record.Pins
	kept        time.Duration
	log         *slog.Logger

	whys map[caseID]string // of tickets that may still come to windows
}

// caseID is a ticket of a day.
type caseID struct{ day, number string }

// aroundAlert is what is kept before and after an alert of a window.
const aroundAlert = 2 * time.Minute

// run keeps until the context ends.
func (k *keeper) run(ctx context.Context) error {
	k.whys = map[caseID]string{}
	for ctx.Err() == nil {
		w, err := k.hall.Watch(ctx, 1024)
		if err != nil {
			return nil // the hall has ended
		}
		for rs := range w.Records {
			for _, r := range rs {
				k.hear(r)
			}
		}
	}
	return nil
}

func (k *keeper) hear(r queue.Record) {
	switch e := r.Event.(type) {
	case queue.AlertRaised:
		if e.Ticket != "" {
			k.follow(caseID{r.Day, e.Ticket}, e.Say)
		} else if e.Window != "" {
			k.window(r, e)
		}
	case queue.FollowupOpened:
		k.follow(caseID{e.Day, e.Ticket}, "差评")
	case queue.FootageKept:
		k.follow(caseID{e.Day, e.Ticket}, e.Reason)
	case queue.DayClosed:
		clear(k.whys)
	case queue.Subject:
		id := caseID{r.Day, e.TicketNumber()}
		if why, ok := k.whys[id]; ok {
			k.keep(id, why)
		}
	}
}

func (k *keeper) follow(id caseID, why string) {
	k.whys[id] = why
	k.keep(id, why)
}

// keep pins what there is, and will be, of a ticket's stays at windows.
func (k *keeper) keep(id caseID, why string) {
	records, err := k.tickets.Ticket(id.day, id.number)
	if err != nil {
		k.log.Warn("footage could not be kept", "ticket", id.number, "err", err)
		return
	}
	for _, stay := range api.Stays(records) {
		to := stay.To
		if to.IsZero() {
			to = stay.From.Add(time.Hour) // it is there now; the end is told when it leaves
		}
		for _, c := range k.description.Seeing(stay.Window) {
			k.pin(record.Pin{ID: id.day + "/" + id.number + "/" + stay.Name, Camera: c.ID, From: stay.From.Add(-api.ClipBefore), To: to.Add(api.ClipAfter), Why: why})
		}
	}
}

func (k *keeper) window(r queue.Record, e queue.AlertRaised) {
	for _, c := range k.description.Seeing(e.Window) {
		k.pin(record.Pin{ID: "alert/" + e.Alert, Camera: c.ID, From: r.At.Add(-aroundAlert), To: r.At.Add(aroundAlert), Why: e.Say})
	}
}

func (k *keeper) pin(p record.Pin) {
	p.Until = p.To.Add(k.kept)
	if err := k.pins.Add(p); err != nil && !errors.Is(err, record.ErrUnknown) {
		k.log.Warn("footage could not be kept", "pin", p.ID, "err", err)
	}
}
