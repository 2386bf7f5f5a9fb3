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

// Each key of the halls that come with Lobby is misspelt, one at a time, and
// each time the file is refused with the line and the key.
func TestFaultF48_MisspeltKeyIsRefusedWithItsLine(t *testing.T) {
	known := map[string]bool{}
	hallKeys(reflect.TypeFor[Config](), known)
	for _, name := range []string{"small.yaml", "bench.yaml"} {
		good, err := fs.ReadFile(halls.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		tried := 0
		for _, at := range keyPattern.FindAllSubmatchIndex(good, -1) {
			key := string(good[at[2]:at[3]])
			if !known[key] || strings.HasPrefix(string(good[at[3]:]), ":\n    model:") {
				continue // the name of a device of the hall
			}
			tried++
			wrong := string(good[:at[3]]) + "x" + string(good[at[3]:])
			said := readWrong(t, name, wrong)
			if want := fmt.Sprintf("%d:", 1+strings.Count(wrong[:at[2]], "\n")); !strings.Contains(said, name+":"+want) && !strings.Contains(said, " "+want) || !strings.Contains(said, key+"x") {
				t.Errorf("%s:%s %sx is answered %q", name, want, key, said)
			}
		}
		if tried < 30 {
			t.Errorf("%s: only %d keys were misspelt", name, tried)
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
