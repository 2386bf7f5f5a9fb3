package forecast_test

import "os"

// length is how much longer than usual the statistical proofs run: every night
// they see ten times as much.
func length() int {
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		return 10
	}
	return 1
}
