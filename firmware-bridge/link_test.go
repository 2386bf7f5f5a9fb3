package bridge_test

import (
	"testing"

	bridge "lobby/firmware-bridge"
)

func TestMemoryTellsRepetitionFromNews(t *testing.T) {
	packet := func(k bridge.Kind, seq, epoch byte) bridge.Packet {
		return bridge.Packet{Kind: k, Seq: seq, Epoch: epoch}
	}
	var m bridge.Memory
	for i, step := range []struct {
		p    bridge.Packet
		want bridge.Verdict
		keep bool
	}{
		{packet(bridge.Reliable, 0, 9), bridge.Reborn, false}, // refused, so not remembered
		{packet(bridge.Reliable, 0, 9), bridge.Reborn, true},
		{packet(bridge.Reliable, 0, 9), bridge.Again, true},
		{packet(bridge.Plain, 0, 9), bridge.Fresh, true}, // plain packets carry no number of their own
		{packet(bridge.Reliable, 0, 9), bridge.Again, false},
		{packet(bridge.Reliable, 1, 9), bridge.Fresh, true},
		{packet(bridge.Reliable, 1, 8), bridge.Reborn, false},
		{packet(bridge.Plain, 1, 8), bridge.Reborn, true}, // the boot is news in any packet
		{packet(bridge.Reliable, 1, 8), bridge.Fresh, true},
		{packet(bridge.Reliable, 255, 8), bridge.Fresh, true},
		{packet(bridge.Reliable, 0, 8), bridge.Fresh, true},
	} {
		if got := m.Judge(step.p); got != step.want {
			t.Errorf("step %d, %v: %v, want %v", i, step.p, got, step.want)
		}
		if step.keep {
			m.Remember(step.p)
		}
	}
}

func TestMemoryNeverTrustsEpochZero(t *testing.T) {
	var m bridge.Memory
	p := bridge.Packet{Kind: bridge.Reliable}
	m.Remember(p)
	if got := m.Judge(p); got != bridge.Reborn {
		t.Errorf("a sender without an epoch is judged %v", got)
	}
}

func TestSenderNumbersReliablePacketsOnly(t *testing.T) {
	s := bridge.Sender{Self: bridge.Host, Peer: 3, Epoch: 0x5C, Seq: 254}
	first := s.Reliable(bridge.TypeShow, nil)
	plain := s.Plain(bridge.TypePoll, nil)
	second := s.Reliable(bridge.TypeShow, nil)
	if first.Seq != 255 || plain.Seq != 255 || second.Seq != 0 {
		t.Errorf("numbers %d %d %d, want 255 255 0", first.Seq, plain.Seq, second.Seq)
	}
}

func TestAnswersMatchTheirQuestion(t *testing.T) {
	host := bridge.Sender{Self: bridge.Host, Peer: 3, Epoch: 0x5C}
	board := bridge.Sender{Self: 3, Peer: bridge.Host, Epoch: 0xA7}
	ask := host.Reliable(bridge.TypeShow, nil)
	next := host.Reliable(bridge.TypeShow, nil)
	other := board
	other.Self = 4
	for name, c := range map[string]struct {
		p    bridge.Packet
		want bool
	}{
		"ack":           {board.Ack(ask, nil), true},
		"nak":           {board.Nak(ask, bridge.Busy), true},
		"other number":  {board.Ack(next, nil), false},
		"other board":   {other.Ack(ask, nil), false},
		"own echo":      {ask, false},
		"a fresh event": {board.Reliable(bridge.TypeKey, nil), false},
	} {
		if got := c.p.Answers(ask); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
