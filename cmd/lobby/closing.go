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

// closing prints the closing slip of a day once its close is under a
// checkpoint. That one is owed is in the trail, so that it outlives the program.
type closing struct {
	hall interface {
		Do(ctx context.Context, r hall.Request) (queue.Answer, error)
		Read(ctx context.Context, f func(*queue.State)) error
		Watch(ctx context.Context, buffer int) (hall.Watcher, error)
	}
	printer string
	print   func(ctx context.Context, s devices.Slip) (devices.Outcome, error)
	layout  func(owed queue.ClosingSlip, under queue.CheckpointSigned, again bool) devices.Slip
	log     *slog.Logger
}

// printAgain is the pause before a closing slip that did not come out is
// tried again.
const printAgain = 30 * time.Second

// run brings each slip that is owed, until the context ends. Of one that an
// earlier run of the program owed nobody knows whether it came out: it does so
// now, and says so.
func (c closing) run(ctx context.Context) error {
	old, _ := c.owed(ctx)
	for ctx.Err() == nil {
		w, err := c.hall.Watch(ctx, 1024)
		if err != nil {
			return nil // the hall has stopped
		}
		for signed := true; signed; signed = awaitCheckpoint(w) {
			c.bring(ctx, old.Day)
		}
	}
	return nil
}

// awaitCheckpoint is false when the watcher has ended.
func awaitCheckpoint(w hall.Watcher) bool {
	for rs := range w.Records {
		for _, r := range rs {
			if _, ok := r.Event.(queue.CheckpointSigned); ok {
				return true
			}
		}
	}
	return false
}

// owed is the slip that can be printed now.
func (c closing) owed(ctx context.Context) (owed queue.ClosingSlip, under queue.CheckpointSigned) {
	_ = c.hall.Read(ctx, func(s *queue.State) { owed, under, _ = s.ClosingSlip() }) // a hall that has stopped owes nothing
	return owed, under
}

// bring prints what is owed until it has come out, if it is under a checkpoint.
func (c closing) bring(ctx context.Context, old string) {
	for {
		owed, under := c.owed(ctx)
		if owed.Day == "" || under.Size < owed.Seq {
			return
		}
		result := queue.ClosingResult{Day: owed.Day, Printer: c.printer, Again: owed.Day == old}
		outcome, err := c.print(ctx, c.layout(owed, under, result.Again))
		if outcome != devices.Failed {
			c.log.Info("the closing slip is printed", "day", owed.Day, "outcome", outcome, "err", err)
			result.Outcome = queue.Print(outcome)
			c.record(ctx, result)
			return
		}
		c.log.Warn("the closing slip did not come out; it is tried again", "day", owed.Day, "err", err)
		if !rest(ctx, printAgain) {
			return
		}
	}
}

// record has it recorded that a slip came out. While it cannot be, nothing more
// is printed: paper that comes every minute helps nobody.
func (c closing) record(ctx context.Context, r queue.ClosingResult) {
	for {
		_, err := c.hall.Do(context.WithoutCancel(ctx), hall.Request{Actor: "printer:" + c.printer, Command: r})
		if err == nil {
			return
		}
		c.log.Error("the closing slip came out and that is not recorded; it is tried again", "day", r.Day, "err", err)
		if !rest(ctx, printAgain) {
			return
		}
	}
}

// rest is false when the context ends before the pause does.
func rest(ctx context.Context, d time.Duration) bool {
	pause := time.NewTimer(d)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-pause.C:
		return true
	}
}

// closingSlip says what stands on the closing slip of a printer.
func (l *lobby) closingSlip(p Printer) func(queue.ClosingSlip, queue.CheckpointSigned, bool) devices.Slip {
	return func(owed queue.ClosingSlip, under queue.CheckpointSigned, again bool) devices.Slip {
		count := func(n int) string { return fmt.Sprint(n) }
		f := owed.Figures
		return slip.Closing{
			Hall: l.file.Hall.Name, Day: owed.Day, Records: under.Size, Checkpoint: checkpoint.Line(under.Note), Again: again,
			Figures:   [][2]string{{"取号", count(f.Issued)}, {"呼叫", count(f.Calls)}, {"办结", count(f.Served)}, {"过号", count(f.NoShow)}, {"作废", count(f.Voided)}},
			PrintedAt: time.Now().In(l.location),
		}.Layout(p.dots())
	}
}
