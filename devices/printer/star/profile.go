package star

import "lobby/devices/printer/galley"

// Profile is what has to be known of a model before it gets its first byte.
type Profile struct {
	galley.Stock // the paper, and the type in the printer

	NativeQR bool // draws QR codes by itself (ESC GS y); otherwise a picture is sent
	Cutter   bool // has a blade; otherwise the paper is fed to the tear bar
}

// DefaultProfile is used where the configuration names none.
const DefaultProfile = "star80"

// Profiles returns the known models by the name used in the configuration.
func Profiles() map[string]Profile {
	return map[string]Profile{
		// TSP650II, TSP700II, TSP800II with 80 mm paper, mC-Print3.
		"star80": {Stock: galley.Stock{Dots: 576, Columns: 48, MaxScale: 6, Charset: galley.GBK},
			NativeQR: true, Cutter: true},
		// The kiosk engines TUP500 and TUP900 with firmware before QR codes.
		"kiosk80": {Stock: galley.Stock{Dots: 576, Columns: 48, MaxScale: 6, Charset: galley.GB2312},
			Cutter: true},
		// mC-Print2 and the portables, which are torn off.
		"star58": {Stock: galley.Stock{Dots: 384, Columns: 32, MaxScale: 6, Charset: galley.GBK},
			NativeQR: true},
	}
}
