package record

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// boxOf makes a box.
func boxOf(kind string, parts ...[]byte) []byte {
	b := append(make([]byte, 4), kind...)
	for _, p := range parts {
		b = append(b, p...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func words(ws ...uint32) []byte {
	var b []byte
	for _, w := range ws {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

// fakeInit is an initialisation segment with a film of 90,000 units a second
// and sound of 48,000; mark makes it another format.
func fakeInit(mark byte) []byte {
	trak := func(id, units uint32) []byte {
		return boxOf("trak", boxOf("tkhd", words(0, 0, 0, id, 0)), boxOf("mdia", boxOf("mdhd", words(0, 0, 0, units, 0))))
	}
	return append(boxOf("ftyp", []byte{'i', 's', 'o', mark}), boxOf("moov", trak(1, 90000), trak(2, 48000))...)
}

// fakeFragment is a fragment of a track whose picture says which it is.
func fakeFragment(track uint32, decode uint64, picture string) []byte {
	tfdt := boxOf("tfdt", words(1<<24, uint32(decode>>32), uint32(decode)))
	return append(boxOf("moof", boxOf("mfhd", words(0, 1)), boxOf("traf", boxOf("tfhd", words(0, track)), tfdt)), boxOf("mdat", []byte(picture))...)
}

// fake is the n-th picture of a camera with five pictures a second and a key
// picture every second, that began at noon.
func fake(n int) Fragment {
	return Fragment{
		Bytes: fakeFragment(1, uint64(n)*18000, fmt.Sprintf("picture %d", n)),
		Key:   n%5 == 0, At: noon.Add(time.Duration(n) * 200 * time.Millisecond), Clock: SenderReport, Error: 20 * time.Millisecond,
	}
}

func mustOpen(t testing.TB, o Options) *Archive {
	t.Helper()
	a, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mustAdd(t testing.TB, a *Archive, camera string, first, last int) {
	t.Helper()
	for n := first; n <= last; n++ {
		if err := a.Add(camera, fakeInit('1'), fake(n)); err != nil {
			t.Fatalf("picture %d: %v", n, err)
		}
	}
}

// pictures lists the pictures of a clip.
func pictures(t testing.TB, c *Clip) []string {
	t.Helper()
	var all []string
	err := c.Fragments(func(b []byte) error {
		inside(b, func(body []byte) { all = append(all, string(body)) }, "mdat")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func mustClip(t testing.TB, a *Archive, camera string, from, to time.Time) *Clip {
	t.Helper()
	c, err := a.Clip(camera, from, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// at is the moment of the n-th picture.
func at(n int) time.Time { return fake(n).At }
