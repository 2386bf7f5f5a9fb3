package printer

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	"lobby/devices/emulator/engine"
	"lobby/devices/emulator/paper"
)

// What another encoder meant lies on the counter: the words, the sizes, what
// the QR code says, and one slip a cut.
func TestForeignReceiptlineIsUnderstood(t *testing.T) {
	for command, language := range map[string]string{"escpos": "escpos", "generic": "escpos", "starmbcs2": "star"} {
		t.Run(command, func(t *testing.T) {
			slips := printed(t, language, receipt, "receiptline.js", command)
			want := []string{"政务服务大厅", "社会保险 业务", "A015", "前面等候7 人", strings.Repeat("─", 48), "叫号后请到 3 号窗口"}
			if language == "star" {
				// Its lines are characters of the font.
				want = slices.Delete(want, 4, 5)
			}
			for _, line := range want {
				if len(slips) == 0 || !slices.Contains(slips[0].Lines, line) {
					t.Errorf("no %q among %+v", line, slips)
				}
			}
			// receiptline's marks in the order of the sizes below.
			source := "H\n\n^H\n\n^^H\n\n^^^H\n\n^^^^H\n\n^^^^^^H\n=\n"
			mustMeasure(t, language, []size{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {3, 3}, {5, 5}}, source, "receiptline.js", command)
		})
	}
}

// The second encoder has neither a line nor a habit in common with the first.
func TestForeignEncoderIsUnderstood(t *testing.T) {
	const url = "https://hall.example.gov.cn/t/A015?k=7F3C"
	for command, language := range map[string]string{"esc-pos": "escpos", "star-line": "star"} {
		t.Run(command, func(t *testing.T) {
			slips := printed(t, language, steps(t,
				step{"align", "center"}, step{"bold", true}, step{"line", "Hall of services"}, step{"bold", false},
				step{"align", "left"}, step{"underline", true}, step{"line", "A015"}, step{"underline", false},
				step{"qrcode", url, map[string]any{"model": 2, "size": 5, "errorlevel": "m"}},
				step{"image", 64, 48}, step{"line", "Valid today"}, step{"cut"},
				step{"line", "A016"}, step{"cut", "partial"},
			), "encoder.js", command)
			if len(slips) != 2 {
				t.Fatalf("two cuts, and %d slips: %+v", len(slips), slips)
			}
			first := strings.Join(slips[0].Lines, "\n")
			for _, line := range []string{"Hall of services", "A015", "[QR]", "[picture 64x48]", "Valid today"} {
				if !strings.Contains(first, line) {
					t.Errorf("no %q in\n%s", line, first)
				}
			}
			if !slices.Equal(slips[0].QR, []string{url}) || !slices.Contains(slips[1].Lines, "A016") {
				t.Errorf("%+v", slips)
			}
			var sized []step
			sizes := []size{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {3, 4}, {6, 5}}
			for _, s := range sizes {
				sized = append(sized, step{"size", s.w, s.h}, step{"line", "H"}, step{"size", 1, 1}, step{"newline", 2})
			}
			mustMeasure(t, language, sizes, steps(t, append(sized, step{"cut"})...), "encoder.js", command)
		})
	}
}

// step is a call of the second encoder: a method and its arguments.
type step []any

func steps(t *testing.T, s ...step) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// onPaper prints what an encoder makes of its source.
func onPaper(t *testing.T, language, source, script, command string) counter {
	t.Helper()
	encoder := devicetest.Judge(t, script, command)
	encoder.Stdin = strings.NewReader(source)
	b, err := encoder.Output()
	if err != nil || len(b) == 0 {
		t.Fatalf("%s %s: %d bytes, %v", script, command, len(b), err)
	}
	p := tray(t, language, `{}`)
	p.Interpret(b)
	return p
}

func printed(t *testing.T, language, source, script, command string) []engine.SlipView {
	t.Helper()
	return onPaper(t, language, source, script, command).View().(engine.View).Slips
}

// size is a magnification of letters or, in dots, how large they are.
type size struct{ w, h int }

// mustMeasure prints one letter a line and measures each with a ruler: the
// first one is the letter as it is, and the others are its multiples.
func mustMeasure(t *testing.T, language string, sizes []size, source, script, command string) {
	t.Helper()
	p := onPaper(t, language, source, script, command)
	slips := p.Roll().Slips
	if len(slips) == 0 {
		t.Fatal("nothing was cut off")
	}
	measured := letters(slips[0])
	if len(measured) != len(sizes) {
		t.Fatalf("%d letters for %d: %v", len(measured), len(sizes), measured)
	}
	one := measured[0]
	for i, s := range sizes {
		if want := (size{s.w * one.w, s.h * one.h}); measured[i] != want {
			t.Errorf("%s: a letter meant as %v is %v dots, want %v", command, s, measured[i], want)
		}
	}
}

// letters measures what stands between white rows.
func letters(s *paper.Slip) (all []size) {
	const width = 576
	left, right, rows := width, -1, 0
	for y := range s.Rows() + 1 {
		black := false
		for x := range width {
			if s.Black(x, y) {
				left, right, black = min(left, x), max(right, x), true
			}
		}
		switch {
		case black:
			rows++
		case rows > 0:
			all = append(all, size{right - left + 1, rows})
			left, right, rows = width, -1, 0
		}
	}
	return all
}

// counter is an emulated printer whose slips can be looked at.
type counter interface {
	emulator.Emulator
	emulator.Troubled
	Interpret(b []byte)
	Load(mm int)
	Font(path string)
	Roll() *paper.Roll
}

func tray(t *testing.T, kind, options string) counter {
	t.Helper()
	e, err := emulators[kind]([]devices.Unit{{Name: "front", Options: func(into any) error { return json.Unmarshal([]byte(options), into) }}})
	if err != nil {
		t.Fatal(err)
	}
	p := e.(counter)
	p.Font("")
	return p
}
