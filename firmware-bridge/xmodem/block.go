// Package xmodem sends and receives files by XMODEM with CRC, in blocks of 128
// or 1024 bytes, as the boot loaders of many small chips do (Chuck Forsberg,
// "XMODEM/YMODEM Protocol Reference", 1988).
//
// XMODEM rounds a file up to whole blocks with the byte 1A; whoever receives
// must know the size from elsewhere.
package xmodem

import (
	"encoding/binary"
	"errors"
)

// The bytes of the protocol (Forsberg, section 7, "definitions").
const (
	soh = 0x01 // a block of 128 follows
	stx = 0x02 // a block of 1024 follows
	eot = 0x04 // no more blocks
	ack = 0x06
	nak = 0x15 // the block was broken, again
	can = 0x18 // twice: give up
	crc = 'C'  // send, and with a CRC
	pad = 0x1A // fills the last block
)

// Sizes of a block's data.
const (
	Small = 128
	Large = 1024
)

const (
	headSize = 3 // kind, number, number inverted
	tailSize = 2 // CRC
)

// errBlock says that bytes are no block; the receiver answers with NAK.
var errBlock = errors.New("xmodem: broken block")

// AppendBlock appends block number n with the data, which is Small or Large
// bytes or less; the rest is padding. More than Large is cut.
func AppendBlock(dst []byte, n byte, data []byte) []byte {
	kind, size := byte(soh), Small
	if len(data) > Small {
		kind, size = stx, Large
		data = data[:min(len(data), Large)]
	}
	start := len(dst) + headSize
	dst = append(dst, kind, n, ^n)
	dst = append(dst, data...)
	for len(dst) < start+size {
		dst = append(dst, pad)
	}
	return binary.BigEndian.AppendUint16(dst, checksum(dst[start:]))
}

// parseBlock reads the block at the beginning of b. size is 0 while more bytes
// are needed; otherwise so many bytes belong to it, broken or not.
func parseBlock(b []byte) (size int, n byte, data []byte, err error) {
	if len(b) == 0 {
		return 0, 0, nil, nil
	}
	want := Small
	switch b[0] {
	case soh:
	case stx:
		want = Large
	default:
		return 1, 0, nil, errBlock
	}
	size = headSize + want + tailSize
	if len(b) < size {
		return 0, 0, nil, nil
	}
	data = b[headSize : size-tailSize]
	if b[1] != ^b[2] || binary.BigEndian.Uint16(b[size-tailSize:]) != checksum(data) {
		return size, 0, nil, errBlock
	}
	return size, b[1], data, nil
}

// checksum is CRC-16/XMODEM: polynomial 1021, beginning with 0, "123456789"
// gives 31C3 (Forsberg, section 8.2).
func checksum(b []byte) uint16 {
	var c uint16
	for _, v := range b {
		c ^= uint16(v) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ 0x1021
			} else {
				c <<= 1
			}
		}
	}
	return c
}
