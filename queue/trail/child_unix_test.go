//go:build unix

package trail_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lobby/queue/plaintest"
	"lobby/queue/trail"
)

// The test program is also the process that is killed, or that runs out of
// disk: this variable tells it which.
const childVariable = "LOBBY_TEST_TRAIL_CHILD"

func TestMain(m *testing.M) {
	act, dir, isChild := strings.Cut(os.Getenv(childVariable), ":")
	if !isChild {
		os.Exit(plaintest.Main(m))
	}
	acts := map[string]func(string) error{"append": appendForEver, "fill": fillTheDisk, "open": openOnly}
	if err := acts[act](dir); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// child starts the test program once more, to do one thing with a directory.
func child(t *testing.T, act, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), childVariable+"="+act+":"+dir, "GORACE=atexit_sleep_ms=0")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(out)
}

func openOnly(dir string) error {
	tr, err := trail.Open(dir)
	if err != nil {
		return err
	}
	return tr.Close()
}

func TestADirectoryBelongsToOneDaemon(t *testing.T) {
	dir := t.TempDir()
	tr := open(t, dir)
	want := fmt.Sprintf("in use by another lobby, process %d;", os.Getpid())
	if _, err := trail.Open(dir); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a second time in this process: %v", err)
	}
	c, lines := child(t, "open", dir)
	lines.Scan()
	if err := c.Wait(); err == nil || !strings.Contains(lines.Text(), want) {
		t.Errorf("in another process: %v, %s", err, lines.Text())
	}
	mustAppend(t, tr, batch(1, 1))
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
	c, lines = child(t, "open", dir)
	lines.Scan()
	if err := c.Wait(); err != nil {
		t.Errorf("after it was closed: %v, %s", err, lines.Text())
	}
}

// appendForEver tells what it found, and then every number that is durable.
func appendForEver(dir string) error {
	tr, err := trail.Open(dir)
	if err != nil {
		return err
	}
	rs, err := replay(tr)
	if err != nil {
		return err
	}
	answers, err := tr.Answers("2026-11-23")
	if err != nil {
		return err
	}
	if len(answers) != len(rs) {
		return fmt.Errorf("%d records and %d answers", len(rs), len(answers))
	}
	for i, r := range rs {
		if r.Seq != uint64(i+1) || r.Command != fmt.Sprint("c", r.Seq) || !answers[r.Command].OK {
			return fmt.Errorf("record %d is %+v", i+1, r)
		}
	}
	fmt.Println("found", len(rs))
	for next := uint64(len(rs)); ; {
		n := 1 + int(next%4)
		if err := tr.Append(batch(next+1, n).Alone()); err != nil {
			return err
		}
		next += uint64(n)
		fmt.Println("durable", next)
	}
}

// memoryDir is a directory that needs no disk: what a killed process has
// written stays with the kernel either way.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lobby-trail-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestFaultF44_KilledStoreLosesNothing(t *testing.T) {
	kills := many(10, 100, 1000)
	dir := memoryDir(t)
	chance := rand.New(rand.NewPCG(1, 2))
	durable := 0
	for kill := range kills {
		durable = killOnce(t, dir, 1+chance.IntN(5), durable)
		if t.Failed() {
			t.Fatalf("kill %d", kill)
		}
	}
	rs, err := replay(open(t, dir))
	if err != nil || len(rs) < durable || len(rs) > durable+4 {
		t.Errorf("after %d kills %d records, %v; %d had been acknowledged", kills, len(rs), err, durable)
	}
	t.Logf("%d kills, %d acknowledged records, %d found", kills, durable, len(rs))
}

// killOnce lets a child append, kills it after some lines and tells the last
// number that it called durable.
func killOnce(t *testing.T, dir string, after, durable int) int {
	t.Helper()
	c, lines := child(t, "append", dir)
	found := 0
	if lines.Scan(); !strings.HasPrefix(lines.Text(), "found ") {
		t.Errorf("the child says %q", lines.Text())
	}
	_, _ = fmt.Sscanf(lines.Text(), "found %d", &found)
	if found < durable || found > durable+4 {
		t.Errorf("%d records were found, %d had been acknowledged", found, durable)
	}
	durable = found
	for range after {
		lines.Scan()
		_, _ = fmt.Sscanf(lines.Text(), "durable %d", &durable)
	}
	if err := c.Process.Kill(); err != nil {
		t.Error(err)
	}
	for lines.Scan() { // what it had said before it was killed
		_, _ = fmt.Sscanf(lines.Text(), "durable %d", &durable)
	}
	_ = c.Wait() // it was killed, which is an error
	return durable
}

// fillTheDisk lets files grow no further than a limit, appends until that is
// reached, reads back, and goes on when there is room again.
func fillTheDisk(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	tr, err := trail.Open(dir)
	if err != nil {
		return err
	}
	if _, err := replay(tr); err != nil {
		return err
	}
	var hard unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &hard); err != nil {
		return err
	}
	durable := uint64(0)
	for limit := uint64(100_000); limit < 500_000; limit += 100_000 {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: hard.Max}); err != nil {
			return err
		}
		for tr.Append(batch(durable+1, 3).Alone()) == nil {
			durable += 3
		}
		fmt.Println("full", limit, "at", durable)
		if err := tr.Append(batch(durable+1, 3).Alone()); err == nil || !strings.Contains(err.Error(), "replay before") {
			return fmt.Errorf("append after a failure: %w", err)
		}
		rs, err := replay(tr)
		if err != nil {
			fmt.Println("unreadable while full:", err)
			if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &hard); err != nil {
				return err
			}
			if rs, err = replay(tr); err != nil {
				return err
			}
		}
		if n := uint64(len(rs)); n != durable && n != durable+3 {
			return fmt.Errorf("%d records after a full disk, %d had been acknowledged", n, durable)
		}
		durable = uint64(len(rs))
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &hard); err != nil {
		return err
	}
	if err := tr.Append(batch(durable+1, 1).Alone()); err != nil {
		return err
	}
	fmt.Println("durable", durable+1)
	return tr.Close()
}

func TestFaultF36_FullDiskRefusesAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	c, lines := child(t, "fill", dir)
	var said []string
	for lines.Scan() {
		said = append(said, lines.Text())
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(said, "\n"))
	}
	t.Log(strings.Join(said, "; "))
	var durable int
	_, _ = fmt.Sscanf(said[len(said)-1], "durable %d", &durable)
	rs, err := replay(open(t, dir))
	if err != nil || len(rs) != durable || durable < 100 {
		t.Errorf("%d records, %v, want %d", len(rs), err, durable)
	}
}
