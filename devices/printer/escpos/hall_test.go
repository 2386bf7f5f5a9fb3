package escpos

import (
	"context"
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/emulator/engine"
	emulated "lobby/devices/emulator/escpos"
	"lobby/devices/printer/printertest"
)

// options decodes a literal of the configuration strictly.
func options(text string) devices.Decode {
	return func(into any) error {
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		return d.Decode(into)
	}
}

// desk is a printer with its driver.
type desk struct {
	t       *testing.T
	printer *emulated.Printer
	driver  *Printer
	cable   *printertest.Cable
	unplug  func()
}

// newDesk connects a driver and an emulated printer with the same options.
func newDesk(t *testing.T, text string) *desk {
	t.Helper()
	e, err := emulated.New([]devices.Unit{{Name: "front", Options: options(text)}})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, printer: e.(*emulated.Printer)}
	d.printer.Font("") // boxes are enough where nobody looks
	d.plug(text)
	return d
}

// plug runs a cable to the printer and makes a driver on it.
func (d *desk) plug(text string) {
	d.t.Helper()
	if d.unplug != nil {
		d.unplug()
	}
	near, far := net.Pipe()
	d.cable = &printertest.Cable{Conn: near}
	d.cable.Left.Store(-1)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		_ = d.printer.Serve(ctx, far)
		_ = far.Close()
		close(served)
	}()
	d.unplug = func() {
		cancel()
		_ = near.Close()
		<-served
	}
	p, err := Open(d.cable, options(text))
	if err != nil {
		d.t.Fatal(err)
	}
	d.driver = p.(*Printer)
}

// close ends everything that the desk started.
func (d *desk) close() { d.unplug() }

func (d *desk) view() engine.View { return d.printer.View().(engine.View) }

func (d *desk) fault(name string, on bool) {
	d.t.Helper()
	if err := d.printer.SetFault(name, on); err != nil {
		d.t.Fatal(err)
	}
}

// ticket is a slip as the hall prints it.
func ticket(id string) devices.Slip {
	return devices.Slip{ID: id, Blocks: []devices.Block{
		{Text: "政务服务大厅", Align: devices.Center, Scale: 2},
		{Text: "社会保险 业务", Align: devices.Center, Bold: true},
		{Text: "A015", Align: devices.Center, Scale: 4},
		{Rule: true},
		{Pair: [2]string{"前面等候", "7 人 约 9 分钟"}},
		{QR: "https://hall.example.gov.cn/t/A015?k=7F3C", Align: devices.Center},
		{Image: printertest.Checkers(160, 48), Align: devices.Center},
		{Text: "当日有效"},
	}}
}

// print prints one slip and says how long it took in the bubble's time.
func (d *desk) print(id string) (devices.Outcome, time.Duration, error) {
	start := time.Now()
	o, err := d.driver.Print(context.Background(), ticket(id))
	return o, time.Since(start), err
}
