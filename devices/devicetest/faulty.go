package devicetest

import (
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/wire/pipe"
)

// Trouble is what a Faulty wire does wrong.
type Trouble int

// The troubles.
const (
	// Fail ends the wire: this call and every later one is devices.ErrGone.
	Fail Trouble = iota
	// Hang lets this one call wait for its deadline, or for Close.
	Hang
	// Halve cuts this one call in two. A read gets at most half of its buffer,
	// and the rest comes with the next. A write sends its first half and then
	// finds the wire gone, as when the cable is pulled in the middle of a slip.
	Halve
)

// Faulty is a wire with one planned trouble. Let a scenario run for N = 1, 2, …
// until Fired says that the Nth call never came: then it has met the trouble
// everywhere.
type Faulty struct {
	devices.Wire
	Trouble Trouble
	ReadN   int // which read goes wrong, counted from 1; 0 is none
	WriteN  int // which write goes wrong, counted from 1; 0 is none

	mu            sync.Mutex
	reads, writes int
	fired, gone   bool
	once          sync.Once
	reader        *pipe.End // nothing ever arrives here: a read is a hanging call
	writer        *pipe.End
}

// Fired says whether the planned call came.
func (f *Faulty) Fired() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fired
}

// Read implements devices.Wire.
func (f *Faulty) Read(p []byte) (int, error) {
	now, err := f.count(&f.reads, f.ReadN)
	if err != nil || !now {
		return f.pass(p, err, f.Wire.Read)
	}
	switch f.Trouble {
	case Hang:
		return f.hangs().reader.Read(p)
	case Halve:
		return f.Wire.Read(p[:(len(p)+1)/2])
	}
	return 0, f.end()
}

// Write implements devices.Wire.
func (f *Faulty) Write(p []byte) (int, error) {
	now, err := f.count(&f.writes, f.WriteN)
	if err != nil || !now {
		return f.pass(p, err, f.Wire.Write)
	}
	switch f.Trouble {
	case Hang:
		return f.hangs().writer.Read(make([]byte, 1))
	case Halve:
		n, err := f.Wire.Write(p[:len(p)/2])
		if err != nil {
			return n, err
		}
		return n, f.end()
	}
	return 0, f.end()
}

func (f *Faulty) pass(p []byte, err error, call func([]byte) (int, error)) (int, error) {
	if err != nil {
		return 0, err
	}
	return call(p)
}

// count counts one call and says whether it is the planned one.
func (f *Faulty) count(calls *int, planned int) (now bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone {
		return false, devices.ErrGone
	}
	*calls++
	now = *calls == planned
	f.fired = f.fired || now
	return now, nil
}

// end makes the wire gone for good.
func (f *Faulty) end() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone = true
	return devices.ErrGone
}

func (f *Faulty) hangs() *Faulty {
	f.once.Do(func() {
		f.reader, _ = pipe.New(0)
		f.writer, _ = pipe.New(0)
	})
	return f
}

// SetReadDeadline implements devices.Wire.
func (f *Faulty) SetReadDeadline(t time.Time) error {
	if err := f.hangs().reader.SetReadDeadline(t); err != nil {
		return err
	}
	return f.Wire.SetReadDeadline(t)
}

// SetWriteDeadline implements devices.Wire.
func (f *Faulty) SetWriteDeadline(t time.Time) error {
	if err := f.hangs().writer.SetReadDeadline(t); err != nil {
		return err
	}
	return f.Wire.SetWriteDeadline(t)
}

// Close wakes a hanging call and closes the wire below, if it can be closed.
func (f *Faulty) Close() error {
	f.hangs().reader.Close()
	f.writer.Close()
	f.end()
	if c, ok := f.Wire.(Conn); ok {
		return c.Close()
	}
	return nil
}
