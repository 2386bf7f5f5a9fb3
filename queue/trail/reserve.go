package trail

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ncruces/go-sqlite3"
)

const (
	reserveFile = "reserve"
	reserveSize = 64 << 20 // two full days of the largest hall
	// reserveSlack must be free beside the reserve before it is taken again, so
	// that a disk on the brink does not swing.
	reserveSlack = 32 << 20
	// spaceLow is so little that a change may have failed for want of it.
	spaceLow = 1 << 20
)

// Reserve keeps space for the end of the day: a file that is taken away when
// the disk is full, so that whoever has a number can still be called. It tells
// whether the reserve is there; while it is not, no new numbers should be
// given. On a system that does not tell its free space it always is.
func (t *Trail) Reserve() (held bool, err error) {
	if t.reserved() {
		return true, nil
	}
	path := filepath.Join(t.dir, reserveFile)
	free, total := space(t.dir)
	if total == 0 {
		return true, nil
	}
	if free < reserveSize+reserveSlack {
		return false, nil
	}
	if err := allocate(path, reserveSize); err != nil {
		return false, fmt.Errorf("trail: reserve space: %w", errors.Join(err, os.Remove(path)))
	}
	return true, nil
}

func (r *Reader) reserved() bool {
	info, err := os.Stat(filepath.Join(r.dir, reserveFile))
	return err == nil && info.Size() == reserveSize
}

// release gives the reserve away when a change failed because the disk is
// full. What failed is refused all the same; the next change has room.
func (t *Trail) release(failed error) {
	free, total := space(t.dir)
	if errors.Is(failed, sqlite3.FULL) || total > 0 && free < spaceLow {
		_ = os.Remove(filepath.Join(t.dir, reserveFile)) // it may be gone already
	}
}

// Space is what is free and what there is on the file system, in bytes; 0 when
// it does not tell.
func (r *Reader) Space() (free, total uint64) { return space(r.dir) }

// Extent is how much there is of a trail.
type Extent struct {
	Bytes       int64     // of all its files, without the reserve
	Parts       int       // files of closed months that are there
	Oldest      time.Time // of the oldest record; zero without one
	Reserve     bool      // space is kept for the end of the day
	Free, Total uint64    // bytes of the file system; 0 when it does not tell
}

// Extent measures the trail.
func (r *Reader) Extent() (e Extent, err error) {
	e.Free, e.Total = space(r.dir)
	e.Reserve = r.reserved()
	files, err := filepath.Glob(filepath.Join(r.dir, "trail*.db*"))
	if err != nil {
		return e, err
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil { // it may go between the two
			e.Bytes += info.Size()
		}
	}
	parts, err := r.Parts()
	if err != nil {
		return e, err
	}
	for _, p := range parts {
		if !p.Gone {
			e.Parts++
		}
	}
	rs, err := r.Since(0, 1)
	if len(rs) > 0 {
		e.Oldest = rs[0].At
	}
	return e, err
}
