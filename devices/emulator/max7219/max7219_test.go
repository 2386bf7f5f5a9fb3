package max7219

import (
	"testing"
)

// After power-up the chip is dark until it is woken and told to decode.
func TestDataSheet(t *testing.T) {
	r := &row{chips: make([]registers, 1)}
	text := func(b ...byte) string {
		r.Take(b)
		return r.Text()
	}
	for _, c := range []struct {
		bytes []byte
		want  string
	}{
		{[]byte{1, 5, 2, 4}, ""},               // shut down
		{[]byte{0x0c, 1}, "?"},                 // one digit, bare segments
		{[]byte{0x0b, 1, 9, 0xff}, "45"},       // two digits, decoded
		{[]byte{0x0b, 7, 3, 0x0a}, "00000-45"}, // registers begin with zero
		{[]byte{0x0f, 1}, "88888888"},          // test
		{[]byte{0x0f}, "88888888"},             // half a word changes nothing
		{[]byte{0, 0x0c, 0}, ""},               // shut down
	} {
		if got := text(c.bytes...); got != c.want {
			t.Errorf("% X: %q, want %q", c.bytes, got, c.want)
		}
	}
}
