package trail_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lobby/queue/plaintest"
	"lobby/queue/trail"
)

// Bits rot anywhere in the file, or its end is missing. Either the start says
// so, or the records are all there and as they were: the byte was in free
// space, or in an index that a start does not read.
func TestFaultF35_RotIsFoundOrHarmless(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	dir := t.TempDir()
	tr := open(t, dir)
	want := batch(1, 200)
	mustAppend(t, tr, want)
	if err := tr.Close(); err != nil { // which moves all into the one file
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, trail.FileName))
	if err != nil {
		t.Fatal(err)
	}
	chance, found := rand.New(rand.NewPCG(rand.Uint64(), 1)), 0
	n := many(50, 250, 20_000)
	for range n {
		rotten := slices.Clone(good)
		at := chance.IntN(len(rotten))
		if chance.IntN(20) == 0 {
			rotten = rotten[:at]
		} else {
			rotten[at] ^= 1 << chance.IntN(8)
		}
		if rotted(t, rotten, len(want.Records)) {
			found++
		}
	}
	t.Logf("of %d damages %d were found, the others hurt no record", n, found)
	if found < n/10 { // much of a file is free space
		t.Errorf("only %d of %d damages were found", found, n)
	}
}

// rotted tells whether a start notices what is wrong with a file, and fails
// the test when wrong records are served.
func rotted(t *testing.T, file []byte, want int) bool {
	t.Helper()
	dir := memoryDir(t)
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, trail.FileName), file, 0o600); err != nil {
		t.Fatal(err)
	}
	tr, err := trail.Open(dir)
	if err != nil {
		return true
	}
	defer tr.Close()
	rs, err := replay(tr)
	if err != nil {
		return true
	}
	if len(rs) == 0 && len(file) == 0 {
		return true // an empty file is a new trail
	}
	if !slices.EqualFunc(rs, batch(1, want).Records, same) {
		t.Errorf("a damaged file served %d records that are not those written", len(rs))
	}
	return false
}

// Whoever finds a file damaged is told which it is, and what to do.
func TestFaultF35_TheDamagedFileIsNamed(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 30))
	tidy(t, tr)
	ps, err := tr.Parts()
	must(t, err)
	part := filepath.Join(dir, "trail-"+ps[0].Name+".db")
	must(t, os.WriteFile(part, make([]byte, 4096), 0o600))
	if _, err := tr.Since(0, 9); err == nil || !strings.Contains(err.Error(), part+" is damaged") || !strings.Contains(err.Error(), "restore a backup") {
		t.Errorf("a damaged part: %v", err)
	}
}
