package verify_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/plaintest"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/export"
	"lobby/queue/trail/leaf"
	"lobby/queue/trail/verify"
)

func TestMain(m *testing.M) { os.Exit(plaintest.Main(m)) }

var nine = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

func key(t testing.TB, seed byte) checkpoint.Key {
	t.Helper()
	k, err := checkpoint.KeyOf("fuyang", [32]byte{seed})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func trusting(t testing.TB, ks ...checkpoint.Key) *checkpoint.Keys {
	t.Helper()
	var lines []string
	for _, k := range ks {
		lines = append(lines, k.Verifier())
	}
	keys, err := checkpoint.ReadKeys(strings.Join(lines, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// history is a trail that signs a checkpoint after every few records, and can
// be made to take another way from some record on.
type history struct {
	leaves []leaf.Leaf
	parts  []leaf.Personal
	tree   checkpoint.Tree
	key    checkpoint.Key
}

func (h *history) add(t testing.TB, e queue.Event) {
	t.Helper()
	n := uint64(len(h.leaves) + 1)
	r := queue.Record{
		Seq: n, At: nine.Add(time.Duration(n) * time.Second), Mono: time.Duration(n) * time.Second, Day: "2026-11-23", Actor: "kiosk:k1",
		Command: fmt.Sprint("c", n), Event: e,
	}
	l, p, err := leaf.New(r, "5f3a0b1c", strings.NewReader(strings.Repeat("salt", 4)))
	if err != nil {
		t.Fatal(err)
	}
	h.leaves, h.parts = append(h.leaves, l), append(h.parts, p)
	h.tree.Add(l.Hash())
}

func (h *history) checkpoint(t testing.TB) string {
	t.Helper()
	note, err := checkpoint.Checkpoint{Hall: "fuyang", Size: h.tree.Size(), Root: h.tree.Root()}.Sign(h.key)
	if err != nil {
		t.Fatal(err)
	}
	return note
}

func ticket(number string) queue.Event {
	e := queue.TicketIssued{Day: "2026-11-23", Token: "token-" + number, Prefix: "M", Service: "social", Class: "normal"}
	e.Ticket, e.LegID = number, number+"/1"
	return e
}

// grow adds n records, every seventh a checkpoint.
func (h *history) grow(t testing.TB, n int, mark string) {
	t.Helper()
	for range n {
		if h.tree.Size()%7 == 6 {
			h.add(t, queue.CheckpointSigned{Size: h.tree.Size(), Note: h.checkpoint(t)})
			continue
		}
		h.add(t, ticket(fmt.Sprintf("%s%03d", mark, h.tree.Size()+1)))
	}
}

// handOver records that another key signs from now on.
func (h *history) handOver(t testing.TB, by, next checkpoint.Key) {
	t.Helper()
	note, err := by.HandOver(next)
	must(t, err)
	h.add(t, queue.KeyRotated{Note: note})
	h.key = next
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clone goes another way from here on.
func (h *history) clone() *history {
	c := *h
	c.leaves, c.parts, c.tree = append([]leaf.Leaf{}, h.leaves...), append([]leaf.Personal{}, h.parts...), h.tree.Clone()
	return &c
}

// file is the whole history as a file.
func (h *history) file(t testing.TB, personal bool) []byte {
	t.Helper()
	var file bytes.Buffer
	w := export.NewWriter(&file, export.Options{Hall: "fuyang", Signer: h.key})
	for i, l := range h.leaves {
		err := w.Leaf(l)
		if err == nil && personal && h.parts[i].Clear != nil {
			err = w.Personal(h.parts[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func run(file []byte, o verify.Options) (verify.Report, error) {
	return verify.File(bytes.NewReader(file), int64(len(file)), o)
}

func TestAnHonestFileIsRight(t *testing.T) {
	h := &history{key: key(t, 1)}
	h.grow(t, 20, "M")
	old := h.checkpoint(t)
	h.grow(t, 20, "M")
	for _, personal := range []bool{false, true} {
		seen := 0
		file := h.file(t, personal)
		told := int64(0)
		r, err := run(file, verify.Options{
			Keys: trusting(t, key(t, 1)), Older: old,
			Check: func(r queue.Record) error {
				seen++
				if r.Seq != uint64(seen) {
					t.Errorf("record %d was shown as number %d", r.Seq, seen)
				}
				return nil
			},
			Progress: func(n int64) { told += n },
		})
		want := verify.Report{Hall: "fuyang", Size: 40, Records: 40, Checkpoints: 6, Replayed: true}
		if err != nil || r != want || seen != 40 || told == 0 || told > int64(len(file)) {
			t.Errorf("%+v, %v, %d records shown, %d bytes told; want %+v", r, err, seen, told, want)
		}
	}
}

func TestTheRulesOfTheQueueAreHeld(t *testing.T) {
	h := &history{key: key(t, 1)}
	h.grow(t, 10, "M")
	_, err := run(h.file(t, false), verify.Options{Keys: trusting(t, key(t, 1)), Check: func(r queue.Record) error {
		if r.Seq == 8 {
			return errors.New("two windows have it")
		}
		return nil
	}})
	if err == nil || err.Error() != "record 8: two windows have it" {
		t.Error(err)
	}
}

func TestARecordThatWasChangedIsNamed(t *testing.T) {
	h := &history{key: key(t, 1)}
	h.grow(t, 40, "M")
	good := string(h.file(t, true))
	forged := h.clone()
	forged.leaves[16].Actor = "kiosk:k2" // with a hash that fits
	lines := strings.SplitAfter(good, "\n")
	at := func(seq int) int {
		for i, line := range lines {
			if strings.HasPrefix(line, fmt.Sprintf(`{"seq":%d,`, seq)) {
				return i
			}
		}
		t.Fatal("no such record")
		return 0
	}
	without := func(seq int) string {
		return strings.Join(append(append([]string{}, lines[:at(seq)]...), lines[at(seq)+1:]...), "")
	}
	notes := strings.Split(good, "\n\nfuyang")
	for name, c := range map[string]struct{ file, say string }{
		"a byte":                 {strings.Replace(good, "M017", "M071", 1), "record 17: leaf: the line was changed"},
		"a line with its hash":   {string(forged.file(t, true)), "record 14 or one of the 6 after it: the first 20 records"},
		"a missing line":         {without(21), "record 21: missing: the file goes on with record 22"},
		"the personal part":      {strings.Replace(good, "token-M003", "token-M004", 1), "record 3: its commitment"},
		"a doubled line":         {strings.Replace(good, lines[at(9)], lines[at(9)]+lines[at(9)], 1), "record 10: missing: the file goes on with record 9"},
		"a cut":                  {good[:len(good)/2], "no checkpoints at the end"},
		"records cut off":        {strings.Join(lines[:at(40)], "") + good[strings.Index(good, "\n\n")+1:], "record 40: missing: the file was cut off"},
		"a checkpoint cut off":   {good[:strings.LastIndex(good, "\n\nfuyang")+1], "record 35 or one of the 5 after it: no checkpoint is over them"},
		"checkpoints exchanged":  {strings.Join([]string{notes[0], notes[2], notes[1], notes[3]}, "\n\nfuyang"), "comes after the one of"},
		"a space too many":       {strings.Replace(good, `{"personal":3,`, `{"personal": 3,`, 1), "record 4: export: "},
		"a part shown twice":     {strings.Replace(good, lines[at(3)+1], lines[at(3)+1]+lines[at(3)+1], 1), "record 3: its commitment"},
		"one checkpoint removed": {strings.Join(append(notes[:2:2], notes[3:]...), "\n\nfuyang"), "record 14: its checkpoint is not among those"},
	} {
		_, err := run([]byte(c.file), verify.Options{Keys: trusting(t, key(t, 1))})
		if c.file == good || err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want %q", name, err, c.say)
		}
	}
}

// A history that its own hall has signed is refused as well when it contradicts
// itself.
func TestTimesAndDaysDoNotGoBack(t *testing.T) {
	for name, change := range map[string]func(*leaf.Leaf){
		"it is from":                    func(l *leaf.Leaf) { l.At = nine },
		"the running time went back":    func(l *leaf.Leaf) { l.Mono = 0 },
		`it is of the day "2026-11-22"`: func(l *leaf.Leaf) { l.Day = "2026-11-22" },
	} {
		h := &history{key: key(t, 1)}
		h.grow(t, 10, "M")
		change(&h.leaves[4])
		h.leaves = append(h.leaves[:6], h.leaves[7:]...) // the checkpoint is of the others
		for i := range h.leaves {
			h.leaves[i].Seq = uint64(i + 1)
		}
		if _, err := run(h.file(t, false), verify.Options{Keys: trusting(t, key(t, 1))}); err == nil || !strings.HasPrefix(err.Error(), "record 5: "+name) {
			t.Errorf("%v, want record 5 and %q", err, name)
		}
	}
}

func TestCheckpointsAreOfOneHall(t *testing.T) {
	h := &history{key: key(t, 1)}
	h.grow(t, 3, "M")
	foreign, err := checkpoint.Checkpoint{Hall: "fuchun", Size: h.tree.Size(), Root: h.tree.Root()}.Sign(h.key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run(h.file(t, false), verify.Options{Keys: trusting(t, key(t, 1)), Older: foreign}); err == nil || !strings.Contains(err.Error(), `of the hall "fuchun"`) {
		t.Errorf("compared with another hall's: %v", err)
	}
	h.add(t, queue.CheckpointSigned{Size: 3, Note: foreign})
	if _, err := run(h.file(t, false), verify.Options{Keys: trusting(t, key(t, 1))}); err == nil || !strings.Contains(err.Error(), `of the hall "fuyang", others are of "fuchun"`) {
		t.Errorf("another hall's is in the file: %v", err)
	}
}

func TestAnotherHistoryIsRefused(t *testing.T) {
	h := &history{key: key(t, 1)}
	h.grow(t, 20, "M")
	early := h.file(t, false)
	fork := h.clone()
	fork.grow(t, 20, "F")
	h.grow(t, 20, "M")
	kept := h.checkpoint(t)
	for name, c := range map[string]struct {
		file []byte
		say  string
	}{
		"rolled back": {early, "record 21 or one of the 19 after it: missing: the checkpoint to compare with knows 40 records"},
		"forked":      {fork.file(t, false), "are not those that the checkpoint was signed over"},
	} {
		if _, err := run(c.file, verify.Options{Keys: trusting(t, key(t, 1))}); err != nil {
			t.Errorf("%s and seen without the checkpoint: %v", name, err)
		}
		if _, err := run(c.file, verify.Options{Keys: trusting(t, key(t, 1)), Older: kept}); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want %q", name, err, c.say)
		}
	}
	stranger := h.clone()
	stranger.key = key(t, 2)
	if _, err := run(stranger.file(t, false), verify.Options{Keys: trusting(t, key(t, 1))}); err == nil {
		t.Error("another key signed the end and nobody noticed")
	}
	if _, err := run(h.file(t, false), verify.Options{Keys: trusting(t, key(t, 1)), Older: stranger.checkpoint(t)}); err == nil {
		t.Error("a stranger's checkpoint was compared with")
	}
}

func TestAKeyThatWasHandedOverIsTrusted(t *testing.T) {
	h := &history{key: key(t, 1)}
	h.grow(t, 10, "M")
	next := key(t, 2)
	h.handOver(t, h.key, next)
	h.grow(t, 10, "M")
	if _, err := run(h.file(t, false), verify.Options{Keys: trusting(t, key(t, 1))}); err != nil {
		t.Errorf("with the key of old: %v", err)
	}
	if _, err := run(h.file(t, false), verify.Options{Keys: trusting(t, key(t, 1), next)}); err != nil {
		t.Errorf("with both keys: %v", err)
	}
	if _, err := run(h.file(t, false), verify.Options{Keys: trusting(t, key(t, 3))}); err == nil {
		t.Error("a stranger's key was enough")
	}
}

func TestAPartIsUnderTheRootOfTheWhole(t *testing.T) {
	h := &history{key: key(t, 1)}
	h.grow(t, 40, "M")
	var file bytes.Buffer
	w := export.NewWriter(&file, export.Options{Hall: "fuyang", Signer: h.key})
	subtree := func(first, n int) (tree checkpoint.Tree) {
		for _, l := range h.leaves[first : first+n] {
			tree.Add(l.Hash())
		}
		return tree
	}
	for _, step := range []struct{ level, n int }{{4, 16}, {0, -1}, {0, 1}, {1, 2}, {2, 4}, {3, 8}, {3, 8}} {
		at := int(w.Size())
		var err error
		if step.n < 0 {
			err = w.Leaf(h.leaves[at])
		} else {
			tree := subtree(at, step.n)
			err = w.Omit(step.level, tree.Root())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	never := func(queue.Record) error { return errors.New("a part cannot be replayed") }
	r, err := run(file.Bytes(), verify.Options{Keys: trusting(t, key(t, 1)), Check: never})
	if want := (verify.Report{Hall: "fuyang", Size: 40, Records: 1, Checkpoints: 1}); err != nil || r != want {
		t.Errorf("%+v, %v, want %+v", r, err, want)
	}
	for _, wrong := range []string{
		strings.Replace(file.String(), "[18,18]", "[19,19]", 1), strings.Replace(file.String(), "M017", "M018", 1),
		strings.Replace(file.String(), "[1,16]", "[1,8]", 1), strings.Replace(file.String(), "[1,16]", "[1, 16]", 1),
	} {
		if _, err := run([]byte(wrong), verify.Options{Keys: trusting(t, key(t, 1))}); wrong == file.String() || err == nil {
			t.Errorf("a part was changed and nobody noticed:\n%s", wrong)
		}
	}
}
