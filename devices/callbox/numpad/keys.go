package numpad

import "lobby/devices"

// The codes of a keypad's keys (linux/input-event-codes.h), by the names they
// have there without KEY_.
var codes = map[string]uint16{
	"ESC": 1, "BACKSPACE": 14, "TAB": 15, "ENTER": 28, "KPASTERISK": 55, "SPACE": 57, "NUMLOCK": 69, "KPMINUS": 74, "KPPLUS": 78,
	"KPDOT": 83, "KPENTER": 96, "KPSLASH": 98, "DELETE": 111, "KPEQUAL": 117, "KPCOMMA": 121, "KPLEFTPAREN": 179, "KPRIGHTPAREN": 180,
	"F1": 59, "F2": 60, "F3": 61, "F4": 62, "F5": 63, "F6": 64, "F7": 65, "F8": 66, "F9": 67, "F10": 68, "F11": 87, "F12": 88,
}

// digits are the keys that type: those of the keypad, and those above the
// letters that cheap keypads send instead.
var digits = map[uint16]byte{
	82: '0', 79: '1', 80: '2', 81: '3', 75: '4', 76: '5', 77: '6', 71: '7', 72: '8', 73: '9',
	11: '0', 2: '1', 3: '2', 4: '3', 5: '4', 6: '5', 7: '6', 8: '7', 9: '8', 10: '9',
}

// erase, as the function of a key, takes back what was typed.
const erase devices.Key = "erase"

// usual is what is written on the stickers (hardware-docs/numpad.md).
var usual = map[string]devices.Key{
	"KPENTER": devices.KeyNext, "KPPLUS": devices.KeyRecall, "KPMINUS": devices.KeyNoShow, "KPASTERISK": devices.KeyHold,
	"KPSLASH": devices.KeyTransfer, "KPDOT": devices.KeyServed, "NUMLOCK": devices.KeyPause, "BACKSPACE": erase, "ESC": erase,
	"TAB": devices.KeyCallHeld,
}
