package record

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lobby/devices"
)

// Stream is a camera's pictures from one moment on, in one picture format. It
// drops pictures up to the next key picture for a reader that is too slow.
type Stream interface {
	Init() []byte
	// Next waits for the next fragment. After an error there is nothing more.
	Next(ctx context.Context) (Fragment, error)
	Dropped() uint64
	Close()
}

// Recorder records one camera.
type Recorder struct {
	Archive *Archive
	Camera  string
	// Watch begins a stream, waiting until the camera shows something.
	Watch  func(ctx context.Context) (Stream, error)
	Report func(s devices.State, why string)
	Log    *slog.Logger

	last time.Time // of what was recorded
}

const (
	// againPause is the time before a stream that ended is asked for again.
	againPause = time.Second
	// fullPause is the time before a disk that took nothing is tried again.
	fullPause = 10 * time.Second
)

// Run records until the context ends.
func (r *Recorder) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		wait := againPause
		if err := r.stream(ctx); err != nil && ctx.Err() == nil {
			r.Log.Warn("footage is not recorded", "camera", r.Camera, "err", err)
			r.Report(devices.Down, saying(err))
			wait = fullPause
		}
		pause(ctx, wait)
	}
	return r.Archive.Cut(r.Camera)
}

// stream records one stream. It returns nil when that has ended, and an error
// when nothing can be written.
func (r *Recorder) stream(ctx context.Context) error {
	s, err := r.Watch(ctx)
	if err != nil {
		return nil // the camera itself says what is wrong with it
	}
	defer s.Close()
	dropped := uint64(0)
	good := false
	for {
		f, err := s.Next(ctx)
		if err != nil {
			return r.Archive.Cut(r.Camera)
		}
		if n := s.Dropped(); n != dropped {
			r.Log.Warn("footage has a gap: the disk was too slow", "camera", r.Camera, "pictures", n-dropped)
			dropped = n
		}
		if !f.At.After(r.last) && r.last.Sub(f.At) < segmentTime {
			continue // recorded before; a stream begins a little in the past
		}
		if err := r.Archive.Add(r.Camera, s.Init(), f); err != nil {
			return err
		}
		r.last = f.At
		if !good {
			good = true
			r.Report(devices.Up, "")
		}
	}
}

// saying tells people why nothing is recorded.
func saying(err error) string {
	if errors.Is(err, ErrFull) {
		return "录像已停：录像空间用完，或磁盘剩余空间要留给叫号。请增加空间或缩短保存天数。"
	}
	return "录像已停：磁盘写不进去。请检查磁盘。"
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
