package record

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// Film is footage of one picture format, which a player shows in one go.
type Film struct {
	Span
	Gaps  []Span        // times without pictures in between
	Clock Clock         // the worst of the fragments' clocks
	Error time.Duration // and the greatest error
}

// Films tells what there is of a camera between two moments, without opening
// a picture: the films, one for each picture format.
func (a *Archive) Films(camera string, from, to time.Time) ([]Film, error) {
	if !to.After(from) || to.Sub(from) > maxClip {
		return nil, fmt.Errorf("record: films of %s: the time must be longer than nothing and at most %s", camera, maxClip)
	}
	paths, err := a.indexes(camera, from, to)
	if err != nil {
		return nil, err
	}
	var films []Film
	var format [8]byte
	for _, path := range paths {
		x, err := readGrowing(path)
		if err != nil {
			continue // deleted meanwhile, or unreadable: a gap
		}
		for _, e := range x.Entries {
			if e.At.Before(from) || e.At.After(to) {
				continue
			}
			if len(films) == 0 || x.InitID != format {
				films, format = append(films, Film{Span: Span{e.At, e.At}, Clock: SenderReport}), x.InitID
			}
			films[len(films)-1].add(e)
		}
	}
	return films, nil
}

func (f *Film) add(e entry) {
	if e.At.Sub(f.To) > maxGap {
		f.Gaps = append(f.Gaps, Span{f.To, e.At})
	}
	if e.At.After(f.To) {
		f.To = e.At
	}
	f.Clock, f.Error = min(f.Clock, e.Clock), max(f.Error, e.Error)
}

// indexes are the index files of a time.
func (a *Archive) indexes(camera string, from, to time.Time) ([]string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.reels[camera]
	if r == nil {
		return nil, fmt.Errorf("record: films of %s: %w", camera, ErrUnknown)
	}
	var paths []string
	for _, s := range r.between(from, to) {
		paths = append(paths, s.indexPath())
	}
	return paths, nil
}

// readGrowing reads an index that may be closed, and so renamed, meanwhile.
func readGrowing(path string) (index, error) {
	x, err := readIndexFile(path)
	if name, open := strings.CutSuffix(path, openExt); open && errors.Is(err, fs.ErrNotExist) {
		return readIndexFile(name + indexExt)
	}
	return x, err
}
