package hall_test

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// fdatasync waits until the file's data is on the disk.
func fdatasync(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }

// cpu is the processor time that this program has used.
func cpu() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
