package trail_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue/trail"
)

// A full disk takes the reserve away and nothing else: the change that failed
// is refused, the next ones have room, and the reserve comes back with space.
func TestFaultF36_FullDiskReleasesTheReserve(t *testing.T) {
	d, unplug := plug(t.Name(), 1)
	defer unplug()
	dir := t.TempDir()
	d.shm = filepath.Join(dir, "shm")
	tr, err := trail.OpenOn(dir, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, err := live(tr, 0, 2); err != nil {
		t.Fatal(err)
	}
	hold := func() {
		t.Helper()
		if held, err := tr.Reserve(); err != nil || !held {
			t.Fatalf("the reserve is held: %v, %v", held, err)
		}
		if info, err := os.Stat(filepath.Join(dir, "reserve")); err != nil || info.Size() != 64<<20 {
			t.Fatalf("the reserve is %v, %v", info, err)
		}
	}
	hold()
	hold() // again is no harm
	d.set(func() { d.fault = func(call string) error { return map[string]error{"write": sqlite3.FULL}[call] } })
	if err := tr.Append(days(7, 1).Alone()); err == nil {
		t.Fatal("a full disk took a record")
	}
	if _, err := os.Stat(filepath.Join(dir, "reserve")); !os.IsNotExist(err) {
		t.Errorf("the reserve is still there: %v", err)
	}
	d.set(func() { d.fault = nil })
	if rs, err := replay(tr); err != nil || len(rs) != 6 {
		t.Fatalf("%d records, %v", len(rs), err)
	}
	mustAppend(t, tr, days(7, 1))
	hold()
	e, err := tr.Extent()
	if err != nil || !e.Reserve || e.Free == 0 || e.Total <= e.Free || !e.Oldest.Equal(days(1, 1).Records[0].At) {
		t.Errorf("the extent is %+v, %v", e, err)
	}
}
