package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Pin keeps footage from being deleted before its time.
type Pin struct {
	ID     string    `json:"id"` // of what it is kept for; one pin a camera and id
	Camera string    `json:"camera"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Until  time.Time `json:"until"` // kept until then
	Why    string    `json:"why"`   // a sentence for people
}

func (p Pin) covers(camera string, from, to time.Time) bool {
	return p.Camera == camera && !p.From.After(to) && !p.To.Before(from)
}

// Pins are what is kept of an archive. They are at hand before the archive is
// open, which takes its time, so that nothing is deleted then that was to be
// kept. Their methods are safe for several goroutines.
type Pins struct {
	dir     string
	cameras map[string]Keep

	mu   sync.Mutex
	read bool
	all  []Pin
}

// NewPins are the pins of the archive with these options.
func NewPins(o Options) *Pins { return &Pins{dir: o.Dir, cameras: o.Cameras} }

// Add keeps footage, also of a time to come, until p.Until. A pin of the same
// camera and id is replaced. It is on the disk when Add returns.
func (s *Pins) Add(p Pin) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.cameras[p.Camera]; !ok {
		return fmt.Errorf("record: pin %s: %w", p.Camera, ErrUnknown)
	}
	if err := s.load(); err != nil {
		return err
	}
	return s.replace(append(s.without(func(q Pin) bool { return q.ID == p.ID && q.Camera == p.Camera }), p))
}

// All are those that hold, in the order in which they were made.
func (s *Pins) All() []Pin {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// of are those of one camera.
func (s *Pins) of(camera string) (some []Pin) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.all {
		if p.Camera == camera {
			some = append(some, p)
		}
	}
	return some
}

// open reads the pins, so that what follows need not ask whether they are.
func (s *Pins) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load()
}

// load reads the pins of earlier runs, once; the lock is held.
func (s *Pins) load() error {
	if s.read {
		return nil
	}
	err := os.MkdirAll(s.dir, 0o700)
	if err == nil {
		err = readJSON(filepath.Join(s.dir, pinsFile), &s.all)
	}
	if err != nil {
		return fmt.Errorf("record: the pins: %w", err)
	}
	s.read = true
	return nil
}

// without are the pins but some; the lock is held.
func (s *Pins) without(some func(Pin) bool) []Pin {
	return slices.DeleteFunc(slices.Clone(s.all), some)
}

// replace writes the pins down; the lock is held.
func (s *Pins) replace(all []Pin) error {
	if err := writeJSON(filepath.Join(s.dir, pinsFile), all); err != nil {
		return fmt.Errorf("record: write the pins: %w", err)
	}
	s.all = all
	return nil
}

// expire drops the pins whose time is over.
func (s *Pins) expire(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.without(func(p Pin) bool { return p.Until.Before(now) })
	if len(left) == len(s.all) {
		return nil
	}
	return s.replace(left)
}

// pinned tells whether a segment must stay; the archive's lock is held.
func (a *Archive) pinned(r *reel, s *segment) bool {
	pins := a.options.Pins.of(r.camera)
	return len(pins) > 0 && slices.ContainsFunc(pins, func(p Pin) bool { return p.covers(r.camera, s.start, r.endOf(s)) })
}

const (
	pinsFile = "pins.json"
	goneFile = "gone.json"
)

// writeJSON replaces a file as a whole, or not at all.
func writeJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// readJSON reads such a file; one that is not there leaves v as it is.
func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
