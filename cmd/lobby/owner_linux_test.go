package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What an administrator does with a stopped hall's directory as root leaves all of
// it to the user that the hall runs as.
func TestCommandsOfRootLeaveTheHallItsFiles(t *testing.T) {
	t.Parallel()
	hall, data := bare(t)
	p := startLobby(t, "run", "--config", hall, "--data", data)
	p.must(t, "open", "day_open", nil)
	p.kill()
	uid := os.Geteuid()
	if uid == 0 {
		uid = 4711
	}
	for _, dir := range []string{filepath.Dir(data), data} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range append([]string{dir}, names(dir, entries)...) {
			if err := os.Chown(path, uid, -1); err != nil {
				t.Fatal(err)
			}
		}
	}
	book, copied := filepath.Join(data, "access.json"), filepath.Join(t.TempDir(), "copy")
	mustRun(t, "trail", "key", "--data", data, "--rotate")
	mustRun(t, "trail", "export", "--data", data, "--out", filepath.Join(t.TempDir(), "export"), "--personal", "--by", "0412", "--reason", "court")
	mustRun(t, "backup", "--data", data, "--out", copied)
	mustRun(t, "access", "add", "--file", book, "--role", "wall", "wall:w1")
	mustRun(t, "access", "add", "--file", book, "--role", "wall", "wall:w2")
	mustRun(t, "restore", "--data", filepath.Join(filepath.Dir(data), "restored"), copied)
	err := filepath.WalkDir(filepath.Dir(data), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err == nil && int(info.Sys().(*syscall.Stat_t).Uid) != uid {
			t.Errorf("%s is of user %d, want %d", path, info.Sys().(*syscall.Stat_t).Uid, uid)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	said := mustRun(t, "restore", "--data", filepath.Join(t.TempDir(), "root's"), copied)
	if got := strings.Contains(said, "say chown -R USER: "); got != (os.Geteuid() == 0) {
		t.Errorf("where the directory is made in root's own the restore says %s", said)
	}
}

func names(dir string, entries []os.DirEntry) (paths []string) {
	for _, e := range entries {
		paths = append(paths, filepath.Join(dir, e.Name()))
	}
	return paths
}
