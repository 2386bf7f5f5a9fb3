// Package idcard lists the models of identity card readers.
package idcard

import (
	"lobby/devices"
	"lobby/devices/idcard/sdt"
)

// Catalog has a driver for each model that a configuration may name. It is
// read only.
var Catalog = map[string]devices.OpenCardReader{
	"sdt": sdt.Open,
}
