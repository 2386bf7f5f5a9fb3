package devicetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Judge is a program of deploy/judges, ready to be run by node: software of
// other hands that devices and emulators are held against. It ends with the
// test. With -short the test is skipped, as only Go may be asked for there; a
// missing program is a failure, because an absent judge has judged nothing.
func Judge(tb testing.TB, script string, args ...string) *exec.Cmd {
	tb.Helper()
	if testing.Short() {
		tb.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath("node"); err != nil {
		tb.Fatal("node is missing; deploy/test-setup.sh installs it")
	}
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "..", "..", "deploy", "judges")
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		tb.Fatal("deploy/judges has no node_modules; deploy/test-setup.sh installs them")
	}
	return exec.CommandContext(tb.Context(), "node", append([]string{filepath.Join(dir, script)}, args...)...)
}
