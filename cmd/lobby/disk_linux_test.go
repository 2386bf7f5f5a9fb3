package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lobby/queue"
)

// bare writes the hall file of a hall without devices, in a directory for both.
func bare(t *testing.T) (hall, data string) {
	t.Helper()
	dir := t.TempDir()
	hall, data = filepath.Join(dir, "hall.yaml"), filepath.Join(dir, "data")
	if err := os.WriteFile(hall, []byte(bareHall), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	return hall, data
}

// try sends a command and tells what became of it, also when the hall could
// not write it down.
func (p *program) try(t *testing.T, id, kind string, members map[string]any) (a queue.Answer, status int) {
	t.Helper()
	body := map[string]any{"id": id, "type": kind}
	for k, v := range members {
		body[k] = v
	}
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(p.url+"/api/v1/commands", "application/json", bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		_, _ = io.Copy(io.Discard, res.Body)
		return a, res.StatusCode
	}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return a, res.StatusCode
}

// tamper lets strace change what the kernel answers a running program, until
// the function it returns.
func (p *program) tamper(t *testing.T, inject string) (end func()) {
	t.Helper()
	calls, _, _ := strings.Cut(inject, ":")
	log := filepath.Join(t.TempDir(), "strace")
	c := exec.Command("strace", "-f", "-p", fmt.Sprint(p.cmd.Process.Pid), "-e", "trace="+calls, "-e", "inject="+inject, "-o", log)
	var said bytes.Buffer
	errs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatalf("strace, of the Debian package strace: %v", err)
	}
	attached := make(chan struct{})
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 4096)
		for {
			n, err := errs.Read(buf)
			before := said.Len() > 0
			said.Write(buf[:n])
			if n > 0 && !before {
				close(attached)
			}
			if err != nil {
				return
			}
		}
	}()
	<-attached // it says "strace: Process N attached with M threads"
	return func() {
		_ = c.Process.Signal(os.Interrupt) // it may have ended by itself
		<-read
		_ = c.Wait() // it was interrupted, which is an error
		seen, err := os.ReadFile(log)
		if err != nil || !bytes.Contains(seen, []byte("INJECTED")) && !bytes.Contains(seen, []byte("DELAYED")) {
			t.Fatalf("the kernel's answers were not changed: %v\n%s\n%s", err, said.String(), seen)
		}
	}
}

const syncs = "fdatasync,fsync"

// Every sync fails for a while: nothing is acknowledged after the first that
// failed, nothing that was acknowledged is lost, no number comes twice, and the
// hall goes on by itself when the disk does.
func TestFaultF37_SyncThatFailsStopsAnswers(t *testing.T) {
	hall, data := bare(t)
	p := startProgram(t, shipped(t), "run", "--config", hall, "--data", data)
	p.must(t, "open", "day_open", nil)
	numbers := map[string]bool{}
	take := func(id string) {
		number := fmt.Sprint(p.must(t, id, "take", map[string]any{"service": "social"})["ticket"])
		if numbers[number] {
			t.Errorf("number %s came twice", number)
		}
		numbers[number] = true
	}
	take("before")
	mended := p.tamper(t, syncs+":error=EIO")
	for n := range 2 {
		if a, status := p.try(t, fmt.Sprint("broken-", n), "take", map[string]any{"service": "social"}); status != http.StatusServiceUnavailable {
			t.Errorf("a take that cannot be synced is answered %d, %+v", status, a)
		}
	}
	mended()
	until(t, "the hall goes on", 20*time.Second, func() bool {
		_, status := p.try(t, "again", "window_open", map[string]any{"window": "1"})
		return status == http.StatusOK
	})
	take("after")
	take("broken-0") // the same command again, whether or not it had reached the disk
	p.kill()
	p = startProgram(t, shipped(t), "run", "--config", hall, "--data", data)
	for _, id := range []string{"before", "after", "broken-0"} {
		if number := fmt.Sprint(p.must(t, id, "take", map[string]any{"service": "social"})["ticket"]); !numbers[number] {
			t.Errorf("%s is now answered with %s, of %v", id, number, numbers)
		}
	}
	if log := p.log(); strings.Contains(log, "panic") {
		t.Error(log)
	}
}

// A disk that takes long for every sync makes the hall slow and not wrong: it
// answers, in order, and is the same process afterwards.
func TestFaultF39_SlowDiskIsSlowerAndStillRight(t *testing.T) {
	hall, data := bare(t)
	p := startProgram(t, shipped(t), "run", "--config", hall, "--data", data)
	p.must(t, "open", "day_open", nil)
	p.must(t, "window", "window_open", map[string]any{"window": "1"})
	mended := p.tamper(t, syncs+":delay_enter=300000")
	first := p.must(t, "a", "take", map[string]any{"service": "social"})["ticket"]
	p.must(t, "b", "take", map[string]any{"service": "social"})
	called := p.must(t, "c", "call_next", map[string]any{"window": "1"})["ticket"]
	mended()
	if first != called {
		t.Errorf("%v was taken first and %v is called", first, called)
	}
	var s struct{ State struct{ Waiting []any } }
	p.get(t, "/api/v1/state", &s)
	if len(s.State.Waiting) != 1 {
		t.Errorf("%d wait, want 1", len(s.State.Waiting))
	}
	select {
	case <-p.ended:
		t.Error("the program has ended")
	default:
	}
}

// The disk is full to the last byte: who has a number is called, new numbers
// are refused and the reason is given, and all is well again with space.
func TestFaultF36_FullTmpfs(t *testing.T) {
	hall, _ := bare(t)
	mount := t.TempDir()
	script := `mount -t tmpfs -o size=112m,mode=700 lobby "$1" && shift && exec "$@"`
	if out, err := exec.Command("unshare", "-Urm", "sh", "-c", script, "sh", mount, "true").CombinedOutput(); err != nil {
		t.Logf("this machine lets nobody mount (%v: %s); a file layer fills the disk in queue/trail", err, out)
		return
	}
	p := startProgram(t, "unshare", "-Urm", "sh", "-c", script, "sh", mount, shipped(t), "run", "--config", hall, "--data", mount)
	inside := filepath.Join("/proc", fmt.Sprint(p.cmd.Process.Pid), "root", mount)
	p.must(t, "open", "day_open", nil)
	p.must(t, "window", "window_open", map[string]any{"window": "1"})
	waiting := fmt.Sprint(p.must(t, "before", "take", map[string]any{"service": "social"})["ticket"])
	until(t, "the reserve is taken", 10*time.Second, func() bool {
		_, err := os.Stat(filepath.Join(inside, "reserve"))
		return err == nil
	})
	ballast := filepath.Join(inside, "ballast")
	fill(t, ballast)
	tries := 0
	until(t, "new numbers are refused", 20*time.Second, func() bool {
		tries++
		a, status := p.try(t, fmt.Sprint("full-", tries), "take", map[string]any{"service": "social"})
		return status == http.StatusOK && a.Refusal != nil && a.Refusal.Code == queue.CodeDiskFull
	})
	if called := p.must(t, "call", "call_next", map[string]any{"window": "1"})["ticket"]; called != waiting {
		t.Errorf("%v is called, want %s", called, waiting)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	until(t, "numbers are given again", 20*time.Second, func() bool {
		a, status := p.try(t, fmt.Sprint("after-", time.Now().UnixNano()), "take", map[string]any{"service": "social"})
		return status == http.StatusOK && a.OK
	})
	if again := p.must(t, "before", "take", map[string]any{"service": "social"})["ticket"]; again != waiting {
		t.Errorf("the first number is now %v, it was %s", again, waiting)
	}
}

// fill takes all the space that a file system has.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for len(block) > 0 {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
}

// A log that nobody reads holds up nothing: the pipe is full before the program
// begins, and it starts, answers and ends in order.
func TestFaultF38_FullPipeHoldsUpNothing(t *testing.T) {
	hall, data := bare(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	fd := int(w.Fd()) // which makes it block, as the program's will
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 4096); len(block) > 0; {
		if _, err := unix.Write(fd, block); err != nil {
			block = block[:len(block)/2]
		}
	}
	if err := unix.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	c := exec.Command(shipped(t), "run", "--config", hall, "--data", data, "--listen", address)
	c.Stderr = w
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() { _ = c.Process.Kill() }) // it may have ended
	p := &program{t: t, url: "http://" + address}
	until(t, "the hall answers", 20*time.Second, func() bool {
		res, err := http.Get(p.url + "/api/v1/state")
		if err == nil {
			res.Body.Close()
		}
		return err == nil
	})
	p.must(t, "open", "day_open", nil)
	p.must(t, "take", "take", map[string]any{"service": "social"})
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it does not end")
	}
}
