package line

import (
	"context"
	"fmt"
	"sync/atomic"

	"lobby/devices"
	"lobby/devices/wire"
	"lobby/devices/wire/pipe"
)

// memorySize is how many bytes a line in memory holds in each direction, about
// as much as the kernel keeps for a pseudo terminal.
const memorySize = 16 << 10

// memory is a line where there are no pseudo terminals. It serves one opening
// of the driver: when the driver closes it, the line puts a new one in place.
type memory struct {
	name      string
	far, near *pipe.End
	used      atomic.Bool
	shut      atomic.Bool
}

func newMemory(name string) *memory {
	m := &memory{name: name}
	m.far, m.near = pipe.New(memorySize)
	return m
}

func (m *memory) path() string      { return "memory:" + m.name }
func (m *memory) device() wire.Conn { return m.far }
func (m *memory) flush()            { m.near.Discard() }
func (m *memory) worn() bool        { return m.shut.Load() }

// open gives the driver's end away, once, without what was sent before.
func (m *memory) open(context.Context, wire.Baud) (wire.Conn, error) {
	if m.used.Swap(true) {
		return nil, fmt.Errorf("line: open %s: another driver has it open: %w", m.path(), devices.ErrGone)
	}
	m.near.Discard()
	return &memoryEnd{End: m.near, shut: &m.shut}, nil
}

// memoryEnd remembers that the driver closed its end.
type memoryEnd struct {
	*pipe.End
	shut *atomic.Bool
}

func (e *memoryEnd) Close() error {
	e.shut.Store(true)
	return e.End.Close()
}
