package trail_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// many is how often something is tried: in short runs, in all tests, and at
// night (LOBBY_NIGHTLY=1).
func many(short, usual, night int) int {
	switch {
	case os.Getenv("LOBBY_NIGHTLY") != "":
		return night
	case testing.Short():
		return short
	}
	return usual
}

// plain builds the test program once more without the race detector, under
// which SQLite is eight times slower.
var plain = sync.OnceValues(func() (string, error) {
	path := filepath.Join(plainDir, "trail.test")
	out, err := exec.Command("go", "test", "-c", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return path, err
})

// plainDir is removed by TestMain.
var plainDir = filepath.Join(os.TempDir(), fmt.Sprint("lobby-trail-plain-", os.Getpid()))

// elsewhere lets a test that is not about races run in a program without the
// race detector, when this one has it, and tells whether it did.
func elsewhere(t *testing.T) bool {
	t.Helper()
	if !raced || testing.Short() {
		return false
	}
	path, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, "-test.run", "^"+t.Name()+"$", "-test.v", "-test.timeout", "0").CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
	return true
}
