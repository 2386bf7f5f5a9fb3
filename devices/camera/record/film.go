package record

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// Film is footage of one picture format, which a player shows in one go.
type Film struct {
	Span
	Gaps  []Span        // times without pictures in between
	Clock Clock         // the worst of the fragments' clocks
	Error time.Duration // and the greatest error
	// Ahead is how far the camera's own clock was ahead, which is taken off
	// already; Told says that the camera told it.
	Ahead time.Duration
	Told  bool
}

// Films tells what there is of a camera between two moments, without opening
// a picture: the films, one for each picture format.
func (a *Archive) Films(camera string, from, to time.Time) ([]Film, error) {
	if !to.After(from) || to.Sub(from) > maxClip {
		return nil, fmt.Errorf("record: films of %s: the time must be longer than nothing and at most %s", camera, maxClip)
	}
	places, err := a.indexes(camera, from, to)
	if err != nil {
		return nil, err
	}
	var films []Film
	var format [8]byte
	for _, p := range places {
		x, err := p.read()
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
	if e.Told && !f.Told {
		f.Ahead, f.Told = e.Ahead, true
	}
}

// indexes are those of a time.
func (a *Archive) indexes(camera string, from, to time.Time) ([]place, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.reels[camera]
	if r == nil {
		return nil, fmt.Errorf("record: films of %s: %w", camera, ErrUnknown)
	}
	var places []place
	for _, s := range r.between(from, to) {
		places = append(places, s.index())
	}
	return places, nil
}

// place is where an index lies at a moment: in a file, and of a segment that
// grows a tail that is not in the file yet.
type place struct {
	path    string
	flushed int64
	tail    []byte
}

// index is called with the archive's lock held.
func (s *segment) index() place { return place{s.indexPath(), s.flushed, bytes.Clone(s.tail)} }

// read reads an index that may be written on, closed and so renamed, meanwhile.
func (p place) read() (index, error) {
	b, err := os.ReadFile(p.path)
	if name, open := strings.CutSuffix(p.path, openExt); open && errors.Is(err, fs.ErrNotExist) {
		b, err = os.ReadFile(name + indexExt)
	}
	if err != nil {
		return index{}, err
	}
	if len(p.tail) > 0 {
		b = append(b[:min(p.flushed, int64(len(b)))], p.tail...)
	}
	return parseIndex(b)
}
