package callbox_test

import (
	"os"
	"path/filepath"
	"testing"

	"lobby/devices"
	"lobby/devices/callbox"
)

// A model is complete with recorded bytes and a page in the manual.
func TestEveryModelHasGoldenBytesAndAPage(t *testing.T) {
	for model, open := range callbox.Catalog {
		golden, err := filepath.Glob(filepath.Join(model, "testdata", "*.golden"))
		if err != nil || len(golden) == 0 {
			t.Errorf("%s: no golden bytes in devices/callbox/%s/testdata (%v)", model, model, err)
		}
		if _, err := os.Stat(filepath.Join("..", "..", "hardware-docs", model+".md")); err != nil {
			t.Errorf("%s: no page in hardware-docs: %v", model, err)
		}
		unit := devices.Unit{Name: "box", Options: func(any) error { return os.ErrInvalid }}
		if _, err := open(nil, []devices.Unit{unit}); err == nil {
			t.Errorf("%s: options that cannot be read are accepted", model)
		}
	}
}
