package paper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
)

// printer is a printer that takes a second for a slip.
type printer struct {
	mu      sync.Mutex
	slips   []string
	outcome devices.Outcome
	err     error
}

func (p *printer) Print(_ context.Context, s devices.Slip) (devices.Outcome, error) {
	time.Sleep(time.Second) // virtual: only used in a bubble
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slips = append(p.slips, s.ID)
	return p.outcome, p.err
}

// bench is a hall with one printer's queue.
type bench struct {
	hall    *hall.Hall
	paper   *Paper
	printer *printer
}

func newBench(ctx context.Context, t *testing.T) *bench {
	b := &bench{hall: halltest.Start(ctx, t), printer: &printer{outcome: devices.Printed}}
	b.paper = New(Options{
		Hall: b.hall, Printer: "p1", Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Open: func(devices.Wire) (devices.Printer, error) { return b.printer, nil },
		Layout: func(t queue.Ticket, _ time.Time) devices.Slip {
			return devices.Slip{ID: fmt.Sprint(t.Number, "/", t.Copies)}
		},
		Report: func(devices.State, string) {},
	})
	go b.paper.Run(ctx)
	return b
}

func (b *bench) printState(t *testing.T, ctx context.Context, number string) (print queue.Print, why string) {
	t.Helper()
	if err := b.hall.Read(ctx, func(s *queue.State) {
		ticket, _ := s.Ticket(number)
		print, why = ticket.Print, ticket.Why
	}); err != nil {
		t.Fatal(err)
	}
	return print, why
}

// pass lets virtual time go by and everybody finish what it brought.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// inBubble runs a test with a fake clock and ends everything it started.
func inBubble(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f(t, ctx)
		cancel()
		synctest.Wait()
	})
}

func TestSlipsComeOutOnceAndInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		b := newBench(ctx, t)
		go b.paper.Use(ctx, nil)
		for range 3 {
			halltest.Must(ctx, t, b.hall, queue.Take{Service: "social", Kiosk: "k1"})
		}
		pass(2500 * time.Millisecond)
		halltest.Must(ctx, t, b.hall, queue.Reprint{Ticket: "M001"})
		pass(10 * time.Second)
		if want := []string{"M001/0", "M002/0", "M003/0", "M001/1"}; !reflect.DeepEqual(b.printer.slips, want) {
			t.Errorf("slips %v, want %v", b.printer.slips, want)
		}
		if p, _ := b.printState(t, ctx, "M003"); p != queue.PrintDone {
			t.Errorf("the last slip is %s", p)
		}
	})
}

func TestNobodyWaitsForAPrinterThatIsAway(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		b := newBench(ctx, t)
		halltest.Must(ctx, t, b.hall, queue.Take{Service: "social", Kiosk: "k1"})
		pass(Patience + time.Millisecond)
		if p, why := b.printState(t, ctx, "M001"); p != queue.PrintFailed || why == "" {
			t.Errorf("slip is %s because %q, want failed with a reason", p, why)
		}
	})
}

func TestAWireThatBreaksLeavesTheSlipUnconfirmed(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		b := newBench(ctx, t)
		b.printer.outcome, b.printer.err = devices.Unconfirmed, fmt.Errorf("in the middle: %w", devices.ErrGone)
		ended := make(chan error, 1)
		go func() { ended <- b.paper.Use(ctx, nil) }()
		halltest.Must(ctx, t, b.hall, queue.Take{Service: "social", Kiosk: "k1"})
		if err := <-ended; !errors.Is(err, devices.ErrGone) {
			t.Errorf("the session ended with %v", err)
		}
		synctest.Wait()
		if p, _ := b.printState(t, ctx, "M001"); p != queue.PrintUnconfirmed {
			t.Errorf("slip is %s, want unconfirmed", p)
		}
		b.printer.mu.Lock()
		b.printer.err = nil
		b.printer.mu.Unlock()
		go b.paper.Use(ctx, nil)
		pass(time.Minute)
		if len(b.printer.slips) != 1 {
			t.Errorf("the slip came out %d times by itself", len(b.printer.slips))
		}
	})
}

func TestWhatAnEarlierRunLeftOpenIsSettledNotPrinted(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		h := halltest.Start(ctx, t)
		halltest.Must(ctx, t, h, queue.Take{Service: "social", Kiosk: "k1"})
		if err := Settle(ctx, h); err != nil {
			t.Fatal(err)
		}
		b := &bench{hall: h}
		if p, _ := b.printState(t, ctx, "M001"); p != queue.PrintUnconfirmed {
			t.Errorf("slip is %s, want unconfirmed", p)
		}
	})
}

// mute is a printer on a cable without a way back.
type mute struct{ *printer }

func (mute) Paper(context.Context) (devices.Paper, error) {
	return devices.Paper{}, fmt.Errorf("ask: %w", devices.ErrMute)
}

// A printer that can never be asked is not down; a sensor beside it has its word,
// and nothing is sent into the void.
func TestASensorSpeaksForAPrinterThatCannotTell(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		b := newBench(ctx, t)
		b.paper.Open = func(devices.Wire) (devices.Printer, error) { return mute{b.printer}, nil }
		states := make(chan devices.State, 64)
		b.paper.Report = func(s devices.State, _ string) { states <- s }
		go b.paper.Use(ctx, nil)
		newest := func() (s devices.State) {
			pass(time.Second)
			for len(states) > 0 {
				s = <-states
			}
			return s
		}
		if s := newest(); s != devices.Up {
			t.Errorf("a printer that never answers is %s", s)
		}
		b.paper.NearEnd(true)
		if s := newest(); s != devices.Degraded {
			t.Errorf("with thin paper it is %s", s)
		}
		b.paper.Out(true)
		if s := newest(); s != devices.Down {
			t.Errorf("without paper it is %s", s)
		}
		halltest.Must(ctx, t, b.hall, queue.Take{Service: "social", Kiosk: "k1"})
		pass(10 * time.Second)
		if p, why := b.printState(t, ctx, "M001"); p != queue.PrintFailed || why == "" || len(b.printer.slips) != 0 {
			t.Errorf("the slip is %s (%s), sent %v", p, why, b.printer.slips)
		}
		b.paper.Out(false)
		b.paper.NearEnd(false)
		if s := newest(); s != devices.Up {
			t.Errorf("with a new roll it is %s", s)
		}
	})
}
