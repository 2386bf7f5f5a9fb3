package escpos

import (
	"image"

	"lobby/devices/printer/galley"
)

// safe packs a picture so that its bytes hold no real-time command. Printers
// look for those in everything that arrives, picture or not, and a picture that
// asks for a buffer clear would get it (Epson, ESC/POS command reference, DLE
// EOT, notes). Moving it by one dot is invisible; a picture that finds no such
// place gets a dot more.
func safe(img *image.Paletted, dots int) galley.Bitmap {
	w := img.Bounds().Dx()
	for shift := 0; shift < 8 && (shift == 0 || w+shift <= dots); shift++ {
		if m := galley.Pack(img, shift, dots); realTime(m.Bits) < 0 {
			return m
		}
	}
	m := galley.Pack(img, 0, dots)
	for i := realTime(m.Bits); i >= 0; i = realTime(m.Bits) {
		m.Bits[i] |= 0x01
	}
	return m
}

// realTime finds DLE EOT, DLE ENQ or DLE DC4, or returns -1.
func realTime(b []byte) int {
	for i := 0; i+1 < len(b); i++ {
		if b[i] == dle && (b[i+1] == eot || b[i+1] == enq || b[i+1] == dc4) {
			return i
		}
	}
	return -1
}

const (
	// maxBand is the most picture data in one command. Recovery sends as many
	// zero bytes as that, so that it always gets out of an interrupted picture.
	maxBand = 8192
	// maxRows keeps the high byte of the count at zero, so that the header cannot
	// look like a real-time command either.
	maxRows = 255
)
