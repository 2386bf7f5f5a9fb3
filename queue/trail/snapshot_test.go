package trail_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"lobby/queue"
	"lobby/queue/trail"
)

// resumed is what Replay made known: the snapshot, and the records after it.
func resumed(tr *trail.Trail, refuse ...string) (snapshot string, rs []queue.Record, err error) {
	err = tr.Replay(func(s []byte) error {
		for _, bad := range refuse {
			if string(s) == bad {
				return errors.New("refused")
			}
		}
		snapshot = string(s)
		return nil
	}, func(r queue.Record) error { rs = append(rs, r); return nil })
	return snapshot, rs, err
}

// kept is a closed trail of ten records with snapshots after 3, 6 and 9.
func kept(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	tr := open(t, dir)
	for seq := uint64(1); seq <= 9; seq += 3 {
		mustAppend(t, tr, batch(seq, 3))
		if err := tr.Keep(seq+2, fmt.Append(nil, "after ", seq+2)); err != nil {
			t.Fatal(err)
		}
	}
	mustAppend(t, tr, batch(10, 1))
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestStartBeginsAtTheNewestGoodSnapshot(t *testing.T) {
	for _, c := range []struct{ name, sql, refuse, want string }{
		{"all are good", "", "", "after 9: 10-10"},
		{"load refuses the newest", "", "after 9", "after 6: 7-10"},
		{"the newest was changed", "UPDATE snapshots SET state=x'00' WHERE seq=9", "", "after 6: 7-10"},
		{"the newest is torn", "UPDATE snapshots SET state=substr(state,1,4) WHERE seq=9", "", "after 6: 7-10"},
		{"the newest has no head", "UPDATE snapshots SET head=x'' WHERE seq=9", "", "after 6: 7-10"},
		{"the newest claims another number", "UPDATE snapshots SET seq=8 WHERE seq=9", "", "after 6: 7-10"},
		{"the newest is of another record", "UPDATE snapshots SET seq=10 WHERE seq=9", "", "after 6: 7-10"},
		{"two are bad", "UPDATE snapshots SET sum=x'00' WHERE seq>=6", "", "after 3: 4-10"},
		{"all are bad", "UPDATE snapshots SET sum=x'00'", "", ": 1-10"},
		{"there is none", "DELETE FROM snapshots", "", ": 1-10"},
	} {
		dir := kept(t)
		if c.sql != "" {
			alter(t, dir, c.sql)
		}
		tr, err := trail.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		snapshot, rs, err := resumed(tr, c.refuse)
		if err != nil || len(rs) == 0 {
			t.Errorf("%s: %d records, %v", c.name, len(rs), err)
			continue
		}
		if got := fmt.Sprintf("%s: %d-%d", snapshot, rs[0].Seq, rs[len(rs)-1].Seq); got != c.want {
			t.Errorf("%s: start with %q, want %q", c.name, got, c.want)
		}
		mustAppend(t, tr, batch(rs[len(rs)-1].Seq+1, 1))
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAChangeAfterTheSnapshotIsFoundOut(t *testing.T) {
	dir := kept(t)
	alter(t, dir, "UPDATE records SET actor='x' WHERE seq=10")
	tr, err := trail.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, _, err := resumed(tr); err == nil || !strings.Contains(err.Error(), "record 10 ") {
		t.Errorf("started with %v", err)
	}
}

// The hall goes on while a snapshot is written down, so that it may be of a
// record before the last, or of one that has moved to a part.
func TestASnapshotMayBeOfAnEarlierRecord(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 50))
	if err := tr.Keep(48, []byte("after 48")); err != nil {
		t.Fatal(err)
	}
	if snapshot, rs, err := resumed(tr); err != nil || snapshot != "after 48" || len(rs) != 2 {
		t.Errorf("start with %q and %d records, %v", snapshot, len(rs), err)
	}
	tidy(t, tr)
	if err := tr.Keep(2, []byte("after 2")); err != nil {
		t.Errorf("a snapshot whose record has moved: %v", err)
	}
	if snapshot, _, err := resumed(tr, "after 48"); err != nil || snapshot != "" {
		t.Errorf("start with %q, %v: record 2 is in a part", snapshot, err)
	}
	if err := tr.Keep(51, []byte("after 51")); err == nil {
		t.Error("a snapshot of a record that is not there is kept")
	}
	mustAppend(t, tr, days(51, 1))
}

func TestSnapshotsOutliveTheirRecords(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 20))
	if err := tr.Keep(20, []byte("after 20")); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, tr, days(21, 30))
	tidy(t, tr)
	if err := tr.Drop("2026-11"); err != nil {
		t.Fatal(err)
	}
	if err := tr.Drop("2026-12"); err != nil {
		t.Fatal(err)
	}
	snapshot, rs, err := resumed(tr)
	if err != nil || snapshot != "after 20" || len(rs) != 30 || rs[0].Seq != 21 {
		t.Errorf("start with %q and %d records, %v", snapshot, len(rs), err)
	}
}

// Whoever removes the lock's file can start a second daemon. The first one
// then writes nothing more, and says why.
func TestFaultF47_SecondDaemonPastTheLockEndsTheFirst(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	mustAppend(t, first, batch(1, 1))
	trail.Unlock(dir)
	second := open(t, dir)
	if err := first.Append(batch(2, 1).Alone()); !errors.Is(err, trail.ErrTaken) {
		t.Errorf("the first appends with %v", err)
	}
	if _, err := replay(first); !errors.Is(err, trail.ErrTaken) {
		t.Errorf("the first is opened again with %v", err)
	}
	mustAppend(t, second, batch(2, 1))
	if rs, err := replay(second); err != nil || len(rs) != 2 {
		t.Errorf("%d records, %v", len(rs), err)
	}
}
