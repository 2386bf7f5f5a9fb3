package record

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Options are what an Archive needs.
type Options struct {
	Dir     string          // its own; made if it is not there
	Cameras map[string]Keep // that are recorded, by id
	Bytes   int64           // for all cameras together; 0 for no bound
	Pins    *Pins           // made of these options; nil for the archive's own
	// Space tells how much of the disk is free and how large it is, in bytes; a
	// total of 0 is not known. Nil asks nobody.
	Space func() (free, total uint64)
}

// What the rest of the hall needs of the disk: footage leaves at least this
// much free, and at least this share.
const (
	reserveBytes = 1 << 30
	reserveShare = 20 // a twentieth
)

// Archive is the footage of a hall. Its methods are safe for several
// goroutines, but each camera has one recorder.
type Archive struct {
	options Options

	mu    sync.Mutex
	reels map[string]*reel
	used  int64
}

// Open reads what is there, and repairs what an earlier run left unfinished.
// It takes as long as the disk needs to list all segments.
func Open(o Options) (*Archive, error) {
	if o.Space == nil {
		o.Space = func() (uint64, uint64) { return 0, 0 }
	}
	if o.Pins == nil {
		o.Pins = NewPins(o)
	}
	a := &Archive{options: o, reels: map[string]*reel{}}
	if err := o.Pins.open(); err != nil {
		return nil, err
	}
	for camera, keep := range o.Cameras {
		if len(camera) == 0 || len(camera) > maxID || camera != filepath.Base(camera) || camera[0] == '.' {
			return nil, fmt.Errorf("record: %q cannot be a camera's folder", camera)
		}
		r := &reel{camera: camera, dir: filepath.Join(o.Dir, camera), keep: keep, gone: map[string]Gone{}}
		if err := r.load(); err != nil {
			return nil, err
		}
		if err := readJSON(filepath.Join(r.dir, goneFile), &r.gone); err != nil {
			return nil, fmt.Errorf("record: what was deleted: %w", err)
		}
		a.reels[camera] = r
		a.used += r.used
	}
	return a, nil
}

// Add writes one fragment of a camera down. Those before the first key picture
// are passed over. After ErrFull, and after an error of the disk, the camera's
// next segment begins with the next key picture.
func (a *Archive) Add(camera string, init []byte, f Fragment) error {
	r := a.reels[camera] // the map never changes
	if r == nil {
		return fmt.Errorf("record: %s: %w", camera, ErrUnknown)
	}
	if r.mustCut(f) {
		if err := a.cut(r); err != nil {
			return err
		}
		if !f.Key {
			return nil
		}
	}
	need := int64(leadSize + len(f.Bytes) + entrySize)
	if r.writer == nil {
		need += int64(len(init) + headerSize + entrySize)
	}
	err := a.admit(r, need, f)
	if err == nil {
		err = a.write(r, init, f)
	}
	if err != nil {
		r.failed.Add(1)
		return errors.Join(err, a.cut(r))
	}
	return nil
}

func (a *Archive) write(r *reel, init []byte, f Fragment) error {
	if r.writer == nil {
		w, err := newWriter(r.dir, r.camera, init, f.At)
		if err != nil {
			return err
		}
		r.writer = w
		a.mu.Lock()
		r.current = &segment{path: w.path, start: f.At, open: true}
		r.segments = append(r.segments, r.current)
		slices.SortStableFunc(r.segments, func(a, b *segment) int { return a.start.Compare(b.start) })
		a.mu.Unlock()
	}
	err := r.writer.add(f)
	a.mu.Lock()
	defer a.mu.Unlock()
	by := r.writer.size() - r.current.size
	a.grow(r, r.current, by)
	r.written += by
	r.current.end, r.current.flushed, r.current.tail = r.writer.last, r.writer.flushed, r.writer.tail
	return err
}

// grow books bytes; the lock is held.
func (a *Archive) grow(r *reel, s *segment, by int64) {
	s.size += by
	r.used += by
	a.used += by
}

// Cut ends a camera's segment, because its picture format changed or because
// it is not recorded for now.
func (a *Archive) Cut(camera string) error {
	if r := a.reels[camera]; r != nil {
		return a.cut(r)
	}
	return nil
}

func (a *Archive) cut(r *reel) error {
	w := r.writer
	if w == nil {
		return nil
	}
	r.writer = nil
	empty := w.empty()
	var err error
	if empty {
		w.discard()
	} else {
		err = w.close()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := r.current
	r.current = nil
	s.open, s.tail = exists(s.path+openExt), nil
	if empty {
		a.forget(r, s)
	}
	return err
}

// forget takes a segment out of the books; the lock is held.
func (a *Archive) forget(r *reel, s *segment) {
	a.grow(r, s, -s.size)
	r.segments = slices.DeleteFunc(r.segments, func(t *segment) bool { return t == s })
}

// admit makes room for a fragment's bytes, deleting the oldest footage that
// nothing keeps. The disk is asked at key pictures only: what comes before the
// next one is little beside what is left free.
func (a *Archive) admit(r *reel, need int64, f Fragment) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := f.At
	for r.keep.Bytes > 0 && r.used+need > r.keep.Bytes {
		if !a.evict(now, whyBytes, r) {
			return fmt.Errorf("record: %s: the %d bytes for this camera are used: %w", r.camera, r.keep.Bytes, ErrFull)
		}
	}
	for a.options.Bytes > 0 && a.used+need > a.options.Bytes {
		if !a.evict(now, whyBytes, a.all()...) {
			return fmt.Errorf("record: the %d bytes for footage are used: %w", a.options.Bytes, ErrFull)
		}
	}
	if !f.Key {
		return nil
	}
	if left, free, known := a.left(); known && left < need {
		return fmt.Errorf("record: %d MB of the disk are free, which the hall itself needs: %w", free>>20, ErrFull)
	}
	return nil
}

// left is how much of the disk footage may still take, and how much is free;
// false when that is not known.
func (a *Archive) left() (left int64, free uint64, known bool) {
	free, total := a.options.Space()
	return int64(free) - int64(max(reserveBytes, total/reserveShare)), free, total > 0
}

func (a *Archive) all() []*reel {
	all := make([]*reel, 0, len(a.reels))
	for _, r := range a.reels {
		all = append(all, r)
	}
	return all
}

// Why footage was deleted.
const (
	whyDays  = "days"
	whyBytes = "bytes"
)

// evict deletes the oldest segment of some reels that is neither pinned nor
// written; false when there is none. The lock is held.
func (a *Archive) evict(now time.Time, why string, reels ...*reel) bool {
	var from *reel
	var oldest *segment
	for _, r := range reels {
		for _, s := range r.segments {
			if oldest != nil && !s.start.Before(oldest.start) {
				break
			}
			if s != r.current && !a.pinned(r, s) {
				from, oldest = r, s
				break
			}
		}
	}
	return oldest != nil && a.drop(from, oldest, now, why) == nil
}

// drop deletes a segment and remembers that it did; the lock is held. The disk
// may be full, so the segment goes first; what could not be written down of
// it is written with the next one.
func (a *Archive) drop(r *reel, s *segment, now time.Time, why string) error {
	last := r.endOf(s)
	if err := s.remove(); err != nil {
		return fmt.Errorf("record: delete %s: %w", s.path, err)
	}
	_ = os.Remove(filepath.Dir(s.path)) // the day's folder, if this was its last
	a.forget(r, s)
	r.gone[s.start.UTC().Format(dayForm)] = Gone{At: now.UTC(), Why: why, Last: last}
	oldest := now.Add(-keepGone).UTC().Format(dayForm)
	maps.DeleteFunc(r.gone, func(day string, _ Gone) bool { return day < oldest })
	_ = writeJSON(filepath.Join(r.dir, goneFile), r.gone)
	return nil
}

// keepGone is for how long the archive can say when footage was deleted.
const keepGone = 3 * 366 * 24 * time.Hour

// Tidy deletes what is older than its camera's days, and drops the pins whose
// time is over. Somebody calls it now and then.
func (a *Archive) Tidy(now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	errs := []error{a.options.Pins.expire(now)}
	for _, r := range a.reels {
		if r.keep.Days > 0 {
			errs = append(errs, a.age(r, now))
		}
	}
	return errors.Join(errs...)
}

func (a *Archive) age(r *reel, now time.Time) error {
	first := now.AddDate(0, 0, -r.keep.Days)
	for _, s := range slices.Clone(r.segments) {
		if !s.start.Before(first) {
			return nil
		}
		if s == r.current || !r.endOf(s).Before(first) || a.pinned(r, s) {
			continue
		}
		if err := a.drop(r, s, now, whyDays); err != nil {
			return err
		}
	}
	return nil
}

// Close ends all segments. No recorder may be at work.
func (a *Archive) Close() error {
	var errs []error
	for _, r := range a.all() {
		errs = append(errs, a.cut(r))
	}
	return errors.Join(errs...)
}

// State is what an archive holds of one camera.
type State struct {
	Camera   string
	Bytes    int64
	Segments int
	Oldest   time.Time // zero when there is none
	Free     int64     // of the camera's own bytes; negative when they have no bound
	Written  int64     // bytes since the archive was opened
	Failed   uint64    // pictures since then that could not be written
	Pins     int
}

// States tells what the archive holds, by camera.
func (a *Archive) States() map[string]State {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := map[string]State{}
	for id, r := range a.reels {
		s := State{Camera: id, Bytes: r.used, Segments: len(r.segments), Free: -1, Written: r.written, Failed: r.failed.Load(), Pins: len(a.options.Pins.of(id))}
		if len(r.segments) > 0 {
			s.Oldest = r.segments[0].start
		}
		if r.keep.Bytes > 0 {
			s.Free = max(0, r.keep.Bytes-r.used)
		}
		all[id] = s
	}
	return all
}

// Free is how many bytes all cameras together may still take before something
// is deleted or refused; false when nothing bounds them.
func (a *Archive) Free() (free int64, bounded bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	free, _, bounded = a.left()
	if quota := a.options.Bytes - a.used; a.options.Bytes > 0 && (!bounded || quota < free) {
		free, bounded = quota, true
	}
	return max(0, free), bounded
}

// Gone tells when footage of a moment was deleted, and why; false when it was
// not, as far as the archive remembers.
func (a *Archive) Gone(camera string, at time.Time) (Gone, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.reels[camera]
	if r == nil || len(r.between(at, at)) > 0 {
		return Gone{}, false
	}
	g, ok := r.gone[at.UTC().Format(dayForm)]
	return g, ok && !at.After(g.Last)
}
