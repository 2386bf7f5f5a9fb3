package serial_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// stranger is a user without rights of its own: whom the kernel's exclusive
// mode stops, which root it does not.
const stranger = 65534

// Programs that know nothing of our lock are stopped by the kernel (TIOCEXCL),
// and not one byte of theirs comes between ours.
func TestFaultF10_StrangersAreStoppedByTheKernel(t *testing.T) {
	device, path := mustPlug(t)
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	write := exec.Command("sh", "-c", "printf stranger >"+path)
	if os.Getuid() == 0 {
		write.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: stranger, Gid: stranger}}
		write.Dir = "/"
	}
	line := mustDial(t, path)
	out, err := write.CombinedOutput()
	if err == nil || !strings.Contains(strings.ToLower(string(out)), "busy") {
		t.Errorf("a second program wrote on the line: %v, %s", err, out)
	}
	mustPass(t, line, device)
}

// A line that another program has locked is not opened, and the refusal says
// which program that is.
func TestFaultF10_ForeignHolderIsNamed(t *testing.T) {
	device, path := mustPlug(t)
	if _, err := exec.LookPath("flock"); err != nil {
		t.Fatal("flock is missing; install the Debian package util-linux")
	}
	holder := exec.Command("flock", "--exclusive", path, "cat")
	hold, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hold.Close(); _ = holder.Wait() })
	// cat runs once the lock is held, and says so by repeating a byte.
	if _, err := hold.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := said.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	c, err := dial(path)
	if err == nil {
		c.Close()
		t.Fatal("a locked line was opened")
	}
	if !errors.Is(err, unix.EBUSY) || !strings.Contains(err.Error(), "in use by flock (pid") && !strings.Contains(err.Error(), "in use by cat (pid") {
		t.Errorf("the refusal does not name the holder: %v", err)
	}
	_ = hold.Close()
	_ = holder.Wait()
	mustPass(t, mustDial(t, path), device)
}
