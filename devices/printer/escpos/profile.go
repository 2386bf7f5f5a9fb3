package escpos

import "lobby/devices/printer/galley"

// Profile is what has to be known of a model before it gets its first byte.
type Profile struct {
	galley.Stock // the paper, and the type in the printer

	NativeQR bool    // draws QR codes by itself (GS ( k); otherwise a picture is sent
	Cutter   bool    // has a blade; otherwise the paper is fed to the tear bar
	Buzzer   bool    // beeps once when the slip can be taken (ESC B)
	Confirm  Confirm // how it can say that a slip is done
}

// Confirm is a way to learn that a slip came out.
type Confirm string

// The ways, from the strongest to none at all.
const (
	// ByID asks for a process id with GS ( H, which is answered when printing
	// is complete. A printer that does not know the command prints the id, so
	// it is used only with identified models and falls back to ByEcho.
	ByID Confirm = "ids"
	// ByEcho asks for the paper status with GS r behind the slip: the answer
	// comes when everything before it was carried out.
	ByEcho Confirm = "echo"
	// ByPoll watches for faults while the slip should be printing. It can never
	// say more than that no fault was seen.
	ByPoll Confirm = "poll"
	// Never is for a cable without a way back: nothing is asked.
	Never Confirm = "none"
)

func (c Confirm) known() bool {
	switch c {
	case ByID, ByEcho, ByPoll, Never:
		return true
	}
	return false
}

// DefaultProfile is used where the configuration names none.
const DefaultProfile = "generic80"

// Profiles returns the known models by the name used in the configuration.
func Profiles() map[string]Profile {
	return map[string]Profile{
		"generic80": {Stock: galley.Stock{Dots: 576, Columns: 48, MaxScale: 2, Charset: galley.GBK},
			NativeQR: true, Cutter: true, Confirm: ByEcho},
		"generic58": {Stock: galley.Stock{Dots: 384, Columns: 32, MaxScale: 2, Charset: galley.GBK},
			NativeQR: true, Cutter: true, Confirm: ByEcho},
		// The same paper with the firmware of older boards: no QR command, and
		// a font that ends with GB2312.
		"old80": {Stock: galley.Stock{Dots: 576, Columns: 48, MaxScale: 2, Charset: galley.GB2312},
			Cutter: true, Confirm: ByEcho},
		"old58": {Stock: galley.Stock{Dots: 384, Columns: 32, MaxScale: 2, Charset: galley.GB2312},
			Confirm: ByEcho},
		// A kiosk engine with a beeper at the mouth.
		"kiosk80": {Stock: galley.Stock{Dots: 576, Columns: 48, MaxScale: 2, Charset: galley.GBK},
			NativeQR: true, Cutter: true, Buzzer: true, Confirm: ByEcho},
		"epson-t88": {Stock: galley.Stock{Dots: 576, Columns: 48, MaxScale: 8, Charset: galley.GB18030},
			NativeQR: true, Cutter: true, Confirm: ByID},
	}
}

// confirmsByID says whether a printer that names itself so answers GS ( H when
// the slip is complete (Epson, ESC/POS command reference, GS ( H fn 48, table
// of models). Whoever is not in the table would print the id.
func confirmsByID(maker, model string) bool {
	if maker != "EPSON" {
		return false
	}
	switch model {
	case "TM-T88IV", "TM-T88V", "TM-T88VI", "TM-T88VII",
		"TM-T20", "TM-T20II", "TM-T20III", "TM-T70", "TM-T70II",
		"TM-T81III", "TM-T82", "TM-T82II", "TM-T82III", "TM-T83III", "TM-T83IV",
		"TM-T90", "TM-T100", "TM-L90", "TM-L100", "TM-m10", "TM-m30", "TM-m50", "EU-m30":
		return true
	}
	return false
}
