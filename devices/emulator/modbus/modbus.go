// Package modbus is the other end of a wire with Modbus RTU number displays on
// it. It was written from the Modbus documents and the makers' register tables
// (hardware-docs/boards/modbus.md), not from the driver; any Modbus master can
// talk to it.
package modbus

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
)

// View is what can be seen of all displays on the wire.
type View struct {
	Kind  string `json:"kind"` // always "board"
	Units []Unit `json:"units"`
}

// Unit is one display as seen from the hall.
type Unit struct {
	Name    string `json:"name"`
	Address int    `json:"address"`
	Text    string `json:"text"`   // what is lit, without the dark digits around it
	Ticket  string `json:"ticket"` // the same: these displays show nothing else
	Color   string `json:"color"`
	Up      bool   `json:"up"`     // the display answers
	Frames  int    `json:"frames"` // good requests to this display since the start
}

// The fault switches.
const (
	faultSilent    = "silent"      // nobody answers
	faultException = "exception"   // every request is refused: device failure
	faultNoise     = "noise"       // every answer leaves with a flipped bit
	powerCycle     = "power_cycle" // happens once: all registers return to zero
)

// Emulator is all displays of one wire.
type Emulator struct {
	mu     sync.Mutex
	slaves []*slave
	faults map[string]bool
	noise  int // moves the flipped bit
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the displays of one wire, dark and in good health.
func New(units []devices.Unit) (emulator.Emulator, error) {
	e := &Emulator{faults: map[string]bool{
		faultSilent: false, faultException: false, faultNoise: false, powerCycle: false,
	}}
	taken := map[byte]string{}
	for _, u := range units {
		var o options
		if err := u.Options(&o); err != nil {
			return nil, fmt.Errorf("modbus emulator: unit %s: %w", u.Name, err)
		}
		s, err := newSlave(u.Name, o)
		if err != nil {
			return nil, fmt.Errorf("modbus emulator: unit %s: %w", u.Name, err)
		}
		if other, double := taken[s.address]; double {
			return nil, fmt.Errorf("modbus emulator: %s and %s both have address %d", other, u.Name, s.address)
		}
		taken[s.address] = u.Name
		e.slaves = append(e.slaves, s)
	}
	return e, nil
}

// silence ends a frame: 3.5 characters at 9600 baud (serial line guide 2.5.1.1).
const silence = 4 * time.Millisecond

// Serve answers requests on the line until it breaks or the context ends. On a
// line that has neither deadlines nor Close it only ends with the line. A line
// is served once; what the devices remember stays for the next one.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	ctx, cancel := context.WithCancelCause(ctx)
	heard := make(chan []byte)
	var reader sync.WaitGroup
	reader.Go(func() { cancel(listen(ctx, line, heard)) })
	defer reader.Wait()
	defer cancel(nil)
	context.AfterFunc(ctx, func() { unblock(line) })

	var request []byte
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-quiet.C:
		case piece := <-heard:
			request = append(request, piece...)
			if !whole(request) && len(request) <= 256 {
				quiet.Reset(silence)
				continue
			}
		}
		answer := e.handle(request)
		request = nil
		if answer == nil {
			continue
		}
		if _, err := line.Write(answer); err != nil {
			return err
		}
	}
}

// listen passes on what comes in until the line or the context ends, and says
// which of the two it was.
func listen(ctx context.Context, line io.Reader, heard chan<- []byte) error {
	var p [256]byte
	for {
		n, err := line.Read(p[:])
		if n > 0 {
			select {
			case heard <- append([]byte(nil), p[:n]...):
			case <-ctx.Done():
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
}

// handle lets the addressed display carry out a request. It returns nil when
// nobody answers.
func (e *Emulator) handle(request []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.faults[faultSilent] || len(request) < 4 || !sound(request) {
		return nil
	}
	body := request[:len(request)-2]
	if body[0] == 0 { // to all, answered by none
		for _, s := range e.slaves {
			s.obey(body[1:])
		}
		return nil
	}
	for _, s := range e.slaves {
		if s.address != body[0] {
			continue
		}
		var answer []byte
		if e.faults[faultException] {
			answer = refused(body[1], deviceFailure)
		} else {
			answer = s.obey(body[1:])
		}
		return e.send(append([]byte{s.address}, answer...))
	}
	return nil
}

// send adds the checksum, and the noise if it is wanted.
func (e *Emulator) send(answer []byte) []byte {
	sum := crc(answer)
	answer = append(answer, byte(sum), byte(sum>>8))
	if e.faults[faultNoise] {
		e.noise++
		bit := e.noise * 7 % (8 * len(answer))
		answer[bit/8] ^= 1 << (bit % 8)
	}
	return answer
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := View{Kind: "board", Units: make([]Unit, 0, len(e.slaves))}
	for _, s := range e.slaves {
		u := s.look()
		u.Up = !e.faults[faultSilent]
		v.Units = append(v.Units, u)
	}
	return v
}

// Faults lists the switches. A power cycle is over at once and never on.
func (e *Emulator) Faults() map[string]bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	faults := make(map[string]bool, len(e.faults))
	for name, on := range e.faults {
		faults[name] = on
	}
	return faults
}

// SetFault switches a fault for all displays of the wire.
func (e *Emulator) SetFault(name string, on bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.faults[name]; !known {
		return fmt.Errorf("modbus emulator: no fault %q", name)
	}
	if name != powerCycle {
		e.faults[name] = on
		return nil
	}
	if on {
		for _, s := range e.slaves {
			s.powerUp()
		}
	}
	return nil
}

// unblock ends a Read that waits on the line.
func unblock(line io.ReadWriter) {
	switch l := line.(type) {
	case interface{ SetDeadline(time.Time) error }:
		l.SetDeadline(time.Unix(1, 0))
	case io.Closer:
		l.Close()
	}
}
