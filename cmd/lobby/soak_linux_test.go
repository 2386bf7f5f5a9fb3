package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// footprint is what a running program takes of the machine.
type footprint struct {
	after                       time.Duration
	memory, files, threads, all int // KiB, open files, threads, goroutines
}

// footprint asks the kernel, and the program for its goroutines.
func (p *program) footprint(t *testing.T, begin time.Time) (f footprint) {
	t.Helper()
	proc := filepath.Join("/proc", fmt.Sprint(p.cmd.Process.Pid))
	status, err := os.ReadFile(filepath.Join(proc, "status"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "VmRSS: %d", &f.memory)
		_, _ = fmt.Sscanf(line, "Threads: %d", &f.threads)
	}
	files, err := os.ReadDir(filepath.Join(proc, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	f.after, f.files = time.Since(begin), len(files)
	for line := range strings.Lines(p.metrics(t)) {
		_, _ = fmt.Sscanf(line, "go_goroutines %d", &f.all)
	}
	return f
}

// TestFaultF54_NothingCreeps lets a hall live with citizens, staff and devices
// while pages come and go, for LOBBY_SOAK (seconds without it), and then finds
// as many files and goroutines in use as in the first quarter. What memory does
// is told and not judged: a hall that lives at several times its speed keeps
// its day's tickets.
func TestFaultF54_NothingCreeps(t *testing.T) {
	lasts := 4 * time.Second
	if long := os.Getenv("LOBBY_SOAK"); long != "" {
		var err error
		if lasts, err = time.ParseDuration(long); err != nil {
			t.Fatalf("LOBBY_SOAK: %v", err)
		}
	}
	p := startProgram(t, shipped(t), "demo", "--small", "--speed", "4", "--listen", "127.0.0.1:0")
	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	var churn sync.WaitGroup
	for range 4 {
		churn.Go(func() {
			for ctx.Err() == nil {
				p.comeAndGo(t)
			}
		})
	}
	var seen []footprint
	look := time.NewTicker(lasts / 20)
	defer look.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-look.C:
			f := p.footprint(t, begin)
			seen = append(seen, f)
			if lasts > time.Minute {
				t.Logf("after %v: %d KiB, %d files, %d threads, %d goroutines", f.after.Round(time.Second), f.memory, f.files, f.threads, f.all)
			}
		}
	}
	churn.Wait()
	creeps(t, seen)
}

// comeAndGo is a page that opens, hears the feed and is closed.
func (p *program) comeAndGo(t *testing.T) {
	conn := p.feed(t, "")
	nextMessage(t, conn, "hello")
	nextMessage(t, conn, "snapshot")
	conn.Close()
}

// creeps holds the last quarter of the looks against the first.
func creeps(t *testing.T, seen []footprint) {
	t.Helper()
	quarter := len(seen) / 4
	if quarter == 0 {
		t.Fatalf("only %d looks", len(seen))
	}
	most := func(fs []footprint, of func(footprint) int) int {
		return of(slices.MaxFunc(fs, func(a, b footprint) int { return of(a) - of(b) }))
	}
	for what, of := range map[string]func(footprint) int{
		"open files": func(f footprint) int { return f.files },
		"goroutines": func(f footprint) int { return f.all },
	} {
		first, last := most(seen[:quarter], of), most(seen[len(seen)-quarter:], of)
		t.Logf("%s: at most %d in the first quarter, %d in the last", what, first, last)
		if first == 0 || last > first+first/4+8 {
			t.Errorf("%s crept from %d to %d", what, first, last)
		}
	}
	a, b := seen[len(seen)/2], seen[len(seen)-1]
	if b.after < time.Minute {
		return
	}
	t.Logf("memory: %d KiB in the middle, %d KiB at the end, which is %.1f MB a day", a.memory, b.memory,
		float64(b.memory-a.memory)/1024*float64(24*time.Hour)/float64(b.after-a.after))
}
