package paper

import (
	"fmt"
	"image"
	"os"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// FindFont returns the file of a font with Chinese characters, or nothing where
// the machine has none in the usual places. Without one the paper shows boxes
// with the code points.
func FindFont() string {
	for _, path := range []string{
		"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
		"/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
		"/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
		"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
		"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
		"/System/Library/Fonts/PingFang.ttc",
	} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// Glyph is a character of 24 rows.
type Glyph struct {
	width int // 12 or 24
	bits  *[24]uint32
}

func (g Glyph) black(x, y int) bool {
	return x >= 0 && x < g.width && y >= 0 && y < 24 && g.bits[y]&(1<<x) != 0
}

// Glyphs are the printer's font. Chinese characters come from a file that is
// opened when the first one is wanted.
type Glyphs struct {
	path    string
	latin   font.Face
	chinese font.Face
	made    map[rune]Glyph
}

// NewGlyphs makes the type of a printer. Chinese characters come from the file,
// or are boxes with the code point where the path is empty.
func NewGlyphs(path string) *Glyphs {
	g := &Glyphs{path: path, made: make(map[rune]Glyph)}
	if f, err := opentype.Parse(gomono.TTF); err == nil {
		g.latin, _ = face(f, 20)
	}
	return g
}

func face(f *opentype.Font, size float64) (font.Face, error) {
	return opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
}

// Glyph returns a character of the given width, made once.
func (g *Glyphs) Glyph(r rune, width int) Glyph {
	key := r
	if width == 24 {
		key |= 1 << 24
	}
	if made, ok := g.made[key]; ok {
		return made
	}
	made := g.draw(r, width)
	if len(g.made) < 20000 {
		g.made[key] = made
	}
	return made
}

func (g *Glyphs) draw(r rune, width int) Glyph {
	img := image.NewAlpha(image.Rect(0, 0, width, 24))
	if f := g.faceFor(r); f != nil {
		d := font.Drawer{Dst: img, Src: image.Opaque, Face: f}
		d.Dot = fixed.Point26_6{X: (fixed.I(width) - d.MeasureString(string(r))) / 2, Y: fixed.I(20)}
		d.DrawString(string(r))
	} else {
		box(img, r)
	}
	made := Glyph{width: width, bits: new([24]uint32)}
	for y := range 24 {
		for x := range width {
			if img.AlphaAt(x, y).A >= 0x70 {
				made.bits[y] |= 1 << x
			}
		}
	}
	return made
}

// faceFor finds a face that has the character.
func (g *Glyphs) faceFor(r rune) font.Face {
	if r < 0x80 && g.latin != nil {
		return g.latin
	}
	if g.chinese == nil && g.path != "" {
		g.openChinese()
	}
	for _, f := range []font.Face{g.chinese, g.latin} {
		if f == nil {
			continue
		}
		if _, ok := f.GlyphAdvance(r); ok {
			return f
		}
	}
	return nil
}

// openChinese opens the font once; a file that is no font is forgotten.
func (g *Glyphs) openChinese() {
	path := g.path
	g.path = ""
	file, err := os.Open(path)
	if err != nil {
		return
	}
	all, err := opentype.ParseCollectionReaderAt(file)
	if err != nil {
		_ = file.Close()
		return
	}
	// The file stays open as long as the printer: glyphs are read on demand.
	if f := simplified(all); f != nil {
		g.chinese, _ = face(f, 22)
	}
}

// simplified chooses the font with mainland forms from a collection, or the
// first one.
func simplified(all *opentype.Collection) *opentype.Font {
	var first *opentype.Font
	for i := range all.NumFonts() {
		f, err := all.Font(i)
		if err != nil {
			continue
		}
		if name, _ := f.Name(nil, sfnt.NameIDFull); strings.Contains(name, "CJK SC") {
			return f
		}
		if first == nil {
			first = f
		}
	}
	return first
}

// box stands for a character that no font has, with its code point inside.
func box(img *image.Alpha, r rune) {
	b := img.Bounds()
	for x := b.Min.X; x < b.Max.X-1; x++ {
		img.Pix[img.PixOffset(x, 0)], img.Pix[img.PixOffset(x, 23)] = 0xff, 0xff
	}
	for y := range 24 {
		img.Pix[img.PixOffset(0, y)], img.Pix[img.PixOffset(b.Max.X-2, y)] = 0xff, 0xff
	}
	code := fmt.Sprintf("%04X", r)
	d := font.Drawer{Dst: img, Src: image.Opaque, Face: basicfont.Face7x13}
	for i, y := range []int{11, 22} {
		d.Dot = fixed.P(4, y)
		d.DrawString(code[len(code)-4+2*i : len(code)-2+2*i])
	}
}
