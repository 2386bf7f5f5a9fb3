package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// maxClip is the longest time that is given out at once.
const maxClip = 4 * time.Hour

// Span is a time with pictures, or one without.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Clip is a film of one camera, made of fragments that lie in segments. It
// holds their files open, so that they may be deleted meanwhile. Nothing in it
// is changed but the times in the fragments' heads, so that the film begins
// at zero and a gap takes as long in the film as it took in the hall.
type Clip struct {
	Film // from the key picture at or before the time asked for
	// Next is where the picture format changes; the film ends before it, and
	// another begins there. Zero when it does not.
	Next time.Time

	init   []byte
	scales scales
	files  []*os.File
	pieces []piece
	size   int64
}

// piece is a part of the film in one place.
type piece struct {
	at     int64 // in the film
	size   int64
	memory []byte // the beginning of the film, or its end
	file   *os.File
	offset int64
	by     int64 // that its times are moved, in units of the first track
}

// Clip makes the film of a camera from the last key picture at or before from
// until to. The caller closes it.
func (a *Archive) Clip(camera string, from, to time.Time) (*Clip, error) {
	if !to.After(from) || to.Sub(from) > maxClip {
		return nil, fmt.Errorf("record: clip of %s: the time must be longer than nothing and at most %s", camera, maxClip)
	}
	c := &Clip{}
	shots, err := a.shots(c, camera, from, to)
	if err == nil && len(shots) == 0 {
		err = ErrNone
	}
	if err == nil {
		err = c.cut(shots)
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("record: clip of %s: %w", camera, err)
	}
	return c, nil
}

// shot is one fragment in one file.
type shot struct {
	entry
	file *os.File
}

// shots collects the fragments of a time that share the first one's picture
// format, and opens their files.
func (a *Archive) shots(c *Clip, camera string, from, to time.Time) ([]shot, error) {
	places, err := a.opened(c, camera, from, to)
	if err != nil {
		return nil, err
	}
	var shots []shot
	var format [8]byte
	for i, f := range c.files {
		x, err := places[i].read()
		if err != nil {
			continue // deleted meanwhile, or unreadable: a gap
		}
		some := cutOut(x.Entries, from, to)
		if len(some) == 0 {
			continue
		}
		if c.init == nil {
			format = x.InitID
			c.init = make([]byte, x.Init.Size)
			if _, err := f.ReadAt(c.init, 0); err != nil {
				return nil, err
			}
		}
		if x.InitID != format {
			c.Next = some[0].At
			break
		}
		for _, e := range some {
			shots = append(shots, shot{e, f})
		}
	}
	return shots, nil
}

// opened opens the films of a time and tells where their indexes are.
func (a *Archive) opened(c *Clip, camera string, from, to time.Time) ([]place, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.reels[camera]
	if r == nil {
		return nil, ErrUnknown
	}
	var places []place
	for _, s := range r.between(from, to) {
		f, err := os.Open(s.path + mediaExt)
		if err != nil {
			return nil, err
		}
		c.files = append(c.files, f)
		places = append(places, s.index())
	}
	return places, nil
}

// cutOut takes the entries of a time, from the key picture at or before it on.
func cutOut(all []entry, from, to time.Time) []entry {
	first := -1
	for i, e := range all {
		if e.Key && (first < 0 || !e.At.After(from)) {
			first = i
		}
	}
	if first < 0 {
		return nil
	}
	last := len(all)
	for last > first && all[last-1].At.After(to) {
		last--
	}
	return all[first:last]
}

// cut lays the fragments one behind the other on one timeline.
func (c *Clip) cut(shots []shot) error {
	scales, err := tracks(c.init)
	if err != nil {
		return err
	}
	c.scales = scales
	c.Film = Film{Span: Span{shots[0].At, shots[0].At}, Clock: SenderReport}
	var line timeline
	var entrances []entrance
	head := slices.Clone(c.init)
	c.add(piece{size: int64(len(head)), memory: head})
	for _, s := range shots {
		c.Film.add(s.entry)
		at := line.place(s.entry, c.From, int64(scales.first))
		if s.Key {
			entrances = append(entrances, entrance{at, c.size})
		}
		c.add(piece{size: int64(s.Size), file: s.file, offset: s.Offset, by: line.by})
	}
	setLength(head, time.Duration(float64(line.last+line.step)/float64(scales.first)*float64(time.Second)))
	tail := fragmentIndex(entrances)
	c.add(piece{size: int64(len(tail)), memory: tail})
	return nil
}

func (c *Clip) add(p piece) {
	p.at = c.size
	c.size += p.size
	c.pieces = append(c.pieces, p)
}

// timeline lays fragments of several runs of the camera process on one line.
// Within a run the camera's own steps are kept; over a break the wall clock
// says how long it was.
type timeline struct {
	before entry
	by     int64 // that this run's times are moved
	last   int64 // where the fragment before lies
	step   int64 // between the last two
	begun  bool
}

// maxDrift is how far a step of the camera's timeline may be from the wall
// clock's. What is further off is a break.
const maxDrift = 2 * time.Second

// place says where a fragment lies, in units of the first track.
func (t *timeline) place(e entry, start time.Time, units int64) int64 {
	wall := int64(e.At.Sub(start)) / int64(time.Millisecond) * units / 1000
	decode := int64(e.Decode)
	step := decode - int64(t.before.Decode)
	walked := e.At.Sub(t.before.At)
	off := time.Duration(float64(step)/float64(units)*float64(time.Second)) - walked
	if !t.begun || e.Key && (step < 0 || off.Abs() > maxDrift) {
		at := max(wall, t.last+t.step)
		t.by = at - decode
	}
	at := decode + t.by
	if t.begun && at > t.last {
		t.step = at - t.last
	}
	if !t.begun {
		t.step = units / 25 // assumed until there are two
	}
	t.before, t.last, t.begun = e, max(at, t.last), true
	return at
}

// Size is how many bytes the film has.
func (c *Clip) Size() int64 { return c.size }

// Init is the film's beginning, which says what it is.
func (c *Clip) Init() []byte { return c.init }

// ReadAt implements io.ReaderAt.
func (c *Clip) ReadAt(p []byte, off int64) (n int, err error) {
	i, found := slices.BinarySearchFunc(c.pieces, off, func(p piece, off int64) int {
		switch {
		case off < p.at:
			return 1
		case off >= p.at+p.size:
			return -1
		}
		return 0
	})
	if !found {
		return 0, io.EOF
	}
	for ; n < len(p) && i < len(c.pieces); i++ {
		b, err := c.load(c.pieces[i])
		if err != nil {
			return n, fmt.Errorf("record: read a clip: %w", err)
		}
		n += copy(p[n:], b[off+int64(n)-c.pieces[i].at:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// load reads a piece, with its times moved.
func (c *Clip) load(p piece) ([]byte, error) {
	if p.memory != nil {
		return p.memory, nil
	}
	b := make([]byte, p.size)
	if _, err := p.file.ReadAt(b, p.offset); err != nil {
		return nil, err
	}
	shift(b, p.by, c.scales)
	return b, nil
}

// Reader reads the film.
func (c *Clip) Reader() *io.SectionReader { return io.NewSectionReader(c, 0, c.size) }

// Fragments calls f with every fragment as it was recorded.
func (c *Clip) Fragments(f func([]byte) error) error {
	for _, p := range c.pieces {
		if p.memory != nil {
			continue
		}
		b := make([]byte, p.size)
		if _, err := p.file.ReadAt(b, p.offset); err != nil {
			return fmt.Errorf("record: read a clip: %w", err)
		}
		if err := f(bytes.Clone(b)); err != nil {
			return err
		}
	}
	return nil
}

// Close lets the segments go.
func (c *Clip) Close() error {
	var errs []error
	for _, f := range c.files {
		errs = append(errs, f.Close())
	}
	c.files = nil
	return errors.Join(errs...)
}
