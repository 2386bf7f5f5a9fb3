package trail_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue/plaintest"
	"lobby/queue/trail"
)

// The power goes during each write of an upgrade from each older schema, and
// the next start finds the file of one version or the other, with everything
// in it.
func TestFaultF50_UpgradeCutAtAnyMoment(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	total := 0
	for version := 1; version < trail.Schema; version++ {
		for seed := range uint64(many(1, 3, 100)) {
			n := 0
			for cutUpgrade(t, version, n, seed) {
				n++
			}
			if n < 5 {
				t.Errorf("the upgrade from schema %d was cut %d times only", version, n)
			}
			total += n
		}
	}
	t.Logf("%d upgrades were cut", total)
}

// cutUpgrade cuts one upgrade after some changes and tells whether it had not
// ended by then.
func cutUpgrade(t *testing.T, version, after int, seed uint64) (cut bool) {
	t.Helper()
	name := fmt.Sprint(t.Name(), version, "-", after)
	d, unplug := plug(name, seed)
	defer unplug()
	dir := memoryDir(t)
	d.shm = filepath.Join(dir, "shm")
	db, err := sqlite3.Open("file:" + filepath.Join(dir, trail.FileName) + "?vfs=" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(trail.WriteOld(db, version, days(1, 20)), db.Close()); err != nil {
		t.Fatal(err)
	}
	d.set(func() { d.left = after })
	if tr, err := trail.OpenOn(dir, name); err == nil {
		_ = tr.Close()
	}
	d.set(func() { cut = d.dark; d.restart() })
	tr, err := trail.OpenOn(dir, name)
	if err != nil {
		t.Fatalf("schema %d, cut after %d changes: %v", version, after, err)
	}
	defer tr.Close()
	rs, err := replay(tr)
	if err != nil || len(rs) != 20 || tr.Epoch() != "0123abcd" {
		t.Fatalf("schema %d, cut after %d changes: %d records of epoch %s, %v", version, after, len(rs), tr.Epoch(), err)
	}
	if answers, err := tr.Answers("2026-11-23"); err != nil || len(answers) != 20 || !answers["c20"].OK {
		t.Fatalf("schema %d, cut after %d changes: the answers are %v, %v", version, after, answers, err)
	}
	mustAppend(t, tr, days(21, 3))
	return cut
}
