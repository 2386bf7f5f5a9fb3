package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/deploy/halls"
	"lobby/devices"
	"lobby/devices/emulator/engine"
	emupaper "lobby/devices/emulator/paper"
	"lobby/devices/printer"
	"lobby/devices/printer/printertest"
)

// logoHall is the small hall with a logo on top of its slips.
func logoHall(t *testing.T, logo []byte) (*hallFile, error) {
	t.Helper()
	dir := t.TempDir()
	small, err := halls.Files.ReadFile("small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	items, err := halls.Files.ReadFile("small-items.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(small), "\nprinters:", "\nslips:\n  mine:\n    - {show: logo, file: logo.png}\n    - {show: hall}\n    - {show: number}\n    - {show: copy}\n    - {show: qr}\nprinters:", 1)
	text = strings.Replace(text, "p1: {model: escpos,", "p1: {model: escpos, slip: mine,", 1)
	for name, data := range map[string][]byte{"hall.yaml": []byte(text), "small-items.yaml": items, "logo.png": logo} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return load(filepath.Join(dir, "hall.yaml"))
}

// seal is a round mark whose shade runs from black to white.
func seal(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			dx, dy := 2*x-width, 2*y-height
			if r := dx*dx + dy*dy; r < height*height {
				img.Set(x, y, color.Gray{uint8(x * 255 / width)})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A logo comes out of every printer and on the picture dot by dot alike, and the
// code below it is still read.
func TestForeignZbarReadsBelowTheLogo(t *testing.T) {
	needs(t, map[string]string{"zbarimg": "zbar-tools"})
	file, err := logoHall(t, seal(t, 240, 160))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "slip.png")
	if err := drawSlip(file, slipOptions{font: emupaper.FindFont(), out: path, lang: "zh-CN"}, nil); err != nil {
		t.Fatal(err)
	}
	mustScan(t, path)

	location, err := time.LoadLocation(file.Hall.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	p, ticket, err := file.sample(slipOptions{lang: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	slip := slips{file, location, "https://hall.example"}.layout(p)(ticket, time.Now())
	logo := slip.Blocks[0].Image
	if logo == nil || logo.Rect.Size() != image.Pt(240, 160) || !slices.Contains(logo.Pix, 1) {
		t.Fatalf("the slip begins with %+v", slip.Blocks[0])
	}
	for name, open := range printer.Catalog {
		synctest.Test(t, func(t *testing.T) {
			d := printertest.NewDesk(t, printertest.Model{Open: open, New: emulatorCatalog[name], Options: func(any) error { return nil }})
			defer d.Close()
			outcome, err := d.Driver.Print(t.Context(), slip)
			if outcome != devices.Printed {
				t.Fatalf("%s: %s, %v", name, outcome, err)
			}
			if v := d.Printer.View().(engine.View); !strings.HasPrefix(v.Slips[0].Lines[0], "[picture ") {
				t.Errorf("%s: the slip begins with %q", name, v.Slips[0].Lines[0])
			}
			paper := d.Printer.(interface{ Roll() *emupaper.Roll }).Roll().Slips[0]
			if !carries(paper, logo) {
				t.Errorf("%s: the logo is not on the paper", name)
			}
			var out bytes.Buffer
			if err := paper.PNG(&out); err != nil {
				t.Fatal(err)
			}
			lies := filepath.Join(t.TempDir(), name+".png")
			if err := os.WriteFile(lies, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			mustScan(t, lies)
		})
	}
}

// mustScan reads the code of a picture with zbar.
func mustScan(t *testing.T, path string) {
	t.Helper()
	got, err := exec.Command("zbarimg", "-q", "--raw", path).Output()
	if err != nil || !strings.HasPrefix(string(got), "https://hall.example/t/") {
		t.Errorf("zbarimg reads %q off %s, %v", got, filepath.Base(path), err)
	}
}

// carries looks for a picture at the top of a slip, wherever it was aligned.
func carries(paper *emupaper.Slip, logo *image.Paletted) bool {
	w, h := logo.Rect.Dx(), logo.Rect.Dy()
	for at := range 576 - w {
		same := true
		for i := 0; i < w*h && same; i++ {
			same = paper.Black(at+i%w, i/w) == (logo.Pix[i/w*logo.Stride+i%w] == 1)
		}
		if same {
			return true
		}
	}
	return false
}

// A logo that cannot be printed is an error of the hall file, with its line.
func TestLogosOfTheHallFileAreChecked(t *testing.T) {
	for say, data := range map[string][]byte{"save it as PNG": []byte("no picture"), "at most 576 × 320": seal(t, 900, 900)} {
		_, err := logoHall(t, data)
		if err == nil || !strings.Contains(err.Error(), "logo.png") || !strings.Contains(err.Error(), say) || !strings.Contains(err.Error(), "hall.yaml:") {
			t.Errorf("%q: %v", say, err)
		}
	}
}
