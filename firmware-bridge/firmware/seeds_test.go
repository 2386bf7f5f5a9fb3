package firmware_test

import (
	"os"
	"path/filepath"
	"testing"

	"lobby/firmware-bridge/frametest"
)

func nightly() bool { return os.Getenv("LOBBY_NIGHTLY") != "" }

// writeSeeds turns the corpus into inputs of host/fuzz.c: each frame once as it
// is on the line and once as a packet that is sealed there, then a press.
func writeSeeds(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range frametest.Read(t, corpus) {
		seed := chunk(nil, f.Wire, 0)
		if len(f.Raw) > 4 {
			seed = chunk(seed, f.Raw[:len(f.Raw)-4], 1)
		}
		seed = append(seed, 40, 1, 40, 1, 8, 0)
		if err := os.WriteFile(filepath.Join(dir, f.Name), seed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// chunk appends an order to take bytes from the line, and time for an answer.
func chunk(seed, b []byte, sealed byte) []byte {
	for len(b) > 0 {
		n := min(len(b), 127)
		seed = append(seed, byte(2*n+1), sealed)
		seed = append(append(seed, b[:n]...), 6, 0)
		b = b[n:]
	}
	return seed
}
