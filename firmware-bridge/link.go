package bridge

// Sender makes one side's packets for one peer and numbers them. The zero
// value lacks addresses and an epoch; fill them in. It is not safe for use by
// several goroutines.
type Sender struct {
	Self, Peer byte
	Epoch      byte // this side's boot, 1 to 255
	Seq        byte // number of the newest Reliable packet
}

// Plain makes a packet that nobody acknowledges.
func (s *Sender) Plain(t Type, payload []byte) Packet {
	return Packet{Dst: s.Peer, Src: s.Self, Kind: Plain, Seq: s.Seq, Epoch: s.Epoch, Type: t, Payload: payload}
}

// Reliable makes a packet with a new number. To send it again, set Retry and
// leave the number alone.
func (s *Sender) Reliable(t Type, payload []byte) Packet {
	s.Seq++
	p := s.Plain(t, payload)
	p.Kind = Reliable
	return p
}

// Ack makes the good answer to p.
func (s *Sender) Ack(p Packet, payload []byte) Packet { return s.answer(p, Ack, payload) }

// Nak makes the refusal of p.
func (s *Sender) Nak(p Packet, c Code) Packet { return s.answer(p, Nak, []byte{byte(c)}) }

func (s *Sender) answer(p Packet, k Kind, payload []byte) Packet {
	return Packet{Dst: p.Src, Src: s.Self, Kind: k, Seq: p.Seq, Epoch: s.Epoch, Type: TypeAck, Payload: payload}
}

// Answers says whether p is the peer's ACK or NAK to the packet sent.
func (p Packet) Answers(sent Packet) bool {
	return p.Type == TypeAck && (p.Kind == Ack || p.Kind == Nak) && p.Src == sent.Dst && p.Dst == sent.Src && p.Seq == sent.Seq
}

// Verdict says how a received packet relates to what came before it.
type Verdict int

// The verdicts.
const (
	// Fresh: act on it.
	Fresh Verdict = iota
	// Again: it was accepted before; give the same answer and do not act.
	Again
	// Reborn: act on it, and know that the peer booted since the last packet
	// or was never heard before: it has forgotten everything it was told.
	Reborn
)

// Memory is what a receiver remembers of one peer: the boot it speaks from and
// the last Reliable packet that was accepted. The zero value has heard nobody.
//
// Judging and remembering are two steps, because a packet counts as accepted
// only after it was acted on.
type Memory struct {
	epoch    byte // 0 is never an epoch, so it means nobody
	accepted bool
	seq      byte
}

// Judge compares p with what was remembered and changes nothing.
func (m *Memory) Judge(p Packet) Verdict {
	switch {
	case p.Epoch != m.epoch || m.epoch == 0:
		return Reborn
	case p.Kind == Reliable && m.accepted && p.Seq == m.seq:
		return Again
	}
	return Fresh
}

// Remember takes note of p: of its number if it is Reliable, of the boot in
// any case. A new boot wipes the number.
func (m *Memory) Remember(p Packet) {
	if p.Epoch != m.epoch {
		*m = Memory{epoch: p.Epoch}
	}
	if p.Kind == Reliable {
		m.accepted, m.seq = true, p.Seq
	}
}
