package main

import "golang.org/x/sys/unix"

// diskSpace is how much of the disk of a directory this user may still write,
// and how large the disk is; zeros when that is not known.
func diskSpace(dir string) (free, total uint64) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil || s.Bsize <= 0 {
		return 0, 0
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize)
}

// clockSynced says whether the kernel's clock is kept by a time server.
func clockSynced() bool {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return err != nil || state != unix.TIME_ERROR
}
