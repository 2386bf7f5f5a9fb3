package devicetest_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lobby/devices/devicetest"
)

func TestParseTap(t *testing.T) {
	r, err := devicetest.ParseTap("# the box at window 3\nunit {address: 5}\n    0.000012 1 ff 68\n\n             1 # a frame explained\n   12.500000 2 03\n= 0.0 box-1 next\n")
	want := devicetest.Tapped{
		Options: []string{"{address: 5}"},
		Heard: []devicetest.Heard{
			{After: 12 * time.Microsecond, Port: 1, Bytes: []byte{0xff, 0x68}},
			{After: 12500 * time.Millisecond, Port: 2, Bytes: []byte{3}},
		},
		Means: []string{"0.0 box-1 next"},
	}
	if err != nil || !reflect.DeepEqual(r, want) {
		t.Errorf("%+v, %v", r, err)
	}
	for _, bad := range []string{"1.0 1", "x 1 00", "-1 1 00", "NaN 1 00", "1 0 00", "1 1 0", "2 1 00\n1 1 00", "1 zz"} {
		if r, err := devicetest.ParseTap("# first\n" + bad); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%q is read as %+v, %v", bad, r, err)
		}
	}
}

func FuzzParseTap(f *testing.F) {
	f.Add("unit {}\n 0.1 1 ff 68\n= next")
	f.Add(" 1 # x\n2 2 00")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := devicetest.ParseTap(text)
		if err != nil {
			return
		}
		for i, h := range r.Heard {
			if h.Port < 1 || len(h.Bytes) == 0 || h.After < 0 || i > 0 && h.After < r.Heard[i-1].After {
				t.Errorf("%q is read as %+v", text, r)
			}
		}
	})
}
