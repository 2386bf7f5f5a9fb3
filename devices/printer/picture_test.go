package printer

import (
	"context"
	"encoding/json"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/image/font/gofont/goregular"

	"lobby/devices"
	"lobby/devices/emulator/paper"
	"lobby/devices/printer/picture"
	"lobby/devices/printer/printertest"
)

// What lies on the counter is the picture, dot by dot, whatever language it was
// sent in.
func TestPaperIsThePicture(t *testing.T) {
	font := filepath.Join(t.TempDir(), "Go-Regular.ttf")
	if err := os.WriteFile(font, goregular.TTF, 0o644); err != nil {
		t.Fatal(err)
	}
	s := printertest.Ticket("M045")
	want, _, err := picture.Draw(s, 576, font)
	if err != nil {
		t.Fatal(err)
	}
	options, err := json.Marshal(map[string]any{"draw": true, "font": font})
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range Catalog {
		synctest.Test(t, func(t *testing.T) {
			d := printertest.NewDesk(t, printertest.Model{Open: open, New: emulators[name], Options: func(into any) error { return json.Unmarshal(options, into) }})
			defer d.Close()
			outcome, err := d.Driver.Print(context.Background(), s)
			if outcome != devices.Printed {
				t.Fatalf("%s: %s, %v", name, outcome, err)
			}
			slip := d.Printer.(interface{ Roll() *paper.Roll }).Roll().Slips[0]
			if at, ok := sameDots(slip, want.Bounds().Dx(), want.Bounds().Dy(), func(x, y int) bool { return want.ColorIndexAt(x, y) == 1 }); !ok {
				t.Errorf("%s: the paper differs at %v", name, at)
			}
		})
	}
}

// sameDots compares the paper with a picture, which may lie up to seven dots to
// the right where its bytes would have been commands.
func sameDots(s *paper.Slip, w, h int, black func(x, y int) bool) (at [2]int, ok bool) {
	for shift := range 8 {
		at, ok = [2]int{}, true
		for y := 0; y < h && ok; y++ {
			for x := 0; x < w-shift && ok; x++ {
				if s.Black(x+shift, y) != black(x, y) {
					at, ok = [2]int{x, y}, false
				}
			}
		}
		if ok {
			return at, true
		}
	}
	return at, false
}

// zbar reads the code off the picture, and the letters beside it do not disturb
// it.
func TestForeignZbarReadsThePicture(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Fatal("zbarimg is missing; install the Debian package zbar-tools")
	}
	font := paper.FindFont()
	if font == "" {
		t.Fatal("no font with Chinese characters; install the Debian package fonts-noto-cjk")
	}
	for _, dots := range []int{576, 384} {
		img, loss, err := picture.Draw(printertest.Ticket("M045"), dots, font)
		if err != nil || !loss.Empty() {
			t.Fatalf("%v, %v", loss, err)
		}
		path := filepath.Join(t.TempDir(), "slip.png")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		f.Close()
		got, err := exec.Command("zbarimg", "-q", "--raw", path).Output()
		if err != nil || strings.TrimSpace(string(got)) != "https://hall.example.gov.cn/t/A015?k=7F3C" {
			t.Errorf("%d dots: %q, %v", dots, got, err)
		}
	}
}
