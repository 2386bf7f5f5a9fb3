package sdt

// The text of a card is UTF-16LE in fields of fixed size; the number is one of
// 18 characters after name, sex, nation, birth and address.
const (
	textSize   = 256
	numberAt   = 30 + 2 + 4 + 16 + 70
	numberSize = 36
)

// number takes the number out of the data of a read card: two lengths of two
// bytes, text, picture. It is nil when there is none with a right check digit.
func number(data []byte) []byte {
	if len(data) < 4+textSize || int(data[0])<<8|int(data[1]) < numberAt+numberSize {
		return nil
	}
	field := data[4+numberAt : 4+numberAt+numberSize]
	digits := make([]byte, 0, numberSize/2)
	for i := 0; i < len(field); i += 2 {
		c := field[i]
		last := i == len(field)-2
		if field[i+1] != 0 || (c < '0' || c > '9') && !(last && c == 'X') {
			clear(digits)
			return nil
		}
		digits = append(digits, c)
	}
	if digits[17] != check(digits[:17]) {
		clear(digits)
		return nil
	}
	return digits
}

// check is the last character of a number (GB 11643-1999, ISO 7064 MOD 11-2).
func check(digits []byte) byte {
	sum := 0
	for _, d := range digits {
		sum = (sum + int(d-'0')) * 2 % 11
	}
	return "10X98765432"[sum]
}
