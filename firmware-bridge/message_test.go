package bridge_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/frametest"
)

// message is what all payload structs have.
type message interface{ Payload() []byte }

// parse adapts a codec, so that one test serves them all.
func parse[M message](f func([]byte) (M, error)) func([]byte) (message, error) {
	return func(b []byte) (message, error) { return f(b) }
}

// messages has a value with every field set for each message, the place of its
// example in the corpus and the number of bytes before its text, if any.
var messages = []struct {
	frame string
	want  message
	parse func([]byte) (message, error)
	fixed int
}{
	{"idle", bridge.Idle{Uptime: 3600}, parse(bridge.ParseIdle), 6},
	{"key", bridge.Key{Key: 1, Action: bridge.Press, Age: 40, Event: 42}, parse(bridge.ParseKey), 8},
	{"enter", bridge.Enter{Event: 43, Age: 40, Digits: "12"}, parse(bridge.ParseEnter), 6},
	{"show", bridge.Show{Text: "A015"}, parse(bridge.ParseShow), 4},
	{"show-chinese", bridge.Show{Style: bridge.Blink, TTL: 20, Text: "请到12号"}, parse(bridge.ParseShow), 4},
	{"light", bridge.Light{Index: 1, Colour: [3]byte{0, 255, 0}, Pattern: 1, TTL: 30}, parse(bridge.ParseLight), 7},
	{"beep", bridge.Beep{Volume: 200, Count: 2}, parse(bridge.ParseBeep), 3},
	{"time", bridge.Time{Unix: 1795397400, Millis: 250, Zone: 480}, parse(bridge.ParseTime), 12},
	{"time-west", bridge.Time{Unix: -1, Zone: -210}, parse(bridge.ParseTime), 12},
	{"assign", bridge.Assign{UID: bridge.UID([]byte("0123456789:;")), Address: 3}, parse(bridge.ParseAssign), 13},
	{"hello-answer", bridge.Hello{Proto: 1, Board: 0x0B01, Hardware: 2, Firmware: [3]byte{1, 4, 0},
		UID: bridge.UID([]byte("0123456789:;")), Abilities: bridge.GB18030, MaxPayload: 240, Cols: 16, Rows: 2, Name: "box-3"}, parse(bridge.ParseHello), 29},
	{"status-answer", bridge.Status{Supply: 4985, Celsius10: -15, Cause: 2, Received: 100000, Broken: 3, Retries: 2, Watchdog: 1}, parse(bridge.ParseStatus), 19},
	{"seek", bridge.Seek{}, parse(bridge.ParseSeek), 1},
	{"seek-bits", bridge.Seek{Bits: 6, UID: bridge.UID{0x30}}, parse(bridge.ParseSeek), 2},
	{"reboot", bridge.Reboot{}, parse(bridge.ParseReboot), 3},
	{"sensor", bridge.Sensor{Index: 1, Value: -40}, parse(bridge.ParseSensor), 5},
	{"bitmap", bridge.Bitmap{X: 8, Width: 3, Height: 3, Bits: []byte{0xE0, 0x40, 0x40}}, parse(bridge.ParseBitmap), 11},
	{"relay", bridge.Relay{On: bridge.MaxRelay}, parse(bridge.ParseRelay), 3},
	{"config", bridge.Config{Key: bridge.ConfigActions, Value: []byte{14}}, parse(bridge.ParseConfig), 1},
}

func payloads(tb testing.TB) map[string][]byte {
	tb.Helper()
	m := map[string][]byte{}
	for _, f := range frametest.Read(tb, corpus) {
		if p, err := bridge.ParseRaw(f.Raw); err == nil {
			m[f.Name] = p.Payload
		}
	}
	return m
}

func TestMessagesOfTheCorpus(t *testing.T) {
	example := payloads(t)
	for _, m := range messages {
		got, err := m.parse(example[m.frame])
		if err != nil || !reflect.DeepEqual(got, m.want) {
			t.Errorf("%s: read as %+v, %v, want %+v", m.frame, got, err, m.want)
		}
		if b := m.want.Payload(); !bytes.Equal(b, example[m.frame]) {
			t.Errorf("%s: made % x, want % x", m.frame, b, example[m.frame])
		}
	}
}

func TestShortPayloadsAreRefused(t *testing.T) {
	example := payloads(t)
	for _, m := range messages {
		whole := example[m.frame]
		for n := range m.fixed {
			if got, err := m.parse(whole[:n]); !errors.Is(err, bridge.ErrPayload) {
				t.Errorf("%s: %d bytes are read as %+v, %v", m.frame, n, got, err)
			}
		}
		if _, err := m.parse(whole[:m.fixed]); err != nil {
			t.Errorf("%s: %d bytes are enough, but: %v", m.frame, m.fixed, err)
		}
	}
}

func TestUnknownTrailingBytesAreIgnored(t *testing.T) {
	k, err := bridge.ParseKey(payloads(t)["key-longer"])
	if err != nil || k != (bridge.Key{Key: 2, Action: bridge.Long, Age: 65535, Event: 1<<32 - 1}) {
		t.Errorf("a longer KEY is read as %+v, %v", k, err)
	}
}

func TestTextMustBeUTF8(t *testing.T) {
	if s, err := bridge.ParseShow([]byte{0, 0, 0, 0, 0xC7, 0xEB}); !errors.Is(err, bridge.ErrPayload) {
		t.Errorf("GBK in a SHOW is read as %+v, %v", s, err)
	}
}

func TestAssignWantsAnAddressOfABoard(t *testing.T) {
	for address, good := range map[byte]bool{0: false, 1: true, 239: true, 240: false, 255: false} {
		if _, err := bridge.ParseAssign(bridge.Assign{Address: address}.Payload()); (err == nil) != good {
			t.Errorf("address %d: %v", address, err)
		}
	}
}

func TestOrdersThatMustNotBeTaken(t *testing.T) {
	for name, err := range map[string]error{
		"a relay for longer than a door may stay open": second(bridge.ParseRelay(bridge.Relay{On: bridge.MaxRelay + 1}.Payload())),
		"a reboot without its two bytes":               second(bridge.ParseReboot([]byte{0, 0xB0, 0x08})),
		"a reboot into a third place":                  second(bridge.ParseReboot([]byte{2, 0xB0, 0x07})),
		"a picture beyond its rectangle":               second(bridge.ParseBitmap(bridge.Bitmap{Width: 8, Height: 2, Offset: 1, Bits: []byte{1, 2}}.Payload())),
		"more bits than a UID has":                     second(bridge.ParseSeek(append([]byte{97}, make([]byte, 13)...))),
	} {
		if !errors.Is(err, bridge.ErrPayload) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[M any](_ M, err error) error { return err }

func TestSeekFitsByLeadingBits(t *testing.T) {
	u := bridge.UID{0b1011_0001, 0xFF}
	for s, want := range map[bridge.Seek]bool{
		{}:                                   true,
		{Bits: 3, UID: bridge.UID{0xA0}}:     true,
		{Bits: 4, UID: bridge.UID{0xA0}}:     false,
		{Bits: 96, UID: u}:                   true,
		{Bits: 96, UID: bridge.UID{0: 0xB1}}: false,
	} {
		if got := s.Fits(u); got != want {
			t.Errorf("%v fits %x: %v", s, u, got)
		}
	}
}

func TestNakWithoutACode(t *testing.T) {
	if c := bridge.ParseNak(nil); c != bridge.Unsupported {
		t.Errorf("an empty NAK means %v", c)
	}
}

func FuzzMessages(f *testing.F) {
	for _, b := range payloads(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, m := range messages {
			got, err := m.parse(b)
			if err != nil {
				continue
			}
			if back, err := m.parse(got.Payload()); err != nil || !reflect.DeepEqual(back, got) {
				t.Fatalf("%+v came back as %+v, %v", got, back, err)
			}
		}
	})
}
