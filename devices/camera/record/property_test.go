package record

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// world is an archive with what it held before the last action.
type world struct {
	options Options
	archive *Archive
	next    map[string]int // the next picture, by camera
	now     time.Time
	held    map[string][]kept
	pins    []Pin
}

// kept is a segment that is there.
type kept struct {
	path       string
	start, end time.Time
	current    bool
}

// TestQuotaAndPins: whatever happens, the bytes stay below the quotas, what is
// pinned stays, and of the rest the oldest goes first.
func TestQuotaAndPins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "lobby-record-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w := &world{next: map[string]int{}, now: noon, options: Options{
			Dir: dir, Bytes: rapid.Int64Range(9000, 20000).Draw(t, "hall"),
			Cameras: map[string]Keep{
				"a": {Bytes: rapid.Int64Range(5000, 12000).Draw(t, "a")},
				"b": {Days: rapid.IntRange(1, 3).Draw(t, "days")},
			},
		}}
		w.reopen(t)
		t.Repeat(map[string]func(*rapid.T){"add": w.add, "pin": w.pin, "rest": w.rest, "crash": w.reopen, "": w.check})
	})
}

// reopen leaves the archive as a kill would.
func (w *world) reopen(t *rapid.T) {
	a, err := Open(w.options)
	if err != nil {
		t.Fatal(err)
	}
	w.archive = a
}

func (w *world) add(t *rapid.T) {
	camera := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "camera")
	for range rapid.IntRange(1, 40).Draw(t, "pictures") {
		n := w.next[camera]
		w.next[camera]++
		if at(n).After(w.now) {
			w.now = at(n)
		}
		if err := w.archive.Add(camera, fakeInit('1'), fake(n)); err != nil && !errors.Is(err, ErrFull) {
			t.Fatal(err)
		}
	}
	if rapid.Bool().Draw(t, "cut") {
		if err := w.archive.Cut(camera); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) pin(t *rapid.T) {
	camera := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "camera")
	from := rapid.IntRange(0, w.next[camera]+10).Draw(t, "from")
	p := Pin{
		ID: fmt.Sprint("pin", rapid.IntRange(1, 3).Draw(t, "id")), Camera: camera, Why: "test",
		From: at(from), To: at(from + rapid.IntRange(0, 20).Draw(t, "length")),
		Until: w.now.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour),
	}
	if err := w.archive.options.Pins.Add(p); err != nil {
		t.Fatal(err)
	}
}

// rest lets hours go by.
func (w *world) rest(t *rapid.T) {
	hours := rapid.IntRange(1, 40).Draw(t, "hours")
	w.now = w.now.Add(time.Duration(hours) * time.Hour)
	for camera := range w.options.Cameras {
		w.next[camera] += hours * 18000
	}
	if err := w.archive.Tidy(w.now); err != nil {
		t.Fatal(err)
	}
}

// holds lists the segments of a camera as they are on the disk.
func (w *world) holds(t *rapid.T, camera string) []kept {
	var all []kept
	r := w.archive.reels[camera]
	for _, s := range r.segments {
		x, err := s.index().read()
		if err != nil || len(x.Entries) == 0 {
			t.Fatalf("segment %s: %d entries, %v", s.path, len(x.Entries), err)
		}
		all = append(all, kept{s.path, s.start, x.Entries[len(x.Entries)-1].At, s == r.current})
	}
	return all
}

func (w *world) check(t *rapid.T) {
	total := int64(0)
	for camera, keep := range w.options.Cameras {
		used := w.archive.reels[camera].used
		total += used
		if keep.Bytes > 0 && used > keep.Bytes {
			t.Fatalf("camera %s uses %d of %d bytes", camera, used, keep.Bytes)
		}
	}
	if disk := onDisk(t, w.options.Dir); total > w.options.Bytes || total != w.archive.used || total != disk+w.archive.waiting() {
		t.Fatalf("%d bytes are used of %d; the books say %d and the disk %d", total, w.options.Bytes, w.archive.used, disk)
	}
	pins := w.archive.options.Pins.All()
	held := map[string][]kept{}
	for camera := range w.options.Cameras {
		held[camera] = w.holds(t, camera)
		w.checkDeleted(t, camera, held[camera], pins)
	}
	w.held, w.pins = held, pins
}

// checkDeleted: what was deleted by the last action was not pinned, and
// nothing older was left but for a pin.
func (w *world) checkDeleted(t *rapid.T, camera string, now []kept, pins []Pin) {
	pinned := func(k kept, all []Pin) bool {
		return slices.ContainsFunc(all, func(p Pin) bool { return p.covers(camera, k.start, k.end) })
	}
	for _, k := range w.held[camera] {
		if slices.ContainsFunc(now, func(n kept) bool { return n.path == k.path }) {
			continue
		}
		for _, p := range w.pins {
			if p.covers(camera, k.start, k.end) && slices.Contains(pins, p) {
				t.Fatalf("%s was deleted in spite of %+v", k.path, p)
			}
		}
		for _, n := range now {
			if n.start.Before(k.start) && !n.current && !pinned(n, pins) && !pinned(n, w.pins) {
				t.Fatalf("%s was deleted before %s, which is older", k.path, n.path)
			}
		}
	}
}
