package hb1

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	bridge "lobby/firmware-bridge"
)

// reply is a board as a function; false is silence.
type reply func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool)

// board is the far end of a wire with one odd board at address 1.
func board(f reply) func(context.Context, net.Conn) {
	s := &bridge.Sender{Self: 1, Peer: bridge.Host, Epoch: 0xA7}
	return func(_ context.Context, far net.Conn) {
		var stream []byte
		chunk := make([]byte, 512)
		for {
			n, err := far.Read(chunk)
			if err != nil {
				return
			}
			stream = append(stream, chunk[:n]...)
			for {
				n, p, _ := bridge.Next(stream)
				if n == 0 {
					break
				}
				stream = stream[max(n, -n):]
				if n < 0 {
					continue
				}
				if answer, ok := f(s, p); ok {
					frame, _ := bridge.Append(nil, answer)
					if _, err := far.Write(frame); err != nil {
						return
					}
				}
			}
		}
	}
}

// usual is what a healthy board with nothing to say does.
func usual(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
	switch {
	case p.Dst != s.Self:
		return bridge.Packet{}, false
	case p.Type == bridge.TypeHello:
		return s.Ack(p, bridge.Hello{Proto: 1, MaxPayload: 240, Cols: 4, Rows: 1, Name: "odd"}.Payload()), true
	case p.Kind == bridge.Reliable:
		return s.Ack(p, nil), true
	case p.Type == bridge.TypePoll:
		return s.Plain(bridge.TypeIdle, bridge.Idle{Uptime: 9}.Payload()), true
	}
	return bridge.Packet{}, false
}

// diary collects what the host said.
type diary struct {
	mu   sync.Mutex
	said []bridge.Packet
}

func (d *diary) note(p bridge.Packet) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, p)
}

func (d *diary) count(is func(bridge.Packet) bool) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, p := range d.said {
		if is(p) {
			n++
		}
	}
	return n
}

// once answers the first POLL with p and then behaves as usual.
func once(d *diary, p func(*bridge.Sender) bridge.Packet) reply {
	done := false
	return func(s *bridge.Sender, got bridge.Packet) (bridge.Packet, bool) {
		d.note(got)
		if got.Type == bridge.TypePoll && !done {
			done = true
			return p(s), true
		}
		return usual(s, got)
	}
}

func TestUselessEventsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		typ     bridge.Type
		payload []byte
		want    string // the host's answer
	}{
		"short key":     {bridge.TypeKey, []byte{1, 1, 0, 0}, "nak bad argument"},
		"bad text":      {bridge.TypeEnter, []byte{1, 0, 0, 0, 0, 0, 0xFF}, "nak bad argument"},
		"unknown event": {0x2F, []byte{1}, "nak unsupported"},
		"release":       {bridge.TypeKey, bridge.Key{Key: 1, Action: bridge.Release, Event: 1}.Payload(), "ack"},
		"unknown key":   {bridge.TypeKey, bridge.Key{Key: 200, Action: bridge.Press, Event: 1}.Payload(), "ack"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var d diary
			b := start(t, unitsOf(oneBox), nil, board(once(&d, func(s *bridge.Sender) bridge.Packet {
				return s.Reliable(c.typ, c.payload)
			})))
			pass(time.Second)
			kind, code, _ := strings.Cut(c.want, " ")
			n := d.count(func(p bridge.Packet) bool {
				return p.Kind.String() == kind && (kind == "ack" || bridge.ParseNak(p.Payload).String() == code)
			})
			if n != 1 || len(b.seen()) != 0 {
				t.Errorf("%s: answered %q %d times, signals %+v", name, c.want, n, b.seen())
			}
		})
	}
}

func TestAnswersOfOthersAreNotMistaken(t *testing.T) {
	press := bridge.Key{Key: 1, Action: bridge.Press, Event: 1}.Payload()
	for name, p := range map[string]bridge.Packet{
		"another board":  {Src: 2, Dst: bridge.Host, Kind: bridge.Reliable, Seq: 1, Epoch: 9, Type: bridge.TypeKey, Payload: press},
		"board to board": {Src: 1, Dst: 2, Kind: bridge.Reliable, Seq: 1, Epoch: 0xA7, Type: bridge.TypeKey, Payload: press},
		"late ack":       {Src: 1, Dst: bridge.Host, Kind: bridge.Ack, Seq: 1, Epoch: 0xA7},
	} {
		synctest.Test(t, func(t *testing.T) {
			var d diary
			b := start(t, unitsOf(oneBox), nil, board(once(&d, func(*bridge.Sender) bridge.Packet { return p })))
			pass(time.Second)
			acks := d.count(func(p bridge.Packet) bool { return p.Kind == bridge.Ack })
			if acks != 0 || len(b.seen()) != 0 {
				t.Errorf("%s: %d acknowledged, signals %+v", name, acks, b.seen())
			}
		})
	}
}

// A board boots onto the boot number it had: only its uptime tells.
func TestRebootOntoTheSameNumberIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		polls, event := 0, uint32(100)
		b := start(t, unitsOf(oneBox), nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
			d.note(p)
			if p.Type != bridge.TypePoll {
				return usual(s, p)
			}
			switch polls++; polls {
			case 3, 20: // the same packet number, another event
				s.Seq, event = 5, event+1
				return s.Reliable(bridge.TypeKey, bridge.Key{Key: 1, Action: bridge.Press, Event: event}.Payload()), true
			case 21:
				return s.Plain(bridge.TypeIdle, bridge.Idle{Uptime: 2}.Payload()), true
			}
			return usual(s, p)
		}))
		pass(10 * time.Second)
		if n := len(b.seen()); n != 2 {
			t.Errorf("%d presses of 2 arrived", n)
		}
		hellos := d.count(func(p bridge.Packet) bool { return p.Type == bridge.TypeHello })
		if hellos != 2 {
			t.Errorf("greeted %d times, want 2", hellos)
		}
	})
}

func TestBoardsThatCannotBeUnderstoodAreDown(t *testing.T) {
	for name, hello := range map[string]func(*bridge.Sender, bridge.Packet) bridge.Packet{
		"refusal": func(s *bridge.Sender, p bridge.Packet) bridge.Packet { return s.Nak(p, bridge.WrongState) },
		"garbage": func(s *bridge.Sender, p bridge.Packet) bridge.Packet { return s.Ack(p, []byte{1, 2}) },
		"newcomer": func(s *bridge.Sender, p bridge.Packet) bridge.Packet {
			return s.Ack(p, bridge.Hello{Proto: 2}.Payload())
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var d diary
			b := start(t, unitsOf(oneBox), nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
				d.note(p)
				return hello(s, p), p.Type == bridge.TypeHello
			}))
			pass(21 * time.Second)
			if want := []string{"box-1 down"}; !slices.Equal(b.reported(), want) {
				t.Errorf("%s: health %q, want %q", name, b.reported(), want)
			}
			if n := d.count(func(p bridge.Packet) bool { return p.Dst == 1 }); n != 5 {
				t.Errorf("%s: asked %d times in 21 s, want 5", name, n)
			}
		})
	}
}

func TestRefusedTextIsDroppedUnlessTheBoardIsBusy(t *testing.T) {
	for code, again := range map[bridge.Code]bool{bridge.Busy: true, bridge.Unsupported: false} {
		synctest.Test(t, func(t *testing.T) {
			var d diary
			b := start(t, unitsOf(oneBox), nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
				d.note(p)
				if p.Type == bridge.TypeShow {
					return s.Nak(p, code), true
				}
				return usual(s, p)
			}))
			if err := b.bus.Tell(t.Context(), "box-1", "A015"); err != nil {
				t.Fatal(err)
			}
			pass(time.Second)
			n := d.count(func(p bridge.Packet) bool { return p.Type == bridge.TypeShow })
			if (n > 1) != again || n == 0 {
				t.Errorf("refused as %v, the text was sent %d times", code, n)
			}
		})
	}
}

func TestUnansweredTextIsRepeatedUnderItsNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		b := start(t, unitsOf(oneBox), nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
			d.note(p)
			if p.Type == bridge.TypeShow && !p.Retry {
				return bridge.Packet{}, false
			}
			return usual(s, p)
		}))
		if err := b.bus.Tell(t.Context(), "box-1", "A015"); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		show := func(retry bool) func(bridge.Packet) bool {
			return func(p bridge.Packet) bool { return p.Type == bridge.TypeShow && p.Retry == retry && p.Seq == 0x12 }
		}
		if first, again := d.count(show(false)), d.count(show(true)); first != 1 || again != 1 {
			t.Errorf("sent %d times and repeated %d times under its number, want once each", first, again)
		}
	})
}

// A board that always has more must leave the others their turn.
func TestEndlessTalkerDoesNotStarveTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		event := uint32(0)
		quiet := &bridge.Sender{Self: 2, Peer: bridge.Host, Epoch: 0xB1}
		two := unitsOf(map[string]string{"box-1": "address: 1", "box-2": "address: 2"})
		start(t, two, nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
			d.note(p)
			if p.Dst == quiet.Self {
				return usual(quiet, p)
			}
			if p.Dst != s.Self || p.Type != bridge.TypePoll {
				return usual(s, p)
			}
			event++
			k := s.Reliable(bridge.TypeKey, bridge.Key{Key: 1, Action: bridge.Press, Event: event}.Payload())
			k.More = true
			return k, true
		}))
		pass(30 * time.Second)
		if n := d.count(func(p bridge.Packet) bool { return p.Dst == 2 }); n < 100 {
			t.Errorf("the other board was asked %d times in 30 s", n)
		}
	})
}

func TestFitMakesTextForTheBoard(t *testing.T) {
	long := strings.Repeat("请", 100)
	for _, c := range []struct {
		text string
		h    bridge.Hello
		want string
	}{
		{"A015", bridge.Hello{}, "A015"},
		{"请 A015", bridge.Hello{Abilities: bridge.SevenSeg}, "? A015"},
		{"请 A015", bridge.Hello{Abilities: bridge.GB2312}, "请 A015"},
		{long, bridge.Hello{Abilities: bridge.GB18030, MaxPayload: 240}, strings.Repeat("请", 78)},
		{long, bridge.Hello{Abilities: bridge.GB18030, MaxPayload: 12}, "请请"},
		{long, bridge.Hello{Abilities: bridge.GB18030, MaxPayload: 2}, ""},
	} {
		if got := fitText(c.text, c.h); got != c.want {
			t.Errorf("fitText(%q, %+v) = %q, want %q", c.text, c.h, got, c.want)
		}
	}
}

func TestBoardWithoutDisplayIsNotShownAnything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		b := start(t, unitsOf(oneBox), nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
			d.note(p)
			if p.Type == bridge.TypeHello {
				return s.Ack(p, bridge.Hello{Proto: 1}.Payload()), true
			}
			return usual(s, p)
		}))
		if err := b.bus.Tell(t.Context(), "box-1", "A015"); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		if n := d.count(func(p bridge.Packet) bool { return p.Type == bridge.TypeShow }); n != 0 {
			t.Errorf("%d texts for a board without a display", n)
		}
	})
}

// Whatever is on the wire, the bus keeps going and ends when it is told.
func FuzzBusSurvivesAnything(f *testing.F) {
	f.Add([]byte("noise"), []byte{0, 1, 0})
	hello, _ := bridge.Append(nil, bridge.Packet{Src: 1, Kind: bridge.Ack, Seq: 0x11, Epoch: 7, Payload: bridge.Hello{Proto: 1, Cols: 1, Rows: 1}.Payload()})
	key, _ := bridge.Append(nil, bridge.Packet{Src: 1, Kind: bridge.Reliable, Seq: 1, Epoch: 7, Type: bridge.TypeKey, Payload: bridge.Key{Key: 1, Action: 1}.Payload()})
	f.Add(hello, key)
	f.Fuzz(func(t *testing.T, first, then []byte) {
		synctest.Test(t, func(t *testing.T) {
			b := start(t, unitsOf(oneBox), nil, func(_ context.Context, far net.Conn) {
				chunk := make([]byte, 512)
				answer := first
				for {
					if _, err := far.Read(chunk); err != nil {
						return
					}
					if _, err := far.Write(append([]byte{}, answer...)); err != nil {
						return
					}
					answer = then
				}
			})
			pass(time.Second)
			b.stop()
			<-b.ended
			if n := len(b.seen()); n > 1 {
				t.Errorf("one press at most was on the wire, %d arrived", n)
			}
		})
	})
}
