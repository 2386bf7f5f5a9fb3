package galley

import "image"

// Bitmap is a picture as printers want it: rows of whole bytes, the leftmost
// dot in the highest bit, 1 is black.
type Bitmap struct {
	Stride int // bytes in a row
	Rows   int
	Bits   []byte
}

// Pack moves the picture right by shift dots and cuts it at dots.
func Pack(img *image.Paletted, shift, dots int) Bitmap {
	r := img.Bounds()
	w := min(r.Dx()+shift, dots)
	m := Bitmap{Stride: (w + 7) / 8, Rows: r.Dy()}
	m.Bits = make([]byte, m.Stride*m.Rows)
	for y := range m.Rows {
		for x := shift; x < w; x++ {
			if img.ColorIndexAt(r.Min.X+x-shift, r.Min.Y+y) == 1 {
				m.Bits[y*m.Stride+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return m
}

// Bands cuts a bitmap into pieces of at most so many rows and bytes.
func (m Bitmap) Bands(rows, bytes int) []Bitmap {
	if m.Stride == 0 {
		return nil
	}
	step := max(1, min(bytes/m.Stride, rows))
	var all []Bitmap
	for y := 0; y < m.Rows; y += step {
		n := min(step, m.Rows-y)
		all = append(all, Bitmap{m.Stride, n, m.Bits[y*m.Stride : (y+n)*m.Stride]})
	}
	return all
}
