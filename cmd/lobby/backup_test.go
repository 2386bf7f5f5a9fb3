package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"filippo.io/age"

	"lobby/queue"
)

// A hall is copied while it runs, loses what came after the copy with its
// machine, and goes on elsewhere without a number that is on paper already.
func TestFaultF62_HallGoesOnFromItsBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]string{"key": id.String(), "other": other.String()} {
		if err := os.WriteFile(in(name), []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := startLobby(t, "demo", "--small", "--quiet", "--data", in("old"), "--listen", "127.0.0.1:0")
	issued := map[string]bool{}
	take := func(p *program, n int) {
		for i := range n {
			number := p.must(t, p.url+strconv.Itoa(len(issued)+i), "take", map[string]any{"service": "social"})["ticket"].(string)
			if issued[number] {
				t.Errorf("number %s came a second time", number)
			}
			issued[number] = true
		}
	}
	take(p, 3)
	epoch := p.epoch(t, "")
	if code, out := lobbyRun(t, "backup", "--data", in("old"), "--out", in("copy"), "--recipient", id.Recipient().String()); code != 0 {
		t.Fatalf("the backup ended with %d: %s", code, out)
	}
	take(p, 4) // lost, but on paper
	p.kill()
	if err := os.Mkdir(in("emptied"), 0o700); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(in("emptied"), "trail.db"), "")
	for _, c := range []struct {
		args, say string
		code      int
	}{
		{"restore --data " + in("new") + " " + in("copy"), "encrypted", 1},
		{"restore --data " + in("new") + " --identity " + in("other") + " " + in("copy"), "identity did not match", 1},
		{"restore --data " + in("new") + " --block 0 " + in("copy"), "--block must be above 0", 2},
		{"restore " + in("copy"), "--data DIR is missing", 2},
		{"restore --data " + in("new") + " --identity " + in("key") + " " + in("copy"), "numbers are moved by 500", 0},
		{"restore --data " + in("new") + " --identity " + in("key") + " " + in("copy"), "has a trail already", 1},
		{"backup --data " + in("nowhere") + " --out " + in("copy2"), "there is no trail.db in " + in("nowhere"), 1},
		{"backup --data " + in("emptied") + " --out " + in("copy2"), "trail.db in " + in("emptied") + " is empty", 1},
		{"trail export --data " + in("nowhere") + " --out " + in("copy2"), "name the data directory of a hall", 1},
		{"backup --data " + in("old") + " --out " + in("plain"), "", 0},
		{"restore --data " + in("keyless") + " " + in("plain"), "put trail.key into " + in("keyless") + " before the hall starts", 0},
		{"restore --data " + in("third") + " " + in("key"), in("key") + ": trail: restore: this is not a backup", 1},
		{"backup --data " + in("old") + " --out " + in("copy2") + " --recipient age1x", "--recipient age1x", 2},
		{"backup --data " + in("old") + " --out " + in("copy2") + " --recipient foo", "--recipient foo is no public key of age, which begins with age1; age-keygen -o FILE", 2},
		{"backup --data " + in("old") + " --out " + dir, dir + " is a directory; name a file in it", 1},
	} {
		if code, out := lobbyRun(t, strings.Fields(c.args)...); code != c.code || !strings.Contains(out, c.say) {
			t.Errorf("lobby %s: exit %d, want %d and %q in:\n%s", c.args, code, c.code, c.say, out)
		}
	}
	p = startLobby(t, "demo", "--small", "--quiet", "--data", in("new"), "--listen", "127.0.0.1:0")
	take(p, 5)
	conn := p.feed(t, "")
	defer conn.Close()
	if got := nextMessage(t, conn, "hello")["epoch"]; got == epoch {
		t.Errorf("the epoch is still %s", epoch)
	}
}

// The first interrupt ends a backup: nothing of the copy is left, neither where it
// was to be nor where it was put together, and the trail says of none.
func TestABackupEndsAtTheFirstInterrupt(t *testing.T) {
	data := t.TempDir()
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(t.TempDir(), "hall.yaml"), bareHall), "--data", data)
	p.must(t, "open", "day_open", nil)
	p.kill()
	temp, to := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temp)
	for _, c := range []struct {
		out  string
		made bool
	}{{filepath.Join(to, "copy"), true}, {to, false}} {
		ctx, interrupt := context.WithCancel(t.Context())
		interrupt()
		err := backup(ctx, data, c.out, nil, queue.NoteBackup{By: "0412"}, io.Discard, io.Discard)
		if got := errors.Is(err, context.Canceled); got != c.made || err == nil {
			t.Errorf("to %s: %v", c.out, err)
		}
	}
	for _, dir := range []string{temp, to} {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
			t.Errorf("left are %v, %v", entries, err)
		}
	}
	if list := backups(t, data); len(list) != 0 {
		t.Errorf("the trail says of %v", list)
	}
}
