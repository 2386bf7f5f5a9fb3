package devicetest

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lobby/devices"
)

// Tapped is a recording of a wire as `lobby tap` writes it, and two kinds of
// lines of those who keep it: "unit OPTIONS" for each device on the wire, and
// "= WORDS" for each thing that the recording means.
type Tapped struct {
	Options []string
	Heard   []Heard
	Means   []string
}

// Heard is a piece of bytes that came at one port.
type Heard struct {
	After time.Duration // since the recording began
	Port  int           // from 1, in the order in which they were named
	Bytes []byte
}

// ParseTap reads a recording. What follows a # is for people.
func ParseTap(text string) (r Tapped, err error) {
	for n, line := range strings.Split(text, "\n") {
		line, _, remark := strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		fields := strings.Fields(line)
		switch {
		case line == "", remark && len(fields) == 1: // an explanation names its port before the #
		case fields[0] == "unit":
			r.Options = append(r.Options, strings.TrimSpace(strings.TrimPrefix(line, "unit")))
		case fields[0] == "=":
			r.Means = append(r.Means, strings.Join(fields[1:], " "))
		default:
			h, err := heard(fields)
			if err != nil {
				return Tapped{}, fmt.Errorf("devicetest: line %d: %w: want SECONDS PORT BYTES, as lobby tap writes them", n+1, err)
			}
			if len(r.Heard) > 0 && h.After < r.Heard[len(r.Heard)-1].After {
				return Tapped{}, fmt.Errorf("devicetest: line %d: the time goes back", n+1)
			}
			r.Heard = append(r.Heard, h)
		}
	}
	return r, nil
}

func heard(fields []string) (h Heard, err error) {
	if len(fields) < 3 {
		return h, fmt.Errorf("%d fields", len(fields))
	}
	seconds, err := strconv.ParseFloat(fields[0], 64)
	if err != nil || !(seconds >= 0 && seconds < 1e6) {
		return h, fmt.Errorf("%q is no time", fields[0])
	}
	h.After = time.Duration(seconds * float64(time.Second)).Round(time.Microsecond)
	if h.Port, err = strconv.Atoi(fields[1]); err != nil || h.Port < 1 {
		return h, fmt.Errorf("%q is no port", fields[1])
	}
	h.Bytes, err = hex.DecodeString(strings.Join(fields[2:], ""))
	return h, err
}

// Units are the recorded devices, NAME-1 and so on, with the usual options
// where the recording names none.
func (r Tapped) Units(name string, usual ...string) []devices.Unit {
	if len(r.Options) > 0 {
		usual = r.Options
	}
	return Units(name, usual...)
}

// Say says to the driver what the first port heard, when it was heard, and
// waits a second more.
func (r Tapped) Say(b *Bench) {
	b.t.Helper()
	began := time.Now()
	for _, h := range r.Heard {
		if h.Port == 1 {
			Settle(h.After - time.Since(began))
			b.Say(h.Bytes)
		}
	}
	Settle(time.Second)
}

// Recordings plays every testdata/*.tap and compares what it means with the
// file's own "=" lines, which -update writes anew.
func Recordings(t *testing.T, play func(t *testing.T, r Tapped) []string) {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.tap")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recording in testdata: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			r, err := ParseTap(string(text))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			got := play(t, r)
			if *update {
				r.Means = got
				if err := os.WriteFile(path, []byte(meaning(string(text), got)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if len(r.Means) == 0 || !slices.Equal(got, r.Means) {
				t.Errorf("%s means %q and says that it means %q; go test -update writes what it means, to be read by you", path, got, r.Means)
			}
		})
	}
}

// meaning is the text of a recording with other "=" lines.
func meaning(text string, means []string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "=") {
			kept = append(kept, strings.TrimRight(line, "\n"))
		}
	}
	for _, m := range means {
		kept = append(kept, "= "+m)
	}
	return strings.Join(kept, "\n") + "\n"
}
