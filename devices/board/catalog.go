// Package board lists the models of window boards that Lobby can drive.
package board

import (
	"lobby/devices"
	"lobby/devices/board/modbus"
	"lobby/devices/board/onbon"
)

// Catalog has one entry for each model, by its name in the configuration. It
// must not be changed.
var Catalog = map[string]devices.Open[devices.Board]{
	"modbus": modbus.Open,
	"onbon":  onbon.Open,
}
