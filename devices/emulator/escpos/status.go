package escpos

import "lobby/devices/emulator/engine"

// Proves tells the answers that prove a slip, GS r and GS ( H.
func (l language) Proves(b []byte) bool {
	return len(b) == 1 && b[0]&0x90 == 0 || len(b) > 1 && b[0] == 0x37
}

// Arrive looks for real-time commands in received bytes. They work at any time,
// also offline and also inside pictures. The mutex is held.
func (p language) Arrive(b []byte) {
	for _, c := range b {
		if p.tail[0] == 0x10 {
			switch {
			case p.tail[1] == 0x04 && c >= 1 && c <= 4:
				p.Say([]byte{p.live(c)})
			case p.tail[1] == 0x05 && c == 2:
				p.discard()
			}
		}
		p.tail = [2]byte{p.tail[1], c}
	}
}

// discard is DLE ENQ 2: what is received and not printed is thrown away.
func (p *Printer) discard() {
	p.machine.reset()
	p.Discard()
}

// live is the answer to DLE EOT n.
func (p *Printer) live(n byte) byte {
	b := byte(0x12)
	set := func(on bool, bits byte) {
		if on {
			b |= bits
		}
	}
	switch n {
	case 1:
		set(p.Offline(), 0x08)
	case 2:
		set(p.On(engine.CoverOpen), 0x04)
		set(p.On(engine.PaperOut), 0x20)
		set(p.Stuck(), 0x40)
	case 3:
		set(p.Stuck(), 0x08)
	case 4:
		set(p.On(engine.PaperNearEnd) || p.On(engine.PaperOut), 0x0c)
		set(p.On(engine.PaperOut), 0x60)
	}
	return b
}

// status is the automatic report of four bytes.
func (p *Printer) status() [4]byte {
	b := [4]byte{0x10, 0, 0, 0x0f}
	if p.Offline() {
		b[0] |= 0x08
	}
	if p.On(engine.CoverOpen) {
		b[0] |= 0x20
	}
	if p.Stuck() {
		b[1] |= 0x08
	}
	b[2] = p.paperBits()
	return b
}

// paperBits is the paper byte of GS r 1 and of the automatic report.
func (p *Printer) paperBits() byte {
	switch {
	case p.On(engine.PaperOut):
		return 0x0f
	case p.On(engine.PaperNearEnd):
		return 0x03
	}
	return 0
}

// enableAuto is GS a n; the first report comes at once.
func (p *Printer) enableAuto(n byte) {
	p.auto = n
	if n != 0 {
		p.said = p.status()
		p.Say(p.said[:])
	}
}

// Report sends the automatic status if it changed.
func (p language) Report() {
	if now := p.status(); p.auto != 0 && now != p.said {
		p.said = now
		p.Say(now[:])
	}
}
