package onbon

import "fmt"

// Refusal is a card's own error code (CmdError, section 6).
type Refusal byte

const codeBusy = 3

// Error names the code.
func (r Refusal) Error() string {
	return fmt.Sprintf("the card refused: %s (code %d)", r.meaning(), byte(r))
}

func (r Refusal) meaning() string {
	meanings := [...]string{
		0:        "no reason given",
		1:        "unknown command group",
		2:        "unknown command",
		codeBusy: "busy",
		4:        "out of memory",
		5:        "checksum wrong, noise on the line",
		6:        "no such file",
		7:        "flash memory failed",
		8:        "download failed",
		9:        "wrong file name",
		10:       "wrong file type",
		11:       "file checksum wrong",
		12:       "font missing",
		13:       "firmware is for another card",
		14:       "wrong date or time",
		15:       "file exists already",
		16:       "wrong block number",
	}
	if int(r) < len(meanings) {
		return meanings[r]
	}
	return "unknown reason"
}
