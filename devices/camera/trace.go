package camera

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"sync"
)

// maxTrace is how much of the beginning of a crash is kept, in bytes: the
// message and the first goroutine, which is the one that crashed.
const maxTrace = 8 << 10

// trace passes a camera process's standard error on and keeps the beginning
// of its crash, if it crashes.
type trace struct {
	next io.Writer

	mu   sync.Mutex
	kept []byte
	on   bool
}

// crashLine starts what the Go runtime writes when a program dies.
var crashLine = regexp.MustCompile(`(?m)^(panic: |fatal error: |runtime: |SIG[A-Z]+: )`)

// memoryLine is what it writes when the kernel refuses it memory.
var memoryLine = regexp.MustCompile(`out of memory|cannot allocate|cannot map pages|failed to create new OS thread`)

// labelled finds the goroutine label that the process gives its cameras, in
// the header of the goroutine that crashed.
var labelled = regexp.MustCompile(`goroutine \d+[^\n]*\{[^\n}]*"?camera"?: ?"?([A-Za-z0-9._-]+)"?`)

func (t *trace) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	rest := p
	if !t.on {
		if at := crashLine.FindIndex(p); at != nil {
			t.on, rest = true, p[at[0]:]
		}
	}
	if t.on {
		t.kept = append(t.kept, rest[:min(len(rest), maxTrace-len(t.kept))]...)
	}
	return t.next.Write(p)
}

// crash is the first line of the crash, empty when there was none.
func (t *trace) crash() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, _, _ := bytes.Cut(t.kept, []byte{'\n'})
	return string(line)
}

// starved tells whether the process died for want of memory.
func (t *trace) starved() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return memoryLine.Match(t.kept)
}

// camera is the camera whose goroutine crashed, empty when that is not known.
func (t *trace) camera() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m := labelled.FindSubmatch(t.kept); m != nil {
		return string(m[1])
	}
	return ""
}

func bufferedReader(r io.Reader) io.Reader { return bufio.NewReaderSize(r, 64<<10) }
