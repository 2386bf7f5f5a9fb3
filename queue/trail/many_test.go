package trail_test

import (
	"os"
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
