package fixed

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"lobby/devices"
	"lobby/devices/board/boardtest"
	"lobby/devices/devicetest"
	emu "lobby/devices/emulator/fixed"
)

// Every sheet proves itself by the frames of its maker; they are the golden
// files too.
func TestShippedSheets(t *testing.T) {
	for _, name := range Sheets() {
		s, err := readSheet(name)
		if err != nil {
			t.Fatal(err)
		}
		var frames, twins strings.Builder
		for _, e := range s.Examples {
			fmt.Fprintf(&frames, "%s\n", e.Sends)
			fmt.Fprintf(&twins, "address %d shows %q with %v, answered by %q\n", e.Address, e.Ticket, e.Set, e.Answers)
		}
		devicetest.File(t, filepath.Join("testdata", name+".golden"), frames.String())
		devicetest.File(t, filepath.Join("testdata", name+".txt"), twins.String())
	}
}

// sheet is one with everything a sheet can have.
const sheet = `
name: everything
digits: 4
values: {colour: {red: 1, green: 2}}
set: {colour: red}
escape: {7D: "7D 5D", 7E: "7D 5E"}
frame: "7E ( [ {address:2be} {len} {colour} {bcd:2be} {ticket:6} {text} ] ) {crc16-modbus} {xor8} 7E"
reply: "06 {address:2be} ?? {sum8}"
`

// everything is its frame up to the sums.
const everything = "7E 01 02 0E 01 00 45 20 20 4D 30 34 35 C7 EB "

func TestPatternsHaveEverything(t *testing.T) {
	var s Sheet
	if err := yaml.Unmarshal([]byte(sheet), &s); err != nil {
		t.Fatal(err)
	}
	p, err := parsePattern(s.Frame, s.Values)
	if err != nil {
		t.Fatal(err)
	}
	c := content{address: 258, number: 45, ticket: "M045", text: "请", values: map[string]int{"colour": 1}}
	got, err := p.fill(c)
	if err != nil || !strings.HasPrefix(fmt.Sprintf("% X ", got), everything) {
		t.Fatalf("% X, %v", got, err)
	}
	// Two sums behind: one over the brackets, one over all before it.
	n := len(got)
	if want := checksum("crc16-modbus", got[1:n-4]); uint64(got[n-4])|uint64(got[n-3])<<8 != want {
		t.Errorf("crc % X, want %04X", got[n-4:n-2], want)
	}
	if !p.find(got, c) || p.find(got[:n-1], c) {
		t.Error("a frame is not found as what it is")
	}
	got[n-3] ^= 1
	if p.find(got, c) {
		t.Error("a broken sum is taken as good")
	}
}

// The check values of the catalogues of checksums.
func TestChecksums(t *testing.T) {
	for kind, want := range map[string]uint64{"sum8": 0xdd, "xor8": 0x31, "crc16-arc": 0xbb3d, "crc16-modbus": 0x4b37} {
		if got := checksum(kind, []byte("123456789")); got != want {
			t.Errorf("%s: %X, want %X", kind, got, want)
		}
	}
}

// What is wrong with a sheet is said in a sentence.
func TestSheetsAreChecked(t *testing.T) {
	good := "name: x\ndigits: 2\nframe: \"AA {number} {sum8}\"\nexamples: [{ticket: A015, sends: AA 0F B9}]\n"
	if _, err := parseSheet([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for say, s := range map[string]string{
		"the frame gives AA 0F B9": strings.Replace(good, "B9", "B8", 1),
		"nobody knows {sum9}":      strings.Replace(good, "sum8", "sum9", 1),
		"neither hex nor":          strings.Replace(good, "AA {n", "AG {n", 1),
		"copy one frame":           good[:strings.Index(good, "examples")] + "examples: []\n",
		"say how many places":      strings.Replace(good, "digits: 2", "digits: 0", 1),
		"fit into {number:1}":      strings.Replace(good, "digits: 2", "digits: 3", 1),
		"fit into {bcd:1}":         strings.NewReplacer("number", "bcd:1", "digits: 2", "digits: 3").Replace(good),
		"blue is 256":              good + "values: {colour: {blue: 256}}\nreply: \"06 {colour}\"\n",
		"address 0 is not between": strings.NewReplacer("AA {n", "{address} {n", "AA 0F", "00 0F", "B9", "0F").Replace(good),
		"the reply does not match": good + "reply: \"06\"\n",
		"unknown field":            good + "colour: red\n",
	} {
		if _, err := parseSheet([]byte(s)); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %v", say, err)
		}
	}
}

func shown(b *boardtest.Bench) string { return b.Emulator.View().(emu.View).Units[0].Text }

func TestBoardShowsTheTicket(t *testing.T) {
	for _, options := range []string{"{sheet: kanban4, address: 5}", "{sheet: sunpn, set: {color: red}}"} {
		boardtest.On(t, Open, emu.New, options, func(b *boardtest.Bench) {
			for ticket, want := range map[string]string{"M045": "45", "A999": "999", "": ""} {
				if err := b.Show(ticket); err != nil || shown(b) != want {
					t.Errorf("%s %q: shows %q, %v", options, ticket, shown(b), err)
				}
			}
			if err := b.Show("M1000"); !errors.Is(err, devices.ErrTooLong) {
				t.Errorf("%s: a ticket that is too long gives %v", options, err)
			}
			if shown(b) != "" {
				t.Errorf("%s: it shows %q", options, shown(b))
			}
		})
	}
}

// A board that answers is known not to answer; a broken answer is none.
func TestSilenceIsNoticed(t *testing.T) {
	boardtest.On(t, Open, emu.New, "{sheet: sunpn}", func(b *boardtest.Bench) {
		for _, fault := range []string{"silent", "mute", "noise"} {
			b.Fault(fault, true)
			if err := b.Show("M045"); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: %v", fault, err)
			}
			b.Fault(fault, false)
		}
		if err := b.Show("M046"); err != nil {
			t.Error(err)
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{}", "{sheet: other}", "{sheet: /nowhere/x.yaml}", "{sheet: sunpn, set: {color: blue}}", "{sheet: sunpn, set: {size: big}}", "{sheet: kanban4, adress: 3}", "{sheet: kanban4}", "{sheet: kanban4, address: 0}", "{sheet: kanban4, address: 261}", "{sheet: kanban4, address: -251}"} {
		if _, err := Open(nil, devicetest.Decode(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
	own := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(own, []byte("name: own\ndigits: 2\nframe: \"AA {number} {sum8}\"\nexamples: [{ticket: A015, sends: AA 0F B9}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(nil, devicetest.Decode("{sheet: "+own+"}")); err != nil {
		t.Error(err)
	}
}

// TestPage compares the worked frames of the hardware page with the encoder.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../../hardware-docs/boards/fixed.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```hex (\\S+)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	for _, b := range blocks {
		name, ticket, _ := strings.Cut(b[1], "-")
		s, err := readSheet(name)
		if err != nil {
			t.Fatal(err)
		}
		what, err := s.content(devices.Frame{Ticket: ticket}, 5, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.encode(what)
		if want, _ := hex.DecodeString(strings.Join(strings.Fields(b[2]), "")); err != nil || string(got) != string(want) {
			t.Errorf("%s on the page is % X, the encoder says % X", b[1], want, got)
		}
	}
	sheets := regexp.MustCompile("(?s)```yaml\n(name: .*?)```").FindAllStringSubmatch(string(page), -1)
	for _, b := range sheets {
		if _, err := parseSheet([]byte(b[1])); err != nil {
			t.Errorf("a sheet of the page: %v", err)
		}
	}
	if len(sheets) != 2 {
		t.Errorf("the page has %d sheets", len(sheets))
	}
	if len(blocks) < 2 {
		t.Errorf("the page has only %d worked frames", len(blocks))
	}
}

// FuzzSheet: whatever stands in a sheet, it is taken or refused, and one that is
// taken answers for its examples.
func FuzzSheet(f *testing.F) {
	f.Add([]byte(sheet))
	f.Add([]byte("name: x\ndigits: 2\nframe: \"AA {number} {sum8}\"\nexamples: [{ticket: A015, sends: AA 0F B9}]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseSheet(b)
		if err != nil {
			return
		}
		if err := c.try(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzFind: no answer makes it fail, and only whole ones are found.
func FuzzFind(f *testing.F) {
	s, err := readSheet("sunpn")
	if err != nil {
		f.Fatal(err)
	}
	what, err := s.content(devices.Frame{Ticket: "A888"}, 0, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{0x2a, 0, 0x78, 3, 1, 0xa6, 0x0a})
	f.Fuzz(func(t *testing.T, heard []byte) {
		whole := strings.Contains(string(heard), "\x2a\x00\x78\x03\x01\xa6\x0a")
		if s.reply.find(heard, what) != whole {
			t.Fatalf("% X: found %v", heard, !whole)
		}
	})
}
