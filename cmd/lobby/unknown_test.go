package main

import (
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"lobby/deploy/halls"
)

// keyPattern finds the keys of a hall file, at the beginning of a line, after a
// dash and between braces.
var keyPattern = regexp.MustCompile(`(?m)(?:^|[{,]|^\s*-)\s*([a-z][a-z0-9_]*):(?: |$)`)

// sectionPattern finds where a part of the file begins, and a device of a model.
var sectionPattern = regexp.MustCompile(`(?m)^[a-z_]+:|\bmodel: [a-z0-9]+`)

// Each key of the halls that come with Lobby is misspelt, one at a time and once
// in each section and for each model, and each time the file is refused with
// the line and the key.
func TestFaultF48_MisspeltKeyIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	hallKeys(reflect.TypeFor[Config](), known)
	for _, name := range []string{"small.yaml", "bench.yaml"} {
		good, err := fs.ReadFile(halls.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		tried := map[string]bool{}
		for _, at := range keyPattern.FindAllSubmatchIndex(good, -1) {
			key := string(good[at[2]:at[3]])
			if !known[key] || strings.HasPrefix(string(good[at[3]:]), ":\n    model:") {
				continue // the name of a device of the hall
			}
			sections := sectionPattern.FindAll(good[:at[3]+1], -1)
			here := fmt.Sprintf("%s %s", sections[len(sections)-1], key)
			if tried[here] {
				continue
			}
			tried[here] = true
			wrong := string(good[:at[3]]) + "x" + string(good[at[3]:])
			said := readWrong(t, name, wrong)
			if want := fmt.Sprintf("%d:", 1+strings.Count(wrong[:at[2]], "\n")); !strings.Contains(said, name+":"+want) && !strings.Contains(said, " "+want) || !strings.Contains(said, key+"x") {
				t.Errorf("%s:%s %sx is answered %q", name, want, key, said)
			}
		}
		if len(tried) < 100 {
			t.Errorf("%s: only %d keys were misspelt", name, len(tried))
		}
	}
}

// readWrong reads a hall file in another wording and tells what is wrong.
func readWrong(t *testing.T, name, text string) string {
	t.Helper()
	files := fstest.MapFS{name: {Data: []byte(text)}} // that the catalogue of items is missing is said as well
	if _, err := loadFS(files, name, name); err != nil {
		return err.Error()
	}
	return "nothing is wrong"
}

// hallKeys collects the keys that a hall file may have anywhere.
func hallKeys(of reflect.Type, known map[string]bool) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		hallKeys(of.Elem(), known)
	case reflect.Struct:
		for _, key := range keysOf(of) {
			known[key] = true
			if f, ok := fieldOf(of, key); ok && f.Type != of {
				hallKeys(f.Type, known)
			}
		}
	}
}
