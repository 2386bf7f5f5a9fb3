package export_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/export"
)

var nine = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

func key(t testing.TB) checkpoint.Key {
	t.Helper()
	k, err := checkpoint.KeyOf("fuyang", [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// write makes a file of n records.
func write(t testing.TB, n int) []byte {
	t.Helper()
	var file bytes.Buffer
	w := export.NewWriter(&file, export.Options{Hall: "fuyang", Epoch: "5f3a0b1c", Signer: key(t), Salts: strings.NewReader(strings.Repeat("salt", 4*n))})
	for i := range n {
		e := queue.TicketIssued{Day: "2026-11-23", Token: fmt.Sprint("token", i), Prefix: "M", Service: "social", Class: "normal"}
		e.Ticket = fmt.Sprintf("M%03d", i+1)
		if err := w.Write(queue.Record{Seq: uint64(i + 1), At: nine, Day: "2026-11-23", Actor: "kiosk:k1", Event: e}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestTheSameRecordsAreTheSameBytes(t *testing.T) {
	one, two := write(t, 50), write(t, 50)
	if !bytes.Equal(one, two) {
		t.Error("two files of the same records differ")
	}
	if bytes.Contains(one, []byte("token1")) {
		t.Error("a token is in the file")
	}
}

func TestAFileIsReadAsItWasWritten(t *testing.T) {
	file := write(t, 50)
	claims, end, err := export.Notes(bytes.NewReader(file), int64(len(file)))
	if err != nil || len(claims) != 1 || claims[0].Size != 50 {
		t.Fatalf("%+v, %v", claims, err)
	}
	keys, err := checkpoint.ReadKeys(key(t).Verifier())
	if err != nil {
		t.Fatal(err)
	}
	var tree checkpoint.Tree
	err = export.Lines(bytes.NewReader(file[:end]), func(line []byte) error {
		item, err := export.Parse(line)
		if err == nil && item.Leaf.Seq != tree.Size()+1 {
			err = fmt.Errorf("record %d after %d", item.Leaf.Seq, tree.Size())
		}
		tree.Add(item.Hash)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := checkpoint.Open(claims[0].Note, keys); err != nil || c.Root != tree.Root() || tree.Size() != 50 {
		t.Errorf("%+v, %v over %d records", c, err, tree.Size())
	}
}

func TestRecordsComeInSequence(t *testing.T) {
	w := export.NewWriter(&bytes.Buffer{}, export.Options{Hall: "fuyang", Signer: key(t), Salts: strings.NewReader("")})
	if err := w.Write(queue.Record{Seq: 2, At: nine, Event: queue.DayOpened{}}); err == nil {
		t.Error("the first record was left out")
	}
	if err := w.Close(); err == nil {
		t.Error("a file without records was signed")
	}
}

// Whatever the bytes, reading ends in items or an error, and a line that is
// taken is written the same again.
func FuzzRead(f *testing.F) {
	file := write(f, 3)
	f.Add(file)
	for _, line := range bytes.Split(file, []byte("\n")) {
		f.Add(line)
	}
	f.Add([]byte(`{"omitted":[1,16],"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`))
	f.Add([]byte(`{"personal":3,"salt":"c2FsdHNhbHRzYWx0c2FsdA==","clear":{"token":"x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, end, err := export.Notes(bytes.NewReader(data), int64(len(data)))
		if err == nil && (end <= 0 || end > int64(len(data))) {
			t.Errorf("the records end at %d of %d", end, len(data))
		}
		_ = export.Lines(bytes.NewReader(data), func(line []byte) error {
			item, err := export.Parse(line)
			if err == nil && item.Leaf != nil && !bytes.Equal(item.Leaf.AppendLine(nil), line) {
				t.Errorf("%q is written as %q", line, item.Leaf.AppendLine(nil))
			}
			return nil
		})
	})
}
