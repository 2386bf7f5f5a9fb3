package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lobby/queue"
)

// runAsLobby makes the test binary behave as the program, so that tests start
// the very code they test, with the race detector, and kill it as they like.
const runAsLobby = "LOBBY_TEST_RUN_AS_LOBBY"

func TestMain(m *testing.M) {
	if os.Getenv(runAsCopier) != "" {
		runCopier()
		os.Exit(0)
	}
	// A fuzzing test starts itself anew as its worker.
	if os.Getenv(runAsLobby) != "" && !slices.Contains(os.Args, "-test.fuzzworker") {
		main()
		os.Exit(0)
	}
	// For every process that is started from here; the race detector would have
	// each sleep for a second before it ends.
	os.Setenv(runAsLobby, "1")
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin") // where Debian has mosquitto
	code := m.Run()
	_ = os.Remove(filepath.Join(os.TempDir(), fmt.Sprintf("lobby-shipped-%d", os.Getpid()))) // there if a test built it
	os.Exit(code)
}

// program is a running lobby.
type program struct {
	t      testing.TB
	cmd    *exec.Cmd
	url    string // http://127.0.0.1:PORT
	stdout bytes.Buffer
	ended  chan struct{} // closed when the program has ended
	err    error         // how it ended; valid then

	mu     sync.Mutex
	stderr strings.Builder
}

var urlPattern = regexp.MustCompile(`https?://127\.0\.0\.1:\d+`)

// startLobby starts the program with arguments and waits until it names its
// web address on stderr. It is killed at the end of the test.
func startLobby(t testing.TB, args ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startProgram(t, self, args...)
}

// shippedOnce builds the program as it is shipped, without the race detector,
// once for all tests that need many starts or much speed.
var shippedOnce = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("lobby-shipped-%d", os.Getpid()))
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// shipped is the path of the program as it is shipped.
func shipped(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short runs do not build the program again")
	}
	path, err := shippedOnce()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// startProgram is startLobby for a lobby that was built apart.
func startProgram(t testing.TB, path string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(path, args...), ended: make(chan struct{})}
	p.cmd.Stdout = &p.stdout
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	errs, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go p.read(errs, found)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("lobby %s said:\n%s", strings.Join(args, " "), p.log())
		}
	})
	select {
	case p.url = <-found:
	case <-p.ended:
		t.Fatalf("lobby %s ended: %v\n%s", strings.Join(args, " "), p.err, p.log())
	case <-time.After(60 * time.Second):
		t.Fatalf("lobby %s did not start:\n%s", strings.Join(args, " "), p.log())
	}
	return p
}

// read keeps what the program says and finds its address in it.
func (p *program) read(errs io.Reader, found chan<- string) {
	lines := bufio.NewScanner(errs)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		p.stderr.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		if u := urlPattern.FindString(lines.Text()); u != "" {
			select {
			case found <- u:
			default:
			}
		}
	}
	p.err = p.cmd.Wait()
	close(p.ended)
}

func (p *program) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// kill ends the program and all it started, at once, as a power cut would.
func (p *program) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // it may have ended by itself
	<-p.ended
}

// interrupt asks the program to end, as its user does, and waits until it has.
func (p *program) interrupt(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil {
		t.Fatal(err)
	}
}

// wait returns when the program has ended.
func (p *program) wait() error {
	<-p.ended
	return p.err
}

// command sends one command over HTTP and returns its answer.
func (p *program) command(t testing.TB, id, kind string, members map[string]any) queue.Answer {
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
	var answer queue.Answer
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return answer
}

// must is command for one that has to succeed; it returns the result.
func (p *program) must(t testing.TB, id, kind string, members map[string]any) map[string]any {
	t.Helper()
	answer := p.command(t, id, kind, members)
	if !answer.OK {
		t.Fatalf("%s %v: refused: %v", kind, members, answer.Refusal)
	}
	result := map[string]any{}
	if len(answer.Result) > 0 {
		if err := json.Unmarshal(answer.Result, &result); err != nil {
			t.Fatal(err)
		}
	}
	return result
}

// get reads JSON from the program.
func (p *program) get(t testing.TB, path string, into any) {
	t.Helper()
	res, err := http.Get(p.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
}

// metrics is the page that Prometheus reads.
func (p *program) metrics(t testing.TB) string {
	t.Helper()
	res, err := http.Get(p.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// until polls a condition that another process makes true.
func until(t testing.TB, what string, within time.Duration, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-deadline.C:
			t.Fatalf("not within %v: %s", within, what)
		case <-poll.C:
		}
	}
}

func TestVersionAndUsage(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		say  string
	}{
		{"version", 0, "lobby " + version},
		{"run", 2, "--config FILE is missing"},
		{"fly", 2, "unknown command"},
		{"demo --listen nonsense", 2, "write it as host:port"},
		{"doctor --config testdata/nothing.yaml", 2, "name a hall file that can be read"},
		{"trail export --data testdata --out - --day 2026-13-01", 2, "is no day"},
		{"trail export --data testdata --out - --ticket 2026-13-01/M001", 2, "is no day"},
		{"demo --speed 0", 2, "--speed must be above 0"},
		{"demo --no-such-flag", 2, "unknown flag"},
		{"check --config testdata/broken.yaml", 2, "testdata/broken.yaml:4:31: unknown key"},
	} {
		out, err := exec.Command(self, strings.Fields(c.args)...).CombinedOutput()
		code := 0
		if exit, ok := err.(*exec.ExitError); ok {
			code = exit.ExitCode()
		}
		if code != c.code || !strings.Contains(string(out), c.say) {
			t.Errorf("lobby %s: exit %d, want %d and %q in:\n%s", c.args, code, c.code, c.say, out)
		}
	}
}

// Two demos that start at once do not look for the same port and find it free.
func TestADemoOfAnyPortHasAllItsPortsAnywhere(t *testing.T) {
	file, err := load("../../deploy/halls/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	demoOptions{listen: "127.0.0.1:0"}.fit(file, &said)
	if file.MQTT.Listen != "127.0.0.1:0" || said.Len() > 0 {
		t.Errorf("the broker listens on %s; the demo says %q", file.MQTT.Listen, &said)
	}
}

func TestDemoEndsWithASummary(t *testing.T) {
	t.Parallel()
	p := startLobby(t, "demo", "--small", "--for", "12s", "--speed", "8", "--listen", "127.0.0.1:0")
	if err := p.wait(); err != nil {
		t.Fatalf("the demo ended with %v", err)
	}
	lines := strings.Split(strings.TrimSpace(p.stdout.String()), "\n")
	var s summary
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil {
		t.Fatalf("last line of stdout is %q: %v", lines[len(lines)-1], err)
	}
	if s.Hall != "fuchun" || s.Issued == 0 || s.Calls == 0 || s.Printed == 0 {
		t.Errorf("nothing happened in the demo: %+v", s)
	}
	if strings.Contains(p.log(), "DATA RACE") {
		t.Error(fmt.Errorf("race: %s", p.log()))
	}
}
