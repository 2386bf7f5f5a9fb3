//go:build !linux

package hall_test

import (
	"os"
	"time"
)

// fdatasync is the next best thing on this system.
func fdatasync(f *os.File) error { return f.Sync() }

// cpu is not told on this system.
func cpu() time.Duration { return 0 }
