package galley

import (
	"image"
	"image/color"

	"rsc.io/qr"
)

const (
	Quiet     = 4    // modules of white around a symbol (ISO/IEC 18004, 6.3.8)
	maxQR     = 1000 // bytes; the smallest limit documented is p < 1021 (HPRT HM-E200)
	minModule = 3    // dots; phones read smaller ones badly from thermal paper
	maxModule = 8
)

// Symbol is a QR code of known size.
type Symbol struct {
	Text   string // ASCII, 1 to 1000 bytes
	Module int    // size of a module in dots
	code   *qr.Code
}

// NewSymbol chooses the module size so that the symbol is about 168 dots on 80
// mm paper and 132 on 58 mm. A printer prints nothing and says nothing when a
// symbol does not fit, so that is decided here.
func NewSymbol(text string, dots int) (Symbol, bool) {
	text = asciiOnly(text)
	if text == "" || len(text) > maxQR {
		return Symbol{}, false
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return Symbol{}, false
	}
	want := 168
	if dots < 500 {
		want = 132
	}
	module := max(minModule, min(maxModule, (want+code.Size/2)/code.Size))
	s := Symbol{text, module, code}
	return s, s.Dots() <= dots
}

// Dots is the width of the symbol with its Quiet zone.
func (s Symbol) Dots() int { return (s.code.Size + 2*Quiet) * s.Module }

// Picture draws the symbol with its Quiet zone.
func (s Symbol) Picture() *image.Paletted {
	n := s.Dots()
	img := image.NewPaletted(image.Rect(0, 0, n, n), color.Palette{color.White, color.Black})
	for y := range n {
		for x := range n {
			if s.code.Black(x/s.Module-Quiet, y/s.Module-Quiet) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	return img
}

func asciiOnly(s string) string {
	var b []byte
	for i := range len(s) {
		if s[i] >= ' ' && s[i] < 0x7f {
			b = append(b, s[i])
		}
	}
	return string(b)
}
