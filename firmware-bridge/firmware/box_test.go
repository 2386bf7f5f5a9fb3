package firmware_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/firmwaretest"
)

var uid = bridge.UID{0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x3B}

// rig is a board on a leash and the host before it. Time is in milliseconds and
// goes on with every step.
type rig struct {
	*firmwaretest.Core
	t    *testing.T
	now  uint32
	host bridge.Sender
}

func newRig(t *testing.T, address byte) *rig {
	t.Helper()
	r := &rig{Core: firmwaretest.StartCore(t), t: t, host: bridge.Sender{Self: bridge.Host, Peer: address, Epoch: 0x5C, Seq: 0x10}}
	r.boot(address, 0)
	return r
}

func (r *rig) boot(address, former byte) {
	r.t.Helper()
	r.Ask("boot %d %x %d", address, uid[:], former)
}

// say puts a packet on the line.
func (r *rig) say(p bridge.Packet) {
	r.t.Helper()
	frame, err := bridge.Append(nil, p)
	if err != nil {
		r.t.Fatal(err)
	}
	r.now += 20
	r.Ask("bytes %d %x", r.now, frame)
}

// hear is the board's answer within its time; false is silence.
func (r *rig) hear() (bridge.Packet, bool) {
	r.t.Helper()
	for range 6 {
		if frame := r.Bytes("answer %d", r.now); len(frame) > 0 {
			n, p, err := bridge.Next(frame[1:])
			if err != nil || n != len(frame)-1 {
				r.t.Fatalf("the board says % x: %v", frame, err)
			}
			return p, true
		}
		r.now++
	}
	return bridge.Packet{}, false
}

// ask wants an answer.
func (r *rig) ask(p bridge.Packet) bridge.Packet {
	r.t.Helper()
	r.say(p)
	got, ok := r.hear()
	if !ok {
		r.t.Fatalf("no answer to %v", p)
	}
	return got
}

func (r *rig) order(t bridge.Type, payload []byte) bridge.Packet {
	r.t.Helper()
	return r.ask(r.host.Reliable(t, payload))
}

func (r *rig) poll() bridge.Packet {
	r.t.Helper()
	return r.ask(r.host.Plain(bridge.TypePoll, nil))
}

// keys moves the contacts for a time, looking at them every 10 ms.
func (r *rig) keys(mask byte, looks int) {
	r.t.Helper()
	for range looks {
		r.now += 10
		r.Ask("keys %d %02x", r.now, mask)
	}
}

// press presses key 1 to 8 and lets it go.
func (r *rig) press(key int) {
	r.t.Helper()
	r.keys(0, 2)
	r.keys(1<<(key-1), 3)
	r.keys(0, 3)
}

func (r *rig) cells() string {
	r.t.Helper()
	return r.Ask("cells %d 04", r.now)
}

// wantAnswer compares what an answer is and carries, without its header.
func wantAnswer(t *testing.T, what string, got bridge.Packet, kind bridge.Kind, code bridge.Code) {
	t.Helper()
	if got.Kind != kind || kind == bridge.Nak && bridge.ParseNak(got.Payload) != code {
		t.Errorf("%s: %v", what, got)
	}
}

func TestBoardIntroducesItself(t *testing.T) {
	r := newRig(t, 3)
	ask := r.host.Reliable(bridge.TypeHello, nil)
	got := r.ask(ask)
	hello, err := bridge.ParseHello(got.Payload)
	if err != nil || !got.Answers(ask) {
		t.Fatalf("%v, %v", got, err)
	}
	want := bridge.Hello{
		Proto: 1, Board: 0x10B0, Hardware: 2, Firmware: [3]byte{1, 4, 0}, UID: uid, Abilities: bridge.SevenSeg,
		MaxPayload: bridge.MaxPayload, Cols: 16, Rows: 1, Name: "box-on-a-leash",
	}
	if hello != want {
		t.Errorf("got  %+v\nwant %+v", hello, want)
	}
}

// Before 1 ms the host may not listen yet; after 5 ms it may speak.
func TestAnswersHaveTheirMoment(t *testing.T) {
	r := newRig(t, 3)
	for waited, want := range []bool{false, false, true, true, true, true, false, false} {
		r.say(r.host.Plain(bridge.TypePoll, nil))
		if got := len(r.Bytes("answer %d", r.now+uint32(waited))) > 0; got != want {
			t.Errorf("an answer after %d ms: %v", waited, got)
		}
	}
	r.say(r.host.Plain(bridge.TypePoll, nil))
	r.Ask("bytes %d 01", r.now+1)
	if _, ok := r.hear(); ok {
		t.Error("the board answers while somebody speaks")
	}
}

func TestBoardIsSilentWhereItHasNothingToSay(t *testing.T) {
	r := newRig(t, 3)
	other := bridge.Sender{Self: bridge.Host, Peer: 4, Epoch: 0x5C}
	board := bridge.Sender{Self: 4, Peer: 3, Epoch: 0xA7}
	all := bridge.Sender{Self: bridge.Host, Peer: bridge.Broadcast, Epoch: 0x5C}
	none := bridge.Sender{Self: bridge.Host, Peer: bridge.Unassigned, Epoch: 0x5C}
	for name, p := range map[string]bridge.Packet{
		"another's poll":          other.Plain(bridge.TypePoll, nil),
		"another's order":         other.Reliable(bridge.TypeShow, bridge.Show{Text: "1"}.Payload()),
		"a board":                 board.Reliable(bridge.TypeHello, nil),
		"the time":                all.Plain(bridge.TypeTime, bridge.Time{Unix: 1}.Payload()),
		"an order to all":         all.Reliable(bridge.TypeHello, nil),
		"a poll of all":           all.Plain(bridge.TypePoll, nil),
		"those without address":   none.Plain(bridge.TypeSeek, bridge.Seek{}.Payload()),
		"an acknowledgement":      r.host.Ack(bridge.Packet{Src: 3, Seq: 9}, nil),
		"an unknown plain packet": r.host.Plain(0x7F, nil),
	} {
		r.say(p)
		if got, ok := r.hear(); ok {
			t.Errorf("%s is answered with %v", name, got)
		}
	}
	frame, _ := bridge.Append(nil, r.host.Reliable(bridge.TypeHello, nil))
	frame[5] ^= 1
	r.Ask("bytes %d %x", r.now, frame)
	if got, ok := r.hear(); ok {
		t.Errorf("a broken packet is answered with %v", got)
	}
	status, err := bridge.ParseStatus(r.order(bridge.TypeStatus, nil).Payload)
	if err != nil || status.Broken != 1 || status.Received != 6 || status.Supply != 5020 {
		t.Errorf("status %+v, %v; want one broken frame and 6 good ones", status, err)
	}
}

func TestRepeatedOrderIsCarriedOutOnce(t *testing.T) {
	r := newRig(t, 3)
	show := r.host.Reliable(bridge.TypeShow, bridge.Show{TTL: 1, Text: "A015"}.Payload())
	first := r.ask(show)
	r.now += 700
	show.Retry = true
	again := r.ask(show)
	if again.String() != first.String() {
		t.Errorf("answers differ: %v, %v", first, again)
	}
	if r.now += 700; r.cells() != `"    "` {
		t.Errorf("shown again: %s", r.cells())
	}
	// The same number from a host that booted is another order.
	show.Epoch, show.Retry = 0x5D, false
	r.ask(show)
	if r.cells() != `"A015"` {
		t.Errorf("shown after the host's boot: %s", r.cells())
	}
}

func TestUnknownAndBadOrdersAreRefused(t *testing.T) {
	r := newRig(t, 3)
	for name, c := range map[string]struct {
		typ     bridge.Type
		payload []byte
		code    bridge.Code
	}{
		"unknown":           {0x7F, nil, bridge.Unsupported},
		"bitmap":            {bridge.TypeBitmap, make([]byte, 20), bridge.Unsupported},
		"short show":        {bridge.TypeShow, []byte{0, 0, 0}, bridge.BadArgument},
		"text is not UTF-8": {bridge.TypeShow, []byte{0, 0, 0, 0, 'A', 0xC3}, bridge.BadArgument},
		"overlong UTF-8":    {bridge.TypeShow, []byte{0, 0, 0, 0, 0xE0, 0x80, 0x80}, bridge.BadArgument},
		"surrogate":         {bridge.TypeShow, []byte{0, 0, 0, 0, 0xED, 0xA0, 0x80}, bridge.BadArgument},
		"no such area":      {bridge.TypeShow, []byte{1, 0, 0, 0, 'A'}, bridge.BadArgument},
		"no such lamp":      {bridge.TypeLight, bridge.Light{Index: 1}.Payload(), bridge.BadArgument},
		"short beep":        {bridge.TypeBeep, []byte{0, 0}, bridge.BadArgument},
		"no such pattern":   {bridge.TypeBeep, bridge.Beep{Pattern: 3, Volume: 1, Count: 1}.Payload(), bridge.BadArgument},
		"no such setting":   {bridge.TypeConfig, []byte{99}, bridge.BadArgument},
		"reboot unmeant":    {bridge.TypeReboot, []byte{0, 0xB0, 0x08}, bridge.BadArgument},
	} {
		wantAnswer(t, name, r.order(c.typ, c.payload), bridge.Nak, c.code)
	}
	longer := append(bridge.Beep{Pattern: 1, Volume: 1, Count: 1}.Payload(), 1, 2, 3)
	wantAnswer(t, "bytes of a later version", r.order(bridge.TypeBeep, longer), bridge.Ack, 0)
}

func TestOneContactIsOnePress(t *testing.T) {
	r := newRig(t, 3)
	r.keys(0, 3)
	for _, bounce := range []byte{1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0} { // bounces at both ends
		r.keys(bounce, 1)
	}
	first := r.poll()
	key, err := bridge.ParseKey(first.Payload)
	if err != nil || first.Type != bridge.TypeKey || key.Key != 1 || key.Action != bridge.Press || first.More || first.Retry {
		t.Fatalf("%v, %v", first, err)
	}
	r.now += 1000
	again := r.poll()
	older, err := bridge.ParseKey(again.Payload)
	if err != nil || !again.Retry || again.Seq != first.Seq || older.Event != key.Event || older.Age < key.Age+1000 {
		t.Errorf("unacknowledged: %v after %v", again, first)
	}
	r.say(r.host.Ack(again, nil))
	if got := r.poll(); got.Type != bridge.TypeIdle || got.Kind != bridge.Plain {
		t.Errorf("acknowledged, but: %v", got)
	}
}

// A glitch shorter than two looks is no press, and a key that is down when the
// power comes is no press either.
func TestWhatIsNoPress(t *testing.T) {
	r := newRig(t, 3)
	r.keys(2, 50) // stuck since before the boot
	r.keys(3, 1)
	r.keys(2, 5)
	if got := r.poll(); got.Type != bridge.TypeIdle {
		t.Errorf("no press, but: %v", got)
	}
	r.keys(0, 3)
	r.keys(2, 3)
	if got := r.poll(); got.Type != bridge.TypeKey {
		t.Errorf("after it was let go, a key is a key again, but: %v", got)
	}
}

func TestPressesKeepTheirOrderAndTheirNumbers(t *testing.T) {
	r := newRig(t, 3)
	for key := range 9 {
		r.press(key%8 + 1)
	}
	if tone := strings.Fields(r.Ask("look %d", r.now))[1]; tone == "0" {
		t.Error("the ninth press found no room and no sound tells")
	}
	var keys []byte
	var events []uint32
	for range 8 {
		p := r.poll()
		k, err := bridge.ParseKey(p.Payload)
		if err != nil || p.More != (len(keys) < 7) {
			t.Fatalf("event %d: %v, %v", len(keys), p, err)
		}
		keys, events = append(keys, k.Key), append(events, k.Event)
		r.say(r.host.Ack(p, nil))
	}
	if !slices.Equal(keys, []byte{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("keys %v", keys)
	}
	for i := range events {
		if events[i] != events[0]+uint32(i) {
			t.Errorf("events %v", events)
		}
	}
	r.press(5)
	if k, err := bridge.ParseKey(r.poll().Payload); err != nil || k.Event != events[7]+1 || k.Key != 5 {
		t.Errorf("after a press that was not taken: %v, %v", k, err)
	}
}

func TestRefusedPressIsDroppedUnlessTheHostIsBusy(t *testing.T) {
	r := newRig(t, 3)
	r.press(1)
	r.press(2)
	p := r.poll()
	r.say(r.host.Nak(p, bridge.Busy))
	if again := r.poll(); again.Seq != p.Seq || !again.Retry {
		t.Errorf("busy, but: %v", again)
	}
	r.say(r.host.Nak(p, bridge.BadArgument))
	if next, _ := bridge.ParseKey(r.poll().Payload); next.Key != 2 {
		t.Errorf("refused for good, but: %v", next)
	}
	late := r.host.Ack(p, nil)
	r.say(late)
	if next, _ := bridge.ParseKey(r.poll().Payload); next.Key != 2 {
		t.Errorf("a late acknowledgement of another press took %v", next)
	}
}

func TestHostChoosesWhichMovementsCount(t *testing.T) {
	r := newRig(t, 3)
	wantAnswer(t, "all actions", r.order(bridge.TypeConfig, []byte{1, 1<<bridge.Press | 1<<bridge.Release | 1<<bridge.Long}), bridge.Ack, 0)
	r.keys(0, 3)
	r.keys(1, 120)
	r.keys(0, 3)
	var actions []bridge.Action
	for {
		p := r.poll()
		if p.Type == bridge.TypeIdle {
			break
		}
		k, _ := bridge.ParseKey(p.Payload)
		actions = append(actions, k.Action)
		r.say(r.host.Ack(p, nil))
	}
	if want := []bridge.Action{bridge.Press, bridge.Long, bridge.Release}; !slices.Equal(actions, want) {
		t.Errorf("actions %v, want %v", actions, want)
	}
}

// The name of a press is board, boot and event number; over boots without a
// lasting memory none may come back, and no boot number follows itself.
func TestNamesOfPressesDoNotComeBack(t *testing.T) {
	r := newRig(t, 3)
	names := map[string]bool{}
	former := byte(0)
	for i := range 600 {
		r.boot(3, former)
		r.Ask("stir %d", 1000*i)
		r.press(1)
		p := r.poll()
		k, err := bridge.ParseKey(p.Payload)
		if err != nil || p.Epoch == 0 || p.Epoch == former {
			t.Fatalf("boot %d after %d: %v, %v", p.Epoch, former, p, err)
		}
		if name := fmt.Sprintf("%d/%d", p.Epoch, k.Event); names[name] {
			t.Fatalf("the name %s came back after %d boots", name, i)
		} else {
			names[name] = true
		}
		former = p.Epoch
	}
	if got := r.Ask("stored 0"); got != fmt.Sprintf("0 %d", former) {
		t.Errorf("kept %q, want the boot number %d", got, former)
	}
}

func TestBoardWithoutAddressIsFoundAndGivenOne(t *testing.T) {
	r := newRig(t, 0)
	none := bridge.Sender{Self: bridge.Host, Peer: bridge.Unassigned, Epoch: 0x5C}
	for name, c := range map[string]struct {
		seek bridge.Seek
		want bool
	}{
		"everybody":      {bridge.Seek{}, true},
		"its first bits": {bridge.Seek{Bits: 5, UID: bridge.UID{0x37}}, true},
		"other bits":     {bridge.Seek{Bits: 6, UID: bridge.UID{0x37}}, false},
		"its whole UID":  {bridge.Seek{Bits: 96, UID: uid}, true},
	} {
		r.say(none.Plain(bridge.TypeSeek, c.seek.Payload()))
		p, ok := r.hear()
		if ok != c.want {
			t.Errorf("sought by %s: %v %v", name, ok, p)
		}
		if hello, err := bridge.ParseHello(p.Payload); ok && (err != nil || hello.UID != uid || p.Src != bridge.Unassigned) {
			t.Errorf("sought by %s: %v, %v", name, p, err)
		}
	}
	r.say(r.host.Reliable(bridge.TypeHello, nil))
	if got, ok := r.hear(); ok {
		t.Errorf("without an address it answers to one: %v", got)
	}
	wrong := uid
	wrong[11]++
	r.say(none.Plain(bridge.TypeAssign, bridge.Assign{UID: wrong, Address: 9}.Payload()))
	r.say(none.Plain(bridge.TypeAssign, append(uid[:], bridge.Unassigned)))
	r.say(none.Plain(bridge.TypeAssign, bridge.Assign{UID: uid, Address: 7}.Payload()))
	r.host.Peer = 7
	if got := r.order(bridge.TypeHello, nil); got.Src != 7 {
		t.Errorf("after its ASSIGN: %v", got)
	}
	if got := r.Ask("stored 0"); !strings.HasPrefix(got, "7 ") {
		t.Errorf("kept %q", got)
	}
}

func TestTextOnTheDisplay(t *testing.T) {
	r := newRig(t, 3)
	show := func(s bridge.Show) { wantAnswer(t, s.Text, r.order(bridge.TypeShow, s.Payload()), bridge.Ack, 0) }
	show(bridge.Show{Text: "请A1号"})
	if got := r.cells(); got != `"?A1?"` {
		t.Errorf("beyond ASCII: %s", got)
	}
	show(bridge.Show{Text: "A015", Style: bridge.Blink})
	on := r.cells()
	r.now += 500
	if off := r.cells(); on != `"A015"` || off != `"    "` {
		t.Errorf("blinking: %s, then %s", on, off)
	}
	show(bridge.Show{Text: "ABCDE", Style: bridge.Scroll})
	var views []string
	for range 9 {
		views = append(views, strings.Trim(r.cells(), `"`))
		r.now += 300
	}
	if want := []string{"ABCD", "BCDE", "CDE ", "DE  ", "E   ", "   A", "  AB", " ABC", "ABCD"}; !slices.Equal(views, want) {
		t.Errorf("scrolling: %q", views)
	}
	show(bridge.Show{Text: "12", TTL: 2})
	r.now += 1900
	before := r.cells()
	r.now += 200
	if after := r.cells(); before != `"12  "` || after != `"    "` {
		t.Errorf("for two seconds: %s, then %s", before, after)
	}
	show(bridge.Show{Text: strings.Repeat("8", bridge.MaxText)})
	if got := r.cells(); got != `"8888"` {
		t.Errorf("the longest text: %s", got)
	}
}

func TestLampAndSound(t *testing.T) {
	r := newRig(t, 3)
	look := func(i int) string { t.Helper(); return strings.Fields(r.Ask("look %d", r.now))[i] }
	r.order(bridge.TypeLight, bridge.Light{Colour: [3]byte{0, 9, 0}, Pattern: 2, TTL: 1}.Payload())
	states := ""
	for range 10 {
		states += look(0)
		r.now += 125
	}
	if states != "1010101000" {
		t.Errorf("the lamp blinks %s", states)
	}
	r.order(bridge.TypeBeep, bridge.Beep{Pattern: 2, Volume: 9, Count: 2}.Payload())
	states = ""
	for range 18 {
		states += look(1)
		r.now += 50
	}
	if states != "111222001112220000" {
		t.Errorf("two tones twice: %s", states)
	}
	r.order(bridge.TypeBeep, bridge.Beep{Pattern: 1, Volume: 0, Count: 2}.Payload())
	if look(1) != "0" {
		t.Error("volume 0 is heard")
	}
}

func TestLinkLampFollowsTheHost(t *testing.T) {
	r := newRig(t, 3)
	link := func() string { return strings.Fields(r.Ask("look %d", r.now))[2] }
	if link() != "0" {
		t.Error("lit before the host was heard")
	}
	r.poll()
	if link() != "1" {
		t.Error("dark while the host speaks")
	}
	if r.now += 3100; link() != "0" {
		t.Error("lit though the host is silent")
	}
}

// The watchdog is fed only while both tasks are seen again and again.
func TestWatchdogStarvesWithAnyTask(t *testing.T) {
	r := newRig(t, 3)
	fed := func(tasks string) (n int) {
		for range 100 {
			r.now += 50
			r.Ask("seen %s", tasks)
			if strings.Fields(r.Ask("look %d", r.now))[3] == "1" {
				n++
			}
		}
		return n
	}
	if n := fed("3"); n < 8 || n > 11 {
		t.Errorf("fed %d times in 5 s", n)
	}
	for _, tasks := range []string{"1", "2", "0"} {
		fed(tasks) // what was seen before may feed it once
		if n := fed(tasks); n != 0 {
			t.Errorf("with tasks %s alone it is fed %d times", tasks, n)
		}
	}
}

func TestRebootComesAfterItsAnswer(t *testing.T) {
	r := newRig(t, 3)
	reboot := func() string { return strings.Fields(r.Ask("look %d", r.now))[4] }
	r.say(r.host.Reliable(bridge.TypeReboot, []byte{1, 0xB0, 0x07}))
	if reboot() != "0" {
		t.Error("reboots before it answered")
	}
	if got, ok := r.hear(); !ok || got.Kind != bridge.Ack || reboot() != "2" {
		t.Errorf("answer %v, reboot %s", got, reboot())
	}
}
