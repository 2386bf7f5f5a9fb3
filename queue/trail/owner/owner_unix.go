//go:build unix

package owner

import (
	"io/fs"
	"os"
	"syscall"
)

func root() bool { return os.Geteuid() == 0 }

// of tells whose a file is.
func of(path string, stat func(string) (fs.FileInfo, error)) (uid, gid int, err error) {
	info, err := stat(path)
	if err != nil {
		return 0, 0, err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid), int(s.Gid), nil
	}
	return 0, 0, nil
}
