package escpos

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/emulator/engine"
	"lobby/devices/emulator/paper"
)

func unit(options string) []devices.Unit {
	return []devices.Unit{{Name: "front", Options: func(into any) error {
		d := json.NewDecoder(strings.NewReader(options))
		d.DisallowUnknownFields()
		return d.Decode(into)
	}}}
}

func mustNew(t *testing.T, options string) *Printer {
	t.Helper()
	e, err := New(unit(options))
	if err != nil {
		t.Fatal(err)
	}
	p := e.(*Printer)
	p.Font("")
	return p
}

func (p *Printer) view() engine.View { return p.View().(engine.View) }

// host is the other end of the printer's line.
type host struct {
	t    *testing.T
	conn net.Conn
	end  func()
}

func connect(t *testing.T, p *Printer) *host {
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		_ = p.Serve(ctx, far)
		close(done)
	}()
	return &host{t, near, func() {
		cancel()
		<-done
		_ = near.Close()
	}}
}

func (h *host) send(s string) {
	h.t.Helper()
	_ = h.conn.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := h.conn.Write([]byte(s)); err != nil {
		h.t.Fatal(err)
	}
}

// hear is everything said within a tenth of a second, in hex.
func (h *host) hear() string {
	_ = h.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	var all []byte
	buf := make([]byte, 64)
	for {
		n, err := h.conn.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			return fmt.Sprintf("% X", all)
		}
	}
}

// The exchanges of the manual, byte for byte.
func TestAnswers(t *testing.T) {
	for _, c := range []struct{ options, fault, send, want string }{
		{`{}`, "", "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", "12 12 12 12"},
		{`{}`, "cover_open", "\x10\x04\x01\x10\x04\x02", "1A 16"},
		{`{}`, "paper_out", "\x10\x04\x01\x10\x04\x02\x10\x04\x04", "1A 32 7E"},
		{`{}`, "paper_near_end", "\x10\x04\x01\x10\x04\x04", "12 1E"},
		{`{}`, "cutter_jam", "x\n\x1dVB\x00", ""},
		{`{}`, "", "\x1da\xff", "10 00 00 0F"},
		{`{}`, "", "\x1dr\x01", "00"},
		{`{}`, "paper_near_end", "\x1dr\x01", "03"},
		{`{}`, "paper_out", "\x1dr\x01", ""},
		{`{}`, "silent", "\x10\x04\x01\x1dr\x01", ""},
		{`{}`, "no_echo", "\x10\x04\x01\x1dr\x01", "12"},
		{`{}`, "", "\x1dIB", ""},
		{`{"profile":"epson-t88"}`, "", "\x1dIB", "5F 45 50 53 4F 4E 00"},
		{`{"profile":"epson-t88"}`, "", "\x1dIE", "5F 43 48 49 4E 41 20 47 42 31 38 30 33 30 00"},
		{`{"profile":"epson-t88"}`, "", "A\n\x1dVB\x00\x1d(H\x06\x0000A015", "37 22 41 30 31 35 00"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := mustNew(t, c.options)
			if c.fault != "" {
				if err := p.SetFault(c.fault, true); err != nil {
					t.Fatal(err)
				}
			}
			h := connect(t, p)
			defer h.end()
			h.send(c.send)
			if got := h.hear(); got != c.want {
				t.Errorf("%s %s %q: %s, want %s", c.options, c.fault, c.send, got, c.want)
			}
		})
	}
}

// Whoever does not know GS ( H prints the ids.
func TestUnknownProcessIDIsPrinted(t *testing.T) {
	p := mustNew(t, `{}`)
	feed(p, "\x1d(H\x06\x0000A015\n\x1dVB\x00")
	if v := p.view(); v.Printed != 1 || v.Slips[0].Lines[0] != "00A015" {
		t.Errorf("%+v", v)
	}
}

// A printer without the four-byte part prints two wrong characters, as two of
// the bytes look like the digits they are elsewhere.
func TestFourByteCharacters(t *testing.T) {
	for options, want := range map[string]bool{`{}`: false, `{"profile":"epson-t88"}`: true} {
		p := mustNew(t, options)
		feed(p, "\x1c&\x81\x39\xee\x39\n\x1dVB\x00")
		if got := p.view().Slips[0].Lines[0]; (got == "㐀") != want {
			t.Errorf("%s prints %q", options, got)
		}
	}
}

// feed interprets bytes without a line.
func feed(p *Printer, s string) { p.Interpret([]byte(s)) }

func TestReportsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := mustNew(t, `{}`)
		h := connect(t, p)
		defer h.end()
		h.send("\x1da\xff")
		h.hear()
		for _, c := range []struct {
			fault string
			on    bool
			want  string
		}{
			{"cover_open", true, "38 00 00 0F"}, {"cover_open", false, "10 00 00 0F"},
			{"paper_out", true, "18 00 0F 0F"}, {"paper_out", false, "10 00 00 0F"},
			{"busy", true, "13"}, {"busy", false, "11"},
		} {
			if err := p.SetFault(c.fault, c.on); err != nil {
				t.Fatal(err)
			}
			if got := h.hear(); got != c.want {
				t.Errorf("%s %v: %s, want %s", c.fault, c.on, got, c.want)
			}
		}
		_ = p.SetFault("cutter_jam", true)
		h.send("x\n\x1dVB\x00")
		if got := h.hear(); got != "18 08 00 0F" {
			t.Errorf("jam: %s", got)
		}
		if v := p.view(); v.Printed != 0 || !v.Jam || len(v.Hanging) != 1 {
			t.Errorf("jam: %+v", v)
		}
	})
	if err := mustNew(t, `{}`).SetFault("fire", true); err == nil {
		t.Error("an unknown fault was accepted")
	}
}

// The beginning of the worked ticket that the page for people has, in the
// author's own order of commands.
func TestWorkedTicket(t *testing.T) {
	b, err := hex.DecodeString(strings.ReplaceAll(
		"1B 40 1C 26 1B 61 01 1D 21 11 D5 FE CE F1 B7 FE CE F1 B4 F3 CC FC 0A "+
			"1D 21 00 1B 45 01 C9 E7 BB E1 B1 A3 CF D5 20 D2 B5 CE F1 1B 45 00 0A "+
			"1D 21 33 41 30 31 35 0A 1D 21 00 1D 56 42 00", " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	p := mustNew(t, `{}`)
	feed(p, string(b))
	want := []string{"政务服务大厅", "社会保险 业务", "A015"}
	if v := p.view(); v.Printed != 1 || !slices.Equal(v.Slips[0].Lines, want) {
		t.Errorf("%+v", v)
	}
	// 48 rows, then 24 and 6 of spacing, then 96; each with a gap of six.
	if rows := p.Roll().Slips[0].Rows(); rows != 54+30+102+headToBlade {
		t.Errorf("%d rows", rows)
	}
}

// The output of another encoder is understood.
func TestReceiptlineIsUnderstood(t *testing.T) {
	for _, name := range []string{"escpos", "generic"} {
		p := mustNew(t, `{}`)
		b, err := os.ReadFile(filepath.Join("testdata", "receiptline-"+name+".bin"))
		if err != nil {
			t.Fatal(err)
		}
		feed(p, string(b))
		v := p.view()
		// It cuts at the "=" and once more behind its last, empty line.
		if v.Printed != 2 {
			t.Fatalf("%s: %+v", name, v)
		}
		got := strings.Join(v.Slips[0].Lines, "\n")
		for _, want := range []string{
			"政务服务大厅", "社会保险 业务", "A015", "前面等候7 人", strings.Repeat("─", 48), "[picture 1", "叫号后请到 3 号窗口",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
	}
}

// zbar reads the codes off the paper: those the printer drew, and another
// encoder's picture.
func TestForeignZbarReadsThePaper(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Fatal("zbarimg is missing; install the Debian package zbar-tools")
	}
	fixture := func(name string) string {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	const url = "https://hall.example.gov.cn/t/A015?k=7F3C"
	for name, bytes := range map[string]string{
		"drawn": "\x1ba\x01\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x05\x1d(k\x03\x001E1" +
			"\x1d(k" + string(rune(len(url)+3)) + "\x001P0" + url + "\x1d(k\x03\x001Q0\x1dVB\x00",
		"escpos":  fixture("receiptline-escpos.bin"),
		"generic": fixture("receiptline-generic.bin"),
	} {
		p := mustNew(t, `{}`)
		feed(p, bytes)
		path := filepath.Join(t.TempDir(), name+".png")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.PNG(f, 0); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := exec.Command("zbarimg", "-q", "--raw", path).Output()
		if err != nil || strings.TrimSpace(string(got)) != url {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// Of an endless day the last fifty slips are kept.
func TestLastSlipsAreKept(t *testing.T) {
	p := mustNew(t, `{}`)
	for n := range 60 {
		feed(p, fmt.Sprintf("slip %d\n\x1dVB\x00", n))
	}
	first, next := p.Pictures()
	v := p.view()
	if first != 10 || next != 60 || len(v.Slips) != 50 || v.Slips[0].N != 10 || v.Slips[0].Lines[0] != "slip 10" {
		t.Errorf("%d to %d, %+v", first, next, v.Slips[0])
	}
	if err := p.PNG(&bytes.Buffer{}, 9); err == nil {
		t.Error("a slip that is gone was drawn")
	}
}

// With a font there are characters on the paper, without one boxes.
func TestPaperIsDrawn(t *testing.T) {
	dark := func(font string) int {
		p := mustNew(t, `{}`)
		p.Font(font)
		feed(p, "\x1b@\x1c&\xd5\xfe\xce\xf1 A015\n\x1dVB\x00")
		var out bytes.Buffer
		if err := p.PNG(&out, 0); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&out)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if r, _, _, _ := img.At(x, y).RGBA(); r < 0x8000 {
					n++
				}
			}
		}
		return n
	}
	for _, font := range []string{"", "/nowhere.ttc", "escpos_test.go", paper.FindFont()} {
		if n := dark(font); n < 200 || n > 3000 {
			t.Errorf("font %q: %d black dots", font, n)
		}
	}
}

// The printer takes its time when told so.
func TestSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := mustNew(t, `{}`)
		p.Speed(100)
		h := connect(t, p)
		defer h.end()
		start := time.Now()
		h.send("\x1bd\x21\x1bJ\x0a\x1dr\x01") // 1000 dots and a question behind
		_ = h.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := h.conn.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 1200*time.Millisecond || took > 1300*time.Millisecond {
			t.Errorf("125 mm took %v", took)
		}
	})
}

func TestOptionsAreStrict(t *testing.T) {
	for _, o := range []string{`{"profile":"other"}`, `{"colour":"red"}`} {
		if _, err := New(unit(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
	if _, err := New(nil); err == nil {
		t.Error("a printer without a unit was made")
	}
}

// FuzzBytes: whatever arrives, the printer survives and its memory is bounded.
func FuzzBytes(f *testing.F) {
	f.Add([]byte("\x1b@\x1c&\xd5\xfe\x1d!\x11A015\n\x1dVB\x00"))
	f.Add([]byte("\x1dv0\x03\xff\xff\xff\xff\x00\x1d8L\xff\xff\xff\xff0p0\x01\x011"))
	f.Add([]byte("\x1d(k\x03\x001Q0\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0"))
	f.Add([]byte("\x1d(L\x0b\x000p0\x00\x001\x08\x00\x01\x00\xff\x1d(L\x02\x0002\x1b$\xff\xff\x1b\\\x00\x80A\n"))
	f.Add([]byte("\x1dL\xff\xff\x1dW\x00\x00\x1ba\x01\x95\x30\x82\x36\x1dk\x04*A*\x00\x1bD\x01\x00\x10\x05\x02"))
	for _, name := range []string{"receiptline-escpos.bin", "receiptline-generic.bin"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, o := range []string{`{"profile":"epson-t88"}`, `{"profile":"old58"}`} {
			p := mustNew(t, o)
			feed(p, string(b))
			v := p.view()
			if len(v.Slips) > 50 || p.Roll().Now.Rows() > 8000 {
				t.Fatalf("%d slips, %d rows", len(v.Slips), p.Roll().Now.Rows())
			}
			if len(v.Slips) > 0 && p.Roll().Slips[0].Rows() < 1000 {
				if err := p.PNG(&bytes.Buffer{}, v.Slips[0].N); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
