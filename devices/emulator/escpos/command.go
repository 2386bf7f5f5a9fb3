package escpos

import "bytes"

// size says how many bytes the command at the beginning of b has in all, or
// zero when b is too short to know. Commands are named as in Epson's ESC/POS
// command reference; what is not known is two bytes long, as most are.
func size(b []byte, kanji, fourByte bool) int {
	switch b[0] {
	case 0x10:
		return sizeDLE(b)
	case 0x1b:
		return sizeESC(b)
	case 0x1c:
		return sizeFS(b)
	case 0x1d:
		return sizeGS(b)
	}
	if b[0] < 0x81 || b[0] == 0xff || !kanji {
		return 1
	}
	if len(b) < 2 {
		return 0
	}
	if fourByte && b[1] >= 0x30 && b[1] <= 0x39 {
		return 4
	}
	return 2
}

func sizeDLE(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	if b[1] != 0x14 {
		return 3
	}
	switch b[2] {
	case 1, 2:
		return 5
	case 8:
		return 10
	}
	return 3
}

// parameters are the counts of the parameter bytes of simple commands.
var (
	escParameters = map[byte]int{
		'@': 0, '2': 0, 'L': 0, 'S': 0, 'i': 0, 'm': 0, '<': 0,
		'!': 1, 'a': 1, 'd': 1, 'e': 1, 'J': 1, 'K': 1, 'E': 1, 'G': 1, '-': 1,
		'3': 1, 't': 1, 'M': 1, '{': 1, 'R': 1, ' ': 1, 'V': 1, '=': 1, '9': 1,
		'r': 1, 'U': 1, '%': 1, '?': 1, 'T': 1, 'u': 1, 'v': 0,
		'c': 2, 'B': 2, '$': 2, '\\': 2, 'p': 3, 'W': 8,
	}
	fsParameters = map[byte]int{
		'&': 0, '.': 0, '!': 1, '-': 1, 'W': 1, 'C': 1, 'S': 2, 'p': 2, '2': 74,
	}
	gsParameters = map[byte]int{
		':': 0, '!': 1, 'B': 1, 'a': 1, 'r': 1, 'I': 1, 'h': 1, 'w': 1, 'H': 1,
		'f': 1, 'b': 1, '/': 1, 'T': 1, 'L': 2, 'W': 2, 'P': 2, '$': 2, '\\': 2, '^': 3,
	}
)

func simple(b []byte, parameters map[byte]int) int {
	if len(b) < 2 {
		return 0
	}
	return 2 + parameters[b[1]]
}

func sizeESC(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '*':
		if len(b) < 5 {
			return 0
		}
		n := word(b[3:])
		if b[2] >= 32 {
			n *= 3
		}
		return 5 + n
	case 'D':
		if i := bytes.IndexByte(b[2:], 0); i >= 0 {
			return 3 + i
		}
		if len(b) > 34 {
			return len(b)
		}
		return 0
	case '(':
		return counted(b)
	}
	return simple(b, escParameters)
}

func sizeFS(b []byte) int {
	if len(b) >= 2 && b[1] == '(' {
		return counted(b)
	}
	return simple(b, fsParameters)
}

func sizeGS(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '(':
		return counted(b)
	case '8':
		if len(b) < 7 {
			return 0
		}
		return 7 + word(b[3:]) + word(b[5:])<<16
	case 'V':
		if len(b) < 3 {
			return 0
		}
		if b[2] >= 65 {
			return 4
		}
		return 3
	case 'v':
		return 8 // the picture behind it is taken row by row
	case '*':
		if len(b) < 4 {
			return 0
		}
		return 4 + int(b[2])*int(b[3])*8
	case 'k':
		return sizeBarcode(b)
	}
	return simple(b, gsParameters)
}

// sizeBarcode knows both forms of GS k: ended by a zero, and counted.
func sizeBarcode(b []byte) int {
	switch {
	case len(b) < 4:
		return 0
	case b[2] >= 65:
		return 4 + int(b[3])
	}
	if i := bytes.IndexByte(b[3:], 0); i >= 0 {
		return 4 + i
	}
	if len(b) > 256 {
		return len(b)
	}
	return 0
}

// counted is a command of the form x ( f pL pH data.
func counted(b []byte) int {
	if len(b) < 5 {
		return 0
	}
	return 5 + word(b[3:])
}

func word(b []byte) int { return int(b[0]) | int(b[1])<<8 }
