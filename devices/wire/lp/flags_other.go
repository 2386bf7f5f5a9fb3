//go:build !unix

package lp

// nonBlocking has no meaning here; there is no such device either.
const nonBlocking = 0
