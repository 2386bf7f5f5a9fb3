package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
	"lobby/devices/emulator/engine"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
)

// The day is closed in a demo; a camera reads the closing slip's code, and the
// trail is held against it.
func TestTheClosingSlipIsEvidence(t *testing.T) {
	t.Parallel()
	needs(t, map[string]string{"zbarimg": "zbar-tools"})
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	p := startLobby(t, "demo", "--small", "--quiet", "--listen", "127.0.0.1:0", "--data", data)
	p.must(t, "take", "take", map[string]any{"service": "social"})
	p.must(t, "close", "day_close", nil)
	photo := filepath.Join(dir, "slip.png")
	until(t, "the closing slip comes out", patience, func() bool { return download(p.url+"/api/v1/emulators/printer/p1/pictures/0.png", photo) })
	code, err := exec.Command("zbarimg", "-q", "--raw", photo).Output()
	if err != nil || !strings.HasPrefix(string(code), "fuchun ") {
		t.Fatalf("zbarimg reads %q, %v", code, err)
	}
	p.interrupt(t)
	kept, key := mustWrite(t, filepath.Join(dir, "kept"), string(code)), mustWrite(t, filepath.Join(dir, "key"), mustRun(t, "trail", "key", "--data", data))
	file := filepath.Join(dir, "trail")
	mustRun(t, "trail", "export", "--data", data, "--out", file)
	mustRun(t, "trail", "verify", "--key", key, "--checkpoint", kept, file)
	needs(t, map[string]string{python: "python3"})
	if out, err := exec.Command(python, "../../deploy/verify/verify.py", "--key", key, "--checkpoint", kept, file).CombinedOutput(); err != nil {
		t.Errorf("the other verifier: %v\n%s", err, out)
	}
	other := mustWrite(t, filepath.Join(dir, "other"), strings.Replace(string(code), "fuchun ", "fuchun 1", 1))
	if code, said := lobbyRun(t, "trail", "verify", "--key", key, "--checkpoint", other, file); code != 1 {
		t.Errorf("a checkpoint of more records than there are: %s", said)
	}
}

// download reports whether there was something.
func download(url, path string) bool {
	res, err := http.Get(url)
	if err != nil || res.StatusCode != http.StatusOK {
		return false
	}
	defer res.Body.Close()
	f, err := os.Create(path)
	if err != nil {
		return false
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close()) == nil
}

// The printer is out of paper when the day is closed, and the program is killed
// before anybody brings some.
func TestAClosingSlipThatIsOwedOutlivesTheProgram(t *testing.T) {
	dir := t.TempDir()
	printer, address := printerOnTCP(t)
	file := mustWrite(t, filepath.Join(dir, "hall.yaml"), bareHall+"closing_slip: p1\nprinters:\n  p1: {model: escpos, wire: "+address+", options: {profile: generic80}}\n")
	start := func() *program { return startLobby(t, "run", "--config", file, "--data", dir) }
	p := start()
	printer.empty(t, true)
	p.must(t, "open", "day_open", nil)
	p.must(t, "close", "day_close", nil)
	until(t, "the slip is wanted", patience, func() bool { return strings.Contains(p.log(), "the closing slip did not come out") })
	p.kill()
	if n := len(printer.slips()); n != 0 {
		t.Fatalf("%d slips came out without paper", n)
	}
	printer.empty(t, false)
	p = start()
	until(t, "the closing slip comes out", patience, func() bool { return len(printer.slips()) == 1 })
	if lines := strings.Join(printer.slips()[0].Lines, "\n"); !strings.Contains(lines, "日结单 ") || !strings.Contains(lines, "程序重启后补打") {
		t.Errorf("the slip says\n%s", lines)
	}
	until(t, "that is recorded", patience, func() bool {
		return strings.Contains(mustRun(t, "trail", "export", "--data", dir, "--out", "-"), `"printer":"p1","again":true,"print":"printed"}`)
	})
}

// tcpPrinter is an emulated printer that listens on a port.
type tcpPrinter struct{ emulator.Emulator }

func printerOnTCP(t *testing.T) (p tcpPrinter, address string) {
	t.Helper()
	e, err := emulatorCatalog["escpos"]([]devices.Unit{{Name: "p1", Options: func(any) error { return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = e.Serve(t.Context(), conn) // it ends with the program on the other side
			conn.Close()
		}
	})
	t.Cleanup(func() { l.Close(); serving.Wait() })
	return tcpPrinter{e}, "tcp://" + l.Addr().String()
}

func (p tcpPrinter) empty(t *testing.T, on bool) {
	t.Helper()
	if err := p.Emulator.(emulator.Troubled).SetFault("paper_out", on); err != nil {
		t.Fatal(err)
	}
}

func (p tcpPrinter) slips() []engine.SlipView { return p.View().(engine.View).Slips }

// office is a hall with a printer for its closing slips.
type office struct {
	t       *testing.T
	hall    *hall.Hall
	outcome devices.Outcome
	tried   int

	mu      sync.Mutex // guards what came out
	printed []string
}

// work runs the part that prints closing slips, as a program does from its
// start to its end.
func (o *office) work() (end func()) {
	ctx, stop := context.WithCancel(o.t.Context())
	c := closing{
		hall: o.hall, printer: "p1", log: slog.New(slog.DiscardHandler),
		layout: func(owed queue.ClosingSlip, under queue.CheckpointSigned, again bool) devices.Slip {
			return devices.Slip{ID: fmt.Sprintf("%s under %d again %t", owed.Day, under.Size, again)}
		},
		print: func(_ context.Context, s devices.Slip) (devices.Outcome, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.tried++
			if o.outcome == devices.Failed {
				return devices.Failed, errors.New("out of paper")
			}
			o.printed = append(o.printed, s.ID)
			return o.outcome, nil
		},
	}
	ended := make(chan error, 1)
	go func() { ended <- c.run(ctx) }()
	synctest.Wait()
	return func() {
		stop()
		if err := <-ended; err != nil {
			o.t.Error(err)
		}
	}
}

// after is what came out when some time has gone by, with the printer like this.
func (o *office) after(d time.Duration, outcome devices.Outcome) []string {
	o.mu.Lock()
	o.outcome = outcome
	o.mu.Unlock()
	<-time.After(d)
	synctest.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.printed)
}

func (o *office) must(c queue.Command) { halltest.Must(o.t.Context(), o.t, o.hall, c) }

// atOffice runs a test in virtual time.
func atOffice(t *testing.T, test func(o *office)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		o := &office{t: t, hall: halltest.Start(ctx, t), outcome: devices.Printed}
		test(o)
		stop()
		synctest.Wait()
	})
}

func TestTheClosingSlipWaitsForItsCheckpointAndForPaper(t *testing.T) {
	atOffice(t, func(o *office) {
		end := o.work()
		o.must(queue.SignCheckpoint{Size: 1})
		o.must(queue.DayClose{})
		o.must(queue.SignCheckpoint{Size: 3}) // began before the close
		if out := o.after(time.Hour, devices.Printed); len(out) != 0 {
			t.Errorf("%v came out before it was signed", out)
		}
		o.after(0, devices.Failed)
		o.must(queue.SignCheckpoint{Size: 4})
		if out := o.after(printAgain, devices.Failed); len(out) != 0 || o.tried == 0 {
			t.Errorf("%v came out without paper, tried %d times", out, o.tried)
		}
		o.after(2*printAgain, devices.Printed)
		o.must(queue.SignCheckpoint{Size: 5})
		if out := o.after(time.Hour, devices.Printed); len(out) != 1 || !strings.HasSuffix(out[0], " under 4 again false") {
			t.Errorf("%v came out, want one under 4 records", out)
		}
		end()
		defer o.work()()
		if out := o.after(time.Hour, devices.Printed); len(out) != 1 {
			t.Errorf("the next start brought another: %v", out)
		}
	})
}

// Nobody came with paper all night. The slip says what it would have said.
func TestAClosingSlipIsOwedThroughAStartAndTheNextMorning(t *testing.T) {
	atOffice(t, func(o *office) {
		o.after(0, devices.Failed)
		end := o.work()
		o.must(queue.DayClose{})
		o.must(queue.SignCheckpoint{Size: 3})
		day := o.owed().Day
		end()
		o.after(24*time.Hour, devices.Failed)
		o.must(queue.DayOpen{})
		o.must(queue.Take{Service: "social"})
		if c := o.owed(); c.Day != day || c.Figures.Issued != 0 {
			t.Errorf("on the next day %+v is owed", c)
		}
		end = o.work()
		out := o.after(2*printAgain, devices.Unconfirmed)
		if len(out) != 1 || out[0] != day+" under 3 again true" {
			t.Errorf("%v came out, want one that is marked", out)
		}
		o.must(queue.DayClose{})
		o.must(queue.SignCheckpoint{Size: o.owed().Seq})
		if out := o.after(time.Hour, devices.Printed); len(out) != 2 || !strings.HasSuffix(out[1], " again false") || strings.HasPrefix(out[1], day) {
			t.Errorf("of the second day came %v", out)
		}
		end()
	})
}

func (o *office) owed() (c queue.ClosingSlip) {
	if err := o.hall.Read(o.t.Context(), func(s *queue.State) { c, _, _ = s.ClosingSlip() }); err != nil {
		o.t.Error(err)
	}
	return c
}
