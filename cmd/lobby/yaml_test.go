package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml/ast"

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
	if _, err := doc.decode(&part); err != nil {
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

// Every wrong value of a file is told at once, at its own place, also where
// there are unknown keys and references to what is not there.
func TestAllThatIsWrongIsToldWhereItStands(t *testing.T) {
	for text, want := range map[string][]string{
		`printers:
  p: {model: star, wire: "ftp://x"}
  q: {model: star, wire: "http://y"}
mqtt: {embedded: yes please, listen: [1]}
windows: [{id: "1", floor: one}, {id: "2", floor: two}]
`: {
			`h.yaml:2:26: wire: "ftp://x"`, `h.yaml:3:26: wire: "http://y"`, "h.yaml:4:18: want true or false here",
			"h.yaml:4:38: want a text here", "h.yaml:5:28: want a whole number here", "h.yaml:5:51: want a whole number here",
		},
		`trail: {keep_months: 1.5, keep_personal_days: "30.5"}
windows: [{id: "1", floor: -0.5}]
speakers: {s: {floors: [1, 2.0, 2.25]}}
keypads: {k: {levels: {1: 5, 2.5: 4}}}
cameras: {c: {floor: &f 2, record: {days: &d 7.1}}}
footage: {keep_days: -1e300}
rules: {call_timeout: 1.5m}
`: {
			"h.yaml:1:22: want a whole number here; write 1 or 2 for 1.5", "h.yaml:1:47: want a whole number here; write 30 or 31 for 30.5",
			"h.yaml:2:28: want a whole number here; write -1 or 0 for -0.5", "h.yaml:3:33: want a whole number here; write 2 or 3 for 2.25",
			"h.yaml:4:30: want a whole number here; write 2 or 3 for 2.5", "h.yaml:5:46: want a whole number here; write 7 or 8 for 7.1",
			"h.yaml:6:22: want a whole number here; -1e300 is too much",
		},
		`zzz: 1
hall: {id: h, timezone: Nowhere/X}
`: {`h.yaml:1:1: unknown key "zzz"`, `h.yaml:2:25: no time zone "Nowhere/X"`},
	} {
		_, err := parseHall(nil, []byte(text), "h.yaml")
		if err == nil {
			t.Fatalf("nothing is wrong with\n%s", text)
		}
		for _, line := range want {
			if !slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(l string) bool { return strings.HasPrefix(l, line) }) {
				t.Errorf("want %q in\n%s", line, err)
			}
		}
	}
}

// What the good values say is checked although others are wrong, each error with
// its place, and nothing is told that comes of a wrong value alone.
func TestWhatTheGoodValuesSayIsCheckedBesideTheWrongOnes(t *testing.T) {
	const text = `hall: {id: h, name: H, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
zzz: 1
classes: [{id: normal, rate: 1}]
services:
  - {id: a, prefix: A, max_wait: soon}
  - {id: b, prefix: bb}
windows:
  - {id: "1", floor: one, services: [a, nix]}
  - {id: "2", floor: 2, area: B, services: [a], callbox: gone, camera: c}
walls: [{id: w, floor: 9}, {id: v, floor: 1}]
kiosks:
  - {id: k, printer: p, spare: [q]}
printers:
  p: {model: none, wire: "ftp://x"}
cameras:
  c: {source: "rtsp://x/1", record: {days: many}, transport: pigeon}
screens: [wall:w, wall:u]
closing_slip: s
`
	_, err := parseHall(nil, []byte(text), "h.yaml")
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	got := strings.Split(err.Error(), "\n")
	for i, line := range got { // what it says is the business of the checks
		parts := strings.SplitN(line, ": ", 2)
		got[i] = strings.TrimPrefix(parts[0], "h.yaml:") + " " + strings.Join(strings.Fields(parts[1])[:2], " ")
	}
	want := []string{
		`3:1 unknown key`, `6:34 time: invalid`, `9:22 want a`, `15:26 wire: "ftp://x":`, `17:44 want a`, // what cannot be read
		`7:21 service "b":`, `9:37 window "1":`, `10:58 window 2:`, `13:32 kiosk k:`, `15:14 no model`, `17:62 camera c:`, `18:19 no screen`, `19:15 no printer`,
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("told is\n%s\nas\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A section that cannot be read is one error, and not one for each that refers
// to it.
func TestOneWrongValueIsOneError(t *testing.T) {
	good, err := halls.Files.ReadFile("small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parseDocument("small.yaml", good)
	if err != nil {
		t.Fatal(err)
	}
	body, ok := doc.file.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		t.Fatal("the hall is no mapping")
	}
	tried := 0
	for i, m := range body.Values {
		_, mapping := m.Value.(*ast.MappingNode)
		_, list := m.Value.(*ast.SequenceNode)
		if !mapping && !list {
			continue
		}
		tried++
		lines := strings.Split(string(good), "\n")
		first, next := m.Key.GetToken().Position.Line, len(lines)
		if i+1 < len(body.Values) {
			next = body.Values[i+1].Key.GetToken().Position.Line - 1
		}
		key := m.Key.String()
		text := strings.Join(lines[:first-1], "\n") + "\n" + key + ": 5\n" + strings.Join(lines[next:], "\n")
		_, err := loadFS(fstest.MapFS{"small.yaml": {Data: []byte(text)}, "small-items.yaml": {Data: []byte("items: []\n")}}, "small.yaml", "small.yaml")
		if err == nil {
			t.Errorf("%s: 5 is taken", key)
			continue
		}
		told := strings.Split(err.Error(), "\n")
		if len(told) != 1 || !strings.Contains(told[0], " was used where ") {
			t.Errorf("%s: 5 is answered\n%s", key, strings.Join(told, "\n"))
		}
	}
	if tried < 10 {
		t.Errorf("only %d sections were tried", tried)
	}
}
