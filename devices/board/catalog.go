// Package board lists the models of window boards that Lobby can drive.
package board

import (
	"lobby/devices"
	"lobby/devices/board/alpha"
	"lobby/devices/board/fixed"
	"lobby/devices/board/hd44780"
	"lobby/devices/board/max7219"
	"lobby/devices/board/modbus"
	"lobby/devices/board/onbon"
	"lobby/devices/board/pole"
)

// Catalog has one entry for each model, by its name in the configuration. It
// must not be changed.
var Catalog = map[string]devices.Open[devices.Board]{
	"alpha":   alpha.Open,
	"fixed":   fixed.Open,
	"hd44780": hd44780.Open,
	"max7219": max7219.Open,
	"modbus":  modbus.Open,
	"onbon":   onbon.Open,
	"pole":    pole.Open,
}
