package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"lobby/deploy/halls"
	"lobby/devices"
	"lobby/devices/board"
	"lobby/devices/callbox"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	"lobby/devices/emulator/line"
	"lobby/devices/emulator/modbus"
	"lobby/devices/printer"
	"lobby/devices/printer/printertest"
	"lobby/devices/speaker"
	"lobby/devices/wire"
	"lobby/display/sign"
)

// meter is an emulator that writes down when how many bytes passed it.
type meter struct {
	emulator.Emulator
	mu     sync.Mutex
	began  time.Time
	passed []passage
}

// passage are bytes that passed at once.
type passage struct {
	at    time.Time
	bytes int
}

func (m *meter) note(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n > 0 {
		m.passed = append(m.passed, passage{time.Now(), n})
	}
}

// Serve implements emulator.Emulator.
func (m *meter) Serve(ctx context.Context, l io.ReadWriter) error {
	return m.Emulator.Serve(ctx, struct {
		io.Reader
		io.Writer
	}{
		readerFunc(func(b []byte) (int, error) { n, err := l.Read(b); m.note(n); return n, err }),
		writerFunc(func(b []byte) (int, error) { m.note(len(b)); return l.Write(b) }),
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// forget begins anew, with an event that happens now.
func (m *meter) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.began, m.passed = time.Now(), nil
}

// lull is a silence that ends what belongs together: behind it the driver only
// asks whether the device is done.
const lull = 60 * time.Millisecond

// burst is what passed from the event on up to the first lull, and how long it
// took.
func (m *meter) burst() (took time.Duration, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	last := m.began
	for _, p := range m.passed {
		if bytes > 0 && p.at.Sub(last) > lull {
			break
		}
		bytes += p.bytes
		last = p.at
	}
	return last.Sub(m.began), bytes
}

// quiet says that something passed and nothing more follows.
func (m *meter) quiet() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.passed)
	return n > 0 && time.Since(m.passed[n-1].at) > lull
}

// subject is one driver on its wire.
type subject struct {
	name  string
	wire  wire.URL
	model string
	units []devices.Unit
	// event makes the driver do something and returns when that has reached
	// where it belongs.
	event func(ctx context.Context, w devices.Wire, e emulator.Emulator) error
}

// subjects are the drivers of the workbench that are on a serial wire.
func subjects(file *hallFile) (all []subject) {
	for _, id := range sorted(file.Printers) {
		c := file.Printers[id]
		all = append(all, subject{"printer/" + c.Model, c.Wire, c.Model, []devices.Unit{{Name: id, Options: c.Options.decode()}}, func(ctx context.Context, w devices.Wire, _ emulator.Emulator) error {
			p, err := printer.Catalog[c.Model](w, c.Options.decode())
			if err == nil {
				_, err = p.Print(ctx, printertest.Ticket("M001"))
			}
			return err
		}})
	}
	for _, id := range sorted(file.Boards) {
		c := file.Boards[id]
		for window, options := range c.Units {
			all = append(all, subject{"board/" + id, c.Wire, c.Model, []devices.Unit{{Name: window, Options: options.decode()}}, func(ctx context.Context, w devices.Wire, _ emulator.Emulator) error {
				b, err := board.Catalog[c.Model](w, options.decode())
				if err == nil {
					err = b.Show(ctx, devices.Frame{Window: window, Ticket: "A015", Text: "A015 请到 3 号窗口"})
				}
				return err
			}})
		}
	}
	for _, id := range sorted(file.Speakers) {
		c := file.Speakers[id]
		all = append(all, subject{"speaker/" + c.Model, c.Wire, c.Model, []devices.Unit{{Name: id, Options: c.Options.decode()}}, func(ctx context.Context, w devices.Wire, _ emulator.Emulator) error {
			s, err := speaker.Catalog[c.Model](w, c.Options.decode())
			if err == nil {
				err = s.Say(ctx, devices.Phrase{Text: "请A015号到3号窗口办理", Lang: "zh-CN"})
			}
			return err
		}})
	}
	for _, id := range sorted(file.Callboxes) {
		c := file.Callboxes[id]
		first := sorted(c.Units)[0]
		units := []devices.Unit{{Name: first, Options: c.Units[first].decode()}}
		all = append(all, subject{"callbox/" + c.Model, c.Wire, c.Model, units, pressed1(c.Model, units)})
	}
	return all
}

// pressed1 is a press at a call box until it is an event of ours.
func pressed1(model string, units []devices.Unit) func(context.Context, devices.Wire, emulator.Emulator) error {
	return func(ctx context.Context, w devices.Wire, e emulator.Emulator) error {
		in, err := callbox.Catalog[model](w, units)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		got := make(chan struct{}, 16)
		ended := make(chan error, 1)
		go func() {
			ended <- in.Run(ctx, func(context.Context, devices.Signal) error { got <- struct{}{}; return nil })
		}()
		<-time.After(time.Second) // it finds its unit
		e.(*meter).forget()
		if err := e.(*meter).Emulator.(emulator.Presser).Press(units[0].Name, devices.KeyNext, ""); err != nil {
			return err
		}
		select {
		case <-got:
		case <-time.After(5 * time.Second):
			return fmt.Errorf("the press of %s did not come", units[0].Name)
		}
		cancel()
		<-ended
		return nil
	}
}

// BenchmarkDevices: from the event to the last byte on the wire, against the
// bits of those bytes at the wire's own speed. A driver that asked for nothing
// and waited for nobody would stand at 1. Chips are held against the bits of
// their bus, 1 MHz and 100 kHz, and a sound card against the sound.
func BenchmarkDevices(b *testing.B) {
	file, err := loadFS(halls.Files, "bench.yaml", "bench.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(table, "\ndriver\tbaud\tbytes\tbits, ms\tmedian, ms\tratio\t")
		for _, s := range subjects(file) {
			u := s.wire
			if paced, ok := paces[u.Scheme]; ok {
				took, bytes, least := s.measurePaced(b, paced)
				fmt.Fprintf(table, "%s\t%s\t%d\t%.1f\t%.1f\t%.2f\t\n", s.name, u.Scheme, bytes, ms(least), ms(took), float64(took)/float64(least))
				continue
			}
			if u.Scheme != wire.Serial {
				continue // a keyboard has no speed to be held against
			}
			took, bytes := s.measure(b, u.Baud)
			bits := time.Duration(bytes) * 10 * time.Second / time.Duration(u.Baud)
			fmt.Fprintf(table, "%s\t%d\t%d\t%.1f\t%.1f\t%.2f\t\n", s.name, u.Baud, bytes, ms(bits), ms(took), float64(took)/float64(bits))
		}
		if err := table.Flush(); err != nil {
			b.Fatal(err)
		}
	}
}

// measure lets one event happen a few times and returns the median.
func (s subject) measure(b *testing.B, baud wire.Baud) (time.Duration, int) {
	b.Helper()
	e, err := emulatorCatalog[s.model](s.units)
	if err != nil {
		b.Fatal(err)
	}
	m := &meter{Emulator: e}
	l, err := line.Open(b.Context(), m, line.Options{Name: s.name, Baud: baud})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	w, err := l.Opener()(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	var took []time.Duration
	bytes := 0
	for range 3 {
		m.forget()
		ctx, cancel := context.WithTimeout(b.Context(), 20*time.Second)
		err := s.event(ctx, w, m)
		cancel()
		if err != nil {
			b.Fatalf("%s: %v", s.name, err)
		}
		// What answers nothing has its bytes on the way still.
		until(b, s.name+" is heard", 10*time.Second, m.quiet)
		t, n := m.burst()
		took, bytes = append(took, t), n
	}
	return median(took), bytes
}

// pace says how long a wire without a baud rate needs for one write: the bits of
// a transaction at the bus's speed, or the sound in real time.
type pace func(p []byte) time.Duration

var paces = map[string]pace{
	wire.SPI: func(p []byte) time.Duration { return time.Duration(8*len(p)) * time.Second / 1_000_000 },
	// Nine bits for the address and for each byte, a start and a stop.
	wire.I2C:   func(p []byte) time.Duration { return time.Duration(9*(1+len(p))+2) * time.Second / 100_000 },
	wire.Sound: func(p []byte) time.Duration { return time.Duration(len(p)) * time.Second / (2 * 16_000) },
}

// pacedWire takes as long as its bits, and counts them.
type pacedWire struct {
	devices.Wire
	pace  pace
	bytes int
	least time.Duration
}

// Write implements devices.Wire. It spins, as a timer is coarser than a
// transaction.
func (w *pacedWire) Write(p []byte) (int, error) {
	d := w.pace(p)
	w.bytes, w.least = w.bytes+len(p), w.least+d
	for began := time.Now(); time.Since(began) < d; {
		runtime.Gosched()
	}
	return len(p), nil
}

// measurePaced is measure on a wire that has no emulated line.
func (s subject) measurePaced(b *testing.B, p pace) (took time.Duration, bytes int, least time.Duration) {
	b.Helper()
	near, far := devicetest.Pipe()
	defer near.Close()
	defer far.Close()
	var all []time.Duration
	for range 3 {
		w := &pacedWire{Wire: near, pace: p}
		began := time.Now()
		if err := s.event(b.Context(), w, nil); err != nil {
			b.Fatalf("%s: %v", s.name, err)
		}
		all, bytes, least = append(all, time.Since(began)), w.bytes, w.least
	}
	return median(all), bytes, least
}

// mustSpend is the processor time of this process so far.
func mustSpend(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTwoHundredDevices: 200 number displays on 25 buses, driven and
// emulated in this process, idle and with ten numbers a second, against a loop
// that moves as many bytes over as many lines and thinks nothing.
func BenchmarkTwoHundredDevices(b *testing.B) {
	const buses, units, span = 25, 8, 10 * time.Second
	ctx, cancel := context.WithCancel(b.Context())
	var all sync.WaitGroup
	defer func() { cancel(); all.Wait() }()
	var meters []*meter
	var lines []*sign.Bus
	for n := range buses {
		e, err := modbus.New(digits(1, 2, 3, 4, 5, 6, 7, 8))
		if err != nil {
			b.Fatal(err)
		}
		m := &meter{Emulator: e}
		w := mustLine(b, ctx, m, fmt.Sprint(n))
		byName := map[string]devices.Unit{}
		var names []string
		for _, u := range digits(1, 2, 3, 4, 5, 6, 7, 8) {
			byName[u.Name], names = u, append(names, u.Name)
		}
		bus := sign.NewBus(names)
		bus.Log, bus.Report = slog.New(slog.DiscardHandler), func(string, devices.State, string) {}
		bus.Open = func(w devices.Wire, name string) (devices.Board, error) {
			return board.Catalog["modbus"](w, byName[name].Options)
		}
		all.Go(func() { _ = bus.Use(ctx, w) })
		meters, lines = append(meters, m), append(lines, bus)
	}
	<-time.After(2 * time.Second) // all show something
	n := 0
	for b.Loop() {
		for _, events := range []int{0, 10} {
			for _, m := range meters {
				m.forget()
			}
			before := mustSpend(b)
			end := time.After(span)
			tick := time.NewTicker(100 * time.Millisecond)
		span:
			for {
				select {
				case <-tick.C:
					if events > 0 {
						n++
						lines[n%buses].Want(devices.Frame{Window: fmt.Sprint(1 + n%units), Ticket: fmt.Sprintf("M%03d", n%1000)})
					}
				case <-end:
					break span
				}
			}
			tick.Stop()
			spent, bytes, writes := mustSpend(b)-before, 0, 0
			for _, m := range meters {
				m.mu.Lock()
				for _, p := range m.passed {
					bytes += p.bytes
					writes++
				}
				m.mu.Unlock()
			}
			bare := bareLoop(b, buses, bytes, writes, span)
			name := map[int]string{0: "idle", 10: "busy"}[events]
			b.ReportMetric(100*spent.Seconds()/span.Seconds(), "%cpu/"+name)
			b.ReportMetric(float64(spent)/float64(bare), "x-bare/"+name)
			b.ReportMetric(float64(bytes)/span.Seconds(), "bytes/s/"+name)
		}
	}
}

// mustLine is an emulated line of 9600 baud and the driver's end of it.
func mustLine(b *testing.B, ctx context.Context, e emulator.Emulator, name string) wire.Conn {
	b.Helper()
	l, err := line.Open(ctx, e, line.Options{Name: name, Baud: 9600})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	w, err := l.Opener()(ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.Close() })
	return w
}

// bareLoop moves so many bytes in so many pieces over plain lines, spread over
// the same time, and says what that cost.
func bareLoop(b *testing.B, lines, bytes, pieces int, span time.Duration) time.Duration {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var ends []wire.Conn
	for n := range lines {
		ends = append(ends, mustLine(b, ctx, deaf{}, fmt.Sprint("bare-", n)))
	}
	pieces = max(pieces, 1)
	before := mustSpend(b)
	tick := time.NewTicker(max(span/time.Duration(pieces), time.Microsecond))
	defer tick.Stop()
	piece := make([]byte, max(bytes/pieces, 1))
	for n := range pieces {
		<-tick.C
		if _, err := ends[n%lines].Write(piece); err != nil {
			b.Fatal(err)
		}
	}
	return mustSpend(b) - before
}
