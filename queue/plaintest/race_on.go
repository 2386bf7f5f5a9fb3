//go:build race

package plaintest

// raced says that this program has the race detector.
const raced = true
