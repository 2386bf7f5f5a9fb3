package record

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"
)

func TestAClipBeginsAtTheKeyPictureBeforeAndEndsWithTheLastPicture(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	mustAdd(t, a, "c", 0, 30)
	c := mustClip(t, a, "c", at(7), at(12))
	if want := []string{"picture 5", "picture 6", "picture 7", "picture 8", "picture 9", "picture 10", "picture 11", "picture 12"}; !slices.Equal(pictures(t, c), want) {
		t.Errorf("got %v\nwant %v", pictures(t, c), want)
	}
	if !c.From.Equal(at(5)) || !c.To.Equal(at(12)) || len(c.Gaps) > 0 || c.Clock != SenderReport || c.Error != 20*time.Millisecond {
		t.Errorf("got %+v", c)
	}
	film, err := io.ReadAll(c.Reader())
	if err != nil || int64(len(film)) != c.Size() {
		t.Fatalf("read %d of %d bytes: %v", len(film), c.Size(), err)
	}
	var times []int64
	boxes(film, func(b box) bool {
		if b.kind == "moof" {
			v, _ := decodeTime(boxOf("moof", b.body), scales{first: 90000})
			times = append(times, v)
		}
		return true
	})
	if want := []int64{0, 18000, 36000, 54000, 72000, 90000, 108000, 126000}; !slices.Equal(times, want) {
		t.Errorf("the film's times are %v, want %v", times, want)
	}
}

func TestAClipShowsAGapAsLongAsItWas(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	mustAdd(t, a, "c", 0, 9)
	// The camera process was started again: its timeline begins anew.
	for n := 50; n < 60; n++ {
		f := fake(n)
		f.Bytes = fakeFragment(1, uint64(n-50)*18000, "later")
		if err := a.Add("c", fakeInit('1'), f); err != nil {
			t.Fatal(err)
		}
	}
	c := mustClip(t, a, "c", at(0), at(60))
	if want := []Span{{at(9), at(50)}}; !slices.Equal(c.Gaps, want) {
		t.Errorf("gaps %v, want %v", c.Gaps, want)
	}
	var last int64
	film, err := io.ReadAll(c.Reader())
	if err != nil {
		t.Fatal(err)
	}
	boxes(film, func(b box) bool {
		if v, ok := decodeTime(boxOf(b.kind, b.body), c.scales); ok {
			last = v
		}
		return true
	})
	if want := int64(59 * 18000); last != want {
		t.Errorf("the last picture is at %d, want %d", last, want)
	}
}

func TestSoundIsMovedInItsOwnUnits(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	for n := 100; n < 110; n++ {
		mustAdd(t, a, "c", n, n)
		sound := Fragment{Bytes: fakeFragment(2, uint64(n)*9600, "sound"), At: at(n)}
		if err := a.Add("c", fakeInit('1'), sound); err != nil {
			t.Fatal(err)
		}
	}
	film, err := io.ReadAll(mustClip(t, a, "c", at(100), at(110)).Reader())
	if err != nil {
		t.Fatal(err)
	}
	var sound []uint64
	inside(film, func(traf []byte) {
		inside(traf, func(b []byte) {
			if v, _ := timeOf(b); versioned(traf[8:], 4, 4) == 2 {
				sound = append(sound, v)
			}
		}, "tfdt")
	}, "moof", "traf")
	if len(sound) != 10 || sound[0] != 0 || sound[9] != 9*9600 {
		t.Errorf("the sound's times are %v, want 0 to %d", sound, 9*9600)
	}
}

func TestAClipEndsWhereThePictureFormatChanges(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	mustAdd(t, a, "c", 0, 9)
	if err := a.Cut("c"); err != nil {
		t.Fatal(err)
	}
	for n := 10; n < 20; n++ {
		if err := a.Add("c", fakeInit('2'), fake(n)); err != nil {
			t.Fatal(err)
		}
	}
	c := mustClip(t, a, "c", at(0), at(20))
	films, err := a.Films("c", at(0), at(20))
	if err != nil || len(films) != 2 || !films[0].To.Equal(at(9)) || !films[1].From.Equal(at(10)) || !films[1].To.Equal(at(19)) {
		t.Errorf("the films are %v, %v", films, err)
	}
	if len(pictures(t, c)) != 10 || !c.Next.Equal(at(10)) {
		t.Errorf("got %d pictures and the next film at %s", len(pictures(t, c)), c.Next)
	}
	if d := mustClip(t, a, "c", c.Next, at(20)); len(pictures(t, d)) != 10 || string(d.Init()) != string(fakeInit('2')) {
		t.Errorf("the next film has %d pictures", len(pictures(t, d)))
	}
}

func TestAClipLivesOnWhenItsFootageIsDeleted(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {Days: 1}}})
	mustAdd(t, a, "c", 0, 9)
	if err := a.Cut("c"); err != nil {
		t.Fatal(err)
	}
	c := mustClip(t, a, "c", at(0), at(9))
	if err := a.Tidy(noon.Add(25 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if len(pictures(t, c)) != 10 {
		t.Error("the clip was cut short by the deletion")
	}
	if _, err := a.Clip("c", at(0), at(9)); !errors.Is(err, ErrNone) {
		t.Errorf("got %v, want %v", err, ErrNone)
	}
	if gone, ok := a.Gone("c", at(3)); !ok || gone.Why != "days" || !gone.At.Equal(noon.Add(25*time.Hour)) {
		t.Errorf("the archive says that it was deleted: %v %+v", ok, gone)
	}
}

func TestWhatIsNoTimeOrNoCameraIsRefused(t *testing.T) {
	a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}})
	mustAdd(t, a, "c", 0, 9)
	for _, try := range []struct {
		camera   string
		from, to time.Time
	}{{"d", at(0), at(9)}, {"c", at(9), at(0)}, {"c", at(0), at(0).Add(5 * time.Hour)}, {"c", at(100), at(200)}} {
		if c, err := a.Clip(try.camera, try.from, try.to); err == nil {
			c.Close()
			t.Errorf("%v was answered", try)
		}
	}
}
