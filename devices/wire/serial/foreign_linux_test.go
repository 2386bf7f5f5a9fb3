package serial_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lobby/devices"
)

// TestForeignSocat opens both ends of a pair of pseudo terminals that another
// program made, and loses them with it.
func TestForeignSocat(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	socat, err := exec.LookPath("socat")
	if err != nil {
		t.Fatal("install the Debian package socat")
	}
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	cmd := exec.Command(socat, "pty,raw,echo=0,link="+a, "pty,raw,echo=0,link="+b)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	waitFor(t, a)
	waitFor(t, b)

	near, far := mustDial(t, a), mustDial(t, b)
	for _, w := range []devices.Wire{near, far} {
		w.SetReadDeadline(time.Now().Add(5 * time.Second))
	}
	mustPass(t, near, far)
	mustPass(t, far, near)

	near.SetReadDeadline(time.Time{})
	broken := make(chan error, 1)
	go func() {
		_, err := near.Read(make([]byte, 1))
		broken <- err
	}()
	cmd.Process.Kill()
	select {
	case err := <-broken:
		if !errors.Is(err, devices.ErrGone) {
			t.Errorf("the blocked read ended with %v, want ErrGone", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nobody noticed that the other end died")
	}
	if _, err := near.Write([]byte("x")); !errors.Is(err, devices.ErrGone) {
		t.Errorf("a write to the dead end: %v, want ErrGone", err)
	}
}

// waitFor waits until socat has made the link.
func waitFor(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; <-time.After(5 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("socat did not make %s", path)
		}
	}
}
