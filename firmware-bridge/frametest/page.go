package frametest

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

var block = regexp.MustCompile("(?s)```hex ([a-z0-9-]+)\n(.*?)```")

// Blocks reads the hex blocks of a page whose names begin with a prefix.
func Blocks(tb testing.TB, page, prefix string) map[string][]byte {
	tb.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		tb.Fatal(err)
	}
	blocks := map[string][]byte{}
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		if strings.HasPrefix(m[1], prefix) {
			blocks[m[1]] = Hex(tb, m[2])
		}
	}
	return blocks
}

// Same demands that the page's blocks with a prefix are these, no more and no
// fewer.
func Same(tb testing.TB, page, prefix string, want map[string][]byte) {
	tb.Helper()
	got := Blocks(tb, page, prefix)
	for name, b := range want {
		if !bytes.Equal(got[name], b) {
			tb.Errorf("%s: %s is\n% X, the code makes\n% X", page, name, got[name], b)
		}
	}
	if len(got) != len(want) {
		tb.Errorf("%s: %d blocks begin with %q, %d are checked", page, len(got), prefix, len(want))
	}
}
