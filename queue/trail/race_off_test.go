//go:build !race

package trail_test

// raced says that this program has the race detector.
const raced = false
