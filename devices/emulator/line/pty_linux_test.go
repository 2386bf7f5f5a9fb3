package line

import (
	"testing"

	"golang.org/x/sys/unix"
)

// What the device said while nobody listened is lost, as on a real line: it
// must not look like the answer to the next driver's first question.
func TestBytesFromBeforeTheOpeningAreDropped(t *testing.T) {
	l := mustOpen(t, &echo{}, Options{})
	end := l.link.(*pty)
	if _, err := end.Write([]byte("stale")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the bytes reach the driver's end", func() bool {
		waiting := 0
		control(end.keeper, func(fd int) (err error) {
			waiting, err = unix.IoctlGetInt(fd, unix.TIOCINQ)
			return err
		})
		return waiting == len("stale")
	})
	mustEcho(t, mustDial(t, l), "hello")
}
