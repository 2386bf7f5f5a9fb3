package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lobby/devices"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail"
)

// storage looks after the disk under the trail: the reserve, the alerts before
// it is full, the closed days that move to their parts, and the parts whose
// time is over.
type storage struct {
	trail  *trail.Trail
	hall   *hall.Hall
	report func(queue.DeviceReport)
	months int // that are kept; 0 for all
	days   int // for which what is personal is kept
	log    *slog.Logger

	stage int // of diskStages, that was told last; counted from 1
}

const (
	spaceEvery = 2 * time.Second
	tidyEvery  = time.Minute
	// tidyPause lets windows through between two steps of moving records.
	tidyPause = 50 * time.Millisecond
	// diskSlack is by how much less of the disk must be in use before a warning
	// goes back, so that footage which comes and goes does not make it swing.
	diskSlack = 1
	// personalDays is how long what is personal is kept where the hall file does
	// not say: long enough for a complaint.
	personalDays = 30
)

// diskStages are the shares of the disk in use at which somebody is told, more
// urgently each time. None of them keeps anybody from a number: only a disk that
// has no room for the end of the day does.
var diskStages = []struct {
	percent    float64
	level, say string
}{
	{80, "teal", "磁盘已用 80% 以上，请安排清理"},
	{90, "amber", "磁盘已用 90% 以上，请今天清理，满后不再发新号"},
	{95, "red", "磁盘已用 95% 以上，请马上清理，满后不再发新号"},
}

// diskStage is which of the stages is reached, counted from 1, with so many per
// cent in use; 0 for none.
func diskStage(used float64, before int) (stage int) {
	for i, s := range diskStages {
		if used >= s.percent || i < before && used >= s.percent-diskSlack {
			stage = i + 1
		}
	}
	return stage
}

func (l *lobby) storage() *storage {
	return &storage{trail: l.trail, hall: l.hall, report: l.health.tell, months: l.file.Trail.KeepMonths, days: cmp.Or(l.file.Trail.KeepPersonal, personalDays), log: l.log}
}

// run looks after the disk until the context ends.
func (s *storage) run(ctx context.Context) error {
	look := time.NewTicker(spaceEvery)
	defer look.Stop()
	next := time.NewTimer(tidyPause)
	defer next.Stop()
	s.look()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			s.look()
		case <-next.C:
			next.Reset(s.tidy(ctx))
		}
	}
}

// look holds the reserve and says how the disk is.
func (s *storage) look() {
	held, err := s.trail.Reserve()
	if err != nil {
		s.log.Warn("no space could be reserved for the end of the day", "err", err)
	}
	free, total := s.trail.Space()
	s.tell(held, free, total)
}

// tell reports the disk. Of a stage it says the same as long as it lasts, so that
// not every per cent is a record.
func (s *storage) tell(held bool, free, total uint64) {
	s.stage = diskStage(100-100*float64(free)/float64(max(total, 1)), s.stage)
	switch {
	case !held:
		s.report(queue.DeviceReport{Device: queue.DiskDevice, State: string(devices.Down), Level: "red", Why: fmt.Sprintf("磁盘已满，剩余 %d MB", free>>20)})
	case total > 0 && s.stage > 0:
		at := diskStages[s.stage-1]
		s.report(queue.DeviceReport{Device: queue.DiskDevice, State: string(devices.Degraded), Level: at.level, Why: at.say})
	default:
		s.report(queue.DeviceReport{Device: queue.DiskDevice, State: string(devices.Up)})
	}
}

// tidy moves one step of closed days, or drops what need not be kept, and
// tells when there is more to do.
func (s *storage) tidy(ctx context.Context) time.Duration {
	more, err := s.trail.Tidy()
	if err != nil {
		s.complain("closed days could not be moved to their part", err)
		return tidyEvery
	}
	if more {
		return tidyPause
	}
	if err := s.drop(ctx); err != nil {
		s.complain("a part whose time is over could not be dropped", err)
	}
	if err := s.erase(ctx); err != nil {
		s.complain("what is personal in old records could not be erased", err)
	}
	return tidyEvery
}

func (s *storage) complain(what string, err error) {
	if !errors.Is(err, trail.ErrBroken) { // the hall reports that
		s.log.Warn(what, "err", err)
	}
}

// drop removes the parts of months that are not kept any longer, and leaves a
// record that it did.
func (s *storage) drop(ctx context.Context) error {
	if s.months == 0 {
		return nil
	}
	today, err := s.today(ctx)
	if err != nil || today.IsZero() {
		return err
	}
	parts, err := s.trail.Parts()
	if err != nil {
		return err
	}
	first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, -s.months, 0).Format("2006-01")
	for _, p := range parts {
		if p.Gone || p.Name >= first {
			continue
		}
		said := queue.DropPart{Part: p.Name, First: p.First, Last: p.Last}
		if _, err := s.hall.Do(ctx, hall.Request{ID: "drop-" + p.Name, Actor: "lobby", Command: said}); err != nil {
			return err
		}
		if err := s.trail.Drop(p.Name); err != nil {
			return err
		}
		s.log.Info("records whose time is over were dropped", "month", p.Name, "first", p.First, "last", p.Last)
	}
	return nil
}

// today is the hall's own day, and not the clock's: what is removed because a
// battery was empty does not come back. It is zero before the first day.
func (s *storage) today(ctx context.Context) (today time.Time, err error) {
	day := ""
	if err := s.hall.Read(ctx, func(state *queue.State) { day, _ = state.Day() }); err != nil || day == "" {
		return today, err
	}
	if today, err = time.Parse(time.DateOnly, day); err != nil {
		return today, fmt.Errorf("the day of the hall: %w", err)
	}
	return today, nil
}

// erase forgets what is personal in the records of old days, and leaves a
// record that it did.
func (s *storage) erase(ctx context.Context) error {
	today, err := s.today(ctx)
	if err != nil || today.IsZero() {
		return err
	}
	before := today.AddDate(0, 0, -s.days).Format(time.DateOnly)
	if last, err := s.trail.Erased(); err != nil || before <= last {
		return err
	}
	if _, err := s.hall.Do(ctx, hall.Request{ID: "erase-" + before, Actor: "lobby", Command: queue.ErasePersonal{Before: before}}); err != nil {
		return err
	}
	return s.trail.Erase(before)
}
