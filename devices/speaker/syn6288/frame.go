package syn6288

// Frames: FD, length 2 high byte first, command, text, XOR of all bytes before
// (data sheet, "communication protocol").
const (
	frameStart = 0xFD
	cmdSpeak   = 0x01
	cmdStop    = 0x02
	cmdQuery   = 0x21

	codingGBK = 1
	maxText   = 200
)

// Answers are single bytes (data sheet, "answers of the chip").
const (
	accepted = 0x41
	rejected = 0x45
	busy     = 0x4E
	idle     = 0x4F
)

// frame wraps a command. The length counts command, data and XOR.
func frame(command byte, data ...byte) []byte {
	size := 1 + len(data) + 1
	b := []byte{frameStart, byte(size >> 8), byte(size), command}
	b = append(b, data...)
	var sum byte
	for _, c := range b {
		sum ^= c
	}
	return append(b, sum)
}
