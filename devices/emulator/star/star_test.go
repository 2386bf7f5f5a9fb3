package star

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/emulator/engine"
)

func mustNew(t testing.TB, options string) *Printer {
	t.Helper()
	e, err := New([]devices.Unit{{Name: "front", Options: func(into any) error {
		d := json.NewDecoder(strings.NewReader(options))
		d.DisallowUnknownFields()
		return d.Decode(into)
	}}})
	if err != nil {
		t.Fatal(err)
	}
	p := e.(*Printer)
	p.Font("")
	return p
}

func (p *Printer) view() engine.View { return p.View().(engine.View) }

// said is what the printer answers within a tenth of a second, in hex.
func said(t *testing.T, p *Printer, send string) string {
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		_ = p.Serve(ctx, far)
		close(done)
	}()
	defer func() {
		cancel()
		<-done
		_ = near.Close()
	}()
	if _, err := near.Write([]byte(send)); err != nil {
		t.Fatal(err)
	}
	_ = near.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	var all []byte
	buf := make([]byte, 64)
	for {
		n, err := near.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			return fmt.Sprintf("% X", all)
		}
	}
}

// The exchanges of the manual, byte for byte.
func TestAnswers(t *testing.T) {
	const well = "23 06 00 00 00 00 00 00 00"
	for _, c := range []struct{ fault, send, want string }{
		{"", "\x1b\x06\x01", well},
		{"cover_open", "\x1b\x06\x01", "23 06 28 00 00 00 00 00 00"},
		{"paper_out", "\x1b\x06\x01", "23 06 08 00 00 0C 00 00 00"},
		{"paper_near_end", "\x1b\x06\x01", "23 06 00 00 00 04 00 00 00"},
		{"silent", "\x1b\x06\x01", ""},
		{"", "\x05", "00"},
		{"paper_out", "\x05\x04", "28 38"},
		// The automatic status comes when it is made valid, and with every ETB.
		{"", "\x1b\x1ea\x01A\n\x17", well + " 23 06 02 00 00 00 00 02 00"},
		{"cutter_jam", "\x1b\x1ea\x01A\n\x1bd\x03", well + " 23 06 08 08 00 00 00 00 00"},
		{"no_echo", "\x1b\x1ea\x01A\n\x17", well},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := mustNew(t, `{}`)
			if c.fault != "" {
				if err := p.SetFault(c.fault, true); err != nil {
					t.Fatal(err)
				}
			}
			if got := said(t, p, c.send); got != c.want {
				t.Errorf("%s %q: %s, want %s", c.fault, c.send, got, c.want)
			}
		})
	}
}

// The counter has five bits in three places, and begins again at zero.
func TestCounter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := mustNew(t, `{}`)
		for n := 1; n <= 33; n++ {
			p.Interpret([]byte{0x17})
			b := language{p}.status()[7]
			if got := int(b>>1&7 | b>>2&0x18); got != n%32 || b&0x91 != 0 {
				t.Errorf("after %d: %02X", n, b)
			}
		}
		p.Interpret([]byte("\x17\x1b\x1eE\x00"))
		if p.machine.etbs != 0 {
			t.Error("ESC RS E did not clear the counter")
		}
	})
}

// The output of another encoder is understood.
func TestReceiptlineIsUnderstood(t *testing.T) {
	p := mustNew(t, `{}`)
	b, err := os.ReadFile(filepath.Join("testdata", "receiptline-star.bin"))
	if err != nil {
		t.Fatal(err)
	}
	p.Interpret(b)
	v := p.view()
	if v.Printed == 0 {
		t.Fatalf("%+v", v)
	}
	got := strings.Join(v.Slips[0].Lines, "\n")
	for _, want := range []string{"政务服务大厅", "A015", "[picture 1", "社会保险", "前面等候", "7 人"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// zbar reads the codes off the paper: the one the printer drew, and another
// encoder's picture.
func TestForeignZbarReadsThePaper(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Fatal("zbarimg is missing; install the Debian package zbar-tools")
	}
	foreign, err := os.ReadFile(filepath.Join("testdata", "receiptline-star.bin"))
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://hall.example.gov.cn/t/A015?k=7F3C"
	for name, bytes := range map[string]string{
		"drawn": "\x1b\x1da\x01\x1b\x1dyS1\x01\x1b\x1dyS2\x06\x1b\x1dyD1\x00" + string(rune(len(url))) + "\x00" + url +
			"\x1b\x1dyP\x1bd\x03",
		"foreign": string(foreign),
	} {
		p := mustNew(t, `{}`)
		p.Interpret([]byte(bytes))
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

func TestOptionsAreStrict(t *testing.T) {
	bad := func(into any) error {
		into.(*options).Profile = "other"
		return nil
	}
	if _, err := New([]devices.Unit{{Name: "front", Options: bad}}); err == nil {
		t.Error("an unknown profile was accepted")
	}
	if _, err := New(nil); err == nil {
		t.Error("a printer without a unit was made")
	}
}

// FuzzBytes: whatever arrives, the printer survives.
func FuzzBytes(f *testing.F) {
	f.Add([]byte("\x1b@\xd5\xfe\x1bi\x01\x01A015\n\x1bd\x03\x17"))
	f.Add([]byte("\x1bk\x48\x00\x1b\x1dS\x01\xff\xff\xff\xff\x00\x1b\x1dyD1\x00\xff\xff"))
	f.Add([]byte("\x1b\x1dyS2\x00\x1b\x1dyD1\x00\x03\x00abc\x1b\x1dyP\x1b\x1dA\xff\xffA\n\x18\x05\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, o := range []string{`{}`, `{"profile":"star58"}`} {
			p := mustNew(t, o)
			p.Interpret(b)
			if v := p.view(); len(v.Slips) > 50 {
				t.Fatalf("%d slips", len(v.Slips))
			}
		}
	})
}
