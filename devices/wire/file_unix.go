//go:build unix

package wire

import "syscall"

// nonBlocking lets the file have deadlines.
const nonBlocking = syscall.O_NONBLOCK | syscall.O_NOCTTY
