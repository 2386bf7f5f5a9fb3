package camera

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lobby/devices/camera/child"
	"lobby/devices/camera/pipe"
	emulated "lobby/devices/emulator/camera"
)

// fragileID is the camera that kills the process it is in: a stand-in for a
// panic in a goroutine of a library, which nobody can recover.
const fragileID = "fragile"

// childMain is the camera process of the tests; mode is the value of asChild.
func childMain(mode string) error {
	ctx := context.Background()
	told := bufio.NewReader(os.Stdin)
	config, err := pipe.ReadConfig(told)
	if err != nil {
		return err
	}
	switch mode {
	case "silent":
		select {}
	case "copy":
		return copyAll(config)
	case "liar":
		_, err := os.Stdout.Write(bytes.Repeat([]byte{0xff}, 64))
		return errors.Join(err, waitForHall())
	}
	for _, c := range config.Cameras {
		if c.ID == fragileID {
			pprof.Do(ctx, pprof.Labels(child.LabelCamera, c.ID), func(context.Context) {
				go func() {
					time.Sleep(300 * time.Millisecond) // the others live for a moment
					panic("a library cannot stand this camera")
				}()
			})
		}
	}
	line, err := json.Marshal(config)
	if err != nil {
		return err
	}
	in := io.MultiReader(bytes.NewReader(append(line, '\n')), told)
	return child.Run(ctx, in, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil)))
}

// copyAll is the yardstick of BenchmarkRelayAgainstCopy: 16 connections, read
// and written to the pipe in frames as they come.
func copyAll(config pipe.Config) error {
	w := pipe.NewWriter(os.Stdout)
	addr := strings.Trim(strings.TrimPrefix(config.Cameras[0].URL, "rtsp://"), "/")
	for range 16 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		go func() {
			b := make([]byte, 64<<10)
			for {
				n, err := c.Read(b)
				if err != nil || w.Write(pipe.Frame{Kind: pipe.KindFragment, Payload: b[:n]}) != nil {
					return
				}
			}
		}()
	}
	return waitForHall()
}

func waitForHall() error {
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func (r *reports) has(part string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.all, func(s string) bool { return strings.Contains(s, part) })
}

// mustPIDs waits for exactly n processes and returns them.
func mustPIDs(t *testing.T, r *Relay, n int) []int {
	t.Helper()
	var pids []int
	eventually(t, 60*time.Second, "the right number of processes", func() bool { pids = r.PIDs(); return len(pids) == n })
	return pids
}

func TestKilledProcessIsBackWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	cams := mustCameras(t, emulated.Options{Streams: map[string]string{"in": "counter"}})
	var said reports
	r := mustRelay(t, Options{
		Sources: []Source{{ID: "counter", URL: "rtsp://" + cams.Addr() + "/in"}}, Report: said.report,
		RTSPListen: "127.0.0.1:0",
	})
	v := mustWatch(t, r, "counter")
	mustNext(t, v)
	addr, _ := r.RTSP()
	old := mustPIDs(t, r, 1)[0]
	killed := time.Now()
	if err := unix.Kill(old, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, 60*time.Second, "another process runs", func() bool { p := r.PIDs(); return len(p) == 1 && p[0] != old })
	t.Logf("another process after %v", time.Since(killed))
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		_, err := v.Next(ctx)
		cancel()
		if errors.Is(err, ErrRestart) {
			break
		}
		if err != nil {
			t.Fatalf("the viewer ends with %v", err)
		}
	}
	if f := mustNext(t, mustWatch(t, r, "counter")); !f.Key {
		t.Error("the picture does not start again with a key picture")
	}
	t.Logf("a picture again after %v", time.Since(killed))
	if !said.has("counter down The camera process ended") {
		t.Errorf("reports %q", said.all)
	}
	if now, _ := r.RTSP(); now != addr {
		t.Errorf("players found the cameras at %s and now at %s", addr, now)
	}
}

func TestCameraThatKillsTheProcessGetsItsOwn(t *testing.T) {
	t.Parallel()
	mustKeepApart(t, fragileID, "The camera process ended", Options{})
}

// A camera that takes memory without end takes its own process down, and not
// the machine.
func TestCameraThatTakesMemoryWithoutEndGetsItsOwnProcess(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "greedy")
	if out, err := exec.Command("go", "build", "-o", program, "./testdata/greedy").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	mustKeepApart(t, "greedy", "took more memory than it may", Options{Command: []string{program}, Memory: 256 << 20})
}

// mustKeepApart sees a good camera live on beside one that kills its process.
func mustKeepApart(t *testing.T, id, why string, o Options) {
	t.Helper()
	cams := mustCameras(t, emulated.Options{Streams: map[string]string{"in": "seats"}})
	url := "rtsp://" + cams.Addr() + "/in"
	var said reports
	o.Sources, o.Report = []Source{{ID: "good", URL: url}, {ID: id, URL: url}}, said.report
	r := mustRelay(t, o)
	eventually(t, 60*time.Second, "the camera is alone", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.alone[1] && !r.alone[0]
	})
	// The good one's picture now lasts while the bad one's process dies on and on.
	v := mustWatch(t, r, "good")
	for range 40 {
		mustNext(t, v)
	}
	if !said.has(why) {
		t.Errorf("reports %q", said.all)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.falls[1] != maxFalls || r.falls[0] != 0 {
		t.Errorf("falls %v", r.falls)
	}
}

func TestProcessThatLiesOrFallsSilentIsReplaced(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"liar", "silent"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := mustRelay(t, Options{Sources: []Source{{ID: "a", URL: "rtsp://127.0.0.1:1/x"}}}, mode)
			old := mustPIDs(t, r, 1)[0]
			eventually(t, 60*time.Second, "another process runs", func() bool { p := r.PIDs(); return len(p) == 1 && p[0] != old })
		})
	}
}

func TestProcessThatCannotStartIsSaid(t *testing.T) {
	var said reports
	r, err := New(Options{Sources: []Source{{ID: "a", URL: "rtsp://127.0.0.1:1/x"}}, Command: []string{"/nonexistent/lobby"}, Report: said.report})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	eventually(t, 60*time.Second, "a report", func() bool { return said.has("a down") })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestTraceNamesTheCamera(t *testing.T) {
	var passed bytes.Buffer
	tr := &trace{next: &passed}
	text := "level=INFO msg=panics are rare\npanic: runtime error: index out of range\n\ngoroutine 7 [running labels:{\"camera\": \"cam-1.a\"}]:\nmain.main()\n"
	for i := 0; i < len(text); i += 30 {
		_, _ = tr.Write([]byte(text[i:min(i+30, len(text))]))
	}
	if tr.camera() != "cam-1.a" {
		t.Errorf("crash %q, camera %q", tr.crash(), tr.camera())
	}
	if passed.String() != text {
		t.Error("the text is not passed on")
	}
	if other := (&trace{next: io.Discard}); other.camera() != "" || other.crash() != "" {
		t.Error("a quiet end names a camera")
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := Source{ID: "a", URL: "rtsp://10.0.0.1/x"}
	for name, o := range map[string]Options{
		"no command":  {Sources: []Source{good}},
		"twice":       {Command: []string{"x"}, Sources: []Source{good, good}},
		"bad id":      {Command: []string{"x"}, Sources: []Source{{ID: "a/b", URL: good.URL}}},
		"bad scheme":  {Command: []string{"x"}, Sources: []Source{{ID: "a", URL: "http://u:canary@10.0.0.1/"}}},
		"no URL":      {Command: []string{"x"}, Sources: []Source{{ID: "a", URL: "rtsp://u:canary@%zz"}}},
		"fingerprint": {Command: []string{"x"}, Sources: []Source{{ID: "a", URL: good.URL, Fingerprint: "12"}}},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := Source{ID: "a", URL: "rtsp://u:p@10.0.0.1/x?y=1"}.plain()
	if err != nil || s.URL != "rtsp://10.0.0.1/x?y=1" || s.User != "u" || s.Password != "p" {
		t.Errorf("%+v %v", s, err)
	}
}
