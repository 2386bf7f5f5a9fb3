package hb1

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goccy/go-yaml"
	"go.uber.org/goleak"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/frametest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const corpus = "../../../firmware-bridge/testdata/frames.txt"

func unitOf(name, options string) devices.Unit {
	return devices.Unit{Name: name, Options: func(into any) error {
		return yaml.UnmarshalWithOptions([]byte(options), into, yaml.Strict())
	}}
}

// bus is an emulator with a host's end of its wire, inside a bubble.
type bus struct {
	t      *testing.T
	e      *Emulator
	host   net.Conn
	sender bridge.Sender
}

func newBus(t *testing.T, units ...devices.Unit) *bus {
	t.Helper()
	if len(units) == 0 {
		units = []devices.Unit{unitOf("box-3", "address: 3")}
	}
	e, err := NewWith(units, rand.NewPCG(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	host, far := net.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Serve(ctx, far) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Serve ended with %v", err)
		}
		host.Close()
		far.Close()
	})
	return &bus{t, e, host, bridge.Sender{Self: bridge.Host, Peer: 3, Epoch: 0x5C}}
}

// put sends bytes and gives everything that comes back within 10 ms, the time
// a host waits at 115200 baud.
func (b *bus) put(wire []byte) []bridge.Packet {
	b.t.Helper()
	if _, err := b.host.Write(wire); err != nil {
		b.t.Fatal(err)
	}
	var stream []byte
	var got []bridge.Packet
	chunk := make([]byte, 512)
	_ = b.host.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	for {
		n, err := b.host.Read(chunk)
		stream = append(stream, chunk[:n]...)
		if err != nil {
			break
		}
	}
	for len(stream) > 0 {
		n, p, err := bridge.Next(stream)
		if n == 0 || err != nil {
			b.t.Fatalf("the board sent % x: %v", stream, err)
		}
		if n > 0 {
			got = append(got, p)
		}
		stream = stream[max(n, -n):]
	}
	return got
}

// ask sends one packet and gives its one answer; none is the zero packet.
func (b *bus) ask(p bridge.Packet) bridge.Packet {
	b.t.Helper()
	wire, err := bridge.Append(nil, p)
	if err != nil {
		b.t.Fatal(err)
	}
	got := b.put(wire)
	if len(got) > 1 {
		b.t.Fatalf("%v is answered %d times", p, len(got))
	}
	if len(got) == 0 {
		return bridge.Packet{}
	}
	return got[0]
}

func (b *bus) poll() bridge.Packet {
	b.t.Helper()
	return b.ask(b.sender.Plain(bridge.TypePoll, nil))
}

func (b *bus) box() UnitView { return b.e.View().(View).Units[0] }

// The corpus is the same that the codec is tested with: broken frames are met
// with silence, good ones for this board with one fitting answer.
func TestBoardHearsTheCorpus(t *testing.T) {
	answered := 0
	for _, f := range frametest.Read(t, corpus) {
		synctest.Test(t, func(t *testing.T) {
			b := newBus(t)
			got := b.put(f.Wire)
			p, err := bridge.ParseRaw(f.Raw)
			mine := err == nil && p.Src == bridge.Host && p.Dst == 3 && (p.Kind == bridge.Reliable || p.Type == bridge.TypePoll)
			if mine != (len(got) == 1) && f.Good() || f.Raw == nil && len(f.Is) == 1 && len(got) > 0 {
				t.Errorf("%s: answered with %v", f.Name, got)
			}
			if mine {
				answered++
			}
			if mine && p.Kind == bridge.Reliable && !got[0].Answers(p) {
				t.Errorf("%s: %v is no answer", f.Name, got[0])
			}
		})
	}
	if answered < 8 {
		t.Errorf("only %d frames of the corpus were for the board", answered)
	}
}

func TestEventIsReportedUntilAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBus(t)
		if p := b.poll(); p.Type != bridge.TypeIdle {
			t.Fatalf("an idle board says %v", p)
		}
		if err := b.e.Press("box-3", devices.KeyTransfer, "12"); err != nil {
			t.Fatal(err)
		}
		first := b.poll()
		time.Sleep(time.Second)
		again := b.poll()
		enter, err := bridge.ParseEnter(again.Payload)
		if first.Retry || !again.Retry || !first.More || again.Seq != first.Seq || err != nil || enter.Digits != "12" || enter.Age < 1000 {
			t.Errorf("first %v\nagain %v", first, again)
		}
		b.ask(b.sender.Nak(again, bridge.Busy))
		if p := b.poll(); p.Seq != first.Seq {
			t.Errorf("after \"busy\" the board says %v", p)
		}
		b.ask(b.sender.Ack(bridge.Packet{Src: 3, Seq: first.Seq + 1}, nil))
		if p := b.poll(); p.Seq != first.Seq {
			t.Errorf("after an ACK with another number the board says %v", p)
		}
		b.ask(b.sender.Ack(again, nil))
		second := b.poll()
		key, err := bridge.ParseKey(second.Payload)
		if err != nil || second.Retry || second.More || second.Seq != first.Seq+1 || key.Key != 8 || key.Event != enter.Event+1 {
			t.Errorf("then %v", second)
		}
		b.ask(b.sender.Nak(second, bridge.Unsupported))
		if p := b.poll(); p.Type != bridge.TypeIdle {
			t.Errorf("after a refusal the board says %v", p)
		}
	})
}

func TestOrderIsObeyedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBus(t)
		show := b.sender.Reliable(bridge.TypeShow, bridge.Show{Text: "A015", Style: bridge.Blink, TTL: 20}.Payload())
		if a := b.ask(show); a.Kind != bridge.Ack || b.box().Shown != "A015" || !b.box().Blink {
			t.Errorf("answer %v, box %+v", a, b.box())
		}
		other := show
		other.Retry, other.Payload = true, bridge.Show{Text: "B001"}.Payload()
		if a := b.ask(other); a.Kind != bridge.Ack || b.box().Shown != "A015" {
			t.Errorf("a repetition is obeyed: %+v", b.box())
		}
		b.sender.Epoch++ // the host booted and begins to count anew
		other.Epoch++
		if a := b.ask(other); a.Kind != bridge.Ack || b.box().Shown != "B001" {
			t.Errorf("after a boot of the host: %v, %+v", a, b.box())
		}
		b.ask(b.sender.Reliable(bridge.TypeShow, bridge.Show{Text: "C", TTL: 20}.Payload()))
		time.Sleep(20 * time.Second)
		if s := b.box().Shown; s != "" {
			t.Errorf("after its time the text is still %q", s)
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBus(t)
		for _, c := range []struct {
			t       bridge.Type
			payload []byte
			want    bridge.Code
		}{
			{bridge.TypeShow, []byte{0, 0}, bridge.BadArgument},
			{bridge.TypeLight, nil, bridge.BadArgument},
			{bridge.TypeBeep, []byte{1}, bridge.BadArgument},
			{bridge.TypeRelay, []byte{0, 0, 0}, bridge.Unsupported},
			{0x7F, nil, bridge.Unsupported},
		} {
			a := b.ask(b.sender.Reliable(c.t, c.payload))
			if a.Kind != bridge.Nak || bridge.ParseNak(a.Payload) != c.want {
				t.Errorf("%v % x is answered %v, want %v", c.t, c.payload, a, c.want)
			}
		}
		all := b.sender
		all.Peer = bridge.Broadcast
		if a := b.ask(all.Reliable(bridge.TypeShow, bridge.Show{Text: "x"}.Payload())); a.Kind != bridge.Plain || b.box().Shown != "" {
			t.Errorf("a broadcast is answered %v", a)
		}
		b.sender.Peer = 4
		if a := b.poll(); a.Type != 0 {
			t.Errorf("a question to another board is answered %v", a)
		}
	})
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBus(t)
		names := slices.Sorted(maps.Keys(b.e.Faults()))
		if want := []string{"lost_ack", "noise", "reboot", "silent"}; !slices.Equal(names, want) {
			t.Errorf("faults %q, want %q", names, want)
		}
		if err := b.e.SetFault("fire", true); err == nil {
			t.Error("an unknown fault is accepted")
		}
		set := func(name string, on bool) {
			t.Helper()
			if err := b.e.SetFault(name, on); err != nil || b.e.Faults()[name] != (on && name != reboot) {
				t.Errorf("%s: %v, now %v", name, err, b.e.Faults())
			}
		}
		before := b.poll()
		if !b.box().Up {
			t.Error("the link lamp is dark after a poll")
		}
		set(silent, true)
		if p := b.poll(); p.Epoch != 0 {
			t.Errorf("a silent board says %v", p)
		}
		time.Sleep(linkLamp)
		if b.box().Up {
			t.Error("the link lamp is lit without a link")
		}
		set(silent, false)
		set(lostAck, true)
		if err := b.e.Press("box-3", devices.KeyNext, ""); err != nil {
			t.Fatal(err)
		}
		b.ask(b.sender.Ack(b.poll(), nil))
		if p := b.poll(); !p.Retry || b.box().Queued != 1 {
			t.Errorf("without hearing the ACK the board says %v", p)
		}
		set(lostAck, false)
		set(reboot, true)
		if p := b.poll(); p.Epoch == before.Epoch || p.Type != bridge.TypeIdle || b.box().Queued != 0 {
			t.Errorf("before the boot %v, after it %v", before, p)
		}
	})
}

func TestFullQueueTakesNoPress(t *testing.T) {
	e, err := NewWith([]devices.Unit{unitOf("a", "address: 1")}, rand.NewPCG(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	for range queueSize - 1 {
		if err := e.Press("a", devices.KeyNext, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Press("a", devices.KeyTransfer, "1"); err == nil {
		t.Error("digits and a key fit into one place")
	}
	if err := e.Press("a", devices.KeyNext, ""); err != nil {
		t.Error(err)
	}
	for _, c := range [][2]string{{"b", "next"}, {"a", "dance"}} {
		if err := e.Press(c[0], devices.Key(c[1]), ""); err == nil {
			t.Errorf("pressed %s of %s", c[1], c[0])
		}
	}
}

func TestViewIsWhatThePageExpects(t *testing.T) {
	e, err := New([]devices.Unit{unitOf("panel", `{address: 17, keys: {2: "2", 1: "1"}}`), unitOf("box", "address: 1")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(e.View())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"callbox","units":[` +
		`{"name":"box","address":1,"shown":"","blink":false,"up":false,"queued":0,"keys":["next","recall","arrive","finish","no_show","pause","hold","transfer"]},` +
		`{"name":"panel","address":17,"shown":"","blink":false,"up":false,"queued":0,"keys":["1","2"]}]}`
	if string(got) != want {
		t.Errorf("view\n%s\nwant\n%s", got, want)
	}
	for _, options := range []string{"{}", "address: 240", "adress: 3"} {
		if _, err := New([]devices.Unit{unitOf("a", options)}); err == nil {
			t.Errorf("%s: accepted", options)
		}
	}
}

// oneWay is a line of fixed bytes.
type oneWay struct {
	io.Reader
	io.Writer
}

func FuzzServe(f *testing.F) {
	for _, c := range frametest.Read(f, corpus) {
		f.Add(c.Wire)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		synctest.Test(t, func(t *testing.T) {
			e, err := NewWith([]devices.Unit{unitOf("a", "address: 3")}, rand.NewPCG(1, 1))
			if err != nil {
				t.Fatal(err)
			}
			r, w := io.Pipe()
			go func() { _, _ = w.Write(b); w.Close() }()
			if err := e.Serve(t.Context(), oneWay{r, io.Discard}); !errors.Is(err, io.EOF) {
				t.Errorf("Serve ends with %v", err)
			}
			_ = e.View()
		})
	})
}

// Two boards that were never given an address: a question to both is answered
// by bytes that are no frame, a question to one is not.
func TestBoardsWithoutAddressAreFoundByTheirUID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBus(t, unitOf("a", "{address: 5, uid: \"000000000000000000000001\"}"), unitOf("b", "{address: 6, uid: \"800000000000000000000001\"}"))
		b.sender.Peer = bridge.Unassigned
		both, err := bridge.Append(nil, b.sender.Plain(bridge.TypeSeek, bridge.Seek{}.Payload()))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.host.Write(both); err != nil {
			t.Fatal(err)
		}
		chunk := make([]byte, 512)
		n, err := b.host.Read(chunk)
		if err != nil {
			t.Fatal(err)
		}
		if n, p, err := bridge.Next(chunk[1:n]); n > 0 {
			t.Errorf("two boards at once were heard as %v, %v", p, err)
		}
		one := bridge.Seek{Bits: 1, UID: bridge.UID{0x80}}
		p := b.ask(b.sender.Plain(bridge.TypeSeek, one.Payload()))
		who, err := bridge.ParseHello(p.Payload)
		if err != nil || p.Src != bridge.Unassigned || who.Name != "b" {
			t.Fatalf("sought alone: %v, %v", p, err)
		}
		b.ask(b.sender.Plain(bridge.TypeAssign, bridge.Assign{UID: who.UID, Address: 9}.Payload()))
		b.sender.Peer = 9
		if got := b.ask(b.sender.Reliable(bridge.TypeHello, nil)); got.Src != 9 {
			t.Errorf("at its address: %v", got)
		}
	})
}

func TestSettingsAndReboot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBus(t)
		if got := b.ask(b.sender.Reliable(bridge.TypeConfig, bridge.Config{Key: bridge.ConfigActions}.Payload())); len(got.Payload) != 1 || got.Payload[0] != 1<<bridge.Press {
			t.Errorf("asked for its setting: %v", got)
		}
		b.ask(b.sender.Reliable(bridge.TypeConfig, bridge.Config{Key: bridge.ConfigActions, Value: []byte{0}}.Payload()))
		if err := b.e.Press("box-3", devices.KeyNext, ""); err != nil || b.box().Queued != 0 {
			t.Errorf("a press that nobody wants: %v, %d queued", err, b.box().Queued)
		}
		before := b.poll().Epoch
		if got := b.ask(b.sender.Reliable(bridge.TypeReboot, bridge.Reboot{}.Payload())); got.Kind != bridge.Ack || got.Epoch != before {
			t.Errorf("asked to reboot: %v", got)
		}
		if after := b.poll().Epoch; after == before {
			t.Error("it did not boot")
		}
	})
}
