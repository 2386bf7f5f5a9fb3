// Package speaker lists the models of speech modules that Lobby can drive.
package speaker

import (
	"lobby/devices"
	"lobby/devices/speaker/syn6288"
)

// Catalog has one entry for each model, by its name in the configuration. It
// must not be changed.
var Catalog = map[string]devices.Open[devices.Speaker]{
	"syn6288": syn6288.Open,
}
