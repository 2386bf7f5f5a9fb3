package code

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lobby/devices"
)

// scans feeds bytes as fast as a line brings them, and then lets time pass.
func scans(b string) (got []devices.Scan) {
	var r Reader
	now := time.Unix(1e9, 0)
	add := func(s devices.Scan, done bool) {
		if done {
			got = append(got, s)
		}
	}
	for i := range len(b) {
		now = now.Add(time.Millisecond)
		add(r.Add(b[i], now))
		add(r.Idle(now))
	}
	add(r.Idle(now.Add(Gap)))
	return got
}

func TestCodesAndWhatIsNone(t *testing.T) {
	long := strings.Repeat("A", Most)
	for b, want := range map[string][]devices.Scan{
		"A015\r":          {{Text: "A015"}},
		"A015\r\nB2\n":    {{Text: "A015"}, {Text: "B2"}},
		"\r\n\r":          nil,
		"A0\x0015\rB1\r":  {{Trouble: devices.ScanBinary}, {Text: "B1"}},
		"\xb0\xa1\r":      {{Trouble: devices.ScanBinary}},
		"A015":            {{Trouble: devices.ScanNoEnd}},
		long + "\r":       {{Text: long}},
		long + "A\rA1\r":  {{Trouble: devices.ScanTooLong}, {Text: "A1"}},
		"http://h/t/a1\r": {{Text: "http://h/t/a1"}},
	} {
		if got := scans(b); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", b, got, want)
		}
	}
}

// FuzzReader: no scanner makes a code that is long, empty or no ASCII.
func FuzzReader(f *testing.F) {
	f.Add("A015\r\n")
	f.Add(strings.Repeat("\x00", 300))
	f.Fuzz(func(t *testing.T, b string) {
		for _, s := range scans(b) {
			bad := strings.ContainsFunc(s.Text, func(c rune) bool { return c < ' ' || c > '~' })
			if bad || len(s.Text) > Most || (s.Text == "") != (s.Trouble != "") {
				t.Fatalf("%q gave %+v", b, s)
			}
		}
	})
}
