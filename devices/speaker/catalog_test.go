package speaker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryModelIsDocumented demands golden frames with their twins for people,
// and a hardware page with worked frames, for every model.
func TestEveryModelIsDocumented(t *testing.T) {
	for model := range Catalog {
		golden, err := filepath.Glob(filepath.Join(model, "testdata", "*.golden"))
		if err != nil || len(golden) == 0 {
			t.Errorf("%s has no golden files: %v", model, err)
		}
		for _, g := range golden {
			if _, err := os.Stat(strings.TrimSuffix(g, ".golden") + ".txt"); err != nil {
				t.Errorf("%s has no decoded twin: %v", g, err)
			}
		}
		page, err := os.ReadFile(filepath.Join("..", "..", "hardware-docs", "speakers", model+".md"))
		if err != nil || !strings.Contains(string(page), "```hex ") {
			t.Errorf("%s has no hardware page with worked frames: %v", model, err)
		}
	}
}

// TestOpenReturnsTheDecodersError: options are checked without a wire.
func TestOpenReturnsTheDecodersError(t *testing.T) {
	broken := errors.New("line 7: unknown key")
	for model, open := range Catalog {
		if _, err := open(nil, func(any) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("%s: broken options give %v", model, err)
		}
	}
}
