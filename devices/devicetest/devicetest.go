// Package devicetest holds what the tests of drivers and wires share: a wire in
// memory, a wire that fails on demand, recordings that insist on every byte,
// and the tests that every wire has to pass.
package devicetest

import (
	"io"

	"lobby/devices"
	"lobby/devices/wire/pipe"
)

// Conn is a wire and the right to close it.
type Conn interface {
	devices.Wire
	io.Closer
}

// Pipe makes a full-duplex wire in memory that keeps the contract of
// devices.Wire exactly: give one end to the driver and play the device on the
// other. Writes never wait. It may be used in a bubble of testing/synctest, if
// it is made there.
func Pipe() (driver, device Conn) { return LimitedPipe(0) }

// LimitedPipe is Pipe with room for that many unread bytes in each direction; a
// write beyond it waits for the reader, as for a printer that holds flow
// control.
func LimitedPipe(bytes int) (driver, device Conn) {
	a, b := pipe.New(bytes)
	return a, b
}
