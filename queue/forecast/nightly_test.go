package forecast_test

import (
	"os"
	"testing"

	"lobby/queue/plaintest"
)

func TestMain(m *testing.M) { os.Exit(plaintest.Main(m)) }

// length is how much longer than usual the statistical proofs run: every night
// they see ten times as much.
func length() int {
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		return 10
	}
	return 1
}
