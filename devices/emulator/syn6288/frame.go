package syn6288

// Answers (data sheet, "answers of the chip").
const (
	answerAccepted = 0x41
	answerRejected = 0x45
	answerBusy     = 0x4E
	answerIdle     = 0x4F
)

// envelope is what differs between the modules of the family.
type envelope struct {
	longest int  // length; one beyond it is a fault that ends the frame at once
	sum     bool // the last byte is the XOR of all before it
	little  bool // UTF-16 comes low byte first
}

// The SYN6288 takes 200 bytes of text and wants the XOR; the XFS5152CE takes 4 KB
// and has none.
var (
	syn = envelope{longest: 2 + 200 + 1, sum: true}
	xfs = envelope{longest: 2 + 4096, little: true}
)

// receiver collects the bytes of one frame: FD, two bytes of length, and as
// many bytes as that says.
type receiver struct {
	envelope
	got []byte
}

func (r *receiver) started() bool { return len(r.got) > 0 }

// take returns the whole frame when c was its last byte.
func (r *receiver) take(c byte) []byte {
	if !r.started() && c != 0xFD {
		return nil
	}
	r.got = append(r.got, c)
	if len(r.got) < 3 {
		return nil
	}
	size := int(r.got[1])<<8 | int(r.got[2])
	if size <= r.longest && len(r.got) < 3+size {
		return nil
	}
	frame := r.got
	r.got = nil
	return frame
}

// content checks a frame and returns its command and data.
func (v envelope) content(frame []byte) (command byte, data []byte, ok bool) {
	size := int(frame[1])<<8 | int(frame[2])
	least := 1
	if v.sum {
		least = 2
	}
	if size < least || size > v.longest || len(frame) != 3+size {
		return 0, nil, false
	}
	if !v.sum {
		return frame[3], frame[4:], true
	}
	var sum byte
	for _, c := range frame {
		sum ^= c
	}
	return frame[3], frame[4 : len(frame)-1], sum == 0
}
