package line

import (
	"testing"

	"lobby/devices/scanner/scannertest"
)

func TestRecordings(t *testing.T) { scannertest.Recordings(t, Open) }
