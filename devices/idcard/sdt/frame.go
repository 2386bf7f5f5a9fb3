package sdt

import (
	"bytes"
	"errors"
	"fmt"
)

// preamble begins every frame in both directions (hardware-docs/sdt.md).
var preamble = []byte{0xaa, 0xaa, 0xaa, 0x96, 0x69}

// The commands, each with its parameter.
var (
	cmdState  = [2]byte{0x11, 0xff}
	cmdFind   = [2]byte{0x20, 0x01}
	cmdSelect = [2]byte{0x20, 0x02}
	cmdRead   = [2]byte{0x30, 0x01}
)

// The last status byte of an answer.
const (
	swOK     = 0x90
	swFound  = 0x9f
	swNoCard = 0x80
)

// longest is that of an answer's part after its length: status, the two lengths,
// text, picture, fingerprint and sum.
const longest = 3 + 6 + 256 + 1024 + 1024 + 1

// errBroken is an answer that is none. Nothing of its bytes is in any error.
var errBroken = errors.New("a broken answer")

// question puts a command on the line.
func question(cmd [2]byte) []byte {
	body := []byte{0x00, 0x03, cmd[0], cmd[1]}
	return append(append(bytes.Clone(preamble), body...), xor(body))
}

// xor is the sum of both directions, from the length to the end of the data.
func xor(b []byte) (x byte) {
	for _, v := range b {
		x ^= v
	}
	return x
}

// answer finds an answer in what was heard: its last status byte and its data,
// which lies in heard. Whole is false while more has to come.
func answer(heard []byte) (status byte, data []byte, whole bool, err error) {
	at := bytes.Index(heard, preamble)
	if at < 0 {
		return 0, nil, false, nil
	}
	body := heard[at+len(preamble):]
	if len(body) < 2 {
		return 0, nil, false, nil
	}
	n := int(body[0])<<8 | int(body[1])
	switch {
	case n < 4 || n > longest:
		return 0, nil, false, fmt.Errorf("%w: its length is %d", errBroken, n)
	case len(body) < 2+n:
		return 0, nil, false, nil
	case xor(body[:1+n]) != body[1+n]:
		return 0, nil, false, fmt.Errorf("%w: its sum is wrong", errBroken)
	}
	return body[4], body[5 : 1+n], true, nil
}
