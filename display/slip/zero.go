package slip

import (
	"image"
	"image/draw"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The zeros of the Go fonts have a stroke through them, as programmers like
// them. On a ticket it makes people ask whether their number is an eight, so
// zeros are drawn open: the outline, and inside it the same outline again, as
// large as the space that the stroke divides.

// drawZero adds an open zero at the dot.
func drawZero(dst draw.Image, f *opentype.Font, size float64, dot fixed.Point26_6) error {
	var buf sfnt.Buffer
	i, err := f.GlyphIndex(&buf, '0')
	if err != nil {
		return err
	}
	glyph, err := f.LoadGlyph(&buf, i, fixed.Int26_6(size*64), nil)
	if err != nil {
		return err
	}
	outline, box, space := contours(glyph)
	area := dst.Bounds()
	r := vector.NewRasterizer(area.Dx(), area.Dy())
	x := float32(dot.X)/64 - float32(area.Min.X)
	y := float32(dot.Y)/64 - float32(area.Min.Y)
	trace(r, outline, func(p fixed.Point26_6) (float32, float32) {
		return x + float32(p.X)/64, y + float32(p.Y)/64
	})
	if !space.Empty() {
		// Mirrored, the outline runs the other way round and so cuts a hole.
		trace(r, outline, func(p fixed.Point26_6) (float32, float32) {
			px := float32(box.Max.X-p.X) / float32(box.Max.X-box.Min.X)
			py := float32(p.Y-box.Min.Y) / float32(box.Max.Y-box.Min.Y)
			return x + (float32(space.Min.X)+px*float32(space.Max.X-space.Min.X))/64,
				y + (float32(space.Min.Y)+py*float32(space.Max.Y-space.Min.Y))/64
		})
	}
	r.Draw(dst, area, image.Opaque, image.Point{})
	return nil
}

// contours finds the largest contour of a glyph with its box, and the box of all
// the others together.
func contours(all sfnt.Segments) (outline sfnt.Segments, box, space fixed.Rectangle26_6) {
	var parts []sfnt.Segments
	from := 0
	for i := 1; i <= len(all); i++ {
		if i == len(all) || all[i].Op == sfnt.SegmentOpMoveTo {
			parts = append(parts, all[from:i])
			from = i
		}
	}
	for _, p := range parts {
		if b := p.Bounds(); b.Max.Y-b.Min.Y > box.Max.Y-box.Min.Y {
			outline, box = p, b
		}
	}
	for _, p := range parts {
		if b := p.Bounds(); b != box {
			space = space.Union(b)
		}
	}
	return outline, box, space
}

// trace adds a contour, its points moved to where they belong.
func trace(r *vector.Rasterizer, contour sfnt.Segments, at func(fixed.Point26_6) (float32, float32)) {
	for _, s := range contour {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			r.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			r.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			r.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			r.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	r.ClosePath()
}
