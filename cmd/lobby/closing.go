package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"lobby/devices"
	"lobby/display/slip"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail/checkpoint"
)

// closing prints the closing slip once the day's close is under a checkpoint.
type closing struct {
	hall interface {
		Watch(ctx context.Context, buffer int) (hall.Watcher, error)
		View(ctx context.Context) (queue.View, error)
	}
	print  func(ctx context.Context, s devices.Slip) error
	layout func(v queue.View) devices.Slip
	log    *slog.Logger
}

// printAgain is the pause before a closing slip that did not come out is
// tried again.
const printAgain = 30 * time.Second

// run waits for days to close, until the context ends.
func (c closing) run(ctx context.Context) error {
	closed := false
	for ctx.Err() == nil {
		w, err := c.hall.Watch(ctx, 1024)
		if err != nil {
			return nil // the hall has stopped
		}
		for rs := range w.Records {
			for _, r := range rs {
				switch r.Event.(type) {
				case queue.DayClosed:
					closed = true
				case queue.DayOpened:
					closed = false
				case queue.CheckpointSigned:
					if closed {
						closed = false
						c.bring(ctx)
					}
				}
			}
		}
	}
	return nil
}

// bring prints until the slip has come out or the next day is open: by then
// nobody waits for it any more.
func (c closing) bring(ctx context.Context) {
	for {
		v, err := c.hall.View(ctx)
		if err != nil || v.Open {
			return
		}
		if err = c.print(ctx, c.layout(v)); err == nil {
			return
		}
		c.log.Warn("the closing slip did not come out; it is tried again", "day", v.Day, "err", err)
		pause := time.NewTimer(printAgain)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// closingSlip says what stands on the closing slip of a printer.
func (l *lobby) closingSlip(p Printer) func(v queue.View) devices.Slip {
	return func(v queue.View) devices.Slip {
		count := func(n int) string { return fmt.Sprint(n) }
		f := v.Figures
		return slip.Closing{
			Hall: l.file.Hall.Name, Day: v.Day, Records: v.Checkpoint.Size, Checkpoint: checkpoint.Line(v.Checkpoint.Note),
			Figures:   [][2]string{{"取号", count(f.Issued)}, {"呼叫", count(f.Calls)}, {"办结", count(f.Served)}, {"过号", count(f.NoShow)}, {"作废", count(f.Voided)}},
			PrintedAt: time.Now().In(l.location),
		}.Layout(p.dots())
	}
}
