package syn6288

import (
	"fmt"
	"slices"
	"time"

	"lobby/devices/internal/exchange"
)

// expect reads until one of the wanted bytes comes. A rejection ends it, too.
func expect(x *exchange.Exchange, until time.Time, wanted ...byte) (byte, error) {
	var p [1]byte
	for {
		n, err := x.Read(p[:], until)
		switch {
		case n == 0:
			return 0, fmt.Errorf("no answer: %w", err)
		case p[0] == rejected:
			return 0, ErrRejected
		case slices.Contains(wanted, p[0]):
			return p[0], nil
		}
	}
}
