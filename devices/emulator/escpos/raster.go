package escpos

import (
	"fmt"
	"lobby/devices/emulator/paper"
)

// maxStored is the most picture data kept; rows beyond it are counted only.
const maxStored = 1 << 18

// raster is a picture on its way in.
type raster struct {
	stride, rows int
	sx, sy       int // magnification
	missing      int // bytes still to come
	bits         []byte
}

func newRaster(stride, rows, sx, sy int) raster {
	return raster{stride: stride, rows: rows, sx: sx, sy: sy, missing: stride * rows}
}

// feed takes a byte and says whether the picture is complete.
func (r *raster) feed(c byte) bool {
	if len(r.bits) < maxStored {
		r.bits = append(r.bits, c)
	}
	r.missing--
	return r.missing == 0
}

// printRaster puts the picture on paper. What is wider than the area is lost.
func (m *machine) printRaster(r *raster) {
	m.roll.Note(fmt.Sprintf("[picture %dx%d]", r.stride*8*r.sx, r.rows*r.sy))
	at := m.style.offset(r.stride * 8 * r.sx)
	for y := range len(r.bits) / r.stride * r.sy {
		row := m.roll.Row()
		if row == nil {
			continue
		}
		from := r.bits[y/r.sy*r.stride:]
		for x := range min(r.stride*8*r.sx, m.style.areaDots) {
			if i := x / r.sx; from[i/8]&(0x80>>(i%8)) != 0 {
				paper.Dot(row, at+x)
			}
		}
	}
	*r = raster{}
}

// offset places something of the given width by alignment and margin.
func (s style) offset(width int) int {
	free := max(0, s.areaDots-width)
	return s.margin + free*s.align/2
}
