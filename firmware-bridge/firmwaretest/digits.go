package firmwaretest

import (
	"regexp"
	"strconv"
)

// direction finds what the firmware wrote to the directions of port B, whose
// bits 0 and 1 pull the display's CLK and DIO down.
var direction = regexp.MustCompile(`atmega-gpio-b: unimplemented device write \(size 1, offset 0x1, value 0x([0-9a-f]{2})\)`)

// Digits is what a TM1637 on the chip's pins shows: the segments of its four
// digits, a to g in bits 0 to 6, read from what was written to the pins since the
// last reset.
func (c *Chip) Digits() (segments [4]byte, lit bool) {
	var d tm1637
	for _, m := range direction.FindAllSubmatch(c.sinceReset(), -1) {
		down, err := strconv.ParseUint(string(m[1]), 16, 8)
		if err == nil {
			d.pins(down&1 == 0, down&2 == 0)
		}
	}
	return [4]byte(d.memory[:4]), d.lit
}

// tm1637 is the display's chip after its data sheet (Titan Micro, V2.4): a
// message begins with DIO falling and ends with DIO rising while CLK is high;
// bytes come lowest bit first at rising CLK, with a ninth clock for the answer.
type tm1637 struct {
	memory     [6]byte
	lit        bool
	clock, dat bool
	busy       bool // between begin and end
	bits       int
	value      byte
	address    int // of the next data byte; -1 before a command said it
	first      bool
}

func (d *tm1637) pins(clock, data bool) {
	switch {
	case clock && d.clock && d.dat && !data:
		d.busy, d.bits, d.first = true, 0, true
	case clock && d.clock && !d.dat && data:
		d.busy = false
	case clock && !d.clock && d.busy:
		d.bit(data)
	}
	d.clock, d.dat = clock, data
}

func (d *tm1637) bit(data bool) {
	if d.bits == 8 { // the answer
		d.bits, d.value = 0, 0
		return
	}
	if data {
		d.value |= 1 << d.bits
	}
	if d.bits++; d.bits == 8 {
		d.take(d.value)
	}
}

func (d *tm1637) take(b byte) {
	switch {
	case !d.first:
		if d.address < len(d.memory) {
			d.memory[d.address] = b
			d.address++
		}
	case b>>6 == 0b11:
		d.address = int(b & 7)
	case b>>6 == 0b10:
		d.lit = b&8 != 0
	}
	d.first = false
}
