package trail_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
)

var nine = time.Date(2026, 11, 23, 1, 0, 0, 123e6, time.UTC)

// open opens the trail of a directory until the test ends.
func open(t testing.TB, dir string) *trail.Trail {
	t.Helper()
	tr, err := trail.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.Close() })
	if _, err := replay(tr); err != nil {
		t.Fatal(err)
	}
	return tr
}

func replay(tr *trail.Trail) (rs []queue.Record, err error) {
	err = tr.Replay(nil, func(r queue.Record) error {
		rs = append(rs, r)
		return nil
	})
	return rs, err
}

// record is a plain record with something in every column.
func record(seq uint64) queue.Record {
	e := queue.TicketPrinted{}
	e.Ticket, e.LegID, e.Printer = fmt.Sprintf("M%03d", seq), fmt.Sprintf("M%03d/1", seq), "p1"
	return queue.Record{Seq: seq, At: nine.Add(time.Duration(seq) * time.Second), Mono: time.Duration(seq) * time.Second, Day: "2026-11-23", Actor: "kiosk:k1", Command: fmt.Sprint("c", seq), Event: e}
}

// batch is n records from a number on, each with its answer.
func batch(from uint64, n int) queue.Batch {
	b := queue.Batch{Day: "2026-11-23"}
	for i := range uint64(n) {
		b.Records = append(b.Records, record(from+i))
		b.Answers = append(b.Answers, queue.Answer{ID: fmt.Sprint("c", from+i), OK: true, Seq: []uint64{from + i}})
	}
	return b
}

// oneByOne is a batch in as many pieces as it has records.
func oneByOne(b queue.Batch) iter.Seq[queue.Batch] {
	return func(yield func(queue.Batch) bool) {
		for i := range b.Records {
			if !yield(queue.Batch{Day: b.Day, Records: b.Records[i : i+1], Answers: b.Answers[i : i+1]}) {
				return
			}
		}
	}
}

func mustAppend(t testing.TB, tr *trail.Trail, b queue.Batch) {
	t.Helper()
	if err := tr.Append(b.Alone()); err != nil {
		t.Fatal(err)
	}
}

func TestATrailOpenedAgainHasTheSameRecords(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	tr := open(t, dir)
	want := batch(1, 3).Records
	awkward := record(4)
	awkward.Actor, awkward.Command = "窗口:12\x00'\"", "\u202e \\u0000 ' --"
	awkward.Event = queue.TicketCancelled{Reason: "他说：“算了”\n\x00\U0001F600"}
	awkward.Day = ""
	want = append(want, awkward)
	mustAppend(t, tr, queue.Batch{Records: want[:2]})
	mustAppend(t, tr, queue.Batch{Records: want[2:]})
	epoch := tr.Epoch()
	if len(epoch) != 8 {
		t.Errorf("the epoch is %q", epoch)
	}
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir)
	got, err := replay(again)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read back\n%+v, %v\nwant\n%+v", got, err, want)
	}
	if again.Epoch() != epoch {
		t.Errorf("the epoch was %s and is %s", epoch, again.Epoch())
	}
	if other := open(t, t.TempDir()); other.Epoch() == epoch {
		t.Error("two trails have one epoch")
	}
}

func TestEveryEventFitsIntoTheTrail(t *testing.T) {
	tr := open(t, t.TempDir())
	var want []queue.Record
	names := queue.EventNames()
	slices.Sort(names)
	for i, name := range names {
		e, err := queue.DecodeEvent(name, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, queue.Record{Seq: uint64(i + 1), At: nine, Event: e})
	}
	mustAppend(t, tr, queue.Batch{Records: want})
	got, err := tr.Since(0, 1000)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d records, %v", len(got), err)
	}
	for i := range want {
		if a, b := fmt.Sprintf("%+v", got[i]), fmt.Sprintf("%+v", want[i]); a != b {
			t.Errorf("%s\nwant\n%s", a, b)
		}
	}
}

func TestABatchIsAllOrNothing(t *testing.T) {
	tr := open(t, t.TempDir())
	mustAppend(t, tr, batch(1, 2))
	gap := queue.Batch{Day: "2026-11-23", Records: []queue.Record{record(3), record(5)}, Answers: []queue.Answer{{ID: "x", OK: true}}}
	if err := tr.Append(gap.Alone()); err == nil || !strings.Contains(err.Error(), "record 5 follows record 3") {
		t.Fatalf("a gap in the numbers: %v", err)
	}
	if err := tr.Append(batch(3, 1).Alone()); !errors.Is(err, trail.ErrBroken) {
		t.Errorf("append after a failure: %v", err)
	}
	if _, err := tr.Since(0, 9); !errors.Is(err, trail.ErrBroken) {
		t.Errorf("reading after a failure: %v", err)
	}
	if got, err := replay(tr); err != nil || len(got) != 2 {
		t.Fatalf("%d records, %v", len(got), err)
	}
	if as, err := tr.Answers("2026-11-23"); err != nil || len(as) != 2 {
		t.Errorf("answers %v, %v", as, err)
	}
	mustAppend(t, tr, batch(3, 1))
	if got, err := tr.Since(0, 9); err != nil || len(got) != 3 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestAnswersAreOfOneDay(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	refusal := queue.Answer{ID: "r", Refusal: &queue.Refusal{Code: "nothing_waiting", Say: "没有人"}}
	full := queue.Answer{ID: "f", OK: true, Seq: []uint64{1, 2}, Result: json.RawMessage(`{"ticket":"M001"}`)}
	mustAppend(t, tr, queue.Batch{Day: "2026-11-23", Answers: []queue.Answer{refusal, full}})
	mustAppend(t, tr, queue.Batch{Day: "2026-11-24", Answers: []queue.Answer{{ID: "next", OK: true}}})
	want := map[string]queue.Answer{"r": refusal, "f": full}
	if got, err := tr.Answers("2026-11-23"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if got, err := tr.Answers("2026-11-24"); err != nil || len(got) != 0 {
		t.Errorf("the answers of another day were kept: %v, %v", got, err)
	}
	mustAppend(t, tr, queue.Batch{Day: "2026-11-25", Answers: []queue.Answer{{ID: "r", OK: true}}})
	if got, err := tr.Answers("2026-11-25"); err != nil || !got["r"].OK {
		t.Errorf("an id used on another day: %+v, %v", got, err)
	}
}

func TestReadingAPart(t *testing.T) {
	tr := open(t, t.TempDir())
	mustAppend(t, tr, batch(1, 10))
	second := record(11)
	second.Event = queue.TicketKept{}
	mustAppend(t, tr, queue.Batch{Records: []queue.Record{second}})
	for _, c := range []struct {
		since uint64
		limit int
		want  []uint64
	}{{0, 3, []uint64{1, 2, 3}}, {8, 100, []uint64{9, 10, 11}}, {11, 5, nil}, {99, 5, nil}} {
		rs, err := tr.Since(c.since, c.limit)
		var got []uint64
		for _, r := range rs {
			got = append(got, r.Seq)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("since %d, %d at most: %v, %v, want %v", c.since, c.limit, got, err, c.want)
		}
	}
	rs, err := tr.Ticket("2026-11-23", "M004")
	if err != nil || len(rs) != 1 || !reflect.DeepEqual(rs[0], record(4)) {
		t.Errorf("the ticket's records are %+v, %v", rs, err)
	}
	all, err := tr.Day("2026-11-23")
	if err != nil || len(all) <= len(rs) || slices.ContainsFunc(all, func(r queue.Record) bool { return r.Day != "2026-11-23" }) {
		t.Errorf("the records of all tickets are %v, %v", all, err)
	}
	if rs, err := tr.Ticket("2026-11-24", "M004"); err != nil || len(rs) != 0 {
		t.Errorf("on another day: %+v, %v", rs, err)
	}
}

// changes are what somebody with the file and a program for it could do.
var changes = map[string]string{
	"at":                                 "at = at + 1",
	"mono":                               "mono = mono + 1",
	"epoch":                              "epoch = 'x'",
	"commitment":                         "commitment = zeroblob(32)",
	"actor":                              "actor = 'kiosk:k2'",
	"command":                            "command = command || 'x'",
	"day":                                "day = '2026-11-22'",
	"ticket":                             "ticket = 'M999'",
	"event":                              "event = 'ticket.print_failed'",
	"data":                               "data = replace(data, 'p1', 'p2')",
	"hash":                               "hash = zeroblob(32)",
	"a byte from one column to the next": "actor = actor || 'c', command = substr(command, 2)",
	"the number":                         "seq = seq + 100",
}

func TestFaultF35_ChangedRecordIsNamed(t *testing.T) {
	for name, change := range changes {
		for _, seq := range []int{1, 3, 5} {
			err := tamper(t, fmt.Sprintf("UPDATE records SET %s WHERE seq=%d", change, seq))
			if err == nil {
				t.Errorf("%s of record %d was changed and nobody noticed", name, seq)
				continue
			}
			named := fmt.Sprintf("record %d ", seq)
			if name == "the number" {
				named = fmt.Sprintf("follows record %d:", seq-1)
				if seq < 5 {
					named = fmt.Sprintf("record %d follows record %d:", seq+1, seq-1)
				}
			}
			if !strings.Contains(err.Error(), named) {
				t.Errorf("%s of record %d was changed: %v", name, seq, err)
			}
		}
	}
}

func TestAMissingRecordIsNamed(t *testing.T) {
	for _, seq := range []int{1, 2, 4} {
		err := tamper(t, fmt.Sprintf("DELETE FROM records WHERE seq=%d", seq))
		if want := fmt.Sprintf("record %d follows record %d", seq+1, seq-1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("record %d was removed: %v", seq, err)
		}
	}
	if err := tamper(t, "DELETE FROM records WHERE seq>3"); err == nil || !strings.Contains(err.Error(), "the tree is over 5 records and there are 3") {
		t.Errorf("the end was removed: %v", err)
	}
	if err := tamper(t, "UPDATE tree SET edge=randomblob(length(edge))"); err == nil || !strings.Contains(err.Error(), "not those that the tree was made over") {
		t.Errorf("the tree was changed: %v", err)
	}
	if err := tamper(t, "UPDATE records SET data = (SELECT data FROM records WHERE seq=2) WHERE seq=4"); err == nil {
		t.Error("a record was copied over another and nobody noticed")
	}
}

// tamper changes a closed trail of five records by other means and tells how
// it is read afterwards. Nothing may be appended to a trail that was changed.
func tamper(t *testing.T, sql string) error {
	t.Helper()
	dir := t.TempDir()
	tr, err := trail.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, tr, batch(1, 5))
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite3.Open(filepath.Join(dir, trail.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Exec(sql), db.Close()); err != nil {
		t.Fatal(err)
	}
	if tr, err = trail.Open(dir); err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	_, failed := replay(tr)
	if _, err := tr.Since(0, 9); failed != nil && !errors.Is(err, trail.ErrBroken) {
		t.Errorf("after %s the trail is read as if nothing were wrong: %v", sql, err)
	}
	for next := uint64(1); next < 7; next++ {
		if failed != nil && tr.Append(batch(next, 1).Alone()) == nil {
			t.Errorf("after %s record %d was appended to a trail that had been changed", sql, next)
		}
	}
	return failed
}

// Hashes and tree are worked out here again from their description alone.
func TestHashesAndTreeAreAsDescribed(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	var made checkpoint.Tree
	for range 300 {
		mustAppend(t, tr, batch(made.Size()+1, 1))
		r := record(made.Size() + 1)
		data, err := json.Marshal(r.Event)
		if err != nil {
			t.Fatal(err)
		}
		made.Add(sha256.Sum256(fmt.Appendf(nil, "\x00"+`{"seq":%d,"epoch":%q,"at":%q,"mono":%d,"day":"2026-11-23","actor":"kiosk:k1","command":%q,"event":"ticket.printed","data":%s}`,
			r.Seq, tr.Epoch(), r.At.Format("2006-01-02T15:04:05.000Z"), r.Mono.Milliseconds(), r.Command, data)))
		got, err := tr.Tree()
		if err != nil || got.Size() != made.Size() || got.Root() != made.Root() {
			t.Fatalf("the tree over %d records has another root, %v", made.Size(), err)
		}
	}
}

func TestAFileOfAnotherFormatIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlite3.Open(filepath.Join(dir, trail.FileName))
	if err != nil {
		t.Fatal(err)
	}
	foreign := "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; INSERT INTO meta VALUES('format','lobby-trail-9')"
	if err := errors.Join(db.Exec(foreign), db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := trail.Open(dir); err == nil || !strings.Contains(err.Error(), "lobby-trail-9") {
		t.Errorf("opened with %v", err)
	}
}

// The feed asks for the epoch and for records at any moment, also while the
// trail is being opened again after a failure.
func TestReadersMayAskWhileTheTrailIsMended(t *testing.T) {
	tr := open(t, t.TempDir())
	mustAppend(t, tr, batch(1, 3))
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if tr.Epoch() == "" {
					t.Error("the epoch was gone for a moment")
				}
				if rs, err := tr.Since(0, 10); len(rs) < 3 && !errors.Is(err, trail.ErrBroken) {
					t.Errorf("%d records, %v", len(rs), err)
				}
			}
		})
	}
	for seq := uint64(4); seq < 14; seq++ {
		if tr.Append(batch(99, 1).Alone()) == nil {
			t.Error("a record far ahead was appended")
		}
		if rs, err := replay(tr); err != nil || len(rs) != int(seq)-1 {
			t.Fatalf("%d records, %v", len(rs), err)
		}
		mustAppend(t, tr, batch(seq, 1))
	}
	close(done)
	readers.Wait()
}
