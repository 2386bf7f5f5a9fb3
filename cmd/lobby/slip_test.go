package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"

	"lobby/deploy/halls"
)

// A slip is drawn for the paper of the printer, without any printer.
func TestSlipIsDrawn(t *testing.T) {
	font := filepath.Join(t.TempDir(), "Go-Regular.ttf")
	if err := os.WriteFile(font, goregular.TTF, 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := loadFS(halls.Files, "fuyang.yaml", "fuyang.yaml")
	if err != nil {
		t.Fatal(err)
	}
	height := map[string]int{}
	for _, lang := range []string{"zh-CN", "en"} {
		var out bytes.Buffer
		if err := drawSlip(file, slipOptions{font: font, out: "-", lang: lang, copies: 1}, &out); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&out)
		if err != nil || img.Bounds().Dx() != 576 {
			t.Fatalf("%v, %v", img.Bounds(), err)
		}
		height[lang] = img.Bounds().Dy()
	}
	if height["en"] <= height["zh-CN"] {
		t.Errorf("the English slip has no second name: %v", height)
	}
	for _, o := range []slipOptions{{font: font, printer: "nowhere"}, {font: font, service: "none"}, {}} {
		if err := drawSlip(file, o, &bytes.Buffer{}); err == nil {
			t.Errorf("%+v was drawn", o)
		}
	}
}

// What is wrong with a template is said where it stands.
func TestTemplatesOfTheHallFileAreChecked(t *testing.T) {
	small, err := halls.Files.ReadFile("small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	items, err := halls.Files.ReadFile("small-items.yaml")
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(small), "\nprinters:", "\nslips:\n  mine:\n    - {show: number}\nprinters:", 1)
	broken = strings.Replace(broken, "p1: {model: escpos,", "p1: {model: escpos, slip: other,", 1)
	for name, data := range map[string]string{"hall.yaml": broken, "small-items.yaml": string(items)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err = load(filepath.Join(dir, "hall.yaml"))
	for _, want := range []string{"add {show: copy}", `no slip "other"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}
