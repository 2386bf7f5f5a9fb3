package escpos

import (
	"lobby/devices/emulator/paper"

	"rsc.io/qr"
)

// doData carries out the commands with data or answers.
func (m *machine) doData(c byte, p []byte) {
	switch c {
	case 'r':
		if p[0] == 1 || p[0] == 2 || p[0] == '1' || p[0] == '2' {
			m.say([]byte{m.paper()})
		}
	case 'I':
		m.identify(p[0])
	case '8':
		if p[0] == 'L' {
			m.graphics(p[5:])
		}
	case '(':
		m.function(p[0], p[3:])
	}
}

func (m *machine) function(f byte, data []byte) {
	switch f {
	case 'k':
		m.qr(data)
	case 'L':
		m.graphics(data)
	case 'H':
		m.processID(data)
	}
}

// processID is GS ( H function 48. A printer that does not know it prints the
// data, which is why hosts must know whom they send it to.
func (m *machine) processID(data []byte) {
	if !m.model.ids {
		for _, c := range data {
			m.text([]byte{c & 0x7f})
		}
		return
	}
	if len(data) == 6 && data[0] == '0' && data[1] == '0' {
		m.say(append(append([]byte{0x37, 0x22}, data[2:]...), 0))
	}
}

// identify is GS I n.
func (m *machine) identify(n byte) {
	if m.model.maker == "" {
		return
	}
	text, ok := map[byte]string{
		65: "1.00", 66: m.model.maker, 67: m.model.name, 68: m.serial(), 69: "CHINA GB18030",
	}[n]
	if ok {
		m.say(append(append([]byte{0x5f}, text...), 0))
	}
}

// graphics is GS ( L and GS 8 L: function 112 stores a picture, 50 prints it.
func (m *machine) graphics(d []byte) {
	switch {
	case len(d) >= 10 && d[0] == '0' && d[1] == 'p':
		w, h := word(d[6:]), word(d[8:])
		r := newRaster((w+7)/8, h, max(1, min(int(d[3]), 2)), max(1, min(int(d[4]), 2)))
		for _, c := range d[10:] {
			if r.missing == 0 {
				break
			}
			r.feed(c)
		}
		m.stored = r
	case len(d) >= 2 && d[0] == '0' && (d[1] == '2' || d[1] == 2):
		if m.stored.stride > 0 && m.stored.missing == 0 {
			m.flush()
			m.printRaster(&m.stored)
		}
	}
}

// qrCode is the symbol storage.
type qrCode struct {
	module int
	level  qr.Level
	data   string
}

// qr is GS ( k with cn 31 hex.
func (m *machine) qr(d []byte) {
	if !m.model.qr || len(d) < 3 || d[0] != '1' {
		return
	}
	switch d[1] {
	case 'C':
		m.code.module = max(1, min(int(d[2]), 16))
	case 'E':
		if d[2] >= '0' && d[2] <= '3' {
			m.code.level = qr.Level(d[2] - '0')
		}
	case 'P':
		m.code.data = string(d[3:])
	case 'Q':
		m.printQR()
	}
}

// printQR prints nothing where the manual says so: in the middle of a line, and
// when the symbol is wider than the area.
func (m *machine) printQR() {
	if len(m.line.Marks) > 0 || m.code.data == "" {
		return
	}
	code, err := qr.Encode(m.code.data, m.code.level)
	if err != nil || code.Size*m.code.module > m.style.areaDots {
		return
	}
	n := code.Size * m.code.module
	m.roll.Note("[QR]")
	m.roll.Now.QR = append(m.roll.Now.QR, m.code.data)
	at := m.style.offset(n)
	for y := range n {
		row := m.roll.Row()
		for x := range n {
			if row != nil && code.Black(x/m.code.module, y/m.code.module) {
				paper.Dot(row, at+x)
			}
		}
	}
}
