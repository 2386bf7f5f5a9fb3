// Package plaintest runs tests that are about counts and not about races in a
// program without the race detector, under which they take five to eight times
// as long.
package plaintest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// dir is where the program is built; Main removes it.
var dir = filepath.Join(os.TempDir(), fmt.Sprint("lobby-plain-", os.Getpid()))

// Main runs the tests of a package, for its TestMain: what one test built, the
// next one finds.
func Main(m *testing.M) (code int) {
	defer os.RemoveAll(dir)
	return m.Run()
}

// build makes the test program of the package whose tests are run.
var build = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(dir, "plain.test")
	out, err := exec.Command("go", "test", "-c", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	return path, err
})

// Elsewhere lets a test run in a program without the race detector, when this
// one has it, and tells whether it did. Short runs build nothing. What a package
// adds to the flags of go test is handed on.
func Elsewhere(t *testing.T) bool {
	t.Helper()
	if !raced || testing.Short() {
		return false
	}
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	args := slices.DeleteFunc(slices.Clone(os.Args[1:]), func(a string) bool { return strings.HasPrefix(a, "-test.") })
	args = append(args, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=0")
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()+" ") {
		t.Errorf("without the race detector it did not pass: %v", err)
	}
	return true
}
