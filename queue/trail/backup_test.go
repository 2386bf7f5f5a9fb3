package trail_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
)

// A daemon appends, makes snapshots and moves closed days while copies are
// made: each copy is a whole trail with everything that was acknowledged
// before it was begun.
func TestABackupIsOfOneMoment(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 30))
	done := make(chan struct{})
	var daemon sync.WaitGroup
	daemon.Go(func() {
		for seq := uint64(31); ; seq += 3 {
			select {
			case <-done:
				return
			default:
			}
			mustAppend(t, tr, days(seq, 3))
			if _, err := tr.Tidy(); err != nil {
				t.Error(err)
			}
		}
	})
	defer daemon.Wait()
	defer close(done)
	beside, err := trail.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	for range many(2, 6, 60) {
		before, err := beside.Since(0, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		var copied bytes.Buffer
		last, err := beside.Backup(t.Context(), &copied)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "restored")
		if _, _, err := trail.Restore(to, &copied); err != nil {
			t.Fatal(err)
		}
		got, err := replay(open(t, to))
		if err != nil || len(got) < len(before) || uint64(len(got)) != last || !slices.EqualFunc(got[:len(before)], before, same) {
			t.Fatalf("a copy begun after record %d has %d and says %d, %v", len(before), len(got), last, err)
		}
	}
}

func TestFaultF62_RestoredTrailIsAnotherHistory(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 30))
	tidy(t, tr)
	var copied bytes.Buffer
	if last, err := tr.Backup(t.Context(), &copied, "trail.key"); err != nil || last != 30 { // there is no key yet
		t.Fatalf("record %d is the last, %v", last, err)
	}
	mustAppend(t, tr, days(31, 3))
	old, raised, err := trail.Restore(to, bytes.NewReader(copied.Bytes()))
	if err != nil || old != tr.Epoch() || raised == old {
		t.Fatalf("the epoch was %s and is %s, %v; the trail had %s", old, raised, err, tr.Epoch())
	}
	restored := open(t, to)
	if restored.Epoch() != raised {
		t.Errorf("the epoch is %s, want %s", restored.Epoch(), raised)
	}
	sees(t, restored, days(1, 30).Records)
	mustAppend(t, restored, days(31, 3))
	if _, _, err := trail.Restore(to, bytes.NewReader(copied.Bytes())); err == nil || !strings.Contains(err.Error(), "has a trail already") {
		t.Errorf("restored over a trail: %v", err)
	}
}

func TestADamagedBackupLeavesNoTrail(t *testing.T) {
	tr := open(t, t.TempDir())
	mustAppend(t, tr, days(1, 30))
	var copied bytes.Buffer
	if _, err := tr.Backup(t.Context(), &copied); err != nil {
		t.Fatal(err)
	}
	whole := copied.Bytes()
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, c := range map[string]struct {
		data []byte
		say  string
	}{
		"half of it":        {whole[:len(whole)/2], "unexpected EOF"},
		"a bit is changed":  {flipped, "restore"},
		"another file":      {[]byte("# Lobby"), "not a backup"},
		"nothing":           {nil, "not a backup"},
		"a file of others":  {archive(t, "../lobby.lock"), "none of a trail's"},
		"parts and no more": {archive(t, "trail-2026-11.db"), "no trail in it"},
	} {
		to := t.TempDir()
		if _, _, err := trail.Restore(to, bytes.NewReader(c.data)); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(to, trail.FileName)); !os.IsNotExist(err) {
			t.Errorf("%s: there is a trail: %v", name, err)
		}
	}
}

func archive(t *testing.T, file string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	a := tar.NewWriter(z)
	if err := a.WriteHeader(&tar.Header{Name: file, Size: 1, Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What a program that was killed leaves beside its trail is no part of another.
func TestNoTrailIsRestoredBesideTheLogOfAnother(t *testing.T) {
	dir, to := t.TempDir(), t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 30))
	var copied bytes.Buffer
	_, err := tr.Backup(t.Context(), &copied)
	must(t, err)
	mustAppend(t, tr, days(31, 3))
	log, err := os.ReadFile(filepath.Join(dir, trail.FileName+"-wal"))
	must(t, err)
	for _, beside := range []string{"-wal", "-journal"} {
		left := filepath.Join(to, trail.FileName+beside)
		must(t, os.WriteFile(left, log, 0o600))
		if _, _, err := trail.Restore(to, bytes.NewReader(copied.Bytes())); err == nil || !strings.Contains(err.Error(), trail.FileName+beside+"; move it") {
			t.Errorf("beside a %s: %v", beside, err)
		}
		must(t, os.Remove(left))
	}
	_, _, err = trail.Restore(to, bytes.NewReader(copied.Bytes()))
	must(t, err)
	sees(t, open(t, to), days(1, 30).Records)
}

// A directory that holds personal data is left behind by no restore that failed.
func TestARestoreThatFailsLeavesNoCopy(t *testing.T) {
	tr := open(t, t.TempDir())
	mustAppend(t, tr, days(1, 30))
	tidy(t, tr)
	var copied bytes.Buffer
	_, err := tr.Backup(t.Context(), &copied)
	must(t, err)
	to := t.TempDir()
	if _, _, err := trail.Restore(to, bytes.NewReader(copied.Bytes()[:copied.Len()-1])); err == nil {
		t.Error("a copy without its end was restored")
	}
	entries, err := os.ReadDir(to)
	must(t, err)
	for _, e := range entries {
		if e.Name() != "lobby.lock" {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// A key that followed the backup's is in one place only, and nothing is put over it:
// neither when it signs nor when it is about to. One that the backup's key has
// followed is of no use any more.
func TestNoRestorePutsAnOlderKeyOverANewer(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	mustAppend(t, tr, days(1, 30))
	first, err := checkpoint.NewKey("fuyang")
	must(t, err)
	second, err := first.Next()
	must(t, err)
	third, err := second.Next()
	must(t, err)
	must(t, second.Write(dir))
	var copied bytes.Buffer
	_, err = tr.Backup(t.Context(), &copied, checkpoint.KeyFile, checkpoint.NextKeyFile)
	must(t, err)
	for name, c := range map[string]struct {
		put     func(dir string) error
		refused string
	}{
		"none":              {func(string) error { return nil }, ""},
		"an older one":      {first.Write, ""},
		"the same":          {second.Write, ""},
		"a newer one":       {third.Write, "move trail.key to a safe place"},
		"one that is to be": {third.Stage, "move trail.key.next to a safe place"},
	} {
		to := t.TempDir()
		must(t, c.put(to))
		_, _, err := trail.Restore(to, bytes.NewReader(copied.Bytes()))
		if c.refused == "" {
			must(t, err)
			if k, err := checkpoint.ReadKey(to); err != nil || k.Verifier() != second.Verifier() {
				t.Errorf("%s: the key is %v, %v", name, k.Verifiers, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.refused) || !strings.Contains(err.Error(), third.Verifier()) || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%s: %v", name, err)
		}
		if entries, err := os.ReadDir(to); err != nil || len(entries) != 2 { // the key and the lock
			t.Errorf("%s: left are %v, %v", name, entries, err)
		}
	}
}

// interrupted is a context that ends when it has been asked so often.
type interrupted struct {
	context.Context
	asked int
}

func (i *interrupted) Err() error {
	if i.asked--; i.asked < 0 {
		return context.Canceled
	}
	return nil
}

// A copy that is interrupted ends there and leaves nothing of the trail where it
// was put together, wherever it is.
func TestABackupThatIsInterruptedLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	tr := open(t, t.TempDir())
	mustAppend(t, tr, days(1, 30))
	tidy(t, tr)
	mustAppend(t, tr, days(31, 3000)) // of several steps
	for n := 0; ; n++ {
		_, err := tr.Backup(&interrupted{t.Context(), n}, io.Discard)
		if entries, err := os.ReadDir(temp); err != nil || len(entries) != 0 {
			t.Fatalf("interrupted at the %d. step: left are %v, %v", n, entries, err)
		}
		if err == nil {
			if n < 6 {
				t.Errorf("it was whole after %d steps", n)
			}
			return
		}
		if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "TMPDIR") {
			t.Errorf("interrupted at the %d. step: %v", n, err)
		}
	}
}
