package record

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// onDisk is the size of all segments in a folder.
func onDisk(t interface {
	Helper()
	Fatal(...any)
}, dir string) (size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".json") {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// waiting is what the books have and the disk not yet.
func (a *Archive) waiting() (size int64) {
	for _, r := range a.reels {
		for _, s := range r.segments {
			size += int64(len(s.tail))
		}
	}
	return size
}

func TestATornEndIsTakenOffAtTheStart(t *testing.T) {
	for name, tear := range map[string]func(path string) error{
		"index":    func(path string) error { return truncateBy(path+openExt, 7) },
		"film":     func(path string) error { return truncateBy(path+mediaExt, 3) },
		"film old": func(path string) error { return spoil(path+mediaExt, -2) },
		"noise":    func(path string) error { return addNoise(path + openExt) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a := mustOpen(t, Options{Dir: dir, Cameras: map[string]Keep{"c": {}}})
			mustAdd(t, a, "c", 0, 9)
			if err := tear(a.reels["c"].current.path); err != nil {
				t.Fatal(err)
			}
			b := mustOpen(t, Options{Dir: dir, Cameras: map[string]Keep{"c": {}}})
			got := pictures(t, mustClip(t, b, "c", at(0), at(9)))
			for i, p := range got {
				if p != fmt.Sprint("picture ", i) {
					t.Errorf("picture %d came back as %q", i, p)
				}
			}
			if len(got) < 9 {
				t.Errorf("left are %v; only the last may be lost", got)
			}
			if disk := onDisk(t, dir); b.States()["c"].Bytes != disk {
				t.Errorf("the books say %d bytes, the disk %d", b.States()["c"].Bytes, disk)
			}
		})
	}
}

func truncateBy(path string, n int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()-n)
}

// spoil changes a byte, counted from the end.
func spoil(path string, at int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	end, err := f.Seek(at, 2)
	if err == nil {
		_, err = f.WriteAt([]byte{0xff}, end)
	}
	return err
}

func addNoise(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write([]byte(strings.Repeat("noise", 30)))
	return err
}

func TestAFullDiskStopsRecordingAndItGoesOnWithAKeyPicture(t *testing.T) {
	free := uint64(100 << 30)
	o := Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}, Space: func() (uint64, uint64) { return free, 100 << 30 }}
	a := mustOpen(t, o)
	mustAdd(t, a, "c", 0, 6)
	free = 4 << 30 // less than a twentieth, which is seen at the next key picture
	mustAdd(t, a, "c", 7, 9)
	if err := a.Add("c", fakeInit('1'), fake(10)); !errors.Is(err, ErrFull) {
		t.Fatalf("got %v, want %v", err, ErrFull)
	}
	if s := a.States()["c"]; s.Failed != 1 || s.Written != s.Bytes || s.Segments != 1 || !s.Oldest.Equal(at(0)) {
		t.Errorf("%+v", s)
	}
	if free, bounded := a.Free(); free != 0 || !bounded {
		t.Errorf("%d bytes are free, %v", free, bounded)
	}
	free = 50 << 30
	mustAdd(t, a, "c", 11, 16)
	want := "picture 0 picture 1 picture 2 picture 3 picture 4 picture 5 picture 6 picture 7 picture 8 picture 9 picture 15 picture 16"
	if got := strings.Join(pictures(t, mustClip(t, a, "c", at(0), at(20))), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPinsThatFillTheQuotaStopRecording(t *testing.T) {
	dir := t.TempDir()
	o := Options{Dir: dir, Cameras: map[string]Keep{"c": {Bytes: 4000}}}
	a := mustOpen(t, o)
	if err := a.options.Pins.Add(Pin{ID: "alert:1", Camera: "c", From: at(0), To: at(1000), Until: noon.AddDate(0, 0, 90), Why: "test"}); err != nil {
		t.Fatal(err)
	}
	var err error
	n := 0
	for ; err == nil; n++ {
		err = a.Add("c", fakeInit('1'), fake(n))
	}
	if !errors.Is(err, ErrFull) || onDisk(t, dir) > 4000 {
		t.Fatalf("got %v with %d bytes", err, onDisk(t, dir))
	}
	// When the pin's time is over the footage makes room.
	if err := a.Tidy(noon.AddDate(0, 0, 91)); err != nil {
		t.Fatal(err)
	}
	n += 5 - n%5
	mustAdd(t, a, "c", n, n+4)
	if got := pictures(t, mustClip(t, a, "c", at(n), at(n+4))); len(got) != 5 {
		t.Errorf("got %v", got)
	}
}

func TestAClockSetBackLosesNothing(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	mustAdd(t, a, "c", 50, 60)
	mustAdd(t, a, "c", 50, 60) // the same times again
	if got := pictures(t, mustClip(t, a, "c", at(0), at(100))); len(got) != 22 {
		t.Errorf("got %d pictures, want 22: %v", len(got), got)
	}
}

func TestLongFootageIsCutAtKeyPictures(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	mustAdd(t, a, "c", 0, 5*60*11)
	segments := a.reels["c"].segments
	if len(segments) != 3 || !segments[1].start.Equal(noon.Add(segmentTime)) {
		t.Fatalf("got %d segments", len(segments))
	}
	c := mustClip(t, a, "c", at(0), at(5*60*11))
	if n := len(pictures(t, c)); n != 5*60*11+1 || len(c.Gaps) > 0 {
		t.Errorf("got %d pictures and the gaps %v", n, c.Gaps)
	}
	if c.To.Sub(c.From) != 11*time.Minute {
		t.Errorf("the clip goes from %s to %s", c.From, c.To)
	}
}

// What an earlier version recorded, without boxes in front of the fragments and
// cut short, is read and repaired as ever.
func TestAnEarlierIndexIsRead(t *testing.T) {
	dir := t.TempDir()
	day := filepath.Join(dir, "c", at(0).UTC().Format(dayForm))
	if err := os.MkdirAll(day, 0o700); err != nil {
		t.Fatal(err)
	}
	film := fakeInit('1')
	index := appendEntry(appendHeader(nil, "c", initID(film)), entry{At: at(0), Size: len(film), Sum: crc32.Checksum(film, castagnoli), Init: true})
	copy(index, firstMagic)
	for n := range 3 {
		f := fake(n)
		index = appendEntry(index, entry{At: f.At, Offset: int64(len(film)), Size: len(f.Bytes), Sum: crc32.Checksum(f.Bytes, castagnoli), Key: f.Key})
		film = append(film, f.Bytes...)
	}
	name := filepath.Join(day, at(0).UTC().Format(nameForm))
	for path, b := range map[string][]byte{name + mediaExt: append(film, "torn"...), name + openExt: index} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := mustOpen(t, Options{Dir: dir, Cameras: map[string]Keep{"c": {}}})
	if got := pictures(t, mustClip(t, a, "c", at(0), at(2))); len(got) != 3 || got[2] != "picture 2" {
		t.Errorf("left are %v", got)
	}
}

// A pin is on the disk before the archive is open, and holds from then on.
func TestAPinThatComesBeforeTheArchiveIsOpenHolds(t *testing.T) {
	o := Options{Dir: filepath.Join(t.TempDir(), "new"), Cameras: map[string]Keep{"c": {Days: 1}}}
	earlier := mustOpen(t, o)
	mustAdd(t, earlier, "c", 0, 9)
	if err := earlier.Close(); err != nil {
		t.Fatal(err)
	}
	o.Pins = NewPins(o)
	late := at(0).AddDate(0, 0, 10)
	if err := o.Pins.Add(Pin{ID: "p", Camera: "c", From: at(0), To: at(9), Until: late.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := o.Pins.Add(Pin{ID: "p", Camera: "other"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("a pin of an unknown camera: %v", err)
	}
	a := mustOpen(t, o)
	if err := a.Tidy(late); err != nil {
		t.Fatal(err)
	}
	if s := a.States()["c"]; s.Segments != 1 || s.Pins != 1 {
		t.Errorf("%+v", s)
	}
}

// The offset of a camera's clock is that of the footage, however far it is.
func TestTheCamerasOffsetIsRecorded(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	for n, ahead := range []time.Duration{-54 * 365 * 24 * time.Hour, 1500 * time.Millisecond} {
		for i := range 3 {
			f := fake(1000*n + i)
			f.Clock, f.Ahead, f.Told = SenderReport, ahead, i > 0
			if err := a.Add("c", fakeInit('1'), f); err != nil {
				t.Fatal(err)
			}
		}
		films, err := a.Films("c", at(1000*n), at(1000*n+3))
		if err != nil || len(films) != 1 || !films[0].Told || films[0].Ahead != ahead {
			t.Errorf("%+v, %v, want %v", films, err, ahead)
		}
	}
}
