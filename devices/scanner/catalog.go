// Package scanner lists the models of code scanners.
package scanner

import (
	"lobby/devices"
	"lobby/devices/scanner/line"
	"lobby/devices/scanner/wedge"
)

// Catalog has a driver for each model that a configuration may name. It is
// read only.
var Catalog = map[string]devices.Open[devices.Scanner]{
	"line":  line.Open,
	"wedge": wedge.Open,
}
