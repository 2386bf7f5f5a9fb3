//go:build unix

package trail_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
)

// ofTheHall gives all of a directory to the user that a hall runs as: another one
// for root, and for anybody else, who can give nothing away, himself.
func ofTheHall(t *testing.T, dir string) (uid int) {
	t.Helper()
	if os.Geteuid() != 0 {
		return os.Geteuid()
	}
	const hall = 4711
	must(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, hall, hall)
	}))
	return hall
}

// belongs fails where a file of a directory is not of a user, and tells which
// files there are.
func belongs(t *testing.T, when, dir string, uid int) (files map[string]bool) {
	t.Helper()
	files = map[string]bool{}
	must(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		files[filepath.Base(path)] = true
		if got := int(info.Sys().(*syscall.Stat_t).Uid); got != uid {
			t.Errorf("%s: %s is of user %d, want %d", when, path, got, uid)
		}
		return nil
	}))
	return files
}

// What root does with a hall's directory leaves no file in it that the hall cannot
// read: the log and its index lie there as long as root has the trail open, and
// after it was killed.
func TestAllOfADirectoryIsOfItsOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "the hall's #1 %41")
	must(t, os.Mkdir(dir, 0o700))
	uid := ofTheHall(t, dir)
	tr := open(t, dir)
	key, err := checkpoint.NewKey("fuyang")
	must(t, err)
	must(t, key.Write(dir))
	must(t, key.Stage(dir))
	mustAppend(t, tr, days(1, 30))
	tidy(t, tr)
	_, err = tr.Reserve()
	must(t, err)
	files := belongs(t, "open", dir, uid)
	for _, want := range []string{"trail.db", "trail.db-wal", "trail.db-shm", "lobby.lock", "trail.key", "trail.key.next"} {
		if !files[want] {
			t.Errorf("there is no %s among %v", want, files)
		}
	}
	var copied bytes.Buffer
	_, err = tr.Backup(t.Context(), &copied, checkpoint.KeyFile)
	must(t, err)
	must(t, tr.Close())
	r, err := trail.Read(dir)
	must(t, err)
	if _, err := r.Since(0, 1); err != nil {
		t.Error(err)
	}
	if files := belongs(t, "read", dir, uid); !files["trail.db-shm"] {
		t.Errorf("a reader leaves %v", files)
	}
	must(t, r.Close())
	to := filepath.Join(dir, "restored")
	_, _, err = trail.Restore(to, &copied)
	must(t, err)
	belongs(t, "restored", dir, uid)
	sees(t, open(t, to), days(1, 30).Records)
}
