package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail"
)

// The note of a backup is a file in the data directory. Whoever has the trail
// records it and takes it away: a hall that runs, with sign-in or without, or
// else the one who left it. So a backup at night needs no badge and no secret,
// and a hall believes only who may write where its trail is.
const (
	notePattern  = "backup-*.note"
	noteEvery    = time.Second
	notePatience = 10 * time.Second // of a backup for a hall that does not come to it
	maxNote      = 64 << 10
)

// recordBackup leaves the note and returns when it is recorded.
func recordBackup(ctx context.Context, dir string, n queue.NoteBackup) error {
	note, err := leaveNote(dir, n)
	if err != nil {
		return err
	}
	patience, look := time.NewTimer(notePatience), time.NewTicker(noteEvery/5)
	defer patience.Stop()
	defer look.Stop()
	for {
		if done, err := noteRecorded(ctx, dir, note); done {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-patience.C:
			return errors.New("the hall has not come to it yet; it will once it runs")
		case <-look.C:
		}
	}
}

// noteRecorded records a note itself where no hall runs.
func noteRecorded(ctx context.Context, dir, note string) (done bool, err error) {
	_, err = tellOnce(ctx, dir, func(*trail.Trail) (queue.Command, error) { return readNote(note) })
	var running *trail.InUse
	switch {
	case err == nil:
		return true, os.Remove(note)
	case errors.As(err, &running):
		return gone(note), nil
	case gone(note): // a hall has run meanwhile
		return true, nil
	}
	return true, fmt.Errorf("%w; a hall that starts on it will", err)
}

func gone(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// leaveNote writes a note under its name when it is whole. The hall may be
// another user's than the backup is.
func leaveNote(dir string, n queue.NoteBackup) (path string, err error) {
	text, err := json.Marshal(n)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, notePattern+".part")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		path = f.Name()[:len(f.Name())-len(".part")]
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the error that matters is the one before it
	}
	return path, err
}

func readNote(path string) (n queue.NoteBackup, err error) {
	f, err := os.Open(path)
	if err != nil {
		return n, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxNote))
	if err != nil {
		return n, err
	}
	return n, json.Unmarshal(text, &n)
}

// backupNotes are those that backups leave while the hall runs or before it did.
type backupNotes struct {
	dir  string
	hall *hall.Hall
	log  *slog.Logger
	seen map[string]bool // that are done with and may still lie there
}

func newBackupNotes(dir string, h *hall.Hall, log *slog.Logger) *backupNotes {
	return &backupNotes{dir: dir, hall: h, log: log, seen: map[string]bool{}}
}

// run looks for notes until the context ends.
func (b *backupNotes) run(ctx context.Context) error {
	look := time.NewTicker(noteEvery)
	defer look.Stop()
	for {
		b.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
	}
}

// look records the notes that are new.
func (b *backupNotes) look(ctx context.Context) {
	files, err := os.ReadDir(b.dir)
	if err != nil {
		return // the trail is there too and says so
	}
	for _, f := range files {
		note := filepath.Join(b.dir, f.Name())
		if is, _ := filepath.Match(notePattern, f.Name()); !is || b.seen[note] { // the pattern is good
			continue
		}
		switch err := b.record(ctx, note); {
		case errors.Is(err, errNoteLost):
			b.seen[note] = true
			b.log.Error("the note of a backup cannot be recorded", "note", note, "err", err)
		case err != nil: // the hall says why it records nothing, and it is tried again
			return
		default:
			b.seen[note] = true
			if err := os.Remove(note); err != nil {
				b.log.Warn("the note of a backup is recorded and stays", "err", err)
			}
		}
	}
}

// errNoteLost says that a note will never be recorded.
var errNoteLost = errors.New("it cannot be read")

// record goes by the name of the note, so that one which was not removed any
// more is not recorded twice.
func (b *backupNotes) record(ctx context.Context, note string) error {
	n, err := readNote(note)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoteLost, err)
	}
	_, err = b.hall.Do(ctx, hall.Request{ID: filepath.Base(note), Actor: "lobby", Command: n})
	return err
}
