//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile takes the file for this process, or fails at once. The lock goes
// when the file is closed, also by a process that was killed.
func lockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }
