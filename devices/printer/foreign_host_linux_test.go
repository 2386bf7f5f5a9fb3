package printer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"

	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	"lobby/devices/emulator/engine"
)

// receipt is a slip as receiptline's authors write one.
const receipt = `^^^政务服务大厅
"社会保险 业务"

^^^^A015
前面等候 | 7 人
-
{code:https://hall.example.gov.cn/t/A015?k=7F3C;option:qrcode,4,m}
叫号后请到 3 号窗口
=
`

// trial is one slip that receiptio prints, and what has to become of it.
type trial struct {
	language, options string // of the emulated printer
	host              string // receiptio's name of the language; empty where it is to find out
	roll              int    // millimetres of paper, 0 for no end
	fault             string
	want              string
}

var trials = []trial{
	{"escpos", `{"profile":"epson-t88"}`, "", 0, "", "success"},
	{"escpos", `{"profile":"generic80"}`, "escpos", 0, "", "success"},
	{"escpos", `{}`, "escpos", 0, engine.PaperNearEnd, "success"},
	{"escpos", `{}`, "escpos", 0, engine.PaperOut, "paperempty"},
	{"escpos", `{}`, "escpos", 40, "", "paperempty"},
	{"escpos", `{}`, "escpos", 0, engine.CoverOpen, "coveropen"},
	{"escpos", `{}`, "escpos", 0, engine.CutterJam, "error"},
	{"escpos", `{}`, "escpos", 0, engine.Silent, "offline"},
	{"escpos", `{}`, "escpos", 0, engine.Stalled, "offline"},
	{"star", `{}`, "star", 0, "", "success"},
	{"star", `{}`, "star", 0, engine.PaperNearEnd, "success"},
	{"star", `{}`, "star", 0, engine.PaperOut, "paperempty"},
	{"star", `{}`, "star", 40, "", "paperempty"},
	{"star", `{}`, "star", 0, engine.CoverOpen, "coveropen"},
	{"star", `{}`, "star", 0, engine.CutterJam, "error"},
	{"star", `{}`, "star", 0, engine.Silent, "offline"},
}

// receiptio is a host for ticket printers that nobody of this project wrote.
// What it says of the emulated printer is what was done to the printer, before
// the slip and in the middle of it. It waits twelve seconds for a silent one, so
// all print at the same time.
func TestForeignReceiptioNamesTheState(t *testing.T) {
	hosts := make([]func(*testing.T), len(trials))
	for i, c := range trials {
		hosts[i] = c.begin(t)
	}
	for i, c := range trials {
		t.Run(fmt.Sprintf("%s_%s_roll%d_%s", c.language, c.want, c.roll, c.fault), hosts[i])
	}
}

// begin lets receiptio print on a printer of its own, and returns what judges
// the end.
func (c trial) begin(t *testing.T) (judge func(*testing.T)) {
	p := tray(t, c.language, c.options)
	if c.roll > 0 {
		p.Load(c.roll)
	}
	if c.fault != "" {
		if err := p.SetFault(c.fault, true); err != nil {
			t.Fatal(err)
		}
	}
	said := receiptio(t, onPort9100(t, p), c.host)
	return func(t *testing.T) {
		if got := said(t); got != c.want {
			t.Errorf("receiptio says %s, and it was %s; the printer: %+v", got, c.want, p.View())
		}
		slips := p.View().(engine.View).Slips
		whole := len(slips) > 0 && slices.Contains(slips[0].Lines, "叫号后请到 3 号窗口")
		if whole != (c.want == "success") {
			t.Errorf("receiptio says %s, and on the counter lies %+v", c.want, slips)
		}
	}
}

// onPort9100 serves a printer where receiptio looks for one: on a port that
// cannot be chosen, so that each has an address of the loopback for itself.
func onPort9100(t *testing.T, p emulator.Emulator) (address string) {
	t.Helper()
	var l net.Listener
	var err error
	for range 50 {
		address = fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
		if l, err = net.Listen("tcp", address+":9100"); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			line, err := l.Accept()
			if err != nil {
				return
			}
			_ = p.Serve(ctx, line)
			_ = line.Close()
		}
	}()
	t.Cleanup(func() {
		cancel()
		_ = l.Close()
		<-done
	})
	return address
}

// receiptio begins to print the receipt. What it returns waits for the end and
// says what receiptio thinks has become of it.
func receiptio(t *testing.T, address, language string) (said func(*testing.T) string) {
	t.Helper()
	args := []string{"-d", address, "-c", "48", "-l", "zh-hans"}
	if language != "" {
		args = append(args, "-p", language)
	}
	var out, complaint strings.Builder
	host := devicetest.Judge(t, "receiptio.js", args...)
	host.Stdin, host.Stdout, host.Stderr = strings.NewReader(receipt), &out, &complaint
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) string {
		if err := host.Wait(); err != nil {
			t.Fatalf("receiptio: %v %s", err, &complaint)
		}
		return strings.TrimSpace(out.String())
	}
}
