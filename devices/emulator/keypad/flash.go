package keypad

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Flash is what a keypad keeps without power. Keep returns when what it was
// given would survive the loss of power.
type Flash interface {
	Recall() (Kept, error)
	Keep(Kept) error
}

// Kept is the content of the flash.
type Kept struct {
	Counter int         `json:"counter"` // number of the last press
	Presses []KeptPress `json:"presses"` // without an answer, oldest first
}

// KeptPress is one press that was not answered.
type KeptPress struct {
	ID      string    `json:"id"`
	Level   int       `json:"level"`
	Reasons []string  `json:"reasons,omitempty"`
	Prompt  string    `json:"prompt,omitempty"`
	At      time.Time `json:"at"`
}

// File is a flash in one file. Its directory must exist.
type File string

// Recall reads the file; one that is not there is an empty flash.
func (f File) Recall() (k Kept, err error) {
	data, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return k, fmt.Errorf("keypad: read the flash: %w", err)
	}
	if err := json.Unmarshal(data, &k); err != nil {
		return k, fmt.Errorf("keypad: %s is no keypad's memory, move it away to begin anew: %w", string(f), err)
	}
	return k, nil
}

// Keep writes a new file beside the old one and puts it in its place, so that
// one of the two is whole at any moment.
func (f File) Keep(k Kept) error {
	data, err := json.Marshal(k)
	if err == nil {
		err = replace(string(f), data)
	}
	if err != nil {
		return fmt.Errorf("keypad: write the flash: %w", err)
	}
	return nil
}

func replace(path string, data []byte) error {
	next, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(next.Name()) // there is nothing to remove once it took the other's place
	_, err = next.Write(data)
	if err := errors.Join(err, next.Sync(), next.Close()); err != nil {
		return err
	}
	if err := os.Rename(next.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// ram is the flash of a keypad made of software only: it lasts as long as the
// keypad does.
type ram struct{ kept Kept }

func (r *ram) Recall() (Kept, error) { return r.kept, nil }
func (r *ram) Keep(k Kept) error     { r.kept = k; return nil }
