//go:build unix

package trail

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lobby/queue/trail/owner"
)

// lockDir takes the data directory for this process. The lock goes with the
// process, however it ends.
func lockDir(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lobby.lock")
	f, err := owner.Open(path, os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("trail: lock the data directory: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		text := make([]byte, 300)
		n, _ := f.Read(text)
		f.Close()
		process, at, _ := strings.Cut(string(text[:n]), " ")
		return nil, &InUse{Dir: dir, Process: process, At: at}
	}
	if err := f.Truncate(0); err != nil {
		f.Close()
		return nil, fmt.Errorf("trail: lock the data directory: %w", err)
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		f.Close()
		return nil, fmt.Errorf("trail: lock the data directory: %w", err)
	}
	return f, nil
}
