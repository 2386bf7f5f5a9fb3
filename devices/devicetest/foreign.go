package devicetest

import (
	"os/exec"
	"testing"
)

// Foreign asks for a program of other hands that the test is held against.
// With -short the test is left out, as only Go may be asked for there; a
// missing program is a failure, because an absent judge has judged nothing.
func Foreign(tb testing.TB, program, debian string) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath(program); err != nil {
		tb.Fatalf("%s is missing; deploy/test-setup.sh installs the Debian package %s", program, debian)
	}
}
