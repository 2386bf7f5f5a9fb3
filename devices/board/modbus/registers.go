package modbus

import (
	"fmt"
	"strconv"
	"strings"

	"lobby/devices"
)

// registers is one row of data about a product: where its digits are.
type registers struct {
	first    uint16
	digits   int  // characters, or decimal places
	number   bool // one register holds the number itself
	packed   bool // two characters in a register, the left one in the high byte
	function byte // writeMany or writeOne
}

// count is how many registers are written.
func (r registers) count() int {
	switch {
	case r.number:
		return 1
	case r.packed:
		return (r.digits + 1) / 2
	}
	return r.digits
}

// known returns the rows for products by the name of their map.
func known(name string) (row registers, largest int, ok bool) {
	switch name {
	case "dm56":
		// Eletechsup DM36/DM56 types 4, 5 and 6: registers 0 to 5 are the digits
		// from the left as ASCII (maker's register table).
		return registers{first: 0, digits: 4, function: writeMany}, 6, true
	case "embeddedart":
		// EmbeddedArt LED display control card: line 1 from register 1000, by
		// function 16 only (maker's page "LED display control card").
		return registers{first: 1000, digits: 8, function: writeMany}, 32, true
	}
	return registers{}, 0, false
}

// registers chooses the row that the options describe.
func (o Options) registers() (registers, error) {
	if o.Map == "custom" {
		return o.custom()
	}
	row, largest, ok := known(o.Map)
	if !ok {
		return row, fmt.Errorf("no register map %q", o.Map)
	}
	if o.Register != 0 || o.Mode != "" || o.Packed || o.Write != 0 {
		return row, fmt.Errorf("register, mode, packed and write are for the custom map, not for %s", o.Map)
	}
	if o.Digits != 0 {
		row.digits = o.Digits
	}
	if row.digits < 1 || row.digits > largest {
		return row, fmt.Errorf("%d digits do not fit %s", row.digits, o.Map)
	}
	return row, nil
}

func (o Options) custom() (registers, error) {
	row := registers{first: uint16(o.Register), digits: o.Digits, packed: o.Packed, function: byte(o.Write)}
	if o.Write == 0 {
		row.function = writeMany
	}
	switch {
	case o.Register < 0 || o.Register > 0xFFFF:
		return row, fmt.Errorf("no register %d", o.Register)
	case o.Write != 0 && o.Write != writeOne && o.Write != writeMany:
		return row, fmt.Errorf("function %d does not write registers", o.Write)
	case o.Mode == "number":
		row.number = true
	case o.Mode != "ascii":
		return row, fmt.Errorf("mode %q is neither ascii nor number", o.Mode)
	}
	if row.digits < 1 || row.digits > 32 || row.number && row.digits > 5 {
		return row, fmt.Errorf("a display with %d digits", row.digits)
	}
	if int(row.first)+row.count() > 0x10000 {
		return row, fmt.Errorf("no %d registers from %d on", row.count(), row.first)
	}
	return row, nil
}

// encode is what the registers must hold for a ticket. When the ticket does
// not fit, it returns the registers of a blank display and devices.ErrTooLong.
func (r registers) encode(ticket string) ([]uint16, error) {
	if r.number {
		return r.encodeNumber(ticket)
	}
	text, err := r.fit(ticket)
	text = strings.Repeat(" ", r.digits-len(text)) + text
	values := make([]uint16, 0, r.count())
	if !r.packed {
		for i := range len(text) {
			values = append(values, uint16(text[i]))
		}
		return values, err
	}
	if len(text)%2 == 1 {
		text += " "
	}
	for i := 0; i < len(text); i += 2 {
		values = append(values, uint16(text[i])<<8|uint16(text[i+1]))
	}
	return values, err
}

func (r registers) encodeNumber(ticket string) ([]uint16, error) {
	digits, err := r.fit(strings.TrimLeft(number(ticket), "0"))
	if digits == "" {
		return []uint16{0}, err
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return []uint16{0}, devices.ErrTooLong
	}
	return []uint16{uint16(n)}, nil
}

// fit makes a ticket short enough, first by leaving out the letters of its
// service. Digits are never left out: they would make another ticket.
func (r registers) fit(ticket string) (string, error) {
	plain := strings.Map(func(c rune) rune {
		if c <= ' ' || c > '~' {
			return -1
		}
		return c
	}, ticket)
	if len(plain) > r.digits {
		plain = number(plain)
	}
	if len(plain) > r.digits {
		return "", devices.ErrTooLong
	}
	return plain, nil
}

// number is the run of digits that ends a ticket: "045" of "M045".
func number(ticket string) string {
	return ticket[len(strings.TrimRight(ticket, "0123456789")):]
}
