package ff68

import (
	"testing"

	"lobby/devices/callbox/callboxtest"
)

func TestRecordings(t *testing.T) { callboxtest.Recordings(t, Open, "{address: 5}") }
