package bridge_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/frametest"
)

const manual = "../hardware-docs/hb1.md"

var hexBlock = regexp.MustCompile("(?s)```hex ([a-z0-9-]+)( packet)?\n(.*?)```")

// The worked frames of the manual are those of the corpus of the same name, and
// the encoder makes them.
func TestWorkedFramesOfTheManual(t *testing.T) {
	page, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	corpusOf := map[string]frametest.Frame{}
	for _, f := range frametest.Read(t, corpus) {
		corpusOf[f.Name] = f
	}
	packets := map[string][]byte{}
	frames := 0
	for _, m := range hexBlock.FindAllStringSubmatch(string(page), -1) {
		name, b := m[1], frametest.Hex(t, m[3])
		if m[2] != "" {
			packets[name] = b
			continue
		}
		frames++
		p, err := bridge.ParseRaw(packets[name])
		if err != nil {
			t.Errorf("%s: its packet: %v", name, err)
			continue
		}
		if wire, err := bridge.Append(nil, p); err != nil || !bytes.Equal(wire, b) {
			t.Errorf("%s: the encoder makes\n% x, %v, the manual shows\n% x", name, wire, err, b)
		}
		if f := corpusOf[name]; !bytes.Equal(f.Wire, b) || !bytes.Equal(f.Raw, packets[name]) {
			t.Errorf("%s: the corpus has % x", name, f.Wire)
		}
	}
	if frames < 10 || strings.Count(string(page), "```hex ") != 2*frames {
		t.Errorf("%d worked frames in %d blocks", frames, strings.Count(string(page), "```hex "))
	}
}

// Every type of the code is in the manual's table under its number and name.
func TestManualNamesEveryType(t *testing.T) {
	page, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| 0x([0-9A-F]{2}) \| ([A-Z_]+)[, ]`).FindAllStringSubmatch(string(page), -1)
	for _, row := range rows {
		number := frametest.Hex(t, row[1])[0]
		if name := bridge.Type(number).String(); name != row[2] {
			t.Errorf("type 0x%s is %s in the manual and %s in the code", row[1], row[2], name)
		}
	}
	named := 0
	for n := range 256 {
		if !strings.HasPrefix(bridge.Type(n).String(), "type ") {
			named++
		}
	}
	if named != len(rows) {
		t.Errorf("%d types in the code, %d in the manual", named, len(rows))
	}
}
