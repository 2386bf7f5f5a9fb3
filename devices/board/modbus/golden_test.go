package modbus

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"lobby/devices"
	"lobby/devices/devicetest"
)

// cases are the requests that the driver sends for some tickets.
func cases(t *testing.T) map[string][]byte {
	t.Helper()
	write := func(o Options, ticket string) []byte {
		row, err := o.registers()
		if err != nil {
			t.Fatal(err)
		}
		values, err := row.encode(ticket)
		if err != nil {
			t.Fatal(err)
		}
		if row.function == writeOne {
			return oneRequest(byte(o.Unit), row.first, values[0])
		}
		return manyRequest(byte(o.Unit), row.first, values)
	}
	dm56 := Options{Unit: 1, Map: "dm56"}
	return map[string][]byte{
		"digits":      write(dm56, "A015"),
		"blank":       write(dm56, ""),
		"number":      write(Options{Unit: 1, Map: "custom", Register: 7, Digits: 4, Mode: "number", Write: 6}, "M015"),
		"text":        write(Options{Unit: 5, Map: "embeddedart"}, "M045"),
		"packed":      write(Options{Unit: 9, Map: "custom", Register: 40, Digits: 5, Mode: "ascii", Packed: true}, "M045"),
		"read-digits": readRequest(1, 0, 4),
		"read-two":    readRequest(1, 1, 2),
		"read-wrong":  readRequest(1, 500, 1),
		"read-absent": readRequest(3, 0, 1),
	}
}

// answers are what a display sends.
func answers() map[string][]byte {
	return map[string][]byte{
		"digits-written": devicetest.Bytes("01 10 00 00 00 04 C1 CA"),
		"two-read":       devicetest.Bytes("01 03 04 03 F7 00 00 4B 85"),
		"refused":        devicetest.Bytes("01 83 02 C0 F1"),
	}
}

// TestWorkedFrames has frames that a foreign master and slave have exchanged.
func TestWorkedFrames(t *testing.T) {
	for name, want := range map[string]string{
		"number":      "01 06 00 07 00 0F 78 0F",
		"digits":      "01 10 00 00 00 04 08 00 41 00 30 00 31 00 35 36 A2",
		"read-two":    "01 03 00 01 00 02 95 CB",
		"read-wrong":  "01 03 01 F4 00 01 C4 04",
		"read-absent": "03 03 00 00 00 01 85 E8",
	} {
		if got := spaced(cases(t)[name]); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

func TestWorkedAnswers(t *testing.T) {
	for _, c := range []struct {
		request, answer string
		values          []uint16
		refusal         error
	}{
		{"digits", "digits-written", nil, nil},
		{"read-two", "two-read", []uint16{1015, 0}, nil},
		{"read-wrong", "refused", nil, illegalAddress},
	} {
		for _, before := range []string{"", "00", "FF 01 03"} {
			heard := slices.Concat(devicetest.Bytes(before), answers()[c.answer], devicetest.Bytes("00"))
			values, refusal, found := find(cases(t)[c.request], heard)
			if !found || !slices.Equal(values, c.values) || !errors.Is(refusal, c.refusal) {
				t.Errorf("%s after %q: %v %v %v", c.answer, before, values, refusal, found)
			}
		}
	}
}

func TestForeignAnswersAreNotOurs(t *testing.T) {
	all := answers()
	for _, c := range []struct {
		name, request string
		heard         []byte
	}{
		{"other unit", "read-two", sealed([]byte{2, 3, 4, 3, 0xF7, 0, 0})},
		{"refusal of another unit", "read-two", sealed([]byte{2, 0x83, 2})},
		{"refusal of another function", "read-two", sealed([]byte{1, 0x90, 2})},
		{"other function", "read-two", sealed([]byte{1, 4, 4, 3, 0xF7, 0, 0})},
		{"other count", "read-two", sealed([]byte{1, 3, 2, 3, 0xF7})},
		{"other register", "digits", sealed([]byte{1, 16, 0, 1, 0, 4})},
		{"other value", "number", sealed([]byte{1, 6, 0, 7, 0, 16})},
		{"echo", "read-two", cases(t)["read-two"]},
		{"echo of a write", "digits", cases(t)["digits"]},
		{"half an answer", "read-two", all["two-read"][:7]},
		{"checksum", "read-two", append(slices.Clone(all["two-read"][:8]), 0x86)},
	} {
		if values, refusal, found := find(cases(t)[c.request], c.heard); found {
			t.Errorf("%s: taken for the answer: %v %v", c.name, values, refusal)
		}
	}
	if _, _, found := find(cases(t)["read-two"], append(cases(t)["read-two"], all["two-read"]...)); !found {
		t.Error("the answer after an echo is not found")
	}
}

func TestChecksum(t *testing.T) {
	if got := checksum([]byte("123456789")); got != 0x4B37 {
		t.Errorf("checksum = %04X, want 4B37", got)
	}
}

func TestEncode(t *testing.T) {
	ascii := func(digits int) registers { return registers{digits: digits, function: writeMany} }
	num := func(digits int) registers { return registers{digits: digits, number: true} }
	for _, c := range []struct {
		row    registers
		ticket string
		want   string
		err    error
	}{
		{ascii(4), "M045", "M045", nil},
		{ascii(3), "M045", "045", nil},
		{ascii(6), "M045", "  M045", nil},
		{ascii(2), "M045", "  ", devices.ErrTooLong},
		{ascii(4), "", "    ", nil},
		{ascii(4), "请\x007", "   7", nil},
		{num(4), "M045", "45", nil},
		{num(2), "M045", "45", nil},
		{num(2), "M145", "0", devices.ErrTooLong},
		{num(5), "M70000", "0", devices.ErrTooLong},
		{num(4), "", "0", nil},
		{num(4), "VIP", "0", nil},
		{num(4), "A12B3", "3", nil},
	} {
		values, err := c.row.encode(c.ticket)
		got := fmt.Sprint(values[0])
		if !c.row.number {
			got = ""
			for _, v := range values {
				got += string(rune(v))
			}
		}
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%+v, %q: %q, %v; want %q, %v", c.row, c.ticket, got, err, c.want, c.err)
		}
	}
}

func TestGolden(t *testing.T) {
	for name, frame := range cases(t) {
		devicetest.Golden(t, name, frame, strings.TrimSuffix(describe(frame), "\n"))
	}
}

// describe is the twin of a golden request for people.
func describe(frame []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "unit      %d\n", frame[0])
	first := int(frame[2])<<8 | int(frame[3])
	second := int(frame[4])<<8 | int(frame[5])
	switch frame[1] {
	case readHolding:
		fmt.Fprintf(&b, "read      %d registers from %d\n", second, first)
	case writeOne:
		fmt.Fprintf(&b, "write     register %d\nvalue     %d\n", first, second)
	case writeMany:
		fmt.Fprintf(&b, "write     %d registers from %d\nvalues    %q\n", second, first, frame[7:len(frame)-2])
	}
	return b.String()
}

// TestPage compares the worked frames of the hardware page with the encoder.
func TestPage(t *testing.T) {
	frames := cases(t)
	for _, unprinted := range []string{"blank", "text", "packed", "read-digits", "read-absent"} {
		delete(frames, unprinted)
	}
	maps.Copy(frames, answers())
	devicetest.Page(t, "../../../hardware-docs/boards/modbus.md", frames)
}

func spaced(b []byte) string { return strings.ToUpper(fmt.Sprintf("% x", b)) }

func FuzzFind(f *testing.F) {
	for _, a := range answers() {
		f.Add(a)
	}
	f.Add(devicetest.Bytes("01 03 00 01 00 02 95 CB 01 03 04 03 F7 00 00 4B 85"))
	requests := [][]byte{readRequest(1, 1, 2), oneRequest(1, 7, 15), manyRequest(1, 0, make([]uint16, 4))}
	f.Fuzz(func(t *testing.T, heard []byte) {
		for _, request := range requests {
			values, refusal, found := find(request, heard)
			if found && request[1] == readHolding && refusal == nil && len(values) != 2 {
				t.Fatalf("% X gives %d registers", heard, len(values))
			}
		}
	})
}
