package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lobby/queue"
	"lobby/queue/trail/owner"
)

// flashBook remembers what was flashed in a hall, in its data directory, and
// sees that no two boards of a window are flashed at the same time, also by two
// people. Nil is a book of no hall: it keeps nothing.
type flashBook struct{ dir string }

// entry is one line of the book.
type entry struct {
	At        time.Time `json:"at"`
	Unit      string    `json:"unit"`
	Loader    string    `json:"loader"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Build     string    `json:"build"`
	SHA256    string    `json:"sha256"`
	Downgrade string    `json:"downgrade,omitempty"` // reason
	Open      string    `json:"open,omitempty"`      // reason
	Error     string    `json:"error,omitempty"`
}

func newFlashBook(data string) *flashBook { return &flashBook{dir: filepath.Join(data, "firmware")} }

// claim takes a board's window until release.
func (k *flashBook) claim(b chip) (release func(), err error) {
	if k == nil || b.window == "" {
		return func() {}, nil
	}
	if _, err := owner.MkdirAll(k.dir, 0o755); err != nil {
		return nil, err
	}
	name := strings.NewReplacer(" ", "-", "/", "-").Replace(b.window) + ".lock"
	f, err := owner.Open(filepath.Join(k.dir, name), os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, &queue.Refusal{Code: "same_window", Say: fmt.Sprintf("somebody is flashing a board of %s right now: wait until that is done", b.window)}
	}
	return func() { f.Close() }, nil // which gives the lock back
}

// note appends a line. A book that cannot be written is told, but the board
// was flashed all the same.
func (k *flashBook) note(e entry) {
	if k == nil {
		return
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = owner.MkdirAll(k.dir, 0o755)
	}
	if err == nil {
		err = appendLine(filepath.Join(k.dir, "flashed.jsonl"), line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the book of flashed boards is not kept:", err)
	}
}

func appendLine(path string, line []byte) error {
	f, err := owner.Open(path, os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}
