//go:build unix

package owner_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lobby/queue/trail/owner"
)

// hall is the user whose the directory is: another one for root, and for anybody
// else, who can give nothing away, himself.
func hall(t *testing.T, dir string) (uid int) {
	t.Helper()
	if os.Geteuid() != 0 {
		return os.Geteuid()
	}
	if err := os.Chown(dir, 4711, 4712); err != nil {
		t.Fatal(err)
	}
	return 4711
}

func uidOf(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

func TestWhatIsMadeIsTheDirectorysOwners(t *testing.T) {
	dir := t.TempDir()
	uid := hall(t, dir)
	made, err := owner.MkdirAll(filepath.Join(dir, "a", "b"), 0o700)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	if made, err := owner.MkdirAll(filepath.Join(dir, "a", "b"), 0o700); err != nil || made {
		t.Error(made, err)
	}
	path := filepath.Join(dir, "a", "b", "file")
	f, err := owner.Open(path, os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{filepath.Join(dir, "a"), filepath.Dir(path), path} {
		if got := uidOf(t, p); got != uid {
			t.Errorf("%s is of %d, want %d", p, got, uid)
		}
	}
}

// Whose the directory is cannot have root give him a file of somebody else.
func TestWhatIsThereIsGivenToNobody(t *testing.T) {
	dir, mine := t.TempDir(), filepath.Join(t.TempDir(), "mine")
	hall(t, dir)
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(mine, link); err != nil {
		t.Fatal(err)
	}
	f, err := owner.Open(link, os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := uidOf(t, mine); got != os.Geteuid() {
		t.Errorf("the file behind a link was given to %d", got)
	}
}
