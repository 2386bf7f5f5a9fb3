// Package callbox lists the models of call boxes and button panels.
package callbox

import (
	"lobby/devices"
	"lobby/devices/callbox/ff68"
	"lobby/devices/callbox/hb1"
	"lobby/devices/callbox/numpad"
)

// Catalog has a driver for each model that a configuration may name. It is
// read only.
var Catalog = map[string]devices.OpenBus[devices.Input]{
	"ff68":   ff68.Open,
	"hb1":    hb1.Open,
	"numpad": numpad.Open,
}
