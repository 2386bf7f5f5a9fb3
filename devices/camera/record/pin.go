package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// Pin keeps footage, also of a time to come, until p.Until. A pin of the same
// camera and id is replaced. It is on the disk when Pin returns.
func (a *Archive) Pin(p Pin) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.reels[p.Camera] == nil {
		return fmt.Errorf("record: pin %s: %w", p.Camera, ErrUnknown)
	}
	pins := slices.DeleteFunc(slices.Clone(a.pins), func(q Pin) bool { return q.ID == p.ID && q.Camera == p.Camera })
	pins = append(pins, p)
	if err := writeJSON(filepath.Join(a.options.Dir, pinsFile), pins); err != nil {
		return fmt.Errorf("record: pin: %w", err)
	}
	a.pins = pins
	return nil
}

// Pins are all that hold, in the order in which they were made.
func (a *Archive) Pins() []Pin {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.pins)
}

// expirePins drops the pins whose time is over; the lock is held.
func (a *Archive) expirePins(now time.Time) error {
	pins := slices.DeleteFunc(slices.Clone(a.pins), func(p Pin) bool { return p.Until.Before(now) })
	if len(pins) == len(a.pins) {
		return nil
	}
	if err := writeJSON(filepath.Join(a.options.Dir, pinsFile), pins); err != nil {
		return fmt.Errorf("record: drop pins: %w", err)
	}
	a.pins = pins
	return nil
}

// pinned tells whether a segment must stay; the lock is held.
func (a *Archive) pinned(r *reel, s *segment) bool {
	if !slices.ContainsFunc(a.pins, func(p Pin) bool { return p.Camera == r.camera }) {
		return false
	}
	end := r.endOf(s)
	return slices.ContainsFunc(a.pins, func(p Pin) bool { return p.covers(r.camera, s.start, end) })
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
