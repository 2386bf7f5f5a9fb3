package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"

	"lobby/queue/trail"
)

// backedUp matches the record of a backup in an export.
var backedUp = regexp.MustCompile(`"event":"access.noted","data":(\{"what":"backed_up"[^}]*\})`)

// backups lists what the trail of a hall says about its backups.
func backups(t *testing.T, data string) (list []map[string]any) {
	t.Helper()
	for _, m := range backedUp.FindAllStringSubmatch(mustRun(t, "trail", "export", "--data", data, "--out", "-"), -1) {
		var e map[string]any
		if err := json.Unmarshal([]byte(m[1]), &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// noNotes fails where a note lies about that was recorded.
func noNotes(t *testing.T, data string) {
	t.Helper()
	if notes, err := filepath.Glob(filepath.Join(data, "backup-*")); err != nil || len(notes) != 0 {
		t.Errorf("%q are left in the data directory, %v", notes, err)
	}
}

// lastOf is the last record in a copy that is not encrypted.
func lastOf(t *testing.T, file string) (last uint64) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	to := filepath.Join(t.TempDir(), "restored")
	if _, _, err := trail.Restore(to, f); err != nil {
		t.Fatal(err)
	}
	r, err := trail.Read(to)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rs, err := r.Since(0, 1<<20)
	if err != nil || len(rs) == 0 {
		t.Fatalf("the copy has %d records, %v", len(rs), err)
	}
	return rs[len(rs)-1].Seq
}

// A hall with sign-in records a backup that nobody types anything for, and a
// hall that has stopped has it recorded by the backup itself.
func TestABackupIsARecordOfTheTrail(t *testing.T) {
	t.Parallel()
	g := startSignedHall(t)
	data := filepath.Dir(g.cmd.Args[len(g.cmd.Args)-1])
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	recipient := id.Recipient().String()
	bare, sealed := filepath.Join(t.TempDir(), "bare"), filepath.Join(t.TempDir(), "sealed")
	for n, state := range []string{"runs", "has stopped"} {
		if said := mustRun(t, "backup", "--data", data, "--out", bare); strings.Count(said, "\n") != 1 || !strings.Contains(said, "not encrypted") || !strings.Contains(said, "--recipient") {
			t.Errorf("while the hall %s a bare backup said %q", state, said)
		}
		if said := mustRun(t, "backup", "--data", data, "--out", sealed, "--by", "0531", "--recipient", recipient); said != "" {
			t.Errorf("while the hall %s an encrypted backup said %q", state, said)
		}
		list := backups(t, data)
		if len(list) != 2*n+2 {
			t.Fatalf("while the hall %s: %v", state, list)
		}
		first, second := list[2*n], list[2*n+1]
		if got, want := first["records"], float64(lastOf(t, bare)); got != want || first["badge"] != systemUser() || first["recipients"] != nil || first["taken"] == nil {
			t.Errorf("while the hall %s the bare one, up to record %v, is %v", state, want, first)
		}
		if to, _ := second["recipients"].([]any); second["badge"] != "0531" || len(to) != 1 || to[0] != recipient || second["records"].(float64) <= first["records"].(float64) {
			t.Errorf("while the hall %s the encrypted one is %v", state, second)
		}
		noNotes(t, data)
		g.kill()
	}
}

// Notes that no hall came to are recorded when one starts, once, and what is no
// note keeps none from it.
func TestAHallRecordsBackupsThatWereTakenBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := mustWrite(t, filepath.Join(dir, "hall.yaml"), bareHall)
	mustWrite(t, filepath.Join(dir, "backup-1.note"), "{")
	mustWrite(t, filepath.Join(dir, "backup-2.note"), `{"by":"user:root","taken":"2026-11-23T03:10:00Z","records":7}`)
	mustWrite(t, filepath.Join(dir, "backup-3.note.part"), `{"by":"user:half"`)
	p := startLobby(t, "run", "--config", config, "--data", dir)
	mustRun(t, "backup", "--data", dir, "--out", filepath.Join(dir, "copy")) // it waits for the hall to take its own note, which is the last
	p.kill()
	list := backups(t, dir)
	if len(list) != 2 || list[0]["taken"] != "2026-11-23T03:10:00Z" || list[0]["records"] != 7.0 {
		t.Errorf("recorded is %v", list)
	}
}

// tamper makes another record of one in a trail that nobody has open.
func tamper(t *testing.T, path string) {
	t.Helper()
	tr, err := trail.Open(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Close(); err != nil { // which moves all to the one file
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	forged := bytes.ReplaceAll(text, []byte("day.opened"), []byte("day.closed"))
	if err != nil || bytes.Equal(forged, text) {
		t.Fatalf("there is nothing to tamper with, %v", err)
	}
	mustWrite(t, path, string(forged))
}

// A copy is worth more than its record: it is made where no record can be, and
// that is said.
func TestABackupThatCannotBeRecordedSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(dir, "hall.yaml"), bareHall), "--data", dir)
	p.must(t, "open", "day_open", nil)
	p.kill()
	tamper(t, filepath.Join(dir, trail.FileName))
	out := filepath.Join(t.TempDir(), "copy")
	said := mustRun(t, "backup", "--data", dir, "--out", out)
	if !strings.Contains(said, "the trail does not say that this copy was taken") || !exists(out) {
		t.Errorf("a backup of a trail that was tampered with said %s", said)
	}
}
