//go:build !linux

package hall_test

import "os"

// fdatasync is the next best thing on this system.
func fdatasync(f *os.File) error { return f.Sync() }
