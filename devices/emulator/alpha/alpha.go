// Package alpha is the other end of a wire with Alpha signs on it. It was
// written from the makers' protocol (hardware-docs/boards/alpha.md), not from
// the driver.
package alpha

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"

	"lobby/devices"
	"lobby/devices/emulator"
)

// View is what can be seen of all signs on the wire.
type View struct {
	Kind  string `json:"kind"` // always "board"
	Units []Unit `json:"units"`
}

// Unit is one sign as seen from the hall.
type Unit struct {
	Name    string `json:"name"`
	Address int    `json:"address"`
	Text    string `json:"text"` // the priority text; empty while the sign shows its own programme
	Color   string `json:"color"`
	Moving  bool   `json:"moving"`
	Up      bool   `json:"up"`
	Frames  int    `json:"frames"` // good packets to this sign since the start
}

// The fault switches.
const (
	faultSilent = "silent" // the signs take nothing
	faultRefuse = "refuse" // every packet is found wrong
	faultNoise  = "noise"  // the answer is not what it was
	powerCycle  = "power_cycle"
)

// options are the driver's.
type options struct {
	Address int  `yaml:"address"`
	Ack     bool `yaml:"ack"`
}

// Emulator is all signs of one wire.
type Emulator struct {
	*emulator.Switches

	mu    sync.Mutex
	signs []sign
}

// sign is one sign. Its mode is the letter behind the position.
type sign struct {
	Unit
	ack bool
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the signs of one wire.
func New(units []devices.Unit) (emulator.Emulator, error) {
	e := &Emulator{Switches: emulator.NewSwitches("alpha emulator", faultSilent, faultRefuse, faultNoise)}
	e.Once(powerCycle, e.powerUp)
	for _, u := range units {
		var o options
		if err := u.Options(&o); err != nil {
			return nil, fmt.Errorf("alpha emulator: unit %s: %w", u.Name, err)
		}
		e.signs = append(e.signs, sign{Unit{Name: u.Name, Address: o.Address, Color: "red"}, o.Ack})
	}
	return e, nil
}

// longest is more than any packet that a sign of this size takes.
const longest = 4096

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		var held []byte
		for {
			select {
			case <-ctx.Done():
				return nil
			case piece := <-heard:
				held = append(held, piece...)
			}
			for {
				end := bytes.IndexByte(held, 0x04)
				if end < 0 {
					break
				}
				answer := e.obey(held[:end])
				held = held[end+1:]
				if _, err := line.Write(answer); err != nil {
					return err
				}
			}
			if len(held) > longest {
				held = nil
			}
		}
	})
}

// obey carries out a packet without its EOT, and returns the answer if there is
// one. A packet that cannot be read is thrown away without a word, as the
// makers say of a wrong checksum.
func (e *Emulator) obey(p []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	start := bytes.LastIndex(p, []byte{0, 0, 0, 0, 0, 0x01})
	if e.On(faultSilent) || start < 0 {
		return nil
	}
	p = p[start+6:]
	if len(p) < 4 || p[3] != 0x02 {
		return nil
	}
	address, err := strconv.ParseUint(string(p[1:3]), 16, 8)
	command, ok := body(p[3:])
	if err != nil || !ok || bytes.IndexByte([]byte("Z!1"), p[0]) < 0 {
		return nil
	}
	var answer []byte
	for i := range e.signs {
		if s := &e.signs[i]; address == 0 || s.Address == int(address) {
			answer = e.show(s, command)
		}
	}
	if address == 0 {
		return nil // broadcasts are never answered
	}
	return answer
}

// body checks what stands between STX and ETX. The checksum behind it may be
// left out.
func body(p []byte) ([]byte, bool) {
	end := bytes.IndexByte(p, 0x03)
	if end < 0 {
		return p[1:], true
	}
	if len(p) == end+1 {
		return p[1:end], true
	}
	want, err := strconv.ParseUint(string(p[end+1:]), 16, 16)
	var sum uint16
	for _, c := range p[:end+1] {
		sum += uint16(c)
	}
	return p[1:end], err == nil && uint16(want) == sum && len(p) == end+5
}

// show carries out "write text" for the priority file, label 0.
func (e *Emulator) show(s *sign, command []byte) []byte {
	status, first := byte(0x40), byte(0x06)
	switch {
	case e.On(faultRefuse):
		status, first = 0x50, 0x15
	case len(command) < 2 || command[0] != 'A':
		status, first = 0x60, 0x15
	case command[1] == '0':
		s.priority(command[2:])
		s.Frames++
	}
	if !s.ack {
		return nil
	}
	if e.On(faultNoise) {
		first ^= 0x20
	}
	return []byte{first, status}
}

// priority takes a text with its position and mode, or nothing, which ends it.
func (s *sign) priority(text []byte) {
	s.Text, s.Moving = "", false
	if len(text) > 3 && text[0] == 0x1b {
		s.Moving = text[2] == 'a' || text[2] == 'm'
		s.Text = string(text[3:min(len(text), 3+125)])
	}
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := View{Kind: "board", Units: []Unit{}}
	for _, s := range e.signs {
		s.Up = !e.On(faultSilent)
		v.Units = append(v.Units, s.Unit)
	}
	return v
}

// powerUp is a power failure that is over: the priority text is gone.
func (e *Emulator) powerUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.signs {
		e.signs[i].priority(nil)
	}
}
