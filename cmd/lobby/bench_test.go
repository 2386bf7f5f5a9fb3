package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/deploy/halls"
	"lobby/devices"
	"lobby/devices/emulator"
	"lobby/devices/emulator/line"
	"lobby/devices/wire"
	"lobby/queue"
	"lobby/queue/hall"
)

// probe is an emulator that says when the next first byte reaches it.
type probe struct {
	emulator.Emulator
	heard chan time.Time // the first byte after arm
}

func (p *probe) Serve(ctx context.Context, l io.ReadWriter) error {
	return p.Emulator.Serve(ctx, struct {
		io.Reader
		io.Writer
	}{readerFunc(func(b []byte) (int, error) {
		n, err := l.Read(b)
		if n > 0 {
			select {
			case p.heard <- time.Now():
			default:
			}
		}
		return n, err
	}), l})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// arm forgets what was heard before.
func (p *probe) arm() {
	select {
	case <-p.heard:
	default:
	}
}

// benchHall is the small hall in this process, with probes on its wires.
func benchHall(b *testing.B) (*lobby, map[string]*probe) {
	b.Helper()
	file, err := loadFS(halls.Files, "small.yaml", "small.yaml")
	if err != nil {
		b.Fatal(err)
	}
	file.emulate()
	file.Cameras = nil
	for i := range file.Windows {
		file.Windows[i].Camera = ""
	}
	file.Listen, file.Data, file.MQTT.Listen = "127.0.0.1:0", b.TempDir(), "127.0.0.1:0"
	probes := map[string]*probe{}
	file.models = maps.Clone(emulatorCatalog)
	for model, make := range emulatorCatalog {
		file.models[model] = func(units []devices.Unit) (emulator.Emulator, error) {
			e, err := make(units)
			if model != "onbon" && model != "escpos" {
				return e, err
			}
			p := &probe{Emulator: e, heard: newInstant()}
			probes[model+"/"+units[0].Name] = p
			return p, err
		}
	}
	l, err := start(context.Background(), file, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.group.cancel(); _ = l.wait() })
	if err := l.openDay(); err != nil {
		b.Fatal(err)
	}
	return l, probes
}

func newInstant() chan time.Time { return make(chan time.Time, 1) }

func (l *lobby) mustDo(b *testing.B, c queue.Command) {
	b.Helper()
	a, err := l.hall.Do(b.Context(), hall.Request{Command: c})
	if err != nil || a.Refusal != nil {
		b.Fatalf("%#v: %v %v", c, a.Refusal, err)
	}
}

func median(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2]
}

const rounds = 40

// plainLine is the median time of n bytes over an emulated line without
// anything of Lobby on it, until the first of them is heard.
func plainLine(b *testing.B, n int, baud int) time.Duration {
	b.Helper()
	p := &probe{Emulator: deaf{}, heard: newInstant()}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	l, err := line.Open(ctx, p, line.Options{Name: "plain", Baud: wire.Baud(baud)})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	w, err := l.Opener()(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	var took []time.Duration
	for range rounds {
		p.arm()
		began := time.Now()
		if _, err := w.Write(make([]byte, n)); err != nil {
			b.Fatal(err)
		}
		took = append(took, (<-p.heard).Sub(began))
	}
	return median(took)
}

// deaf reads and says nothing.
type deaf struct{}

func (deaf) Serve(_ context.Context, l io.ReadWriter) error {
	_, err := io.Copy(io.Discard, struct{ io.Reader }{l})
	return err
}

func (deaf) View() any { return nil }

// BenchmarkPressToBoard: from a press at the emulated call box, polled over
// its bus, through the disk, to the first byte on the board's wire.
func BenchmarkPressToBoard(b *testing.B) {
	l, probes := benchHall(b)
	board := probes["onbon/1"]
	for b.Loop() {
		var took []time.Duration
		l.mustWindow(b, "1")
		for range rounds {
			l.mustDo(b, queue.Take{Service: "social"})
			quiet(board)
			began := time.Now()
			if err := l.emulators.Press("callbox/bus-1", "box-1", devices.KeyNext, ""); err != nil {
				b.Fatal(err)
			}
			took = append(took, (<-board.heard).Sub(began))
			until(b, "the number is called", 10*time.Second, func() bool { return l.mode(b, "1") == queue.WindowModeCalling })
			l.mustDo(b, queue.NoShow{Window: "1"})
		}
		plain := plainLine(b, 80, 57600)
		b.ReportMetric(float64(median(took).Microseconds())/1000, "ms/press")
		b.ReportMetric(float64(plain.Microseconds())/1000, "ms/plain-line")
		b.ReportMetric(float64(median(took))/float64(plain), "x-plain-line")
	}
}

// quiet waits until a board's wire has been silent for a while, so that the
// next byte belongs to the next call.
func quiet(p *probe) {
	for {
		p.arm()
		silence := time.NewTimer(300 * time.Millisecond)
		select {
		case <-p.heard:
			silence.Stop()
		case <-silence.C:
			return
		}
	}
}

func (l *lobby) mustWindow(b *testing.B, id string) {
	b.Helper()
	if l.mode(b, id) == queue.WindowModeClosed {
		l.mustDo(b, queue.WindowOpen{Window: id})
	}
}

func (l *lobby) mode(b *testing.B, id string) queue.WindowMode {
	b.Helper()
	v, err := l.hall.View(b.Context())
	mode, ok := modeOf(v, id)
	if err != nil || !ok {
		b.Fatal(err, ok)
	}
	return mode
}

// BenchmarkTakeToPrinter: from the request over HTTP, through the disk, to
// the first byte on the printer's wire.
func BenchmarkTakeToPrinter(b *testing.B) {
	l, probes := benchHall(b)
	printer := probes["escpos/p1"]
	n := 0
	for b.Loop() {
		var took, plain []time.Duration
		for range 10 {
			quiet(printer)
			n++
			body := fmt.Sprintf(`{"id":"bench-%d","type":"take","service":"social","kiosk":"k1"}`, n)
			began := time.Now()
			answered := make(chan error, 1)
			go func() {
				res, err := http.Post(l.url()+"/api/v1/commands", "application/json", strings.NewReader(body))
				if err == nil {
					res.Body.Close()
				}
				answered <- err
			}()
			took = append(took, (<-printer.heard).Sub(began))
			if err := <-answered; err != nil {
				b.Fatal(err)
			}
			began = time.Now()
			res, err := http.Get(l.url() + "/healthz")
			if err != nil {
				b.Fatal(err)
			}
			res.Body.Close()
			plain = append(plain, time.Since(began))
		}
		floor := median(plain) + plainLine(b, 200, 115200)
		b.ReportMetric(float64(median(took).Microseconds())/1000, "ms/take")
		b.ReportMetric(float64(floor.Microseconds())/1000, "ms/plain-http-and-line")
		b.ReportMetric(float64(median(took))/float64(floor), "x-plain")
	}
}
