package trail_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
)

// days is a trail's worth of records: n from a number on, four a day, and the
// days nine apart, so that a month has some dozen records.
func days(from uint64, n int) queue.Batch {
	b := batch(from, n)
	for i := range b.Records {
		r := &b.Records[i]
		if r.Day = ""; r.Seq > 2 {
			r.Day = nine.AddDate(0, 0, int(r.Seq/4)*9).Format(time.DateOnly)
		}
	}
	return b
}

func tidy(t testing.TB, tr *trail.Trail) {
	t.Helper()
	for {
		before, err := tr.Parts()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Tidy(); err != nil {
			t.Fatal(err)
		}
		if after, err := tr.Parts(); err != nil || reflect.DeepEqual(before, after) {
			return
		}
	}
}

// own counts the records in the trail's own file.
func own(t testing.TB, dir string) (n int) {
	t.Helper()
	count, err := trail.Count(dir)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func TestClosedDaysMoveIntoTheFileOfTheirMonth(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	want := days(1, 50).Records
	mustAppend(t, tr, queue.Batch{Records: want})
	tidy(t, tr)
	parts, err := tr.Parts()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range parts {
		got = append(got, fmt.Sprintf("%s:%d-%d", p.Name, p.First, p.Last))
	}
	if s := strings.Join(got, " "); s != "2026-11:1-3 2026-12:4-19 2027-01:20-31 2027-02:32-43 2027-03:44-47" {
		t.Errorf("the parts are %s", s)
	}
	if n := own(t, dir); n != 3 {
		t.Errorf("%d records stayed with the last day, want 3", n)
	}
	sees(t, tr, want)
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	tr = open(t, dir)
	sees(t, tr, want)
	mustAppend(t, tr, days(51, 6))
	sees(t, tr, days(1, 56).Records)
}

// sees holds every way of reading a trail against what was written.
func sees(t *testing.T, tr *trail.Trail, want []queue.Record) {
	t.Helper()
	if got, err := replay(tr); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("replayed %d records, %v, want %d", len(got), err, len(want))
	}
	for _, from := range []int{0, 1, 3, 17, 30, len(want) - 2, len(want)} {
		for _, limit := range []int{1, 20, 1000} {
			got, err := tr.Since(uint64(from), limit)
			if end := min(from+limit, len(want)); err != nil || !slices.EqualFunc(got, want[from:end], same) {
				t.Errorf("%d at most since %d: %d records, %v", limit, from, len(got), err)
			}
		}
	}
	for _, r := range want {
		if r.Day == "" {
			continue
		}
		got, err := tr.Ticket(r.Day, fmt.Sprintf("M%03d", r.Seq))
		if err != nil || len(got) != 1 || !same(got[0], r) {
			t.Errorf("the records of %s M%03d are %v, %v", r.Day, r.Seq, got, err)
		}
	}
}

func same(a, b queue.Record) bool { return reflect.DeepEqual(a, b) }

func TestAReaderBesideTheDaemonSeesTheSame(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 20))
	beside, err := trail.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	tidy(t, tr)
	mustAppend(t, tr, days(21, 3))
	if got, err := beside.Since(0, 100); err != nil || !slices.EqualFunc(got, days(1, 23).Records, same) {
		t.Errorf("%d records, %v", len(got), err)
	}
	if _, err := trail.Read(t.TempDir()); err == nil {
		t.Error("a trail that is not there was opened")
	}
}

func TestFaultF35_ChangedPartIsFoundOut(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 50))
	tidy(t, tr)
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	alterFile(t, filepath.Join(dir, "trail-2026-12.db"), "UPDATE records SET data = replace(data, 'p1', 'p2') WHERE seq=7")
	tr, err := trail.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, err := replay(tr); err == nil || !strings.Contains(err.Error(), "record 7 ") {
		t.Errorf("replayed with %v", err)
	}
}

func TestAPartOfAnotherTrailIsNotMixedIn(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	alterFile(t, filepath.Join(dir, "trail-2026-11.db"), trail.FirstSchema+"INSERT INTO records VALUES(2, '', 0, 0, '', '', '', 'x', '{}', NULL, x'00', '', NULL, NULL)")
	mustAppend(t, tr, days(1, 50))
	if _, err := tr.Tidy(); err == nil || !strings.Contains(err.Error(), "move trail-2026-11.db away") {
		t.Errorf("moved with %v", err)
	}
	sees(t, tr, days(1, 50).Records)
}

func TestADroppedPartIsGoneAndTheRestHolds(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	all := days(1, 50).Records
	mustAppend(t, tr, queue.Batch{Records: all})
	tidy(t, tr)
	if err := tr.Drop("2027-01"); err == nil || !strings.Contains(err.Error(), "2026-12 is older and still there") {
		t.Errorf("dropped out of order with %v", err)
	}
	if err := tr.Drop("2031-01"); err == nil {
		t.Error("a part that never was is dropped")
	}
	for _, name := range []string{"2026-11", "2026-12", "2026-12"} { // once more does no harm
		if err := tr.Drop(name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "trail-2026-12.db")); !os.IsNotExist(err) {
		t.Errorf("the file of the part is still there: %v", err)
	}
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	tr = open(t, dir)
	if got, err := replay(tr); err != nil || !slices.EqualFunc(got, all[19:], same) {
		t.Errorf("replayed %d records, %v", len(got), err)
	}
	if got, err := tr.Since(5, 2); err != nil || !slices.EqualFunc(got, all[19:21], same) {
		t.Errorf("since a record that is gone: %v, %v", got, err)
	}
	if got, err := tr.Ticket(all[6].Day, "M007"); err != nil || len(got) != 0 {
		t.Errorf("a ticket that is gone: %v, %v", got, err)
	}
}

func TestOthersOnTheMachineReadNoRecord(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755)) // as whoever made it left it
	must(t, os.WriteFile(filepath.Join(dir, trail.FileName), nil, 0o600))
	must(t, os.Chmod(filepath.Join(dir, trail.FileName), 0o644)) // as an earlier program made it
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 30))
	tidy(t, tr)
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

// A trail that has gone is not begun anew without a word.
func TestALostTrailIsNotBegunAnew(t *testing.T) {
	for _, beside := range []string{checkpoint.KeyFile, "trail-2026-11.db"} {
		for name, lose := range map[string]func(path string) error{
			"removed": os.Remove,
			"emptied": func(path string) error { return os.Truncate(path, 0) },
		} {
			dir := t.TempDir()
			tr := open(t, dir)
			mustAppend(t, tr, days(1, 3))
			must(t, tr.Close())
			must(t, os.WriteFile(filepath.Join(dir, beside), []byte("something"), 0o600))
			must(t, lose(filepath.Join(dir, trail.FileName)))
			if _, err := trail.Open(dir); err == nil || !strings.Contains(err.Error(), beside+" is there, so that a trail was lost; restore a backup") {
				t.Errorf("%s beside %s: %v", name, beside, err)
			}
			must(t, os.Remove(filepath.Join(dir, beside)))
			open(t, dir)
		}
	}
}
