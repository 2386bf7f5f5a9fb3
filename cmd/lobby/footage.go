package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lobby/devices"
	"lobby/devices/camera"
	"lobby/devices/camera/record"
	"lobby/display/api"
)

// footage records the cameras that the hall file says so of. It begins by
// itself and beside the hall: a large archive takes its time to be read.
type footage struct {
	options record.Options
	pins    *record.Pins // also while the archive is being opened
	relay   *camera.Relay
	report  func(id string, s devices.State, why string)
	log     *slog.Logger
	now     func() time.Time

	archive atomic.Pointer[record.Archive] // nil until it is open
}

const (
	// footageDir is below the data directory; it may be a disk of its own.
	footageDir = "footage"
	// keptDays is how long footage is kept that an alert, a bad rating or a
	// manager keeps, where the hall file does not say.
	keptDays = 90
)

// newFootage prepares the recording, or returns nil when nothing is recorded.
func (l *lobby) newFootage(relay *camera.Relay) *footage {
	dir := filepath.Join(l.file.Data, footageDir)
	f := &footage{relay: relay, report: l.health.report, log: l.log.With("part", "footage"), now: time.Now, options: record.Options{
		Dir: dir, Cameras: map[string]record.Keep{}, Bytes: int64(l.file.Footage.Bytes), Space: func() (uint64, uint64) { return diskSpace(dir) },
	}}
	for id, c := range l.file.Cameras {
		if c.Record != nil {
			f.options.Cameras[id] = record.Keep{Days: c.Record.Days, Bytes: int64(c.Record.Bytes)}
		}
	}
	if relay == nil || len(f.options.Cameras) == 0 {
		return nil
	}
	f.pins = record.NewPins(f.options)
	f.options.Pins = f.pins
	return f
}

// startFootage starts what closes cameras and what records them.
func (l *lobby) startFootage(o *api.Options, relay *camera.Relay) {
	s := &shutters{hall: l.hall, cameras: o.Description.Cameras, zone: l.location, shut: relay.Shut, now: time.Now}
	l.group.add(s.run)
	f := l.newFootage(relay)
	if f == nil {
		return
	}
	o.Footage = f
	l.footage = f
	l.group.add(enduring(l.log, "footage", nil, f.run))
	k := &keeper{hall: l.hall, tickets: l.trail, description: o.Description, pins: f.pins, kept: l.file.keptFor(), log: f.log}
	l.group.add(k.run)
}

// keptFor is how long footage is kept that somebody or something keeps.
func (c Config) keptFor() time.Duration {
	return time.Duration(cmp.Or(c.Footage.KeepDays, keptDays)) * 24 * time.Hour
}

// opened is the archive; nil while it is not open, and where nothing is recorded.
func (f *footage) opened() *record.Archive {
	if f == nil {
		return nil
	}
	return f.archive.Load()
}

// run records until the context ends.
func (f *footage) run(ctx context.Context) error {
	archive, err := record.Open(f.options)
	if err != nil {
		for id := range f.options.Cameras {
			f.report("recorder/"+id, devices.Down, "录像目录打不开："+err.Error())
		}
		return err
	}
	f.archive.Store(archive)
	defer f.archive.Store(nil)
	var recorders sync.WaitGroup
	for id := range f.options.Cameras {
		r := record.Recorder{
			Archive: archive, Camera: id, Log: f.log,
			Watch:  func(ctx context.Context) (record.Stream, error) { return f.watch(ctx, id) },
			Report: func(s devices.State, why string) { f.report("recorder/"+id, s, why) },
		}
		recorders.Go(func() { _ = enduring(f.log, "recorder of "+id, nil, r.Run)(ctx) })
	}
	f.tidy(ctx, archive)
	recorders.Wait()
	return archive.Close()
}

// tidy deletes footage whose days are over, until the context ends.
func (f *footage) tidy(ctx context.Context, archive *record.Archive) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		if err := archive.Tidy(f.now()); err != nil {
			f.log.Warn("old footage could not be deleted", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func (f *footage) watch(ctx context.Context, id string) (record.Stream, error) {
	v, err := f.relay.Watch(ctx, id, camera.Wish{H265: true})
	if err != nil {
		return nil, err
	}
	return stream{v}, nil
}

// stream fits a viewer of the relay to the recorder. It has the picture and no
// sound: what people say at a window is not recorded.
type stream struct{ *camera.Viewer }

// Next implements record.Stream.
func (s stream) Next(ctx context.Context) (record.Fragment, error) {
	f, err := s.Viewer.Next(ctx)
	clock := record.Arrival
	if f.Reported {
		clock = record.SenderReport
	}
	return record.Fragment{Bytes: f.Bytes, Key: f.Key, At: f.At, Clock: clock, Error: f.Error, Ahead: f.Ahead, Told: f.Told}, err
}

// Films implements api.Footage.
func (f *footage) Films(id string, from, to time.Time) (api.Films, error) {
	archive := f.archive.Load()
	if archive == nil {
		return api.Films{}, api.ErrFootageOpening
	}
	films, err := archive.Films(id, from, to)
	if errors.Is(err, record.ErrUnknown) {
		return api.Films{}, api.ErrNotRecorded
	}
	if err != nil {
		return api.Films{}, err
	}
	known := api.Films{}
	for _, film := range films {
		known.Films = append(known.Films, filmView(film))
	}
	if i := slices.IndexFunc(films, func(f record.Film) bool { return f.Told }); i >= 0 {
		known.OffsetMS = films[i].Ahead.Milliseconds()
	}
	if gone, ok := archive.Gone(id, from); ok && len(films) == 0 {
		known.Expired = gone.At
	}
	for _, p := range f.pins.All() {
		if p.Camera == id && !p.From.After(to) && !p.To.Before(from) && p.Until.After(known.KeptUntil) {
			known.KeptUntil, known.KeptWhy = p.Until, p.Why
		}
	}
	if days := f.options.Cameras[id].Days; len(films) > 0 && known.KeptUntil.IsZero() {
		known.KeptUntil = to.AddDate(0, 0, days)
	}
	return known, nil
}

func filmView(film record.Film) api.Film {
	v := api.Film{From: film.From, To: film.To, Clock: film.Clock.String(), ErrorMS: film.Error.Milliseconds(), Gaps: []api.Span{}}
	for _, g := range film.Gaps {
		v.Gaps = append(v.Gaps, api.Span(g))
	}
	return v
}

// Clip implements api.Footage.
func (f *footage) Clip(id string, from, to time.Time) (api.Clip, error) {
	archive := f.archive.Load()
	if archive == nil {
		return nil, api.ErrFootageOpening
	}
	c, err := archive.Clip(id, from, to)
	switch {
	case errors.Is(err, record.ErrUnknown):
		return nil, api.ErrNotRecorded
	case errors.Is(err, record.ErrNone):
		return nil, api.ErrNoFootage
	case err != nil:
		return nil, err
	}
	return clip{c}, nil
}

// clip fits a clip to the API.
type clip struct{ *record.Clip }

// Film implements api.Clip.
func (c clip) Film() (film api.Film, next time.Time) { return filmView(c.Clip.Film), c.Next }
