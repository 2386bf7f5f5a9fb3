package devicetest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Golden compares frames with the golden file of their name, and a text that
// says the same to people with its twin.
func Golden(t *testing.T, name string, frames []byte, twin string) {
	t.Helper()
	File(t, filepath.Join("testdata", name+".golden"), fmt.Sprintf("% X\n", frames))
	File(t, filepath.Join("testdata", name+".txt"), twin+"\n")
}

// File compares a text with a file, which -update writes anew.
func File(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != got {
		t.Errorf("%s is now\n%s(%v)", path, got, err)
	}
}

// Page compares the fenced blocks "hex NAME" of a hardware page with frames:
// every frame stands there and nothing else.
func Page(t *testing.T, path string, frames map[string][]byte) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```hex (\\S+)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	for _, b := range blocks {
		if got, known := frames[b[1]]; !known || string(got) != string(Bytes(b[2])) {
			t.Errorf("%s on the page:\n% X\nthe encoder (it knows it: %v):\n% X", b[1], Bytes(b[2]), known, got)
		}
	}
	if len(blocks) != len(frames) {
		t.Errorf("the page has %d worked frames, the test %d", len(blocks), len(frames))
	}
}
