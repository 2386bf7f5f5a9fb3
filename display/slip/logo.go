package slip

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"golang.org/x/image/draw"

	"lobby/devices"
)

// The largest logo, in pixels of its file: as wide as 80 mm paper, and 40 mm
// high. A higher one takes longer on a serial line than everything else.
const (
	logoWidth  = Paper80
	logoHeight = 320
)

// ReadLogo reads a PNG for the top of slips. A pixel is a dot, an eighth of a
// millimetre; grey becomes black and white dots when it is laid out. The size is
// looked at before the picture is unpacked, and the error says what to do.
func ReadLogo(data []byte) (image.Image, error) {
	size, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("it is no PNG picture (%w); save it as PNG", err)
	}
	if size.Width > logoWidth || size.Height > logoHeight || size.Width < 8 || size.Height < 8 {
		return nil, fmt.Errorf("it has %d × %d pixels; make it at least 8 × 8 and at most %d × %d, of which 8 are a millimetre",
			size.Width, size.Height, logoWidth, logoHeight)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("the PNG picture is damaged (%w); save it anew", err)
	}
	return img, nil
}

// logo is the picture of the element, smaller where the paper is narrow.
func (p *page) logo(e Element, _ Content) {
	if e.Picture != nil {
		p.add(devices.Block{Image: dither(e.Picture, p.dots), Align: p.style(e).Align})
	}
}

// dither makes dots of a picture: the error of each is spread over those beside
// and below it (Floyd and Steinberg), so that grey looks grey from afar. What is
// transparent is paper.
func dither(img image.Image, dots int) *image.Paletted {
	size := img.Bounds().Size()
	if size.X > dots {
		size = image.Pt(dots, max(1, size.Y*dots/size.X))
	}
	onPaper := image.NewGray(image.Rectangle{Max: size})
	draw.Draw(onPaper, onPaper.Rect, image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(onPaper, onPaper.Rect, img, img.Bounds(), draw.Over, nil)
	black := image.NewPaletted(onPaper.Rect, color.Palette{color.White, color.Black})
	draw.FloydSteinberg.Draw(black, black.Rect, onPaper, image.Point{})
	return black
}
