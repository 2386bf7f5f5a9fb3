package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"filippo.io/age"
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
		{"trail export --data " + in("nowhere") + " --out " + in("copy2"), "name the data directory of a hall", 1},
		{"backup --data " + in("old") + " --out " + in("plain"), "", 0},
		{"restore --data " + in("keyless") + " " + in("plain"), "put trail.key into " + in("keyless") + " before the hall starts", 0},
		{"restore --data " + in("third") + " " + in("key"), in("key") + ": trail: restore: this is not a backup", 1},
		{"backup --data " + in("old") + " --out " + in("copy2") + " --recipient age1x", "--recipient age1x", 2},
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
