package bridge

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Addresses with a meaning of their own (hardware-docs/hb1.md, "Addresses").
// Boards have 1 to LastUnit.
const (
	Host       = 0x00 // the bus master
	LastUnit   = 0xEF // highest address of a board
	Unassigned = 0xF0 // every board that was not given an address yet
	Broadcast  = 0xFF // every board; always plain and unanswered
)

// Sizes in bytes (hardware-docs/hb1.md, "Frame").
const (
	MaxPayload = 240
	headerSize = 8
	crcSize    = 4
	minPacket  = headerSize + crcSize
	maxPacket  = minPacket + MaxPayload // 252, so that COBS adds exactly one byte
	maxStuffed = maxPacket + 1
	// MaxFrame is the longest frame on the wire, both delimiters included.
	MaxFrame = maxStuffed + 2
)

// The control byte (hardware-docs/hb1.md, "Header").
const (
	version     = 1
	versionBits = 4
	moreBit     = 1 << 3
	retryBit    = 1 << 2
	kindMask    = 3
)

// The reasons why bytes are no packet. A receiver says nothing to any of them,
// because not even the sender's address can be trusted; it only counts.
var (
	ErrShort   = errors.New("bridge: packet is too short")
	ErrLong    = errors.New("bridge: too many bytes without a delimiter")
	ErrCRC     = errors.New("bridge: wrong checksum")
	ErrVersion = errors.New("bridge: unknown version")
	ErrLength  = errors.New("bridge: length field and packet disagree")
)

// Kind says what a packet wants from its receiver.
type Kind byte

// The four kinds. Every value of the two bits has a meaning.
const (
	Plain    Kind = iota // nothing, or for POLL any answer
	Reliable             // an ACK or a NAK, and is repeated until one comes
	Ack                  // nothing: it is the good answer
	Nak                  // nothing: it is the refusal
)

// Packet is one message with its header.
type Packet struct {
	Dst, Src byte
	Kind     Kind
	More     bool // the sender has more to tell; ask again soon
	Retry    bool // sent before under the same Seq
	Seq      byte // counts Reliable packets; answers repeat the number they answer
	Epoch    byte // chosen at each boot of the sender, never 0
	Type     Type
	Payload  []byte // at most MaxPayload bytes
}

// AppendRaw appends the packet as it is before stuffing: header, payload and
// checksum. A payload or kind that does not fit is an error.
func AppendRaw(dst []byte, p Packet) ([]byte, error) {
	if len(p.Payload) > MaxPayload {
		return dst, fmt.Errorf("bridge: payload of %d bytes, at most %d fit", len(p.Payload), MaxPayload)
	}
	if p.Kind > kindMask {
		return dst, fmt.Errorf("bridge: kind %d is none of the four", p.Kind)
	}
	start := len(dst)
	dst = append(dst, p.Dst, p.Src, p.control(), p.Seq, p.Epoch, byte(p.Type))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(p.Payload)))
	dst = append(dst, p.Payload...)
	return binary.LittleEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[start:])), nil
}

func (p Packet) control() byte {
	c := byte(version<<versionBits) | byte(p.Kind)
	if p.More {
		c |= moreBit
	}
	if p.Retry {
		c |= retryBit
	}
	return c
}

// ParseRaw reads one unstuffed packet. The packet's payload is part of raw.
func ParseRaw(raw []byte) (Packet, error) {
	if len(raw) < minPacket {
		return Packet{}, ErrShort
	}
	if len(raw) > maxPacket {
		return Packet{}, ErrLong
	}
	body, sum := raw[:len(raw)-crcSize], raw[len(raw)-crcSize:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return Packet{}, ErrCRC
	}
	if body[2]>>versionBits != version {
		return Packet{}, ErrVersion
	}
	if int(binary.LittleEndian.Uint16(body[6:])) != len(body)-headerSize {
		return Packet{}, ErrLength
	}
	return Packet{
		Dst: body[0], Src: body[1],
		Kind: Kind(body[2] & kindMask), More: body[2]&moreBit != 0, Retry: body[2]&retryBit != 0,
		Seq: body[3], Epoch: body[4], Type: Type(body[5]), Payload: body[headerSize:],
	}, nil
}
