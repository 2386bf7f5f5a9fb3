package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// needs fails the test when a foreign program is missing: programs and the
// Debian packages that have them.
func needs(t testing.TB, programs map[string]string) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	for program, pkg := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Errorf("%s is missing: install the Debian package %s", program, pkg)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// python is Debian's own, which has Debian's modules.
const python = "/usr/bin/python3"

// needsModules is needs for modules of Python.
func needsModules(t testing.TB, modules map[string]string) {
	t.Helper()
	for module, pkg := range modules {
		if out, err := exec.Command(python, "-c", module).CombinedOutput(); err != nil {
			t.Errorf("Python refuses %q: install the Debian package %s\n%s", module, pkg, out)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// background starts a program that is killed at the end of the test. What it
// says on stdout goes to out, if that is not nil.
func background(t testing.TB, out io.Writer, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(cmd) })
	return cmd
}

func stop(cmd *exec.Cmd) {
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()         // killed, or awaited already
}

// filter passes text through a foreign program.
func filter(t testing.TB, in string, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader([]byte(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// lastTCP counts the ports that freeTCP found. They are below those that the
// system picks for whoever asks for any, so that nothing beside the test is given
// one before the program that is told of it listens.
var lastTCP atomic.Int32

func freeTCP(t testing.TB) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(20_000 + (os.Getpid()+int(lastTCP.Add(1)))%10_000)
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// mustListen waits until somebody listens at a port.
func mustListen(t testing.TB, who, port string) {
	t.Helper()
	until(t, who+" listens", patience, func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// transcript keeps what somebody said.
type transcript struct {
	mu  sync.Mutex
	all []byte
}

// Write implements io.Writer.
func (r *transcript) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, p...)
	return len(p), nil
}

func (r *transcript) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.all)
}

func (r *transcript) has(text string) bool { return bytes.Contains(r.bytes(), []byte(text)) }
