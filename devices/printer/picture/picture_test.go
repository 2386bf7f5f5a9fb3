package picture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"

	"lobby/devices"
)

// latin is a font that has no Chinese character.
func latin(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Go-Regular.ttf")
	if err := os.WriteFile(path, goregular.TTF, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// ink is the box around what is black, in dots: left, top, right, bottom.
func ink(t *testing.T, dots int, blocks ...devices.Block) (left, top, right, bottom int) {
	t.Helper()
	img, _, err := Draw(devices.Slip{Blocks: blocks}, dots, latin(t))
	if err != nil {
		t.Fatal(err)
	}
	left, top = img.Bounds().Dx(), img.Bounds().Dy()
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if img.ColorIndexAt(x, y) == 1 {
				left, right = min(left, x), max(right, x)
				top, bottom = min(top, y), max(bottom, y)
			}
		}
	}
	return left, top, right, bottom
}

// Text stands between the margins, where it is told to, in the size it is told.
func TestTextStandsWhereItShould(t *testing.T) {
	left, _, right, _ := ink(t, 576, devices.Block{Text: "HHHH"})
	if left < wideMargin || left > wideMargin+6 || right > 120 {
		t.Errorf("left: from %d to %d", left, right)
	}
	left, _, right, _ = ink(t, 576, devices.Block{Text: "HHHH", Align: devices.Right})
	if right > 576-wideMargin || right < 576-wideMargin-6 {
		t.Errorf("right: from %d to %d", left, right)
	}
	left, _, right, _ = ink(t, 384, devices.Block{Text: "HHHH", Align: devices.Center})
	if middle := (left + right) / 2; middle < 189 || middle > 195 {
		t.Errorf("centre: from %d to %d", left, right)
	}
	_, top, _, bottom := ink(t, 576, devices.Block{Text: "H", Size: 96})
	if h := bottom - top; h < 60 || h > 76 {
		t.Errorf("a capital of 96 dots is %d high", h)
	}
}

// A pair that is too long for one line takes two, and long text is wrapped.
func TestNothingLeavesThePaper(t *testing.T) {
	for _, b := range []devices.Block{
		{Pair: [2]string{strings.Repeat("left ", 20), strings.Repeat("right ", 20)}},
		{Text: strings.Repeat("W", 200)},
		{Text: "reverse", Reverse: true, Size: 64},
		{QR: "https://hall.example/t/7F3C", Beside: []string{strings.Repeat("beside ", 30)}},
		{Rule: true},
	} {
		left, _, right, _ := ink(t, 384, b)
		if left < 4 || right > 384-4 {
			t.Errorf("%+v: from %d to %d", b, left, right)
		}
	}
}

func TestWhatTheFontLacksIsReported(t *testing.T) {
	_, loss, err := Draw(devices.Slip{Blocks: []devices.Block{{Text: "a政b政"}}}, 576, latin(t))
	if err != nil || string(loss.Runes) != "政" {
		t.Errorf("%q, %v", string(loss.Runes), err)
	}
}

func TestEndlessSlipsAreRefused(t *testing.T) {
	_, _, err := Draw(devices.Slip{ID: "long", Blocks: []devices.Block{{Feed: 1000}}}, 576, latin(t))
	if err == nil || !strings.Contains(err.Error(), "long") {
		t.Errorf("%v", err)
	}
	if _, _, err := Draw(devices.Slip{}, 576, "/nowhere.ttf"); err == nil {
		t.Error("no font, no error")
	}
}

// FuzzDraw: whatever is on a slip, it is drawn or refused.
func FuzzDraw(f *testing.F) {
	path := latin(f)
	f.Add("A015", "left", "right", "https://x", 24)
	f.Add("\x1b\u202e", "", "", "", 4000)
	f.Fuzz(func(t *testing.T, text, left, right, code string, size int) {
		if size > 400 || len(text)+len(left)+len(right) > 400 {
			return
		}
		_, _, _ = Draw(devices.Slip{Blocks: []devices.Block{
			{Text: text, Size: size, Reverse: size&1 == 0, Align: devices.Align(max(0, size) % 3)},
			{Pair: [2]string{left, right}, Size: size}, {QR: code, Beside: []string{text}}, {Rule: true},
		}}, 384, path)
	})
}
