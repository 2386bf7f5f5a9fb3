// Package printertest is the contract that every printer's driver has to keep,
// held against the emulator of the same model: a slip is never called printed
// that is not, never called failed when it may have come out, and whatever
// happened, the next one is whole.
package printertest

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
	"lobby/devices/emulator/engine"
)

// Model is a driver and its emulator, with the options that both are given.
type Model struct {
	Open    devices.Open[devices.Printer]
	New     emulator.New
	Options devices.Decode
}

// Desk is a printer with its driver. It is to be made and used in a bubble of
// testing/synctest.
type Desk struct {
	Printer emulator.Emulator
	Driver  devices.Printer
	Wire    *Cable

	t      testing.TB
	model  Model
	unplug func()
}

// NewDesk connects a driver and an emulated printer.
func NewDesk(t testing.TB, m Model) *Desk {
	t.Helper()
	e, err := m.New([]devices.Unit{{Name: "front", Options: m.Options}})
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := e.(interface{ Font(string) }); ok {
		f.Font("") // boxes are enough where nobody looks
	}
	d := &Desk{Printer: e, t: t, model: m}
	d.Plug()
	return d
}

// Plug runs a new cable to the printer and makes a new driver on it.
func (d *Desk) Plug() {
	d.t.Helper()
	d.Close()
	near, far := net.Pipe()
	d.Wire = &Cable{Conn: near}
	d.Wire.Left.Store(-1)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		_ = d.Printer.Serve(ctx, far)
		_ = far.Close()
		close(served)
	}()
	d.unplug = func() {
		cancel()
		_ = near.Close()
		<-served
	}
	p, err := d.model.Open(d.Wire, d.model.Options)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Driver = p
}

// Close pulls the cable and waits until the printer has noticed.
func (d *Desk) Close() {
	if d.unplug != nil {
		d.unplug()
	}
}

// View is what lies on the counter.
func (d *Desk) View() engine.View { return d.Printer.View().(engine.View) }

// Fault switches a fault of the printer.
func (d *Desk) Fault(name string, on bool) {
	d.t.Helper()
	if err := d.Printer.(emulator.Troubled).SetFault(name, on); err != nil {
		d.t.Fatal(err)
	}
}

// Print prints one ticket and says how long it took in the bubble's time.
func (d *Desk) Print(id string) (devices.Outcome, time.Duration, error) {
	start := time.Now()
	o, err := d.Driver.Print(context.Background(), Ticket(id))
	return o, time.Since(start), err
}

// Ticket is a slip as the hall prints it.
func Ticket(id string) devices.Slip {
	return devices.Slip{ID: id, Blocks: []devices.Block{
		{Text: "政务服务大厅", Align: devices.Center, Scale: 2},
		{Text: "社会保险 业务", Align: devices.Center, Bold: true},
		{Text: " 优先 ", Align: devices.Center, Reverse: true},
		{Text: "A015", Align: devices.Center, Scale: 4},
		{Rule: true},
		{Pair: [2]string{"前面等候", "7 人 约 9 分钟"}},
		{QR: "https://hall.example.gov.cn/t/A015?k=7F3C", Align: devices.Center, Beside: []string{"扫码看进度"}},
		{Image: Checkers(160, 48), Align: devices.Center},
		{Feed: 1},
		{Text: "当日有效"},
	}}
}

// Checkers is a picture with enough dots to be seen.
func Checkers(w, h int) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black})
	for y := range h {
		for x := range w {
			img.SetColorIndex(x, y, uint8((x/8+y/8)&1))
		}
	}
	return img
}

// Cable is one end of a net.Pipe with the promises of a devices.Wire. It breaks
// after a number of bytes, if told so.
type Cable struct {
	net.Conn
	Left atomic.Int64 // bytes until it breaks; negative never
	Tap  func([]byte) // sees what was sent, when set
}

// Read implements devices.Wire.
func (c *Cable) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return n, gone(err)
}

// Write implements devices.Wire.
func (c *Cable) Write(b []byte) (int, error) {
	left := c.Left.Load()
	cut := left >= 0 && int64(len(b)) >= left
	if cut {
		b = b[:left]
	}
	n, err := c.Conn.Write(b)
	if c.Tap != nil {
		c.Tap(b[:n])
	}
	if left >= 0 {
		c.Left.Store(left - int64(n))
	}
	if cut && err == nil {
		_ = c.Conn.Close()
		err = devices.ErrGone
	}
	return n, gone(err)
}

func gone(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
		return devices.ErrGone
	}
	return err
}
