//go:build !unix

package wire

// nonBlocking has no meaning here; there are no such files either.
const nonBlocking = 0
