package stm32

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// Single bytes (AN3155, section 3).
const (
	ack  = 0x79
	nack = 0x1F
	busy = 0x76
)

// errReset says that the chip was reset in the middle of something.
var errReset = errors.New("the chip was reset")

// port is the chip's end of the line.
type port struct {
	e      *Emulator
	ctx    context.Context
	heard  <-chan []byte
	line   io.Writer
	kept   []byte
	resets int
}

// boot is the loader from a reset to the next one, or to the line's end.
func (p *port) boot() error {
	p.e.mu.Lock()
	p.resets = p.e.resets
	p.e.mu.Unlock()
	for { // the speed is measured by the first 7F; anything else is noise
		b, err := p.next()
		if err != nil {
			return err
		}
		if b == 0x7F {
			break
		}
	}
	if err := p.say(ack); err != nil {
		return err
	}
	for {
		if err := p.command(); err != nil {
			return err
		}
	}
}

// next is the next byte that the chip hears.
func (p *port) next() (byte, error) {
	for len(p.kept) == 0 {
		select {
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		case p.kept = <-p.heard:
		}
		p.e.mu.Lock()
		deaf := p.e.running != 0
		again := p.resets != p.e.resets
		p.e.mu.Unlock()
		if again {
			return 0, errReset
		}
		if deaf || p.e.On(silent) {
			p.kept = nil
		}
	}
	b := p.kept[0]
	p.kept = p.kept[1:]
	return b, nil
}

func (p *port) take(n int) ([]byte, error) {
	b := make([]byte, n)
	for i := range b {
		var err error
		if b[i], err = p.next(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (p *port) say(b ...byte) error {
	_, err := p.line.Write(b)
	return err
}

func (p *port) judge(good bool) error {
	if good {
		return p.say(ack)
	}
	return p.say(nack)
}

// command takes one command and carries it out.
func (p *port) command() error {
	b, err := p.take(2)
	if err != nil {
		return err
	}
	act := p.action(b[0])
	if b[1] != ^b[0] || act == nil || p.e.On(protected) && b[0] > 0x02 {
		return p.say(nack)
	}
	if err := p.say(ack); err != nil {
		return err
	}
	return act()
}

// action is what a command does after its first ACK; nil for unknown ones
// (AN3155, table 2).
func (p *port) action(command byte) func() error {
	switch command {
	case 0x00:
		return p.get
	case 0x01:
		return func() error { return p.say(0x22, 0, 0, ack) }
	case 0x02:
		return func() error {
			return p.say(append(binary.BigEndian.AppendUint16([]byte{1}, p.e.options.ID), ack)...)
		}
	case 0x11:
		return p.read
	case 0x21:
		return p.run
	case 0x31:
		return p.write
	case p.eraser():
		return p.erase
	}
	return nil
}

func (p *port) eraser() byte {
	if p.e.options.Old {
		return 0x43
	}
	return 0x44
}

func (p *port) get() error {
	return p.say(7, 0x22, 0x00, 0x01, 0x02, 0x11, 0x21, 0x31, p.eraser(), ack)
}

// address takes an address; false means that it was refused.
func (p *port) address() (uint32, bool, error) {
	b, err := p.take(5)
	if err != nil {
		return 0, false, err
	}
	at := binary.BigEndian.Uint32(b)
	p.e.mu.Lock()
	good := xor(b) == 0 && p.e.memory(at, 1) != nil
	p.e.mu.Unlock()
	return at, good, p.judge(good)
}

func (p *port) read() error {
	at, good, err := p.address()
	if err != nil || !good {
		return err
	}
	b, err := p.take(2)
	if err != nil {
		return err
	}
	n := int(b[0]) + 1
	p.e.mu.Lock()
	m := append([]byte(nil), p.e.memory(at, n)...)
	p.e.mu.Unlock()
	if b[1] != ^b[0] || len(m) != n {
		return p.say(nack)
	}
	return p.say(append([]byte{ack}, m...)...)
}

func (p *port) write() error {
	at, good, err := p.address()
	if err != nil || !good {
		return err
	}
	head, err := p.next()
	if err != nil {
		return err
	}
	rest, err := p.take(int(head) + 2)
	if err != nil {
		return err
	}
	data := rest[:len(rest)-1]
	return p.judge(head^xor(rest) == 0 && p.e.program(at, data))
}

func (p *port) run() error {
	b, err := p.take(5)
	if err != nil {
		return err
	}
	return p.judge(xor(b) == 0 && p.e.start(binary.BigEndian.Uint32(b)))
}

// erase takes the list of pages of both commands.
func (p *port) erase() error {
	wide := 2
	if p.e.options.Old {
		wide = 1
	}
	head, err := p.take(wide)
	if err != nil {
		return err
	}
	n := number(head)
	all := n == 0xFFFF || wide == 1 && n == 0xFF
	count := (n + 1) * wide
	if all {
		count = 0
	}
	rest, err := p.take(count + 1)
	if err != nil {
		return err
	}
	var pages []int
	for i := 0; i < count; i += wide {
		pages = append(pages, number(rest[i:i+wide]))
	}
	// Erase Memory closes "all" with its complement, which is the same XOR but
	// for the first byte.
	sum := xor(head) ^ xor(rest)
	if all && wide == 1 {
		sum = ^sum
	}
	if p.e.On(slow) {
		if err := p.say(busy); err != nil {
			return err
		}
		<-time.After(eraseTime)
	}
	return p.judge(sum == 0 && p.e.erase(pages))
}

func number(b []byte) (n int) {
	for _, v := range b {
		n = n<<8 | int(v)
	}
	return n
}

func xor(b []byte) (x byte) {
	for _, v := range b {
		x ^= v
	}
	return x
}
