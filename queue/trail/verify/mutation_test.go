package verify_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"lobby/queue"
	"lobby/queue/plaintest"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/verify"
)

// evidence is what a verifier is given.
type evidence struct {
	key, older string
	file       []byte
}

// forger makes files that are not what the hall has written, each in one of
// the ways of the list.
type forger struct {
	*rand.Rand
	t       testing.TB
	honest  evidence
	history *history
	early   []byte // the honest file as it was before the key changed
	rotated int    // the record by which it did
}

func newForger(t testing.TB, seed uint64) *forger {
	t.Helper()
	f := &forger{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, history: &history{key: key(t, 1)}}
	f.history.grow(t, 11, "M")
	f.early = f.history.file(t, false)
	f.history.handOver(t, key(t, 1), key(t, 250))
	f.rotated = len(f.history.leaves)
	f.history.grow(t, 11, "M")
	f.honest = evidence{key(t, 1).Verifier(), f.history.checkpoint(t), f.history.file(t, false)}
	return f
}

var forgeries = []struct {
	name string
	make func(*forger) evidence
}{
	{"flip", func(f *forger) evidence {
		return f.bytes(func(b []byte) []byte { b[f.IntN(len(b))] ^= 1 << f.IntN(8); return b })
	}},
	{"delete bytes", func(f *forger) evidence {
		return f.bytes(func(b []byte) []byte { at := f.IntN(len(b) - 20); return append(b[:at], b[at+1+f.IntN(20):]...) })
	}},
	{"insert bytes", func(f *forger) evidence {
		return f.bytes(func(b []byte) []byte {
			at, more := f.IntN(len(b)+1), []byte{byte(f.IntN(256)), byte(f.IntN(256))}
			return slices.Insert(b, at, more[f.IntN(2):]...)
		})
	}},
	{"truncate", func(f *forger) evidence { return f.bytes(func(b []byte) []byte { return b[:f.IntN(len(b))] }) }},
	{"delete line", func(f *forger) evidence {
		return f.lines(func(l []string) []string { at := f.IntN(len(l)); return append(l[:at], l[at+1:]...) })
	}},
	{"insert line", func(f *forger) evidence {
		return f.lines(func(l []string) []string {
			return slices.Insert(l, f.IntN(len(l)+1), l[f.IntN(len(l))])
		})
	}},
	{"swap lines", func(f *forger) evidence {
		return f.lines(func(l []string) []string { i, j := f.IntN(len(l)), f.IntN(len(l)); l[i], l[j] = l[j], l[i]; return l })
	}},
	{"another record in its place", func(f *forger) evidence {
		h := f.history.clone()
		l := &h.leaves[f.IntN(len(h.leaves))]
		l.Actor = fmt.Sprint("window:", f.IntN(1000))
		return evidence{f.honest.key, "", f.underHonestNotes(h)}
	}},
	{"fork", func(f *forger) evidence {
		common := f.IntN(len(f.history.leaves))
		h := f.until(common)
		h.key = []checkpoint.Key{key(f.t, 1), f.history.key}[f.IntN(2)]
		h.grow(f.t, len(f.history.leaves)-common+f.IntN(5), fmt.Sprint("F", f.IntN(1000), "-"))
		return evidence{f.honest.key, f.honest.older, h.file(f.t, false)}
	}},
	{"roll back", func(f *forger) evidence {
		h := f.until(1 + f.IntN(len(f.history.leaves)-1))
		return evidence{f.honest.key, f.honest.older, h.file(f.t, false)}
	}},
	{"key swap", func(f *forger) evidence {
		h := f.history.clone()
		h.key = f.stranger()
		return evidence{f.honest.key, f.honest.older, h.file(f.t, false)}
	}},
	{"key handed over by a stranger", func(f *forger) evidence {
		h, s := f.until(f.rotated-1), f.stranger()
		h.handOver(f.t, s, []checkpoint.Key{s, f.history.key}[f.IntN(2)])
		return f.goesOn(h)
	}},
	{"key handed over to a stranger by a note that was changed", func(f *forger) evidence {
		h, s := f.until(f.rotated-1), f.stranger()
		note, err := key(f.t, 1).HandOver(f.history.key)
		must(f.t, err)
		h.add(f.t, queue.KeyRotated{Note: strings.Replace(note, f.history.key.Verifier(), s.Verifier(), 1)})
		h.key = s
		return f.goesOn(h)
	}},
	{"handing over left out", func(f *forger) evidence {
		h := f.until(f.rotated - 1)
		h.key = f.history.key
		return f.goesOn(h)
	}},
	{"new key before it was handed over to", func(f *forger) evidence {
		h := f.until(f.IntN(f.rotated - 1))
		h.key = f.history.key
		h.grow(f.t, 7, "N")
		h.handOver(f.t, key(f.t, 1), f.history.key)
		return f.goesOn(h)
	}},
	{"old key after it has handed over", func(f *forger) evidence {
		h := f.until(f.rotated + f.IntN(5))
		h.key = key(f.t, 1)
		e := f.goesOn(h)
		e.key += []string{"", "\n" + f.history.key.Verifier()}[f.IntN(2)]
		return e
	}},
	{"old key hands over again", func(f *forger) evidence {
		h := f.until(f.rotated + f.IntN(5))
		h.handOver(f.t, key(f.t, 1), []checkpoint.Key{f.stranger(), key(f.t, 1), f.history.key}[f.IntN(3)])
		return f.goesOn(h)
	}},
	{"older checkpoint changed", func(f *forger) evidence {
		e := f.honest
		b := []byte(e.older)
		b[f.IntN(len(b))] ^= 1 << f.IntN(8)
		e.older = string(b)
		return e
	}},
}

// until is the honest history as far as some record, with the key of then.
func (f *forger) until(n int) *history {
	h := &history{key: key(f.t, 1)}
	for i := range n {
		h.leaves, h.parts = append(h.leaves, f.history.leaves[i]), append(h.parts, f.history.parts[i])
		h.tree.Add(f.history.leaves[i].Hash())
	}
	if n >= f.rotated {
		h.key = f.history.key
	}
	return h
}

// goesOn is the file of a forged history that goes on for a while, for whoever
// knows the hall's first key and has kept nothing.
func (f *forger) goesOn(h *history) evidence {
	h.grow(f.t, f.IntN(20), "G")
	return evidence{f.honest.key, "", h.file(f.t, false)}
}

// stranger is a key that is none of the hall's.
func (f *forger) stranger() checkpoint.Key { return key(f.t, byte(2+f.IntN(200))) }

// bytes changes the file as a string of bytes.
func (f *forger) bytes(change func([]byte) []byte) evidence {
	return evidence{f.honest.key, "", change(bytes.Clone(f.honest.file))}
}

// lines changes the file line by line.
func (f *forger) lines(change func([]string) []string) evidence {
	lines := strings.SplitAfter(string(f.honest.file), "\n")
	return evidence{f.honest.key, "", []byte(strings.Join(change(lines[:len(lines)-1]), ""))}
}

// underHonestNotes are forged records with hashes that fit, under the honest
// checkpoints.
func (f *forger) underHonestNotes(h *history) []byte {
	forged, honest := h.file(f.t, false), f.honest.file
	return append(forged[:bytes.Index(forged, []byte("\n\n"))], honest[bytes.Index(honest, []byte("\n\n")):]...)
}

// other is the verifier in Python, as a process that judges one file after
// the other.
type other struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

func startOther(t testing.TB) *other {
	t.Helper()
	c := exec.Command("python3", "-u", "testdata/batch.py", "../../../deploy/verify")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatalf("the other verifier needs python3: %v", err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := c.Wait(); err != nil {
			t.Errorf("the other verifier ended with %v", err)
		}
	})
	return &other{in, bufio.NewScanner(out)}
}

// begin gives the other verifier a file to judge.
func (o *other) begin(t testing.TB, e evidence) {
	t.Helper()
	if _, err := fmt.Fprintf(o.in, "%d %d %d\n%s%s%s", len(e.key), len(e.older), len(e.file), e.key, e.older, e.file); err != nil {
		t.Fatal(err)
	}
}

// verdict is what the other verifier says of the file that was given to it.
func (o *other) verdict(t testing.TB) string {
	t.Helper()
	if !o.out.Scan() {
		t.Fatal("the other verifier has ended")
	}
	return o.out.Text()
}

// judge tells what our own verifier says.
func judge(t testing.TB, e evidence) error {
	t.Helper()
	keys, err := checkpoint.ReadKeys(e.key)
	if err != nil {
		t.Fatal(err)
	}
	_, err = run(e.file, verify.Options{Keys: keys, Older: e.older})
	return err
}

// both tells what our verifier says and what the other one says, which is
// nothing in short runs.
func both(t testing.TB, second *other, e evidence) (said string, err error) {
	t.Helper()
	if second == nil {
		return "", judge(t, e)
	}
	second.begin(t, e)
	err = judge(t, e)
	return second.verdict(t), err
}

// TestTwoVerifiersRefuseEveryForgery: LOBBY_NIGHTLY makes many more.
func TestTwoVerifiersRefuseEveryForgery(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	n := 20_000
	switch {
	case testing.Short():
		n = 200
	case os.Getenv("LOBBY_NIGHTLY") != "":
		n = 400_000
	}
	var second *other
	if !testing.Short() {
		second = startOther(t)
	}
	f := newForger(t, 1)
	all := f.honest.key + "\n" + f.history.key.Verifier()
	for _, e := range []evidence{f.honest, {f.honest.key, "", f.early}, {f.honest.key, "", f.history.file(t, true)}, {all, f.honest.older, f.honest.file}, {all, "", f.early}} {
		if said, err := both(t, second, e); err != nil || said != "" && said != "ok" {
			t.Fatalf("an honest file is refused: %v, %s", err, said)
		}
	}
	made := map[string]int{}
	for i := range n {
		forgery := forgeries[i%len(forgeries)]
		e := forgery.make(f)
		if e.older == "" && bytes.Equal(e.file, f.honest.file) {
			continue // a line swapped with itself, say
		}
		made[forgery.name]++
		if said, err := both(t, second, e); err == nil || second != nil && !strings.HasPrefix(said, "wrong: ") {
			t.Fatalf("forgery %d (%s) was taken for honest: %v, %s\n%s", i, forgery.name, err, said, e.file)
		}
	}
	t.Log("refused by both: ", made)
}
