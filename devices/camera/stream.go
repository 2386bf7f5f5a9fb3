package camera

import (
	"context"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/camera/pipe"
)

// Bounds of the pictures kept for the next viewer: from the last key picture
// on. A camera with longer gaps between key pictures lets new viewers wait.
const (
	maxKept      = 1500 // a minute with sound
	maxKeptBytes = 8 << 20
)

// stream is one camera on the hall's side: its state, the pictures kept for
// the next viewer, and its viewers.
type stream struct {
	source Source

	mu      sync.Mutex
	state   CameraState
	what    *pipe.Start // nil until the camera's process said
	shown   bool        // pictures come
	shut    bool        // for privacy
	heard   time.Time   // when the last sound came
	kept    []Fragment
	bytes   int
	viewers map[*Viewer]struct{}
	ready   chan struct{} // closed when a viewer can be made
}

func newStream(s Source, now time.Time) *stream {
	return &stream{
		source:  s,
		state:   CameraState{ID: s.ID, State: devices.Unknown, Code: string(pipe.Connecting), Why: "Connecting to the camera.", Since: now},
		viewers: map[*Viewer]struct{}{},
		ready:   make(chan struct{}),
	}
}

// watch makes a viewer, waiting until the camera shows something.
func (s *stream) watch(ctx context.Context, wish Wish) (*Viewer, error) {
	for {
		v, ready, err := s.join(wish)
		if v != nil || err != nil {
			return v, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ready:
		}
	}
}

func (s *stream) join(wish Wish) (*Viewer, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return nil, nil, ErrShut
	}
	if !s.isReady() {
		return nil, s.ready, nil
	}
	if s.what.Tracks[0].Codec == pipe.H265 && !wish.H265 {
		return nil, nil, ErrH265
	}
	v := s.viewer(wish)
	v.leave = func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.viewers, v)
	}
	s.viewers[v] = struct{}{}
	return v, nil, nil
}

// freshSound is how old the last sound may be for a viewer to be told of it:
// a browser that waits for a sound shows no picture.
const freshSound = 2 * time.Second

// viewer is called with the lock held.
func (s *stream) viewer(wish Wish) *Viewer {
	v := newViewer(s.what, s.what.Silent)
	switch {
	case wish.Every:
		v.sound = true
	case wish.Sound && s.what.Sounding != nil && time.Since(s.heard) < freshSound:
		v.sound, v.view = true, *s.what.Sounding
	}
	v.begin(s.kept)
	return v
}

// isReady is called with the lock held.
func (s *stream) isReady() bool { return s.shown && s.what != nil && !s.shut }

// tell wakes those who wait for the camera; the lock is held.
func (s *stream) tell(before bool) {
	switch now := s.isReady(); {
	case now && !before:
		close(s.ready)
	case before && !now:
		s.ready = make(chan struct{})
	}
}

// start takes a new format: every viewer must start again.
func (s *stream) start(what pipe.Start) {
	s.mu.Lock()
	before := s.isReady()
	s.what, s.state.Tracks = &what, what.Tracks
	s.forget()
	s.tell(before)
	gone := s.viewers
	s.viewers = map[*Viewer]struct{}{}
	s.mu.Unlock()
	for v := range gone {
		v.end(ErrRestart)
	}
}

// add takes the next picture or sound.
func (s *stream) add(f Fragment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Bytes += uint64(len(f.Bytes))
	f.Ahead, f.Told = s.state.Figures.Offset, f.Reported && s.state.Figures.Reported
	if f.Track == pipe.Picture {
		s.state.LastFrame = f.At
		s.state.Frames++
	} else {
		s.heard = f.At
	}
	s.keep(f)
	for v := range s.viewers {
		s.state.Dropped += uint64(v.push(f))
	}
}

func (s *stream) keep(f Fragment) {
	if f.Key && f.Track == pipe.Picture {
		s.forget()
	} else if len(s.kept) == 0 {
		return
	}
	s.kept = append(s.kept, f)
	s.bytes += len(f.Bytes)
	if len(s.kept) > maxKept || s.bytes > maxKeptBytes {
		s.forget()
	}
}

func (s *stream) forget() { s.kept, s.bytes = nil, 0 }

// set takes a status and tells whether it is news. A camera that is not live
// keeps no picture: an old one must never pass for a live one.
func (s *stream) set(st pipe.Status, now time.Time) (CameraState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.isReady()
	s.shown = shows(st.Code)
	if !s.shown {
		s.forget()
	}
	s.tell(before)
	state := health(st.Code)
	if s.state.State == state && s.state.Why == st.Why {
		return s.state, false
	}
	s.state.State, s.state.Code, s.state.Why, s.state.Since = state, string(st.Code), st.Why, now
	return s.state, true
}

// shows tells whether pictures come from such a camera, be they good or not.
func shows(c pipe.Code) bool {
	return c == pipe.Live || c == pipe.Unsupported || c == pipe.Frozen || c == pipe.Black
}

func health(c pipe.Code) devices.State {
	switch c {
	case pipe.Connecting:
		return devices.Unknown
	case pipe.Live:
		return devices.Up
	case pipe.Stalled, pipe.Unsupported, pipe.Frozen, pipe.Black:
		return devices.Degraded
	}
	return devices.Down
}

// measured takes the figures of the camera's process.
func (s *stream) measured(f pipe.Figures) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Figures = f
}

func (s *stream) snapshot() CameraState {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state
	st.Viewers = len(s.viewers)
	return st
}
