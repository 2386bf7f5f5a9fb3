package checkpoint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue/trail/checkpoint"
)

// slow is a tree that keeps all its hashes.
type slow []tlog.Hash

func (s slow) ReadHashes(at []int64) ([]tlog.Hash, error) {
	var hs []tlog.Hash
	for _, i := range at {
		hs = append(hs, s[i])
	}
	return hs, nil
}

func TestTheEdgeKnowsTheRootOfTheWholeTree(t *testing.T) {
	var tree checkpoint.Tree
	var all slow
	for n := range int64(600) {
		want, err := tlog.TreeHash(n, all)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			want = tlog.Hash{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}
		}
		if got := tree.Root(); got != want || tree.Size() != uint64(n) {
			t.Fatalf("%d leaves have the root %v, want %v", n, got, want)
		}
		leaf := fmt.Append(nil, "leaf ", n)
		hs, err := tlog.StoredHashes(n, leaf, all)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, hs...)
		tree.Add(tlog.RecordHash(leaf))
	}
	var short checkpoint.Tree
	for _, level := range []int{9, 6, 4, 3} { // 512 + 64 + 16 + 8
		at := tlog.StoredHashIndex(level, int64(short.Size())>>level)
		if err := short.AddSubtree(level, all[at]); err != nil {
			t.Fatal(err)
		}
	}
	if short.Root() != tree.Root() {
		t.Error("the same tree made of subtrees has another root")
	}
	if err := short.AddSubtree(4, tlog.Hash{}); err == nil {
		t.Error("a subtree began where none begins")
	}
}

func key(t *testing.T, hall string, seed byte) checkpoint.Key {
	t.Helper()
	k, err := checkpoint.KeyOf(hall, [32]byte{seed})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keys(t *testing.T, k checkpoint.Key) *checkpoint.Keys {
	t.Helper()
	ks, err := checkpoint.ReadKeys(strings.Join(k.Verifiers, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

func TestACheckpointIsWhatWasSigned(t *testing.T) {
	k := key(t, "fuyang", 1)
	want := checkpoint.Checkpoint{Hall: "fuyang", Size: 1041, Root: tlog.RecordHash([]byte("x"))}
	msg, err := want.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := checkpoint.Open(msg, keys(t, k)); err != nil || got != want {
		t.Errorf("%s was opened as %+v, %v", msg, got, err)
	}
	if len(msg) > 256 {
		t.Errorf("%d bytes do not fit the code on a slip", len(msg))
	}
	if _, err := checkpoint.Open(msg, keys(t, key(t, "fuyang", 2))); err == nil {
		t.Error("another key opened it")
	}
	for i := range msg {
		for bit := range 8 {
			wrong := []byte(msg)
			wrong[i] ^= 1 << bit
			if c, err := checkpoint.Open(string(wrong), keys(t, k)); err == nil {
				t.Fatalf("bit %d of byte %d was changed and it says %+v", bit, i, c)
			}
		}
	}
	if _, err := checkpoint.Open(msg+"— other AAAA\n", keys(t, k)); err == nil {
		t.Error("a line was added and nobody noticed")
	}
}

// What says the same in other bytes would let two people hold different files
// for one, so it is refused.
func TestThereIsOneWayToWriteANote(t *testing.T) {
	k, stranger := key(t, "fuyang", 1), key(t, "city", 2)
	sign := func(text string, signers ...note.Signer) string {
		msg, err := note.Sign(&note.Note{Text: text}, signers...)
		if err != nil {
			t.Fatal(err)
		}
		return string(msg)
	}
	root := tlog.RecordHash([]byte("x")).String()
	good := sign("fuyang\n41\n"+root+"\n", k)
	if _, err := checkpoint.Open(good, keys(t, k)); err != nil {
		t.Fatal(err)
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	at := strings.LastIndex(good, "=") - 1 // its last two bits mean nothing
	lenient := good[:at] + string(digits[strings.IndexByte(digits, good[at])|1]) + good[at+1:]
	at = len(root) - 2
	for name, wrong := range map[string]string{
		"bits behind the signature": lenient,
		"a second signature":        sign("fuyang\n41\n"+root+"\n", k, stranger),
		"zeros before the size":     sign("fuyang\n0041\n"+root+"\n", k),
		"bits behind the root":      sign("fuyang\n41\n"+root[:at]+string(digits[strings.IndexByte(digits, root[at])|1])+"=\n", k),
		"a fourth line":             sign("fuyang\n41\n"+root+"\nmore\n", k),
		"a root that is too short":  sign("fuyang\n41\nAAAA\n", k),
		"no hall":                   sign("\n41\n"+root+"\n", k),
	} {
		if c, err := checkpoint.Open(wrong, keys(t, k)); err == nil {
			t.Errorf("%s: read as %+v", name, c)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k, err := checkpoint.KeyOf("fuyang", [32]byte{1})
	if err != nil {
		f.Fatal(err)
	}
	good, err := checkpoint.Checkpoint{Hall: "fuyang", Size: 41, Root: tlog.RecordHash([]byte("x"))}.Sign(k)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(checkpoint.Line(good))
	f.Fuzz(func(t *testing.T, msg string) {
		ks, err := checkpoint.ReadKeys(k.Verifier())
		if err != nil {
			t.Fatal(err)
		}
		if c, err := checkpoint.Open(msg, ks); err == nil && msg != good {
			t.Errorf("%q was opened as %+v", msg, c)
		}
		_, _ = checkpoint.Parse(msg)
		_, _ = checkpoint.ReadKeys(msg)
		_ = checkpoint.Line(checkpoint.OfLine(msg))
	})
}

func TestTheKeyIsMadeOnceAndKeptSecret(t *testing.T) {
	dir := t.TempDir()
	first, err := checkpoint.OpenKey(dir, "fuyang")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, checkpoint.KeyFile)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info, err)
	}
	second, err := checkpoint.OpenKey(dir, "fuyang")
	if err != nil || second.Verifier() != first.Verifier() {
		t.Errorf("the key was %s and is %s, %v", first.Verifier(), second.Verifier(), err)
	}
	if _, err := checkpoint.OpenKey(dir, "fuchun"); err == nil || !strings.Contains(err.Error(), "fuyang") {
		t.Errorf("the key of another hall: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := checkpoint.OpenKey(dir, "fuyang"); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that all may read: %v", err)
	}
	if _, err := checkpoint.OpenKey(t.TempDir(), "two words"); err == nil {
		t.Error("a hall whose id cannot sign got a key")
	}
}

func TestAKeyHandsOver(t *testing.T) {
	old := key(t, "fuyang", 1)
	next, err := old.Next()
	if err != nil || len(next.Verifiers) != 2 || next.Verifiers[0] != old.Verifier() {
		t.Fatalf("%v, %v", next.Verifiers, err)
	}
	msg, err := old.HandOver(next)
	if err != nil {
		t.Fatal(err)
	}
	trusted := keys(t, old)
	note, err := checkpoint.Checkpoint{Hall: "fuyang", Size: 1}.Sign(next)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := checkpoint.Open(note, trusted); err == nil {
		t.Error("the next key was trusted before the old one said so")
	}
	if err := trusted.Accept(msg); err != nil {
		t.Fatal(err)
	}
	if _, err := checkpoint.Open(note, trusted); err != nil {
		t.Error(err)
	}
	if err := keys(t, next).Accept(note); err == nil {
		t.Error("a checkpoint was taken for a hand over")
	}
	stranger := key(t, "fuyang", 3)
	forged, err := stranger.HandOver(stranger)
	if err != nil {
		t.Fatal(err)
	}
	if err := trusted.Accept(forged); err == nil {
		t.Error("a stranger handed over to himself")
	}
}

// Cut short at any moment, a change of keys leaves the key that the trail names.
func TestAChangeOfKeysIsSettledByTheTrail(t *testing.T) {
	for name, named := range map[string]bool{"before the record": false, "after it": true} {
		dir := t.TempDir()
		old, err := checkpoint.OpenKey(dir, "fuyang")
		must(t, err)
		next, err := old.Next()
		must(t, err)
		must(t, next.Stage(dir))
		note, err := old.HandOver(old)
		if named {
			note, err = old.HandOver(next)
		}
		must(t, err)
		want := old
		if named {
			want = next
		}
		rotated := func() (string, error) { return note, nil }
		for _, find := range []func(string, func() (string, error)) (checkpoint.Key, error){checkpoint.Present, checkpoint.Settle, checkpoint.Present} {
			if k, err := find(dir, rotated); err != nil || k.Verifier() != want.Verifier() {
				t.Errorf("cut short %s: %s signs, %v", name, k.Verifier(), err)
			}
		}
		if k, err := checkpoint.ReadKey(dir); err != nil || k.Verifier() != want.Verifier() {
			t.Errorf("cut short %s: %s is kept, %v", name, k.Verifier(), err)
		}
		if _, err := os.Stat(filepath.Join(dir, checkpoint.NextKeyFile)); err == nil {
			t.Errorf("cut short %s: two keys are left", name)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestACheckpointFitsOnALine(t *testing.T) {
	note, err := checkpoint.Checkpoint{Hall: "fuyang", Size: 1041, Root: tlog.RecordHash([]byte("x"))}.Sign(key(t, "fuyang", 1))
	if err != nil {
		t.Fatal(err)
	}
	line := checkpoint.Line(note)
	if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) || len(line) > 200 {
		t.Errorf("%q is not for a code on paper", line)
	}
	if got := checkpoint.OfLine(line + "\n"); got != note {
		t.Errorf("%q came back as %q, want %q", line, got, note)
	}
	for _, other := range []string{note, "", "one two three", "one\ntwo three four"} {
		if got := checkpoint.OfLine(other); got != other {
			t.Errorf("%q was taken for a line and became %q", other, got)
		}
	}
}
