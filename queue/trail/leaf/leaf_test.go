package leaf_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lobby/queue"
	"lobby/queue/trail/leaf"
)

var nine = time.Date(2026, 11, 23, 1, 0, 0, 123e6, time.UTC)

// salts is chance that is the same every time.
func salts() *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte{7}, 1024)) }

func issued() queue.Record {
	e := queue.TicketIssued{Day: "2026-11-23", Token: "secret-token", Prefix: "M", Service: "social", Class: "normal"}
	e.Ticket, e.LegID = "M001", "M001/1"
	return queue.Record{Seq: 9, At: nine, Mono: 1500 * time.Millisecond, Day: "2026-11-23", Actor: "kiosk:k1", Command: "c\x01\"9\\", Event: e}
}

func TestALeafKeepsThePersonalPartToItself(t *testing.T) {
	want := issued()
	l, p, err := leaf.New(want, "5f3a0b1c", salts())
	if err != nil {
		t.Fatal(err)
	}
	line := l.AppendLine(nil)
	if bytes.Contains(line, []byte("secret-token")) || !bytes.Contains(p.Clear, []byte("secret-token")) {
		t.Errorf("the token is not where it belongs: %s, %s", line, p.Clear)
	}
	got, _, err := leaf.ParseLine(line)
	if err != nil || !reflect.DeepEqual(got, l) {
		t.Fatalf("%s was read as %+v, %v", line, got, err)
	}
	if !bytes.Equal(p.Commitment(), got.Commitment) {
		t.Error("the commitment is of something else")
	}
	if r, err := got.Record(p); err != nil || !reflect.DeepEqual(r, want) {
		t.Errorf("with its personal part %+v, %v", r, err)
	}
	erased := want.Event.(queue.TicketIssued)
	erased.Token = ""
	if r, err := got.Record(leaf.Personal{}); err != nil || !reflect.DeepEqual(r.Event, queue.Event(erased)) {
		t.Errorf("without its personal part %+v, %v", r, err)
	}
	p.Salt[0]++
	if bytes.Equal(p.Commitment(), got.Commitment) {
		t.Error("the salt does not matter")
	}
}

func TestNoOtherBytesAreALine(t *testing.T) {
	l, _, err := leaf.New(issued(), "5f3a0b1c", salts())
	if err != nil {
		t.Fatal(err)
	}
	line := l.AppendLine(nil)
	for i := range line {
		for bit := range 8 {
			wrong := bytes.Clone(line)
			wrong[i] ^= 1 << bit
			if _, _, err := leaf.ParseLine(wrong); err == nil {
				t.Fatalf("bit %d of byte %d was changed and nobody noticed: %s", bit, i, wrong)
			}
		}
		if _, _, err := leaf.ParseLine(line[:i]); err == nil {
			t.Fatalf("half a line was read: %s", line[:i])
		}
	}
	text := string(l.Append(nil))
	for _, wrong := range []string{
		strings.Replace(text, `"seq":9`, `"seq":09`, 1), strings.Replace(text, `"seq":9`, `"seq": 9`, 1),
		strings.Replace(text, ".123Z", ".123+00:00", 1), strings.Replace(text, `kiosk:k1`, `ki\u006fsk:k1`, 1),
		strings.Replace(text, `"day":"2026-11-23","actor"`, `"day":"2026-11-23","day":"","actor"`, 1),
	} {
		if _, err := leaf.Parse([]byte(wrong)); wrong == text || err == nil {
			t.Errorf("read as if it were written so: %s", wrong)
		}
	}
}

// Every text comes back, and the line is JSON that others read the same.
func TestAnyTextIsALine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := leaf.Leaf{
			Seq: rapid.Uint64Range(1, 1<<53).Draw(t, "seq"), At: nine, Epoch: rapid.String().Draw(t, "epoch"), Day: rapid.String().Draw(t, "day"),
			Actor: rapid.String().Draw(t, "actor"), Command: rapid.String().Draw(t, "command"), Event: rapid.String().Draw(t, "event"), Data: []byte("{}"),
		}
		if rapid.Bool().Draw(t, "committed") {
			want.Commitment = make([]byte, 32)
		}
		line := want.AppendLine(nil)
		got, hash, err := leaf.ParseLine(line)
		if err != nil || !reflect.DeepEqual(got, want) || hash != want.Hash() {
			t.Fatalf("%q came back as %+v, %v", line, got, err)
		}
		var other struct {
			Seq            uint64
			Actor, Command string
			Commitment     []byte
		}
		if err := json.Unmarshal(line, &other); err != nil || other.Seq != want.Seq || other.Actor != want.Actor || other.Command != want.Command {
			t.Fatalf("%s is JSON for %+v, %v", line, other, err)
		}
	})
}

func FuzzParseLine(f *testing.F) {
	l, _, err := leaf.New(issued(), "5f3a0b1c", salts())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(l.AppendLine(nil))
	f.Add(l.Append(nil))
	f.Fuzz(func(t *testing.T, line []byte) {
		if l, _, err := leaf.ParseLine(line); err == nil && !bytes.Equal(l.AppendLine(nil), line) {
			t.Errorf("%q was read and is written as %q", line, l.AppendLine(nil))
		}
		if l, err := leaf.Parse(line); err == nil && !bytes.Equal(l.Append(nil), line) {
			t.Errorf("%q was read and is written as %q", line, l.Append(nil))
		}
	})
}
