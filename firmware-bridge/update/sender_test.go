package update_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/update"
)

// talk leads a sender through a conversation with a board that is only told
// about: each line is what the board answers to the order of that type.
type talk struct {
	t     *testing.T
	s     *update.Sender
	epoch byte
}

func (k *talk) hello(minor byte) []byte {
	return bridge.Hello{Proto: 1, Board: boardID, Firmware: bridge.Version{1, minor, 0}, Name: "box"}.Payload()
}

func (k *talk) order(want bridge.Type) update.Order {
	k.t.Helper()
	o := k.s.Next()
	if o.Type != want {
		k.t.Fatalf("the next order is %v, want %v", o.Type, want)
	}
	return o
}

func (k *talk) ack(want bridge.Type, payload []byte) error {
	k.t.Helper()
	k.order(want)
	return k.s.Heard(bridge.Packet{Kind: bridge.Ack, Epoch: k.epoch, Payload: payload})
}

func (k *talk) nak(want bridge.Type, c bridge.Code) error {
	k.t.Helper()
	k.order(want)
	return k.s.Heard(bridge.Packet{Kind: bridge.Nak, Epoch: k.epoch, Payload: []byte{byte(c)}})
}

func (k *talk) ok(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func next(n int) []byte { return bridge.FirmwareNext(n).Payload() }

// sent leads to the point where the board has the image of 300 bytes.
func (k *talk) sent() {
	k.t.Helper()
	k.ok(k.ack(bridge.TypeHello, k.hello(1)))
	k.ok(k.nak(bridge.TypeFWBegin, bridge.Busy))
	if o := k.s.Next(); o.Wait == 0 {
		k.t.Error("a busy board is asked again at once")
	}
	k.ok(k.ack(bridge.TypeFWBegin, next(0)))
	k.ok(k.ack(bridge.TypeFWData, next(192)))
	k.ok(k.ack(bridge.TypeFWData, next(300)))
}

func newTalk(t *testing.T) *talk {
	t.Helper()
	return &talk{t: t, s: update.NewSender(imageOf(t, 2, 300), false), epoch: 10}
}

func TestSenderFromGreetingToKeeping(t *testing.T) {
	k := newTalk(t)
	k.sent()
	k.ok(k.nak(bridge.TypeFWEnd, bridge.Busy))
	k.ok(k.ack(bridge.TypeFWEnd, nil))
	if o := k.order(bridge.TypeFWBoot); !bytes.Equal(o.Payload, []byte{0}) {
		t.Errorf("it is booted with % x", o.Payload)
	}
	k.ok(k.ack(bridge.TypeFWBoot, nil))
	k.ok(k.ack(bridge.TypeHello, k.hello(1))) // not gone yet
	k.order(bridge.TypeHello)
	k.ok(k.s.Silence())
	k.epoch++
	k.ok(k.ack(bridge.TypeHello, k.hello(2)))
	if o := k.order(bridge.TypeFWBoot); !bytes.Equal(o.Payload, []byte{1}) || k.s.Done() {
		t.Errorf("it is kept with % x", o.Payload)
	}
	k.ok(k.ack(bridge.TypeFWBoot, nil))
	if sent, size := k.s.Progress(); !k.s.Done() || sent != size || k.s.Before() != (bridge.Version{1, 1, 0}) {
		t.Errorf("done %v, %d of %d, before %v", k.s.Done(), sent, size, k.s.Before())
	}
}

func TestSenderGoesWhereTheBoardWants(t *testing.T) {
	k := newTalk(t)
	k.ok(k.ack(bridge.TypeHello, k.hello(1)))
	k.ok(k.ack(bridge.TypeFWBegin, next(192)))
	d, err := bridge.ParseFirmwareData(k.order(bridge.TypeFWData).Payload)
	if err != nil || d.Offset != 192 || len(d.Data) != 108 {
		t.Errorf("it sends %v, %v", d, err)
	}
	k.ok(k.ack(bridge.TypeFWData, next(0)))
	if d, _ := bridge.ParseFirmwareData(k.order(bridge.TypeFWData).Payload); d.Offset != 0 || len(d.Data) != 192 {
		t.Errorf("it sends %v", d)
	}
	if err := k.ack(bridge.TypeFWData, next(301)); err == nil {
		t.Error("a board wants more than there is, and gets it")
	}
}

func TestSenderBeginsAgainAfterABoot(t *testing.T) {
	k := newTalk(t)
	k.sent()
	k.epoch++
	k.ok(k.nak(bridge.TypeFWEnd, bridge.WrongState))
	k.ok(k.ack(bridge.TypeFWBegin, next(192)))
	for range 10 {
		if err := k.nak(bridge.TypeFWData, bridge.WrongState); err != nil {
			if !strings.Contains(err.Error(), "supply") {
				t.Errorf("it gives up with %v", err)
			}
			return
		}
		k.ok(k.ack(bridge.TypeFWBegin, next(192)))
	}
	t.Error("it begins again for ever")
}

func TestSenderSeesAFallBack(t *testing.T) {
	k := newTalk(t)
	k.sent()
	k.ok(k.ack(bridge.TypeFWEnd, nil))
	k.ok(k.ack(bridge.TypeFWBoot, nil))
	k.epoch++
	if err := k.ack(bridge.TypeHello, k.hello(1)); !errors.Is(err, update.ErrFellBack) {
		t.Errorf("the old version after the boot: %v", err)
	}
}

// The order to boot was lost, and the board booted for another reason: that is
// no fall-back.
func TestSenderRepeatsALostBoot(t *testing.T) {
	k := newTalk(t)
	k.sent()
	k.ok(k.ack(bridge.TypeFWEnd, nil))
	k.order(bridge.TypeFWBoot)
	k.ok(k.s.Silence())
	k.epoch++
	k.ok(k.ack(bridge.TypeHello, k.hello(1)))
	k.ok(k.ack(bridge.TypeFWBegin, next(300)))
	k.ok(k.ack(bridge.TypeFWEnd, nil))
	k.order(bridge.TypeFWBoot)
}

// The board booted between its greeting and the order to keep: the order was
// heard by who knows which image.
func TestSenderDoesNotBelieveAKeepOfAnotherBoot(t *testing.T) {
	k := newTalk(t)
	k.sent()
	k.ok(k.ack(bridge.TypeFWEnd, nil))
	k.ok(k.ack(bridge.TypeFWBoot, nil))
	k.epoch++
	k.ok(k.ack(bridge.TypeHello, k.hello(2)))
	k.epoch++
	k.ok(k.ack(bridge.TypeFWBoot, nil))
	k.order(bridge.TypeHello)
}

func TestSenderOnlyKeepsWhatRunsAlready(t *testing.T) {
	k := newTalk(t)
	k.ok(k.ack(bridge.TypeHello, k.hello(2)))
	if o := k.order(bridge.TypeFWBoot); !bytes.Equal(o.Payload, []byte{1}) {
		t.Errorf("it is told % x", o.Payload)
	}
	k.s = update.NewSender(imageOf(t, 2, 300), true)
	k.ok(k.ack(bridge.TypeHello, k.hello(2)))
	k.order(bridge.TypeFWBegin)
}

func TestSenderNamesRefusals(t *testing.T) {
	for c, say := range map[bridge.Code]string{
		bridge.BadSign: "verify", bridge.NoMemory: "larger", bridge.FlashFault: "replace",
		bridge.Unsupported: "programming port", bridge.WrongBoard: "another board", 99: "code 99",
	} {
		k := newTalk(t)
		k.ok(k.ack(bridge.TypeHello, k.hello(1)))
		err := k.nak(bridge.TypeFWBegin, c)
		if !errors.Is(err, update.ErrRefused) || !errors.Is(err, update.Refusal(c)) || !strings.Contains(err.Error(), say) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// FuzzSender: whatever a board answers, an update comes to an end.
func FuzzSender(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 2, 1, 0, 0, 0})
	f.Add([]byte{3, 3, 3, 3, 1, 1, 1})
	image := imageOf(f, 2, 300)
	hello := func(minor byte) []byte {
		return bridge.Hello{Proto: 1, Board: boardID, Firmware: bridge.Version{1, minor, 0}}.Payload()
	}
	f.Fuzz(func(t *testing.T, answers []byte) {
		s := update.NewSender(image, false)
		var waited time.Duration
		for n := 0; ; n++ {
			if s.Done() {
				return
			}
			o := s.Next()
			waited += o.Wait
			a := byte(n)
			if n < len(answers) {
				a = answers[n]
			}
			p := bridge.Packet{Kind: bridge.Ack, Epoch: 1 + a>>6, Payload: next(int(a) << 2 & 0x1FF)}
			if o.Type == bridge.TypeHello {
				p.Payload = hello(1 + a&1)
			}
			var err error
			switch a % 5 {
			case 0:
				err = s.Silence()
			case 1:
				p.Kind, p.Payload = bridge.Nak, []byte{a >> 3}
				fallthrough
			default:
				err = s.Heard(p)
			}
			if err != nil {
				return
			}
			// A board that answers nonsense for ever may be asked for ever, but one
			// that gives only the answers of an update may not.
			if n > 100000+len(answers) {
				t.Fatalf("no end after %v and % x", waited, answers)
			}
		}
	})
}
