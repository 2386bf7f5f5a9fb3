package onbon

import "slices"

// Addresses with a meaning of their own (section 4).
const (
	everyone = 0xFFFF // does not answer
	whoever  = 0xFFFE // answers, from FFFE
)

// CmdError values (section 6).
const (
	errGroup    = 1
	errCommand  = 2
	errBusy     = 3
	errMemory   = 4
	errChecksum = 5
)

// card is one controller with its sign.
type card struct {
	name          string
	address       uint16
	width, height int

	dark       bool
	brightness byte
	clock      [8]byte
	areas      []area // dynamic areas, by rising id
	frames     int
}

func newCard(name string, address uint16, width, height int) *card {
	c := &card{name: name, address: address, width: width, height: height}
	c.powerUp()
	return c
}

// powerUp is what a power failure does: dynamic areas live in RAM (8.2.1).
func (c *card) powerUp() {
	c.areas, c.dark, c.brightness = nil, false, 15
}

// hear takes one unescaped frame and returns the packed answer, if any.
func (c *card) hear(frame []byte, busy bool) []byte {
	if len(frame) < 14+5+2 {
		return nil
	}
	to, from := little(frame), little(frame[2:])
	if to != c.address && to != everyone && to != whoever {
		return nil
	}
	me := c.address
	if to == whoever {
		me = whoever
	}
	body, sum := frame[:len(frame)-2], little(frame[len(frame)-2:])
	if crc(body) != sum || int(little(frame[12:])) != len(body)-14 {
		if to == everyone {
			return nil
		}
		return pack(from, me, refuse(errChecksum))
	}
	c.frames++
	request := body[14:]
	answer := refuse(errBusy)
	if !busy || isPing(request) {
		answer = c.obey(request)
	}
	if to == everyone || request[2] != 1 {
		return nil
	}
	return pack(from, me, answer)
}

func isPing(request []byte) bool { return request[0] == 0xA2 && request[1] == 0 }

// obey carries out a request and returns the data of the answer (section 8).
func (c *card) obey(request []byte) []byte {
	payload := request[5:]
	switch uint16(request[0])<<8 | uint16(request[1]) {
	case 0xA200: // ping
		return accept()
	case 0xA102: // status
		return c.status()
	case 0xA203: // clock
		return c.store(c.clock[:], payload)
	case 0xA206: // set screen id
		if len(payload) < 2 {
			return refuse(errCommand)
		}
		c.address = little(payload) & 0x7FFF
		return accept()
	case 0xA207: // read screen id
		return []byte{0xA2, 0x07, 0, 0, 0, byte(c.address), byte(c.address >> 8)}
	case 0xA300: // screen on or off
		if len(payload) < 1 {
			return refuse(errCommand)
		}
		c.dark = payload[0] == 2
		return accept()
	case 0xA302: // brightness
		if len(payload) < 2 {
			return refuse(errCommand)
		}
		c.brightness = payload[1] & 15
		return accept()
	case 0xA306: // dynamic areas
		return c.update(payload)
	case 0xA310: // clear screen
		c.areas = nil
		return accept()
	}
	if request[0] < 0xA1 || request[0] > 0xA4 {
		return refuse(errGroup)
	}
	return refuse(errCommand)
}

func (c *card) store(into, payload []byte) []byte {
	if len(payload) < len(into) {
		return refuse(errCommand)
	}
	copy(into, payload)
	return accept()
}

// update deletes and writes dynamic areas (8.2.1). Either all of it happens or
// nothing.
func (c *card) update(payload []byte) []byte {
	areas, rest, ok := removed(c.areas, payload)
	if !ok || len(rest) < 1 {
		return refuse(errMemory)
	}
	count := int(rest[0])
	rest = rest[1:]
	for range count {
		if len(rest) < 2 || len(rest)-2 < int(little(rest)) {
			return refuse(errMemory)
		}
		a, ok := readArea(rest[2 : 2+int(little(rest))])
		if !ok {
			return refuse(errMemory)
		}
		rest = rest[2+int(little(rest)):]
		areas = append(slices.DeleteFunc(areas, func(old area) bool { return old.id == a.id }), a)
	}
	if len(areas) > 5 { // 8.2.1, of the newer cards
		return refuse(errMemory)
	}
	slices.SortFunc(areas, func(a, b area) int { return int(a.id) - int(b.id) })
	c.areas = areas
	return accept()
}

// removed returns the areas without those that the payload deletes, and the
// rest of the payload.
func removed(areas []area, payload []byte) ([]area, []byte, bool) {
	if len(payload) < 1 {
		return nil, nil, false
	}
	n, rest := int(payload[0]), payload[1:]
	if n == 0xFF {
		return nil, rest, true
	}
	if len(rest) < n {
		return nil, nil, false
	}
	left := slices.DeleteFunc(slices.Clone(areas), func(a area) bool { return slices.Contains(rest[:n], a.id) })
	return left, rest[n:], true
}

// status is the answer of 8.4, as cards with a special area give it.
func (c *card) status() []byte {
	on := byte(1)
	if c.dark {
		on = 2
	}
	answer := []byte{0xA1, 0x02, 0, 0, 0, on, c.brightness}
	answer = append(answer, c.clock[:]...)
	answer = append(answer, 0, 'P', '0', '0', '0', 0, 0, byte(len(c.areas)))
	for _, a := range c.areas {
		answer = append(answer, a.id)
	}
	return append(answer, make([]byte, 16+12)...)
}

func accept() []byte { return []byte{0xA0, 0, 0, 0, 0} }

func refuse(code byte) []byte { return []byte{0xA0, 1, code, 0, 0} }
