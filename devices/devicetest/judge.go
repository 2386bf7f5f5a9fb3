package devicetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Judge is a program of deploy/judges, ready to be run by node: software of
// other hands that devices and emulators are held against; see Foreign. It ends with
// the test.
func Judge(tb testing.TB, script string, args ...string) *exec.Cmd {
	tb.Helper()
	Foreign(tb, "node", "nodejs")
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "..", "..", "deploy", "judges")
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		tb.Fatal("deploy/judges has no node_modules; deploy/test-setup.sh installs them")
	}
	return exec.CommandContext(tb.Context(), "node", append([]string{filepath.Join(dir, script)}, args...)...)
}
