package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A segment ends at the first key picture after one of these, and at the first
// key picture after a gap, so that what is deleted is never much more than
// what has to be.
const (
	segmentTime  = 5 * time.Minute
	segmentBytes = 64 << 20
	// maxGap is the longest time without a picture that is no gap.
	maxGap = 2 * time.Second
)

// reel is the footage of one camera. Its fields are guarded by the archive's
// lock but for writer, which is its recorder's.
type reel struct {
	camera   string
	dir      string
	keep     Keep
	segments []*segment // by start
	used     int64
	gone     map[string]Gone // what was deleted, by UTC day of the footage
	current  *segment        // that grows; nil between two
	writer   *writer
	written  int64         // bytes since the start
	failed   atomic.Uint64 // pictures that could not be written
}

// Gone says when footage was deleted, and why.
type Gone struct {
	At   time.Time `json:"at"`
	Why  string    `json:"why"`  // days, bytes
	Last time.Time `json:"last"` // what was taken until then
}

// load finds the segments of earlier runs and repairs those that were cut
// short.
func (r *reel) load() error {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if name, ok := strings.CutSuffix(path, openExt); ok {
			return r.repair(name)
		}
		if name, ok := strings.CutSuffix(path, indexExt); ok {
			return r.found(name)
		}
		return nil
	})
	slices.SortFunc(r.segments, func(a, b *segment) int { return a.start.Compare(b.start) })
	return err
}

func (r *reel) repair(name string) error {
	path, err := recovered(name)
	if err != nil || path == "" {
		return err
	}
	return r.found(path)
}

func (r *reel) found(path string) error {
	start, err := time.Parse(dayForm+"/"+nameForm, filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path))
	if err != nil {
		return nil // not ours
	}
	s := &segment{path: path, start: start}
	for _, ext := range []string{mediaExt, indexExt} {
		info, err := os.Stat(path + ext)
		if errors.Is(err, fs.ErrNotExist) {
			return os.Remove(path + indexExt) // its film was deleted, and the index was left
		}
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		s.size += info.Size()
	}
	r.segments = append(r.segments, s)
	r.used += s.size
	return nil
}

// mustCut tells whether a fragment begins a new segment.
func (r *reel) mustCut(f Fragment) bool {
	w := r.writer
	if w == nil {
		return true
	}
	step := f.At.Sub(w.last)
	return f.Key && (f.At.Sub(w.start) >= segmentTime || w.offset >= segmentBytes || step > maxGap || step < 0)
}

// endOf is when a segment ends, as far as it has grown.
func (r *reel) endOf(s *segment) time.Time {
	if !s.end.IsZero() {
		return s.end
	}
	x, err := readIndexFile(s.indexPath())
	if err != nil || len(x.Entries) == 0 {
		return s.start // unreadable; as old as it says
	}
	s.end = x.Entries[len(x.Entries)-1].At
	return s.end
}

// between are the segments with footage of a time, by their start.
func (r *reel) between(from, to time.Time) []*segment {
	var found []*segment
	for _, s := range r.segments {
		if !s.start.After(to) && !r.endOf(s).Before(from) {
			found = append(found, s)
		}
	}
	return found
}
