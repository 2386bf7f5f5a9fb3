// Package stm32 talks to the boot loader that every STM32 has in its system
// memory, over its serial port (ST, AN3155, "USART protocol used in the STM32
// bootloader"; AN2606 says which pins). It erases, writes, reads back and
// starts. The wire is given, 8 data bits, EVEN parity, 1 stop bit.
package stm32

import (
	"encoding/binary"
	"slices"
)

// Command is the first byte of a command (AN3155, table 2).
type Command byte

// The commands that are used here.
const (
	Get         Command = 0x00
	GetID       Command = 0x02
	Read        Command = 0x11
	Go          Command = 0x21
	Write       Command = 0x31
	Erase       Command = 0x43
	EraseExtend Command = 0x44
)

// String gives the manual's name.
func (c Command) String() string {
	switch c {
	case Get:
		return "Get"
	case GetID:
		return "Get ID"
	case Read:
		return "Read Memory"
	case Go:
		return "Go"
	case Write:
		return "Write Memory"
	case Erase:
		return "Erase Memory"
	case EraseExtend:
		return "Extended Erase Memory"
	}
	return "command"
}

// Single bytes (AN3155, section 2 and 3).
const (
	hello = 0x7F // the chip measures the speed by it
	ack   = 0x79
	nack  = 0x1F
	busy  = 0x76 // of some chips: still erasing or writing
)

// MaxBlock is the most bytes that are read or written at once; Write takes
// whole words of 4.
const MaxBlock = 256

// AppendCommand appends a command and its complement.
func AppendCommand(dst []byte, c Command) []byte { return append(dst, byte(c), ^byte(c)) }

// AppendAddress appends an address and the XOR of its bytes.
func AppendAddress(dst []byte, address uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, address)
	return append(append(dst, b...), xor(b))
}

// AppendBlock appends the data of Write: its size less one, the bytes, the XOR
// of both. Data that is no whole number of words is filled with FF, what an
// empty flash holds.
func AppendBlock(dst, data []byte) []byte {
	b := append([]byte{byte((len(data)+3)&^3 - 1)}, data...)
	for len(b)%4 != 1 {
		b = append(b, 0xFF)
	}
	return append(append(dst, b...), xor(b))
}

// AppendCount appends how many bytes Read shall give, 1 to MaxBlock.
func AppendCount(dst []byte, n int) []byte { return append(dst, byte(n-1), ^byte(n-1)) }

// AppendPages appends the pages that Erase or EraseExtend shall erase; none
// stands for the whole flash. Erase knows only pages below 255 and no more
// than 255 of them.
func AppendPages(dst []byte, c Command, pages []uint16) []byte {
	var b []byte
	switch {
	case c == Erase && len(pages) == 0:
		return append(dst, 0xFF, 0x00)
	case len(pages) == 0:
		return append(dst, 0xFF, 0xFF, 0x00)
	case c == Erase:
		b = []byte{byte(len(pages) - 1)}
		for _, p := range pages {
			b = append(b, byte(p))
		}
	default:
		b = binary.BigEndian.AppendUint16(nil, uint16(len(pages)-1))
		for _, p := range pages {
			b = binary.BigEndian.AppendUint16(b, p)
		}
	}
	return append(append(dst, b...), xor(b))
}

func xor(b []byte) (x byte) {
	for _, v := range b {
		x ^= v
	}
	return x
}

// Chip is what is known of a product by its ID (AN2606, table "bootloader
// device-dependent parameters", and the flash chapters of the manuals).
type Chip struct {
	ID   uint16
	Name string
	Page uint32 // bytes that are erased together; 0: pages differ or are not known
}

// chips are those with pages of one size. Others are erased as a whole.
var chips = []Chip{
	{0x410, "STM32F10x medium density", 1024},
	{0x412, "STM32F10x low density", 1024},
	{0x414, "STM32F10x high density", 2048},
	{0x422, "STM32F302/303", 2048},
	{0x440, "STM32F030x8/F05x", 1024},
	{0x444, "STM32F03x", 1024},
	{0x448, "STM32F07x", 2048},
	{0x460, "STM32G07x", 2048},
	{0x466, "STM32G03x", 2048},
}

// ChipOf gives what is known of an ID, at least the ID.
func ChipOf(id uint16) Chip {
	if i := slices.IndexFunc(chips, func(c Chip) bool { return c.ID == id }); i >= 0 {
		return chips[i]
	}
	return Chip{ID: id, Name: "STM32 of an unknown kind"}
}

// FlashStart is where the flash of every STM32 begins.
const FlashStart uint32 = 0x08000000

// pagesOf gives the numbers of the pages that size bytes from address touch.
func pagesOf(address, page uint32, size int) []uint16 {
	first := (address - FlashStart) / page
	last := (address - FlashStart + uint32(size) - 1) / page
	var pages []uint16
	for p := first; p <= last; p++ {
		pages = append(pages, uint16(p))
	}
	return pages
}
