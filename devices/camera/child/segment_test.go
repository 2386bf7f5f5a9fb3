package child

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"lobby/devices/camera/pipe"
	emulated "lobby/devices/emulator/camera"
)

const step = clockRate * 2 / 25 // the clips' 12.5 pictures a second

func newSegmenter() *segmenter {
	s := &segmenter{}
	s.begin(codecH264())
	return s
}

func mustClip(t testing.TB, name string) *emulated.Clip {
	t.Helper()
	c, err := emulated.LoadClip(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// decodingTime reads tfdt out of a fragment.
func decodingTime(t testing.TB, fragment []byte) uint64 {
	t.Helper()
	i := bytes.Index(fragment, []byte("tfdt"))
	if i < 0 {
		t.Fatal("no tfdt")
	}
	return binary.BigEndian.Uint64(fragment[i+8:])
}

func TestTimelineNeverGoesBack(t *testing.T) {
	clip := mustClip(t, "counter")
	s := newSegmenter()
	at := time.UnixMilli(1_790_000_000_000)
	var last uint64
	shown, waited := 0, 0
	for n := range 150 {
		pts := int64(n) * step
		if n >= 60 {
			pts -= 13 * 3600 * clockRate // a clock of 32 bits that wraps, read wrongly
		}
		if n >= 100 {
			pts += 1 << 40 // and one that leaps
		}
		at = at.Add(80 * time.Millisecond)
		u, err := s.feed(clip.Units[n], pts, at)
		if err != nil && !errors.Is(err, errDamaged) {
			t.Fatal(err)
		}
		if u.fragment == nil {
			waited++
			continue
		}
		dts := decodingTime(t, u.fragment)
		if shown > 0 && (dts <= last || dts-last > 30*step) {
			t.Fatalf("picture %d: decoding time %d after %d", n, dts, last)
		}
		last = dts
		shown++
	}
	// The jumps cost the pictures up to the next key picture, two seconds at most.
	if waited > 2*25 || shown < 100 {
		t.Errorf("%d shown, %d waited", shown, waited)
	}
	if want := uint64(149 * step); last < want-step || last > want+step {
		t.Errorf("the timeline ends at %d, the wall clock at %d", last, want)
	}
}

func TestPictureKeepsItsTimeOverAReconnect(t *testing.T) {
	clip := mustClip(t, "seats")
	s := newSegmenter()
	at := time.UnixMilli(1_790_000_000_000)
	if _, err := s.feed(clip.Units[0], 5, at); err != nil {
		t.Fatal(err)
	}
	s.restart()
	u, err := s.feed(clip.Units[0], 77, at.Add(20*time.Second))
	if err != nil || u.params != nil {
		t.Fatalf("params again: %v, %v", u.params != nil, err)
	}
	if got := decodingTime(t, u.fragment); got != 20*clockRate {
		t.Errorf("after 20 s: %d", got)
	}
}

func TestOtherFormatMakesPlayersStartAgain(t *testing.T) {
	clip := mustClip(t, "kiosk")
	other := bytes.Clone(clip.SPS)
	other[3]++ // another level
	s := newSegmenter()
	at := time.UnixMilli(1_790_000_000_000)
	feed := func(sps []byte, after time.Duration) (unit, error) {
		unit := append([][]byte{sps, clip.PPS}, clip.Units[0][2:]...)
		return s.feed(unit, int64(after/time.Millisecond)*90, at.Add(after))
	}
	first, err := feed(clip.SPS, 0)
	if err != nil || first.params == nil || first.fragment == nil {
		t.Fatalf("first: %v", err)
	}
	second, err := feed(other, 5*time.Second)
	if err != nil || second.params == nil || second.params.tag == first.params.tag {
		t.Fatalf("second: %+v, %v", second.params, err)
	}
	if _, err := feed(clip.SPS, 5100*time.Millisecond); !errors.Is(err, errFlapping) {
		t.Errorf("a third format at once: %v", err)
	}
}

func TestParameterSetsAreReadAsOthersReadThem(t *testing.T) {
	for _, name := range emulated.ClipNames() {
		clip := mustClip(t, name)
		p, err := newParamsH264([][]byte{clip.SPS, clip.PPS})
		if err != nil {
			t.Fatal(err)
		}
		var judge h264.SPS
		if err := judge.Unmarshal(clip.SPS); err != nil {
			t.Fatal(err)
		}
		if p.width != judge.Width() || p.height != judge.Height() || p.tag != "avc1.4D401F" {
			t.Errorf("%s: %d by %d, %s; the judge says %d by %d", name, p.width, p.height, p.tag, judge.Width(), judge.Height())
		}
		if !bytes.Contains(p.init, clip.SPS) || !bytes.Contains(p.init, clip.PPS) {
			t.Errorf("%s: the parameter sets are not in the initialisation segment", name)
		}
	}
}

func TestDamagedParameterSetsAreRefused(t *testing.T) {
	clip := mustClip(t, "kiosk")
	long := append(bytes.Clone(clip.SPS), make([]byte, maxSet)...)
	for _, sps := range [][]byte{nil, {0x67}, {0x67, 1, 2}, clip.SPS[:6], long, bytes.Repeat([]byte{0x67}, 40)} {
		if p, err := newParamsH264([][]byte{sps, clip.PPS}); !errors.Is(err, errParams) {
			t.Errorf("%x: %+v, %v", sps, p, err)
		}
	}
	if _, err := newParamsH264([][]byte{clip.SPS, nil}); !errors.Is(err, errParams) {
		t.Errorf("no PPS: %v", err)
	}
}

func TestWhatIsNoPictureIsNoFragment(t *testing.T) {
	clip := mustClip(t, "entrance")
	s := newSegmenter()
	at := time.UnixMilli(0)
	for name, au := range map[string][][]byte{
		"before a key picture": clip.Units[1],
		"only parameter sets":  {clip.SPS, clip.PPS},
		"delimiter":            {{9, 0xf0}},
		"nothing":              {},
	} {
		u, err := s.feed(au, 0, at)
		if err != nil || u.fragment != nil {
			t.Errorf("%s: %d bytes, %v", name, len(u.fragment), err)
		}
	}
	for name, au := range map[string][][]byte{
		"empty NAL unit": {{}},
		"forbidden bit":  {{0x85, 1, 2, 3}},
		"too big":        {append([]byte{0x65}, make([]byte, 5<<20)...)},
	} {
		if _, err := s.feed(au, 0, at); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzFeed gives the segmenter access units of noise: it must neither panic
// nor write a fragment whose boxes do not add up.
func FuzzFeed(f *testing.F) {
	clip := mustClip(f, "counter")
	var seed []byte
	for _, n := range clip.Units[0][:3] {
		seed = binary.BigEndian.AppendUint16(seed, uint16(min(len(n), 300)))
		seed = append(seed, n[:min(len(n), 300)]...)
	}
	f.Add(seed, int64(0), false)
	f.Add([]byte{0, 4, 0x67, 1, 2, 3, 0, 2, 0x68, 1, 0, 1, 0x65}, int64(-1), false)
	var other []byte
	for _, n := range append(slices.Clone(h265Sets), []byte{19 << 1, 1, 0x80, 0}, []byte{1 << 1, 1, 0x80, 0}) {
		other = append(binary.BigEndian.AppendUint16(other, uint16(len(n))), n...)
	}
	f.Add(other, int64(3600), true)
	f.Fuzz(func(t *testing.T, b []byte, jump int64, h265 bool) {
		s := newSegmenter()
		if h265 {
			s.begin(codecH265())
		}
		at, pts := time.UnixMilli(0), int64(0)
		for len(b) > 1 {
			var au [][]byte
			for range 3 {
				if len(b) < 2 {
					break
				}
				n := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
				au, b = append(au, b[2:2+n:2+n]), b[2+n:]
			}
			u, err := s.feed(au, pts, at)
			if err != nil && !errors.Is(err, errDamaged) && !errors.Is(err, errFlapping) {
				t.Fatal(err)
			}
			if len(u.fragment) == 0 {
				continue
			}
			f, err := pipe.ParseFragment(u.fragment)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := pipe.NALUs(f.Samples[0].Data); err != nil {
				t.Fatal(err)
			}
			pts += jump
			at = at.Add(time.Second)
		}
	})
}
