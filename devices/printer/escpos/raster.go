package escpos

import "image"

// bitmap is a picture as GS v 0 wants it: rows of whole bytes, the leftmost dot
// in the highest bit, 1 is black.
type bitmap struct {
	stride int // bytes in a row
	rows   int
	bits   []byte
}

// pack moves the picture right by shift dots and cuts it at dots.
func pack(img *image.Paletted, shift, dots int) bitmap {
	r := img.Bounds()
	w := min(r.Dx()+shift, dots)
	m := bitmap{stride: (w + 7) / 8, rows: r.Dy()}
	m.bits = make([]byte, m.stride*m.rows)
	for y := range m.rows {
		for x := shift; x < w; x++ {
			if img.ColorIndexAt(r.Min.X+x-shift, r.Min.Y+y) == 1 {
				m.bits[y*m.stride+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return m
}

// safe packs a picture so that its bytes hold no real-time command. Printers
// look for those in everything that arrives, picture or not, and a picture that
// asks for a buffer clear would get it (Epson, ESC/POS command reference, DLE
// EOT, notes). Moving it by one dot is invisible; a picture that finds no such
// place gets a dot more.
func safe(img *image.Paletted, dots int) bitmap {
	w := img.Bounds().Dx()
	for shift := 0; shift < 8 && (shift == 0 || w+shift <= dots); shift++ {
		if m := pack(img, shift, dots); realTime(m.bits) < 0 {
			return m
		}
	}
	m := pack(img, 0, dots)
	for i := realTime(m.bits); i >= 0; i = realTime(m.bits) {
		m.bits[i] |= 0x01
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

// maxBand is the most picture data in one command. Recovery sends as many zero
// bytes as that, so that it always gets out of an interrupted picture.
const maxBand = 8192

// bands cuts a bitmap into commands.
func (m bitmap) bands() []bitmap {
	if m.stride == 0 {
		return nil
	}
	// Fewer than 256 rows keep the high byte of the count at zero, so that the
	// header cannot look like a real-time command either.
	step := min(maxBand/m.stride, 255)
	var all []bitmap
	for y := 0; y < m.rows; y += step {
		n := min(step, m.rows-y)
		all = append(all, bitmap{m.stride, n, m.bits[y*m.stride : (y+n)*m.stride]})
	}
	return all
}
