package main

import (
	"context"
	"errors"
	"time"

	"lobby/queue"
	"lobby/queue/forecast"
	"lobby/queue/hall"
)

const (
	foreseeEvery = time.Second      // while something happens
	foreseeIdle  = 10 * time.Second // while nothing does, because time passes all the same
	// learnAtOnce is how many records of the past are read in one go, so that
	// nobody else who reads the trail waits for long.
	learnAtOnce = 2000
)

// forecaster foresees waits beside the hall: it learns from the records, and
// gives the hall a foresight at most once a second. No command waits for it.
type forecaster struct {
	*forecast.Forecaster
	hall  *hall.Hall
	trail interface {
		Since(seq uint64, limit int) ([]queue.Record, error)
	}
	past func(*forecast.Forecaster) error // lived through first; nil for nothing
	seq  uint64                           // of the last record learnt from
}

func (l *lobby) forecaster() (*forecaster, error) {
	f := &forecaster{hall: l.hall, trail: l.trail, past: l.file.past}
	o := forecast.Options{Seed: 1, Location: l.location}
	if text := l.file.Hall.Closes; text != "" {
		var err error
		if o.Closes, err = queue.ParseClock(text); err != nil {
			return nil, err
		}
	}
	f.Forecaster = forecast.New(o)
	return f, nil
}

// run learns the past, then follows the hall, until the context ends.
func (f *forecaster) run(ctx context.Context) error {
	if f.past != nil {
		if err := f.past(f.Forecaster); err != nil {
			return err
		}
		f.past = nil
	}
	for ctx.Err() == nil {
		w, err := f.hall.Watch(ctx, 1024)
		if err != nil {
			break
		}
		if err := f.learn(ctx, w.View.Seq); err != nil {
			return err
		}
		if err := f.follow(ctx, w.Records); err != nil {
			break
		}
	}
	return nil
}

// learn reads the records up to a number from the trail.
func (f *forecaster) learn(ctx context.Context, to uint64) error {
	for f.seq < to && ctx.Err() == nil {
		rs, err := f.trail.Since(f.seq, int(min(learnAtOnce, to-f.seq)))
		if err != nil {
			return err
		}
		if len(rs) == 0 {
			return errors.New("forecaster: the trail ends before the hall's state")
		}
		f.observe(rs)
	}
	return nil
}

func (f *forecaster) observe(rs []queue.Record) {
	for _, r := range rs {
		if r.Seq > f.seq {
			f.Observe(r)
			f.seq = r.Seq
		}
	}
}

// follow learns from new records and tells the hall what to expect, until the
// watcher was too slow or the hall ends.
func (f *forecaster) follow(ctx context.Context, records <-chan []queue.Record) error {
	tick := time.NewTicker(foreseeEvery)
	defer tick.Stop()
	fresh, last := true, time.Time{}
	for {
		select {
		case rs, ok := <-records:
			if !ok {
				return nil
			}
			f.observe(rs)
			fresh = true
		case now := <-tick.C:
			if !fresh && now.Sub(last) < foreseeIdle {
				continue
			}
			if err := f.foresee(ctx, now.UTC()); err != nil {
				return err
			}
			fresh, last = false, now
		}
	}
}

// foresee plays the hall forward as it is now.
func (f *forecaster) foresee(ctx context.Context, now time.Time) error {
	var floor queue.Floor
	if err := f.hall.Read(ctx, func(s *queue.State) { floor = s.Floor() }); err != nil {
		return err
	}
	return f.hall.Foresee(ctx, f.Foresee(floor, now))
}
