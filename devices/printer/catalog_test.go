package printer

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Whoever adds a printer adds its golden files and its page.
func TestEveryPrinterIsDocumented(t *testing.T) {
	for name := range Catalog {
		golden, err := filepath.Glob(filepath.Join(name, "testdata", "*.golden"))
		if err != nil || len(golden) == 0 {
			t.Errorf("%s has no golden files, %v", name, err)
		}
		for _, g := range golden {
			twin := g[:len(g)-len(".golden")] + ".txt"
			if _, err := os.Stat(twin); err != nil {
				t.Errorf("%s has no decoded twin: %v", g, err)
			}
		}
		page := filepath.Join("..", "..", "hardware-docs", "printers", name+".md")
		if info, err := os.Stat(page); err != nil || info.Size() == 0 {
			t.Errorf("%s has no page: %v", name, err)
		}
	}
}

// The options are checked without a wire, and nothing is sent.
func TestOptionsAreCheckedWithoutAWire(t *testing.T) {
	for name, open := range Catalog {
		if _, err := open(nil, func(any) error { return nil }); err != nil {
			t.Errorf("%s with no options: %v", name, err)
		}
		wrong := errors.New("hall.yaml:3:5: unknown key")
		if _, err := open(nil, func(any) error { return wrong }); !errors.Is(err, wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
