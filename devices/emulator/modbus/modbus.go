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
	*emulator.Switches

	mu     sync.Mutex
	slaves []*slave
	noise  int // moves the flipped bit
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the displays of one wire, dark and in good health.
func New(units []devices.Unit) (emulator.Emulator, error) {
	e := &Emulator{Switches: emulator.NewSwitches("modbus emulator", faultSilent, faultException, faultNoise)}
	e.Once(powerCycle, e.powerUp)
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

// silence ends a frame that is not whole. A display waits 3.5 characters, 4 ms
// at 9600 baud (serial line guide 2.5.1.1), but a line made of software passes
// bytes on in pieces, and a busy machine adds to that.
const silence = 100 * time.Millisecond

// Serve implements emulator.Emulator. A line is served once; what the devices
// remember stays for the next one.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		return e.talk(ctx, heard, line)
	})
}

// talk answers every request that is whole or followed by silence.
func (e *Emulator) talk(ctx context.Context, heard <-chan []byte, line io.Writer) error {
	var request []byte
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
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

// handle lets the addressed display carry out a request. It returns nil when
// nobody answers.
func (e *Emulator) handle(request []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.On(faultSilent) || len(request) < 4 || !sound(request) {
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
		if e.On(faultException) {
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
	if e.On(faultNoise) {
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
		u.Up = !e.On(faultSilent)
		v.Units = append(v.Units, u)
	}
	return v
}

// powerUp is a power failure that is over: all registers return to zero.
func (e *Emulator) powerUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.slaves {
		s.powerUp()
	}
}
