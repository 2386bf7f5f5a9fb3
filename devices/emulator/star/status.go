package star

import "lobby/devices/emulator/engine"

// Arrive looks for real-time commands in received bytes. They work at any time,
// also offline and also inside pictures: ESC ACK SOH asks for the automatic
// status, ENQ and EOT for one byte each.
func (l language) Arrive(b []byte) {
	for _, c := range b {
		switch {
		case l.tail == [2]byte{0x1b, 0x06} && c == 0x01:
			l.sendStatus()
		case c == 0x05:
			l.Say([]byte{l.enq()})
		case c == 0x04:
			l.Say([]byte{l.eot()})
		}
		l.tail = [2]byte{l.tail[1], c}
	}
}

// enq is the answer to ENQ: bits 3 paper end, 2 near end, 5 a fault; bit 4 is
// always 0.
func (l language) enq() byte {
	var b byte
	if l.Offline() {
		b |= 0x20
	}
	if l.On(engine.PaperOut) {
		b |= 0x08
	}
	return b
}

// eot is the answer to EOT; bit 4 is always 1, bit 0 always 0.
func (l language) eot() byte { return 0x10 | l.enq() }

// Report sends the automatic status if it is valid and something changed.
func (l language) Report() {
	if l.auto && l.status() != l.said {
		l.sendStatus()
	}
}

// sendStatus sends the status, which clears the mark that an ETB was reached.
func (l language) sendStatus() {
	l.said = l.status()
	l.machine.reached = false
	l.Say(l.said[:])
	l.said[2] &^= 0x02
}

func (p *Printer) setAuto(on bool) {
	p.auto = on
	if on {
		language{p}.sendStatus()
	}
}

// status is the automatic status of nine bytes (appendix 5). Header 1 says that
// there are nine: bit 5 and bits 3 to 1.
func (l language) status() [9]byte {
	b := [9]byte{0x23, 0x06}
	set := func(i int, on bool, bits byte) {
		if on {
			b[i] |= bits
		}
	}
	set(2, l.Offline(), 0x08)
	set(2, l.On(engine.CoverOpen), 0x20)
	set(2, l.machine.reached, 0x02)
	set(3, l.Stuck(), 0x08)
	set(5, l.On(engine.PaperNearEnd) || l.On(engine.PaperOut), 0x04)
	set(5, l.On(engine.PaperOut), 0x08)
	n := byte(l.machine.etbs)
	b[7] = n<<1&0x0e | n<<2&0x60
	return b
}
