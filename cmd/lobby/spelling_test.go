package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml/ast"

	"lobby/deploy/halls"
)

// A section whose name is misspelt is one error, which tells the right name, and
// one with a name that is nothing like it is one, too: what refers to the things
// in it is not told.
func TestAMisspeltSectionIsOneError(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"small.yaml", "bench.yaml"} {
		good, err := halls.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := parseDocument(name, good)
		if err != nil {
			t.Fatal(err)
		}
		files := fstest.MapFS{"small-items.yaml": {Data: []byte("items: []\n")}}
		sections := doc.file.Docs[0].Body.(*ast.MappingNode).Values
		for _, m := range sections {
			key, line := m.Key.String(), m.Key.GetToken().Position.Line
			rest := strings.SplitAfter(string(good), "\n")
			for wrong, say := range map[string]string{
				key[:1] + key[2:3] + key[1:2] + key[3:]: "; write " + key, // "widnows"
				key + "s":                               "; write " + key,
				"zzzzzzzzzz":                            "; known are ",
			} {
				if wrong == key {
					continue // the letters are the same
				}
				lines := slices.Clone(rest)
				lines[line-1] = strings.Replace(lines[line-1], key, wrong, 1)
				files[name] = &fstest.MapFile{Data: []byte(strings.Join(lines, ""))}
				_, err := loadFS(files, name, name)
				if want := fmt.Sprintf("%s:%d:1: unknown key %q%s", name, line, wrong, say); err == nil || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("want %s\ntold is\n%v", want, err)
				}
			}
		}
		if len(sections) < 10 {
			t.Errorf("%s has only %d sections", name, len(sections))
		}
	}
}

// Several names are misspelt at once, and what is wrong within their sections is
// told at its place.
func TestWhatIsWrongInAMisspeltSectionIsTold(t *testing.T) {
	t.Parallel()
	const text = `hall: {id: h, name: H, timezone: Asia/Shanghai}
lissten: 127.0.0.1:0
servces:
  - {id: a, prefix: A}
widnows:
  - {id: "1", flor: 1, services: [a, nix]}
kiosk:
  - {id: k, printer: p, spare: [q]}
pritners:
  p: {model: star, wire: "tcp://10.0.0.9:9100", opions: {colums: 32}}
boards:
  b: {model: onbon, wire: "tcp://10.0.0.8:5005", units: {"1": {screen: 1, width: 64, height: 32}, "2": {screen: 2, width: 64, height: 32}}}
`
	_, err := parseHall(nil, []byte(text), "h.yaml")
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	got := strings.Split(err.Error(), "\n")
	for _, want := range []string{
		`h.yaml:2:1: unknown key "lissten"; write listen`, `h.yaml:3:1: unknown key "servces"; write services`, `h.yaml:5:1: unknown key "widnows"; write windows`,
		`h.yaml:6:15: unknown key "windows.flor"; write floor`, `h.yaml:7:1: unknown key "kiosk"; write kiosks`, `h.yaml:9:1: unknown key "pritners"; write printers`,
		`h.yaml:10:49: unknown key "printers.p.opions"; write options`, `h.yaml:10:57: 10:58: unknown key "colums"; known are`,
		`h.yaml:6:34: window "1": no service`, `h.yaml:8:32: kiosk k:`, `h.yaml:12:57: board bus b: no window "2"`,
	} {
		i := slices.IndexFunc(got, func(line string) bool { return strings.HasPrefix(line, want) })
		if i < 0 {
			t.Errorf("%s is not told", want)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	if len(got) > 0 {
		t.Errorf("told is also\n%s", strings.Join(got, "\n"))
	}
}

func TestTheKeyThatWasMeant(t *testing.T) {
	t.Parallel()
	known := []string{"id", "name", "names", "windows", "window", "keypads"}
	for wrong, want := range map[string]string{
		"widnows": "windows", "WINDOWS": "", "windo": "window", "windows": "windows", "windowss": "windows", "nmaes": "names", "nam": "name", "di": "id", "x": "", "zz": "", "keybads": "keypads", "printers": "", "": "",
		"namex": "", // either
	} {
		if got := meant(wrong, known, nil); got != want {
			t.Errorf("%q is taken for %q, want %q", wrong, got, want)
		}
	}
}
