package modbus

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
)

// TestForeignSlave lets the driver talk to pymodbus over a pseudo terminal.
func TestForeignSlave(t *testing.T) {
	needs(t, "socat", "socat")
	needs(t, "/usr/bin/python3", "python3-pymodbus")
	near, far := ptyPair(t)
	slave := exec.Command("/usr/bin/python3", "testdata/slave.py", far, "1")
	slave.Stderr = os.Stderr
	out, err := slave.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, slave)
	said := bufio.NewScanner(out)
	next := func() string {
		if !said.Scan() {
			t.Fatal("the foreign slave ended; is the Debian package python3-pymodbus installed?")
		}
		return said.Text()
	}
	if got := next(); got != "ready" {
		t.Fatalf("the foreign slave says %q", got)
	}

	wire, err := os.OpenFile(near, os.O_RDWR|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for _, c := range []struct{ options, ticket, wrote, read string }{
		{"{unit: 1, map: dm56}", "A015", "16 65 48 49 53 0 0 0 0 0 0", "3 65 48 49 53 0 0 0 0 0 0"},
		{"{unit: 1, map: custom, register: 7, digits: 4, mode: number}", "M015",
			"16 65 48 49 53 0 0 0 15 0 0", "3 65 48 49 53 0 0 0 15 0 0"},
	} {
		b, err := Open(wire, devicetest.Decode(c.options))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Show(ctx, devices.Frame{Ticket: c.ticket}); err != nil {
			t.Fatal(err)
		}
		if got := next(); got != c.wrote {
			t.Errorf("%s: the slave holds %q, want %q", c.options, got, c.wrote)
		}
		if err := b.(devices.Prober).Probe(ctx); err != nil {
			t.Error(err)
		}
		if got := next(); got != c.read {
			t.Errorf("%s: the slave was asked %q, want %q", c.options, got, c.read)
		}
	}

	six, _ := Open(wire, devicetest.Decode("{unit: 1, map: custom, register: 7, digits: 4, mode: number, write: 6}"))
	if err := six.Show(ctx, devices.Frame{Ticket: "M016"}); err != nil {
		t.Fatal(err)
	}
	if wrote, read := next(), next(); wrote[:2] != "6 " || read[:2] != "3 " {
		t.Errorf("function 6: the slave was asked %q, then %q", wrote, read)
	}
	var e Exception
	wrong, _ := Open(wire, devicetest.Decode("{unit: 1, map: custom, register: 500, digits: 4, mode: ascii}"))
	if err := wrong.Show(ctx, devices.Frame{Ticket: "M016"}); !errors.As(err, &e) || e != illegalAddress {
		t.Errorf("a register that does not exist: %v", err)
	}
	absent, _ := Open(wire, devicetest.Decode("{unit: 3, map: dm56}"))
	if err := absent.Show(ctx, devices.Frame{Ticket: "M016"}); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("an absent unit: %v", err)
	}
}

// needs fails the test when a program of a Debian package is missing.
func needs(t *testing.T, program, pkg string) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("no %s: install the Debian package %s", program, pkg)
	}
}

// ptyPair returns the two ends of a pseudo wire.
func ptyPair(t *testing.T) (near, far string) {
	t.Helper()
	dir := t.TempDir()
	near, far = filepath.Join(dir, "near"), filepath.Join(dir, "far")
	start(t, exec.Command("socat", "pty,raw,echo=0,link="+near, "pty,raw,echo=0,link="+far))
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

func start(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
}
