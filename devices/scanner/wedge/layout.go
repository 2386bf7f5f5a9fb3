package wedge

// The codes of the shift keys (linux/input-event-codes.h).
const (
	leftShift  = 42
	rightShift = 54
)

// layout is the American keyboard, which scanners play unless they are told
// otherwise: for each code the character alone and with shift.
var layout = keys()

// rows are the runs of codes that lie side by side on the keyboard.
var rows = []struct {
	from         uint16
	alone, shift string
}{
	{2, "1234567890-=", "!@#$%^&*()_+"},
	{16, "qwertyuiop[]\r", "QWERTYUIOP{}\r"},
	{30, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
	{43, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
	{55, "*", "*"}, {57, " ", " "}, {71, "789-456+1230.", "789-456+1230."}, {96, "\r", "\r"}, {98, "/", "/"},
}

func keys() map[uint16][2]byte {
	m := map[uint16][2]byte{}
	for _, row := range rows {
		for i := range len(row.alone) {
			m[row.from+uint16(i)] = [2]byte{row.alone[i], row.shift[i]}
		}
	}
	return m
}
