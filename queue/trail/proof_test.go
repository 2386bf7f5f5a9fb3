package trail_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
	"lobby/queue/plaintest"
	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/verify"
)

func key(t testing.TB) checkpoint.Key {
	t.Helper()
	k, err := checkpoint.KeyOf("fuyang", [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// exported is a part of a trail as a file, and what a verifier makes of it.
func exported(t testing.TB, tr *trail.Trail, want trail.Selection) (string, verify.Report) {
	t.Helper()
	var file bytes.Buffer
	if err := tr.Export(&file, "fuyang", key(t), want); err != nil {
		t.Fatal(err)
	}
	keys, err := checkpoint.ReadKeys(key(t).Verifier())
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.File(bytes.NewReader(file.Bytes()), int64(file.Len()), verify.Options{Keys: keys})
	if err != nil {
		t.Fatalf("%+v: %v", want, err)
	}
	return file.String(), report
}

func TestAnyPartOfATrailCanBeShown(t *testing.T) {
	const n = 520
	tr := open(t, t.TempDir())
	all := days(1, n)
	mustAppend(t, tr, all)
	first := uint64(1) // that is still there
	for _, stage := range []struct {
		name string
		do   func()
	}{
		{"all in one file", func() {}},
		{"closed months in files of their own", func() { tidy(t, tr) }},
		{"the first 290 gone", func() { first = dropUntil(t, tr, 290) + 1 }},
	} {
		stage.do()
		for _, c := range []struct {
			want    trail.Selection
			records uint64
		}{
			{trail.Selection{}, n + 1 - first},
			{trail.Selection{Day: all.Records[399].Day}, 4},
			{trail.Selection{Day: all.Records[399].Day, Ticket: "M400"}, 1},
			{trail.Selection{Day: all.Records[n-1].Day, Ticket: fmt.Sprint("M", n)}, 1},
		} {
			file, r := exported(t, tr, c.want)
			if r.Size != n || r.Records != c.records {
				t.Errorf("%s, %+v: %+v, want %d records", stage.name, c.want, r, c.records)
			}
			if c.want.Ticket != "" && len(file) > 4000 {
				t.Errorf("%s: the proof for one ticket of %d has %d bytes", stage.name, n, len(file))
			}
		}
	}
	if err := tr.Export(&bytes.Buffer{}, "fuyang", key(t), trail.Selection{Day: "2031-01-01"}); err == nil || !strings.Contains(err.Error(), "no such records") {
		t.Errorf("a day that never was: %v", err)
	}
}

// What is shown of a day is read from its month alone, and the hashes of all
// others from where they are kept, so that a proof is as cheap after ten years.
func TestADayIsShownWithoutOtherMonths(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	dir, s := memoryDir(t), centre()
	s.Tickets = 10
	lived(t, dir, s, 45_000)
	tr, err := trail.Open(dir)
	must(t, err)
	defer tr.Close()
	ps, err := tr.Parts()
	must(t, err)
	for i, p := range ps {
		if i != 1 {
			must(t, os.WriteFile(filepath.Join(dir, "trail-"+p.Name+".db"), []byte("no part"), 0o600))
		}
	}
	day := ps[1].Name + "-15"
	if _, r := exported(t, tr, trail.Selection{Day: day}); r.Size != 45_000 || r.Records < 50 {
		t.Errorf("%+v", r)
	}
	rs, err := tr.Day(day)
	must(t, err)
	if _, r := exported(t, tr, trail.Selection{Day: day, Ticket: rs[0].Event.(queue.Subject).TicketNumber()}); r.Records < 1 || r.Records > 20 {
		t.Errorf("%+v", r)
	}
}

// dropUntil drops parts until a record is gone, and tells the last that is.
func dropUntil(t testing.TB, tr *trail.Trail, seq uint64) (last uint64) {
	t.Helper()
	ps, err := tr.Parts()
	must(t, err)
	for _, p := range ps {
		if last < seq {
			must(t, tr.Drop(p.Name))
			last = p.Last
		}
	}
	return last
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheLastHandingOverIsFound(t *testing.T) {
	tr := open(t, t.TempDir())
	b := days(1, 40)
	b.Records[9].Event, b.Records[29].Event = queue.KeyRotated{Note: "first"}, queue.KeyRotated{Note: "second"}
	mustAppend(t, tr, queue.Batch{Records: b.Records[:3]})
	for _, c := range []struct {
		upTo int
		want string
	}{{9, ""}, {30, "first"}, {40, "second"}} {
		last, err := tr.Tree()
		must(t, err)
		mustAppend(t, tr, queue.Batch{Records: b.Records[last.Size() : c.upTo-1]})
		if note, err := tr.Rotated(); err != nil || note != c.want {
			t.Errorf("after %d records: %q, %v", c.upTo-1, note, err)
		}
	}
	mustAppend(t, tr, queue.Batch{Records: b.Records[39:]})
	tidy(t, tr)
	if note, err := tr.Rotated(); err != nil || note != "second" && note != "" {
		t.Errorf("in a part: %q, %v", note, err)
	}
}

// issue is a ticket with its token.
func issue(seq uint64) queue.Record {
	r := record(seq)
	e := queue.TicketIssued{Day: r.Day, Token: fmt.Sprint("token-", seq), Prefix: "M", Service: "social", Class: "normal"}
	e.Ticket, e.LegID = fmt.Sprintf("M%03d", seq), fmt.Sprintf("M%03d/1", seq)
	r.Event = e
	return r
}

func TestWhatIsPersonalIsShownOnlyWhenAskedFor(t *testing.T) {
	tr := open(t, t.TempDir())
	mustAppend(t, tr, queue.Batch{Records: []queue.Record{issue(1), issue(2)}})
	if file, _ := exported(t, tr, trail.Selection{}); strings.Contains(file, "token-1") {
		t.Error("a token is in the export")
	}
	file, _ := exported(t, tr, trail.Selection{Personal: true})
	if !strings.Contains(file, "token-1") || !strings.Contains(file, "token-2") {
		t.Errorf("a token is missing:\n%s", file)
	}
	if got, err := tr.Since(0, 9); err != nil || got[0].Event.(queue.TicketIssued).Token != "token-1" {
		t.Errorf("the hall reads %+v, %v", got, err)
	}
}

func TestWhatIsErasedIsGoneAndTheTreeHolds(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	var b queue.Batch
	for seq := uint64(1); seq <= 6; seq++ {
		r := issue(seq)
		r.Day = []string{"2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02", "2026-12-01", "2026-12-02"}[seq-1]
		b.Records = append(b.Records, r)
	}
	mustAppend(t, tr, b)
	before, err := tr.Tree()
	must(t, err)
	for _, step := range []struct {
		moved bool
		until string
		left  int // the first record that still has its token
	}{{false, "2026-10-31", 2}, {true, "2026-11-02", 4}, {true, "2026-12-01", 5}, {true, "2026-11-01", 5}} {
		if step.moved {
			tidy(t, tr)
		}
		must(t, tr.Erase(step.until))
		file, _ := exported(t, tr, trail.Selection{Personal: true})
		for seq := range 6 {
			if has := strings.Contains(file, fmt.Sprintf("\"token-%d\"", seq+1)); has != (seq+1 >= step.left) {
				t.Errorf("erased before %s: record %d has its token: %t", step.until, seq+1, has)
			}
		}
	}
	if after, err := tr.Tree(); err != nil || after.Root() != before.Root() {
		t.Errorf("the tree has another root: %v", err)
	}
	if last, err := tr.Erased(); err != nil || last != "2026-12-01" {
		t.Errorf("erased before %s, %v", last, err)
	}
	must(t, tr.Close())
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		for seq := range 4 {
			if bytes.Contains(data, fmt.Append(nil, "token-", seq+1)) {
				t.Errorf("token-%d can still be read in %s", seq+1, e.Name())
			}
		}
	}
	if rs, err := replay(open(t, dir)); err != nil || len(rs) != 6 || rs[0].Event.(queue.TicketIssued).Token != "" || rs[5].Event.(queue.TicketIssued).Token == "" {
		t.Errorf("replayed as %+v, %v", rs, err)
	}
}

// Who changes the file and cannot sign would have the hall sign it for them, if
// an export were signed over whatever is on the disk.
func TestNothingIsSignedThatWasChanged(t *testing.T) {
	whole := trail.Selection{}
	day := trail.Selection{Day: "2026-11-23"}
	one := trail.Selection{Day: "2026-11-23", Ticket: "M003"}
	for name, c := range map[string]struct {
		sql, say string
		want     []trail.Selection
	}{
		"a record":              {"UPDATE records SET data=replace(data, 'p1', 'p2') WHERE seq=3", "record 3 is not as it was written", []trail.Selection{whole, day, one}},
		"a record and its hash": {"UPDATE records SET hash=zeroblob(32) WHERE seq=4", "not those that the tree was made over", []trail.Selection{one}},
		"the tree":              {"UPDATE tree SET edge=zeroblob(length(edge))", "not those that the tree was made over", []trail.Selection{whole, day, one}},
		"what is personal":      {"UPDATE records SET clear='{\"token\":\"mine\"}' WHERE seq=6", "record 6 has another personal part", []trail.Selection{{Personal: true}}},
	} {
		dir := t.TempDir()
		tr := open(t, dir)
		mustAppend(t, tr, batch(1, 5))
		mustAppend(t, tr, queue.Batch{Records: []queue.Record{issue(6)}})
		db, err := sqlite3.Open(filepath.Join(dir, trail.FileName))
		must(t, err)
		must(t, errors.Join(db.Exec(c.sql), db.Close()))
		for _, want := range c.want {
			if err := tr.Export(&bytes.Buffer{}, "fuyang", key(t), want); err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("%s was changed, and of %+v it is said: %v", name, want, err)
			}
		}
	}
}
