package modbus

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestForeignMaster lets mbpoll read and write the emulated displays.
func TestForeignMaster(t *testing.T) {
	needs(t, "socat")
	needs(t, "mbpoll")
	near, far := ptyPair(t)
	line, err := os.OpenFile(far, os.O_RDWR|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	e := mustNew(t, "{unit: 1, map: dm56}", "{unit: 7, map: custom, register: 40, digits: 5, mode: number}")
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- e.Serve(ctx, line) }()

	poll := func(arguments ...string) (string, error) {
		common := []string{"-m", "rtu", "-b", "9600", "-P", "none", "-t", "4", "-0", "-1", "-q", "-o", "2"}
		out, err := exec.CommandContext(ctx, "mbpoll", append(common, arguments...)...).CombinedOutput()
		return string(out), err
	}
	if out, err := poll("-a", "1", "-r", "7", near, "1015"); err != nil {
		t.Errorf("write one: %v\n%s", err, out)
	}
	if got := e.View().(View).Units[0].Text; got != "1015" {
		t.Errorf("after function 6 the display shows %q", got)
	}
	if out, err := poll("-a", "1", "-r", "0", near, "65", "48", "49", "53"); err != nil {
		t.Errorf("write four: %v\n%s", err, out)
	}
	if got := e.View().(View).Units[0].Text; got != "A015" {
		t.Errorf("after function 16 the display shows %q", got)
	}
	out, err := poll("-a", "1", "-r", "0", "-c", "4", near)
	if err != nil {
		t.Errorf("read four: %v\n%s", err, out)
	}
	var read []string
	for _, m := range regexp.MustCompile(`\[\d+\]:\s*(\d+)`).FindAllStringSubmatch(out, -1) {
		read = append(read, m[1])
	}
	if strings.Join(read, " ") != "65 48 49 53" {
		t.Errorf("mbpoll read %v:\n%s", read, out)
	}
	if out, err := poll("-a", "7", "-r", "500", near); err == nil || !strings.Contains(out, "Illegal data address") {
		t.Errorf("a register that does not exist: %v\n%s", err, out)
	}
	cancel()
	if err := <-served; !errors.Is(err, context.Canceled) {
		t.Errorf("Serve ended with %v", err)
	}
}

// needs fails the test when a program, and so its Debian package, is missing.
func needs(t *testing.T, program string) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("no %s: install the Debian package %s", program, program)
	}
}

// ptyPair returns the two ends of a pseudo wire.
func ptyPair(t *testing.T) (near, far string) {
	t.Helper()
	dir := t.TempDir()
	near, far = filepath.Join(dir, "near"), filepath.Join(dir, "far")
	socat := exec.Command("socat", "pty,raw,echo=0,link="+near, "pty,raw,echo=0,link="+far)
	if err := socat.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		socat.Process.Kill()
		socat.Wait()
	})
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		if exists(near) && exists(far) {
			return near, far
		}
		<-tick.C
	}
	t.Fatal("socat made no pseudo terminals")
	return "", ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
