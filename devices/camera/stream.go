package camera

import (
	"context"
	"slices"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/camera/pipe"
)

// Bounds of the pictures kept for the next viewer: from the last key picture
// on. A camera with longer gaps between key pictures lets new viewers wait.
const (
	maxKept      = 600
	maxKeptBytes = 8 << 20
)

// stream is one camera on the hall's side: its state, the pictures kept for
// the next viewer, and its viewers.
type stream struct {
	source Source

	mu      sync.Mutex
	state   CameraState
	mime    string
	init    []byte
	live    bool
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
func (s *stream) watch(ctx context.Context) (*Viewer, error) {
	for {
		v, ready := s.join()
		if v != nil {
			return v, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ready:
		}
	}
}

func (s *stream) join() (*Viewer, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isReady() {
		return nil, s.ready
	}
	v := newViewer(s.mime, s.init, slices.Clone(s.kept))
	v.leave = func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.viewers, v)
	}
	s.viewers[v] = struct{}{}
	return v, nil
}

// isReady is called with the lock held.
func (s *stream) isReady() bool { return s.live && s.init != nil }

// tell wakes those who wait for the camera; the lock is held.
func (s *stream) tell(before bool) {
	switch now := s.isReady(); {
	case now && !before:
		close(s.ready)
	case before && !now:
		s.ready = make(chan struct{})
	}
}

// start takes a new initialisation segment: every viewer must start again.
func (s *stream) start(mime string, init []byte) {
	s.mu.Lock()
	before := s.isReady()
	s.mime, s.init = mime, init
	s.forget()
	s.tell(before)
	gone := s.viewers
	s.viewers = map[*Viewer]struct{}{}
	s.mu.Unlock()
	for v := range gone {
		v.end(ErrRestart)
	}
}

// add takes the next picture.
func (s *stream) add(f Fragment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.LastFrame = f.At
	s.state.Frames++
	s.state.Bytes += uint64(len(f.Bytes))
	s.keep(f)
	for v := range s.viewers {
		s.state.Dropped += uint64(v.push(f))
	}
}

func (s *stream) keep(f Fragment) {
	if f.Key {
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
	s.live = st.Code == pipe.Live
	if !s.live {
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

func health(c pipe.Code) devices.State {
	switch c {
	case pipe.Connecting:
		return devices.Unknown
	case pipe.Live:
		return devices.Up
	case pipe.Stalled, pipe.Unsupported:
		return devices.Degraded
	}
	return devices.Down
}

func (s *stream) snapshot() CameraState {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state
	st.Viewers = len(s.viewers)
	return st
}
