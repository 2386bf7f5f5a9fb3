//go:build unix

package record

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// recordInto makes the test binary a recorder that is killed.
const recordInto = "LOBBY_TEST_RECORD_INTO"

func TestMain(m *testing.M) {
	if dir := os.Getenv(recordInto); dir != "" {
		if err := recordAlways(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// recordAlways records large pictures and says the number of each when it is
// written, until it is killed. It goes on where the footage ends.
func recordAlways(dir string) error {
	a, err := Open(Options{Dir: dir, Cameras: map[string]Keep{"c": {}}})
	if err != nil {
		return err
	}
	n := 0
	if c, err := a.Clip("c", noon, noon.Add(4*time.Hour)); err == nil {
		n = (int(c.To.Sub(noon)/(200*time.Millisecond))/5 + 1) * 5
		c.Close()
	}
	for ; ; n++ {
		if n%100 == 99 { // also begins and ends of segments are to be hit
			if err := a.Cut("c"); err != nil {
				return err
			}
			n += 5 - n%5
		}
		f := fake(n)
		f.Bytes = fakeFragment(1, uint64(n)*18000, strings.Repeat(fmt.Sprintf("%09d.", n), 3000))
		if err := a.Add("c", fakeInit('1'), f); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// TestAKillLosesTheRunningFragmentAtMost kills a recorder 40 times at any
// moment: everything that it said was written is there, and as it was.
func TestAKillLosesTheRunningFragmentAtMost(t *testing.T) {
	dir := t.TempDir()
	said := map[int]bool{}
	torn := 0
	for range 40 {
		killOnce(t, dir, 1+rand.IntN(150), said)
		torn += unfinished(t, dir)
		checkSaid(t, dir, said)
	}
	if len(said) < 40 || torn < 20 {
		t.Errorf("only %d pictures were written, and %d times a segment was left unfinished", len(said), torn)
	}
}

// killOnce runs a recorder, and kills it some pictures on.
func killOnce(t *testing.T, dir string, pictures int, said map[int]bool) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), recordInto+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			break // cut short by the kill
		}
		said[n] = true
		if pictures--; pictures == 0 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
}

// unfinished counts the segments that were cut short.
func unfinished(t *testing.T, dir string) int {
	t.Helper()
	days, err := os.ReadDir(dir + "/c")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, day := range days {
		files, err := os.ReadDir(dir + "/c/" + day.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), openExt) {
				n++
			}
		}
	}
	return n
}

func checkSaid(t *testing.T, dir string, said map[int]bool) {
	t.Helper()
	a := mustOpen(t, Options{Dir: dir, Cameras: map[string]Keep{"c": {}}})
	c, err := a.Clip("c", noon, noon.Add(4*time.Hour))
	if err != nil {
		if len(said) == 0 {
			return // killed before its first picture
		}
		t.Fatal(err)
	}
	defer c.Close()
	held := map[int]bool{}
	for _, p := range pictures(t, c) {
		n, err := strconv.Atoi(p[:9])
		if err != nil || p != strings.Repeat(p[:10], 3000) {
			t.Fatalf("a picture of %d bytes is damaged: %q", len(p), p[:10])
		}
		held[n] = true
	}
	for n := range said {
		if !held[n] {
			t.Fatalf("picture %d was said to be written and is not there", n)
		}
	}
}
