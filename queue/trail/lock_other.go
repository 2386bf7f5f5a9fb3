//go:build !unix

package trail

import (
	"fmt"
	"os"
	"path/filepath"
)

// lockDir opens the lock file. On these systems an open file cannot be
// removed or shared by default, which is what the lock needs.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lobby.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("trail: lock the data directory: %w", err)
	}
	return f, nil
}
