package main

import (
	"context"
	"time"

	"lobby/display"
	"lobby/queue"
	"lobby/queue/hall"
)

// shutters closes and opens cameras: at the times of the hall file, which
// become records, and whenever a record says so.
type shutters struct {
	hall    *hall.Hall
	cameras []display.Camera
	zone    *time.Location
	shut    func(camera string, closed bool)
	now     func() time.Time

	due map[string]bool // by camera: whether the schedule had it closed
}

// shutterEvery is how often the schedule is looked at.
const shutterEvery = time.Second

// run works until the context ends.
func (s *shutters) run(ctx context.Context) error {
	s.due = map[string]bool{}
	every := time.NewTicker(shutterEvery)
	defer every.Stop()
	for ctx.Err() == nil {
		w, err := s.hall.Watch(ctx, 1024)
		if err != nil {
			return nil // the hall has ended
		}
		s.set(w.View.Shutters)
		s.hear(ctx, w, every.C)
	}
	return nil
}

// set brings all cameras to what the records say.
func (s *shutters) set(closed map[string]queue.Shutter) {
	for _, c := range s.cameras {
		_, is := closed[c.ID]
		s.shut(c.ID, is)
	}
}

func (s *shutters) hear(ctx context.Context, w hall.Watcher, every <-chan time.Time) {
	s.schedule(ctx)
	for {
		select {
		case rs, ok := <-w.Records:
			if !ok {
				return
			}
			for _, r := range rs {
				if e, ok := r.Event.(queue.CameraShuttered); ok {
					s.shut(e.Camera, e.Closed)
				}
			}
		case <-every:
			s.schedule(ctx)
		}
	}
}

// schedule sends what the times of the hall file have changed. Between two
// times the button has the last word.
func (s *shutters) schedule(ctx context.Context) {
	now := s.now().In(s.zone)
	for _, c := range s.cameras {
		if len(c.Schedule) == 0 {
			continue
		}
		shift, closed := within(c.Schedule, now)
		before, known := s.due[c.ID]
		if known && before == closed || !known && s.is(ctx, c.ID, closed) {
			s.due[c.ID] = closed
			continue
		}
		command := queue.CameraShutter{Camera: c.ID, Closed: closed, By: queue.BySchedule, Reason: string(shift)}
		if _, err := s.hall.Do(ctx, hall.Request{Actor: "lobby", Command: command}); err != nil {
			return // told again in a second
		}
		s.due[c.ID] = closed
	}
}

// is tells whether, at the start, a camera needs nothing: it is as the
// schedule has it, or somebody closed it by hand.
func (s *shutters) is(ctx context.Context, camera string, closed bool) (fine bool) {
	err := s.hall.Read(ctx, func(state *queue.State) {
		shut, is := state.Shutters()[camera]
		fine = is == closed || is && shut.By != queue.BySchedule
	})
	return fine || err != nil
}

// within finds the span that a moment lies in, or the last one before it.
func within(schedule []queue.Shift, now time.Time) (queue.Shift, bool) {
	last := schedule[len(schedule)-1]
	for _, shift := range schedule {
		from, to, err := shift.Span()
		if err != nil {
			continue // checked with the hall file
		}
		if !now.Before(from.On(now)) && now.Before(to.On(now)) {
			return shift, true
		}
		if !now.Before(to.On(now)) {
			last = shift
		}
	}
	return last, false
}
