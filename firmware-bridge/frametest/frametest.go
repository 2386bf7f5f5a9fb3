// Package frametest reads the corpus of frames, firmware-bridge/testdata/frames.txt,
// for the tests of everything that speaks HB1.
package frametest

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// Frame is one case of the corpus; the file's head says what its fields mean.
type Frame struct {
	Name string
	Raw  []byte // nil where the wire holds no packet
	Wire []byte
	Is   []string // what a receiver finds, in order; empty for nothing
}

// Good says whether the wire holds exactly one packet and no fault.
func (f Frame) Good() bool {
	return f.Raw != nil && len(f.Is) == 1 && !f.Fault()
}

// Fault says whether a receiver meets something broken.
func (f Frame) Fault() bool {
	for _, is := range f.Is {
		if strings.HasPrefix(is, "error: ") {
			return true
		}
	}
	return false
}

// Read returns all cases of the file and ends the test when it is not well
// formed.
func Read(tb testing.TB, path string) []Frame {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	var frames []Frame
	names := map[string]bool{}
	for block := range strings.SplitSeq(string(text), "\n\n") {
		f, ok := parse(tb, block)
		if !ok {
			continue
		}
		if names[f.Name] {
			tb.Fatalf("%s: two frames are named %q", path, f.Name)
		}
		names[f.Name] = true
		frames = append(frames, f)
	}
	return frames
}

// parse reads one block; false means that it held only comments.
func parse(tb testing.TB, block string) (Frame, bool) {
	tb.Helper()
	fields := map[string]string{}
	for line := range strings.Lines(block) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok || !strings.Contains(" name raw wire is ", " "+key+" ") {
			tb.Fatalf("frames: line %q", line)
		}
		fields[key] = strings.TrimSpace(fields[key] + " " + strings.TrimSpace(value))
	}
	if len(fields) == 0 {
		return Frame{}, false
	}
	f := Frame{Name: fields["name"], Wire: Hex(tb, fields["wire"])}
	if raw, ok := fields["raw"]; ok {
		f.Raw = Hex(tb, raw)
	}
	if is := fields["is"]; is != "nothing" {
		f.Is = strings.Split(is, "; ")
	}
	return f, true
}

// Hex reads bytes written as hex digits with white space between them.
func Hex(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
