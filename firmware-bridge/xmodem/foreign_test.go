package xmodem

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// pipes are a wire to a program's standard input and output.
type pipes struct{ r, w *os.File }

func (p pipes) Read(b []byte) (int, error)         { return p.r.Read(b) }
func (p pipes) Write(b []byte) (int, error)        { return p.w.Write(b) }
func (p pipes) SetReadDeadline(t time.Time) error  { return p.r.SetReadDeadline(t) }
func (p pipes) SetWriteDeadline(t time.Time) error { return p.w.SetWriteDeadline(t) }

// foreign starts a program of lrzsz on the other end of a wire.
func foreign(t *testing.T, name string, args ...string) (pipes, *exec.Cmd) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is missing: install the Debian package lrzsz", name)
	}
	in, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	theirs, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	err = errors.Join(in.Close(), out.Close())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
		ours.Close()
		theirs.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	return pipes{theirs, ours}, cmd
}

func TestForeignReceiver(t *testing.T) {
	for name, large := range map[string]bool{"128": false, "1024": true} {
		path := filepath.Join(t.TempDir(), name)
		data := file(3000)
		w, cmd := foreign(t, "rx", "-q", "-b", "-c", path)
		if err := Send(t.Context(), w, data, large, nil); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("rx: %v", err)
		}
		got, err := os.ReadFile(path)
		if err != nil || len(got) != 3072 || !bytes.HasPrefix(got, data) {
			t.Errorf("%s: rx has %d bytes, %v", name, len(got), err)
		}
	}
}

func TestForeignSender(t *testing.T) {
	for _, option := range []string{"-q", "-k"} {
		path := filepath.Join(t.TempDir(), "file")
		data := file(3000)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		w, cmd := foreign(t, "sx", "-q", "-b", option, path)
		got, err := Receive(t.Context(), w, 1<<20)
		if err != nil || len(got) != 3072 || !bytes.HasPrefix(got, data) {
			t.Errorf("sx %s: %d bytes, %v", option, len(got), err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("sx: %v", err)
		}
	}
}
