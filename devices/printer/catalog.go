// Package printer lists the ticket printers that Lobby can drive.
package printer

import (
	"lobby/devices"
	"lobby/devices/printer/escpos"
	"lobby/devices/printer/star"
)

// Catalog holds the drivers by the name that the configuration calls model.
var Catalog = map[string]devices.Open[devices.Printer]{
	"escpos": escpos.Open,
	"star":   star.Open,
}
