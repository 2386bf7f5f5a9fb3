package trail

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"lobby/queue/trail/owner"
)

// space is what is free and what there is on the file system of a directory,
// in bytes.
func space(dir string) (free, total uint64) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, 0
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize)
}

// allocate makes a file that really has its blocks.
func allocate(path string, size int64) error {
	f, err := owner.Open(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(unix.Fallocate(int(f.Fd()), 0, 0, size), f.Close())
}
