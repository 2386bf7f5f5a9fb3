package input

import (
	"os"

	"golang.org/x/sys/unix"
)

// eviocgrab is EVIOCGRAB, _IOW('E', 0x90, int) (linux/input.h), on the machines
// that Lobby is built for.
const eviocgrab = 0x40044590

// grab keeps the device to this program until the file is closed. It needs the
// file's own descriptor, not Fd, which would take its deadlines away.
func grab(file *os.File) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.IoctlSetInt(int(fd), eviocgrab, 1) })
	if err != nil {
		return err
	}
	return failed
}
