package star

// size says how many bytes the command at the beginning of b has in all, or
// zero when b is too short to know. Commands are named as in Star's "Line Mode
// command specifications", chapter 3; what is not known is two bytes long.
func size(b []byte) int {
	switch {
	case b[0] == 0x1b:
		return sizeESC(b)
	case b[0] < 0x81 || b[0] == 0xff:
		return 1
	case len(b) < 2:
		return 0
	}
	return 2
}

// escParameters are the counts of the parameter bytes of simple commands.
var escParameters = map[byte]int{
	'@': 0, 'E': 0, 'F': 0, '4': 0, '5': 0, '0': 0, '1': 0, '2': 0, 'M': 0, 'P': 0, 'p': 0, 'q': 0,
	'-': 1, '_': 1, 'a': 1, 'd': 1, 'h': 1, 'W': 1, 'z': 1, 'J': 1, 'I': 1, 'A': 1, 'l': 1, 'Q': 1,
	'R': 1, ' ': 1, 'C': 1, 'N': 1, '/': 1, 'b': 0, 'i': 2, 's': 2, 't': 2, '$': 1, 0x06: 1, 0x07: 2,
}

func sizeESC(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case 0x1d:
		return sizeGS(b)
	case 0x1e:
		return 4
	case 'k', 'X', 'K', 'L':
		if len(b) < 4 {
			return 0
		}
		return 4 + image(b[1], b[2:])
	case 'B', 'D':
		for i, c := range b[2:] {
			if c == 0 || i > 32 {
				return 3 + i
			}
		}
		return 0
	}
	return 2 + escParameters[b[1]]
}

// image is the count of the bytes of a bit image.
func image(c byte, p []byte) int {
	switch c {
	case 'k':
		return int(p[0]) * 24
	case 'X':
		return word(p) * 3
	}
	return word(p)
}

func sizeGS(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	switch b[2] {
	case 'a', 't':
		return 4
	case 'A', 'R':
		return 5
	case 0x03:
		return 6
	case 'S':
		if len(b) < 9 {
			return 0
		}
		return 9 + min(word(b[4:])*word(b[6:]), 1<<18)
	case 'y':
		return sizeQR(b)
	}
	return 4
}

func sizeQR(b []byte) int {
	switch {
	case len(b) < 4:
		return 0
	case b[3] == 'P' || b[3] == 'I':
		return 4
	case b[3] == 'S':
		return 6
	case len(b) < 8:
		return 0
	}
	return 8 + word(b[6:])
}

func word(b []byte) int { return int(b[0]) | int(b[1])<<8 }
