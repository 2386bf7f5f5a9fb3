// Package speaker lists the models of speech modules that Lobby can drive.
package speaker

import (
	"lobby/devices"
	"lobby/devices/speaker/clips"
	"lobby/devices/speaker/syn6288"
	"lobby/devices/speaker/xfs5152"
)

// Catalog has one entry for each model, by its name in the configuration. It
// must not be changed.
var Catalog = map[string]devices.Open[devices.Speaker]{
	"clips":   clips.Open,
	"syn6288": syn6288.Open,
	"xfs5152": xfs5152.Open,
}
