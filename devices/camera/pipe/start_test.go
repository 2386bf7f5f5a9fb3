package pipe

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func goodStart() Start {
	return Start{
		Tracks:   []Track{{ID: Picture, Codec: H264, Clock: 90000, Sets: [][]byte{{0x67}, {0x68}}}, {ID: Sound, Codec: AAC, Clock: 48000}},
		Silent:   View{MIME: `video/mp4; codecs="avc1.4D401F"`, Init: []byte{1}},
		Sounding: &View{MIME: `video/mp4; codecs="avc1.4D401F,mp4a.40.2"`, Init: []byte{2}},
	}
}

func encode(t testing.TB, s Start) []byte {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestStartComesOutAsItWentIn(t *testing.T) {
	want := encode(t, goodStart())
	got, err := ParseStart(want)
	if err != nil || string(encode(t, got)) != string(want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// What a browser is told must be a type and nothing else, and what the hall
// indexes by must be there.
func TestStartThatLiesIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Start){
		"no type":           func(s *Start) { s.Silent.MIME = "" },
		"line in type":      func(s *Start) { s.Silent.MIME = "video\n" },
		"no text in type":   func(s *Start) { s.Sounding.MIME = "\x00" },
		"long type":         func(s *Start) { s.Sounding.MIME = strings.Repeat("a", 200) },
		"no segment":        func(s *Start) { s.Silent.Init = nil },
		"no track":          func(s *Start) { s.Tracks = nil },
		"three tracks":      func(s *Start) { s.Tracks = append(s.Tracks, s.Tracks[0]) },
		"sound first":       func(s *Start) { s.Tracks[0].ID = Sound },
		"clock stands":      func(s *Start) { s.Tracks[1].Clock = 0 },
		"clock runs back":   func(s *Start) { s.Tracks[0].Clock = -1 },
		"two second tracks": func(s *Start) { s.Tracks[1].ID = Picture },
	} {
		s := goodStart()
		spoil(&s)
		if _, err := ParseStart(encode(t, s)); !errors.Is(err, ErrFrame) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseStart(f *testing.F) {
	f.Add(encode(f, goodStart()))
	f.Add([]byte(`{"tracks":[{"id":1}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseStart(b); err == nil && (len(s.Tracks) == 0 || s.Tracks[0].ID != Picture) {
			t.Fatalf("%+v", s)
		}
	})
}
