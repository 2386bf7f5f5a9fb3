package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"lobby/deploy/halls"
)

// loadText is the error of a hall file with that text.
func loadText(text string) error {
	_, err := loadFS(fstest.MapFS{"hall.yaml": {Data: []byte(text)}}, "hall.yaml", "hall.yaml")
	return err
}

// What makes the YAML package panic is an error with file, line and remedy like
// any other, wherever it stands: in a part of ours, in a driver's options, and
// in the catalogue of items.
func TestPanicsOfTheYAMLPackageAreErrors(t *testing.T) {
	err := loadText("hall: {id: h1}\nservices: !x 0\n")
	if err == nil || !strings.HasPrefix(err.Error(), "hall.yaml:2:11: ") || !strings.Contains(err.Error(), "without tags") {
		t.Errorf("at the top: %v", err)
	}
	doc, err := parseDocument("hall.yaml", []byte("options: {profiles: !x 0}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var part struct {
		Options node `yaml:"options"`
	}
	if err := doc.decode(&part); err != nil {
		t.Fatal(err)
	}
	var o struct {
		Profiles []string `yaml:"profiles"`
	}
	if err := part.Options.decode()(&o); err == nil || !strings.Contains(err.Error(), "without tags") {
		t.Errorf("in a driver's options: %v", err)
	}
	_, err = loadFS(fstest.MapFS{
		"hall.yaml":  {Data: []byte("hall: {id: h1}\nitems: items.yaml\n")},
		"items.yaml": {Data: []byte("items: !x 0\n")},
	}, "hall.yaml", "hall.yaml")
	if err == nil || !strings.Contains(err.Error(), "items.yaml:1:8: ") {
		t.Errorf("in the items: %v", err)
	}
}

// FuzzHallFile: whatever stands in a hall file, it is taken or refused with the
// file's name.
func FuzzHallFile(f *testing.F) {
	for _, name := range []string{"small.yaml", "fuyang.yaml", "bench.yaml"} {
		b, err := halls.Files.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("hall: {id: h1}\nservices: !x 0\nwindows: &a [*a]\n")
	f.Add("hall: &h {id: h1, <<: *h}\nprinters: {front: {options: !!binary x}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "file:") || strings.Contains(text, "/dev") {
			return // what other files hold is not this test's matter
		}
		if err := loadText(text); err != nil && !strings.HasPrefix(err.Error(), "hall.yaml") {
			t.Fatalf("the error does not name the file: %v", err)
		}
	})
}

// FuzzItems does the same with a catalogue of items.
func FuzzItems(f *testing.F) {
	b, err := os.ReadFile("../../deploy/halls/fuyang-items.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add("items: [{id: a, service: !x b}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := loadFS(fstest.MapFS{"hall.yaml": {Data: []byte("hall: {id: h1}\nitems: items.yaml\n")}, "items.yaml": {Data: []byte(text)}}, "hall.yaml", "hall.yaml")
		if err != nil && !strings.HasPrefix(err.Error(), "hall.yaml") && !strings.HasPrefix(err.Error(), "items.yaml") {
			t.Fatalf("the error names no file: %v", err)
		}
	})
}
