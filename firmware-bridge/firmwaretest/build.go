// Package firmwaretest builds the firmware and runs it for tests: its core on
// this computer, led by the test, and its image in a chip made of software.
package firmwaretest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// Debian says which package holds each program that is needed here; all of
// them are in deploy/test-packages.txt.
var debian = map[string]string{
	"gcc": "gcc", "clang": "clang", "make": "make",
	"avr-gcc": "gcc-avr", "qemu-system-avr": "qemu-system-misc",
}

// Needs ends the test when a program is missing, and skips it with -short,
// where only Go may be asked for.
func Needs(tb testing.TB, programs ...string) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("needs more than Go")
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			tb.Fatalf("%s is missing; make test installs the Debian package %s", p, debian[p])
		}
	}
}

// Dir is the folder of the firmware's sources.
func Dir() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "..", "firmware")
}

// shared names the folder in which the tests of one package build, in their
// environment.
const shared = "LOBBY_FIRMWARE_BUILD"

// Main runs the tests of a package that builds the firmware, for its TestMain:
// what one test built, the next one finds.
func Main(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "firmware")
	if err == nil {
		err = os.Setenv(shared, dir)
	}
	if err != nil {
		panic("firmwaretest: " + err.Error())
	}
	defer os.RemoveAll(dir)
	return m.Run()
}

// building keeps two parallel tests from making the same file at once.
var building sync.Mutex

// Build makes one target of the firmware's Makefile and returns its path.
// Settings are as for make: "BAUD=19200".
func Build(tb testing.TB, target string, settings ...string) string {
	tb.Helper()
	Needs(tb, "make")
	building.Lock()
	defer building.Unlock()
	dir := os.Getenv(shared)
	if dir == "" {
		dir = tb.TempDir()
	}
	dir = filepath.Join(dir, strings.Join(settings, ","))
	path := filepath.Join(dir, target)
	args := append([]string{"-C", Dir(), "BUILD=" + dir, path}, settings...)
	if out, err := exec.Command("make", args...).CombinedOutput(); err != nil {
		tb.Fatalf("make %s: %v\n%s", target, err, out)
	}
	return path
}
