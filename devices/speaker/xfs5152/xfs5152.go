// Package xfs5152 drives the XFS5152CE Chinese speech module on a serial wire: a
// relative of the SYN6288 with longer texts and no checksum. The module is
// described in hardware-docs/speakers/xfs5152.md, after the maker's data sheet.
package xfs5152

import (
	"regexp"

	"lobby/devices"
	"lobby/devices/speaker/syn6288"
)

// maxText is the most text that is sent at once. The module takes 4 KB, and
// interrupts a text with the next, so that shorter pieces only lose time.
const maxText = 1000

var _ devices.Open[devices.Speaker] = Open

// Open makes the driver. It only checks the options.
func Open(w devices.Wire, options devices.Decode) (devices.Speaker, error) {
	return syn6288.OpenFamily(w, options, syn6288.Family{
		Name: "xfs5152", Frame: frame, MaxText: maxText, Chime: "none",
		Chimes: regexp.MustCompile(`^sound\d{3}$`),
	})
}

// frame is FD, the length of what follows, high byte first, the command and its
// data. There is no checksum (data sheet, "command frame format").
func frame(command byte, data ...byte) []byte {
	size := 1 + len(data)
	return append([]byte{0xFD, byte(size >> 8), byte(size), command}, data...)
}
