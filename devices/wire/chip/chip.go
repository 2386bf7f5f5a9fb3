// Package chip opens wires to chips on this computer's own buses: SPI and I2C.
// One write is one transaction, chip select or address included. Nothing is
// ever read from such a wire.
package chip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"
	"periph.io/x/host/v3"

	"lobby/devices"
	"lobby/devices/wire"
	"lobby/devices/wire/pipe"
)

// spiSpeed is slow enough for a metre of ribbon cable; the chips take 10 MHz.
const spiSpeed = physic.MegaHertz

// Open gives the opener of an SPI or I2C wire.
func Open(u wire.URL) wire.Opener {
	return func(context.Context) (wire.Conn, error) {
		if _, err := host.Init(); err != nil {
			return nil, fmt.Errorf("chip: find the buses of this computer: %w", err)
		}
		if u.Scheme == wire.SPI {
			return openSPI(u)
		}
		return openI2C(u)
	}
}

func openSPI(u wire.URL) (wire.Conn, error) {
	port, err := spireg.Open(u.Path)
	if err != nil {
		return nil, fmt.Errorf("chip: %s: is SPI switched on in this computer's settings? (%w)", u, err)
	}
	c, err := port.Connect(spiSpeed, spi.Mode0, 8)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("chip: %s: %w", u, err), port.Close())
	}
	return Wrap(u.String(), c, port), nil
}

func openI2C(u wire.URL) (wire.Conn, error) {
	bus, err := i2creg.Open(u.Path)
	if err != nil {
		return nil, fmt.Errorf("chip: %s: is I2C switched on in this computer's settings? (%w)", u, err)
	}
	return Wrap(u.String(), &i2c.Dev{Bus: bus, Addr: uint16(u.Address)}, bus), nil
}

// Wrap makes a wire of a connection to a chip. The wire owns the closer.
func Wrap(name string, c conn.Conn, owner io.Closer) wire.Conn {
	nothing, _ := pipe.New(0)
	return &chip{Conn: nothing, name: name, chip: c, owner: owner}
}

// chip is a wire whose reads are those of an end at which nothing arrives.
type chip struct {
	wire.Conn
	name  string
	chip  conn.Conn
	owner io.Closer

	mu     sync.Mutex // one transaction at a time, and none after Close
	closed bool
}

// Write implements devices.Wire: one transaction.
func (c *chip) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, devices.ErrGone
	}
	if len(p) == 0 {
		return 0, nil
	}
	if err := c.chip.Tx(p, nil); err != nil {
		return 0, wire.Fault(c.name, err)
	}
	return len(p), nil
}

// SetWriteDeadline implements devices.Wire. A transaction takes a millisecond.
func (c *chip) SetWriteDeadline(time.Time) error { return nil }

// Close implements io.Closer.
func (c *chip) Close() error {
	_ = c.Conn.Close() // wakes a read; it holds nothing
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	return c.owner.Close()
}
