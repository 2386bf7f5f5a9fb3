package camera

import (
	"context"
	"sync"

	"lobby/devices/camera/pipe"
)

// Bounds of what waits for one viewer. 100 pictures are four seconds: who is
// further behind does not see the hall live any more and starts at the next
// key picture.
const (
	maxWaiting      = 100
	maxWaitingBytes = 8 << 20
)

// Viewer is one viewer of one camera. Init and MIME come first, then the
// fragments of Next. All methods are safe for several goroutines, Next for
// one at a time.
type Viewer struct {
	what   *pipe.Start
	view   pipe.View
	sound  bool // fragments of sound are wanted
	leave  func()
	notify chan struct{} // one token: something changed

	mu      sync.Mutex
	first   []Fragment // kept pictures from the last key picture on
	waiting []Fragment // live ones after them
	bytes   int        // of waiting
	count   int        // pictures in waiting
	waitKey bool
	dropped uint64
	err     error // why there is nothing more
}

func newViewer(what *pipe.Start, view pipe.View) *Viewer {
	return &Viewer{what: what, view: view, notify: make(chan struct{}, 1)}
}

// begin gives the viewer the kept pictures, before anything else.
func (v *Viewer) begin(kept []Fragment) {
	for _, f := range kept {
		if v.wants(f) {
			v.first = append(v.first, f)
		}
	}
	v.waitKey = len(v.first) == 0
}

func (v *Viewer) wants(f Fragment) bool { return v.sound || f.Track == pipe.Picture }

// MIME is the type of the whole stream, video/mp4; codecs="avc1.…".
func (v *Viewer) MIME() string { return v.view.MIME }

// Init is the initialisation segment. It is shared and must not be changed.
func (v *Viewer) Init() []byte { return v.view.Init }

// Tracks are what the camera sends, with the parameters of each codec. They
// are shared and must not be changed.
func (v *Viewer) Tracks() []pipe.Track { return v.what.Tracks }

// Dropped is how many pictures this viewer was too slow for.
func (v *Viewer) Dropped() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.dropped
}

// Close ends the viewer; a waiting Next returns ErrClosed. It may be called
// again.
func (v *Viewer) Close() {
	v.leave()
	v.end(ErrClosed)
}

// Next returns the next fragment, waiting for it. After an error there is
// nothing more: ErrRestart asks for a new viewer.
func (v *Viewer) Next(ctx context.Context) (Fragment, error) {
	for {
		if f, ok, err := v.take(); ok || err != nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return Fragment{}, ctx.Err()
		case <-v.notify:
		}
	}
}

func (v *Viewer) take() (Fragment, bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.err != nil:
		return Fragment{}, false, v.err
	case len(v.first) > 0:
		f := v.first[0]
		v.first = v.first[1:]
		return f, true, nil
	case len(v.waiting) > 0:
		f := v.waiting[0]
		v.waiting[0] = Fragment{} // let the bytes go
		v.waiting = v.waiting[1:]
		v.bytes -= len(f.Bytes)
		v.count -= pictures(f)
		return f, true, nil
	}
	return Fragment{}, false, nil
}

// push gives the viewer a live fragment and says how many pictures were
// dropped for it. It never blocks.
func (v *Viewer) push(f Fragment) (dropped int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil || !v.wants(f) {
		return 0
	}
	if v.count >= maxWaiting || len(v.waiting) > 0 && v.bytes+len(f.Bytes) > maxWaitingBytes {
		dropped = pictures(v.first...) + v.count
		v.first, v.waiting, v.bytes, v.count = nil, nil, 0, 0
		v.waitKey = true
	}
	if v.waitKey && (f.Track != pipe.Picture || !f.Key) {
		// Before its first picture a viewer has missed nothing.
		if dropped > 0 || v.dropped > 0 {
			dropped += pictures(f)
		}
	} else {
		v.waitKey = false
		v.waiting = append(v.waiting, f)
		v.bytes += len(f.Bytes)
		v.count += pictures(f)
		v.wake()
	}
	v.dropped += uint64(dropped)
	return dropped
}

// pictures counts those among the fragments.
func pictures(fragments ...Fragment) (n int) {
	for _, f := range fragments {
		if f.Track == pipe.Picture {
			n++
		}
	}
	return n
}

func (v *Viewer) end(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err == nil {
		v.err = err
		v.first, v.waiting = nil, nil
	}
	v.wake()
}

// wake is called with the lock held.
func (v *Viewer) wake() {
	select {
	case v.notify <- struct{}{}:
	default:
	}
}
