package bridge_test

import (
	"bytes"
	"errors"
	"testing"

	bridge "lobby/firmware-bridge"
)

// FuzzFirmware: what is read from any bytes is written as the same bytes.
func FuzzFirmware(f *testing.F) {
	f.Add(bridge.FirmwareBegin{Statement: bridge.Statement{Board: 7, Size: 9, Version: bridge.Version{1, 2, 3}, Build: "b"}}.Payload())
	f.Add(bridge.FirmwareData{Offset: 5, Data: []byte("data")}.Payload())
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := bridge.ParseFirmwareBegin(b); err == nil {
			again, err := bridge.ParseFirmwareBegin(m.Payload())
			if err != nil || again != m {
				t.Fatalf("%v came back as %v, %v", m, again, err)
			}
		}
		if m, err := bridge.ParseFirmwareData(b); err == nil && !bytes.Equal(m.Payload(), b) {
			t.Fatalf("% x came back as % x", b, m.Payload())
		}
		if m, err := bridge.ParseFirmwareNext(b); err == nil && !bytes.Equal(m.Payload(), b[:4]) {
			t.Fatalf("% x came back as % x", b, m.Payload())
		}
		if m, err := bridge.ParseFirmwareBoot(b); err == nil && len(b) > 0 && !bytes.Equal(m.Payload(), b[:1]) {
			t.Fatalf("% x came back as % x", b, m.Payload())
		}
		_, _ = bridge.ParseStatement(b) // any bytes: must not panic
	})
}

func TestShortUpdateMessagesAreRefused(t *testing.T) {
	begin := bridge.FirmwareBegin{}.Payload()
	begin[47] = 32 // a signature of another kind
	for name, err := range map[string]error{
		"begin":     second(bridge.ParseFirmwareBegin(make([]byte, 127))),
		"signature": second(bridge.ParseFirmwareBegin(begin)),
		"no data":   second(bridge.ParseFirmwareData(make([]byte, 4))),
		"much data": second(bridge.ParseFirmwareData(make([]byte, 4+bridge.MaxFirmwareData+1))),
		"next":      second(bridge.ParseFirmwareNext(make([]byte, 3))),
		"boot":      second(bridge.ParseFirmwareBoot([]byte{2})),
		"statement": second(bridge.ParseStatement(make([]byte, 62))),
	} {
		if !errors.Is(err, bridge.ErrPayload) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
