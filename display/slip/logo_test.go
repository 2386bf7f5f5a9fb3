package slip

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What cannot be printed is refused with what to do about it.
func TestLogosAreChecked(t *testing.T) {
	good := encoded(t, image.NewGray(image.Rect(0, 0, logoWidth, logoHeight)))
	if _, err := ReadLogo(good); err != nil {
		t.Error(err)
	}
	for say, data := range map[string][]byte{
		"save it as PNG":                        []byte("GIF89a"),
		"save it anew":                          good[:len(good)-20],
		"it has 577 × 8 pixels; make it":        encoded(t, image.NewGray(image.Rect(0, 0, 577, 8))),
		"it has 8 × 321 pixels; make it":        encoded(t, image.NewGray(image.Rect(0, 0, 8, 321))),
		"at least 8 × 8 and at most 576 × 320,": encoded(t, image.NewGray(image.Rect(0, 0, 1, 1))),
	} {
		if _, err := ReadLogo(data); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %v", say, err)
		}
	}
}

// Grey becomes as many black dots as it is dark, nothing becomes none, and a
// logo that is wider than the paper becomes as wide as the paper.
func TestLogosAreDithered(t *testing.T) {
	for _, c := range []struct {
		shade color.Color
		least int
		most  int
	}{
		{color.Black, 100, 100}, {color.White, 0, 0}, {color.Transparent, 0, 0}, {color.Gray{0x80}, 45, 55}, {color.Gray{0xc0}, 20, 30},
	} {
		img := image.NewNRGBA(image.Rect(0, 0, 480, 100))
		for i := range 480 * 100 {
			img.Set(i%480, i/480, c.shade)
		}
		for _, dots := range []int{Paper80, Paper58} {
			s := Template{{Show: "logo", Picture: img}}.Layout(full(), dots)
			got := s.Blocks[0].Image
			if want := min(480, dots); got.Rect.Dx() != want || got.Rect.Dy() != 100*want/480 {
				t.Errorf("on %d dots it is %v", dots, got.Rect)
			}
			black := 0
			for _, p := range got.Pix {
				black += int(p)
			}
			if share := 100 * black / len(got.Pix); share < c.least || share > c.most {
				t.Errorf("%v: %d of 100 dots are black", c.shade, share)
			}
		}
	}
}

// FuzzLogo: no file makes it fail, and what is taken can be laid out.
func FuzzLogo(f *testing.F) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 9))); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if img, err := ReadLogo(data); err == nil {
			dither(img, Paper58)
		}
	})
}
