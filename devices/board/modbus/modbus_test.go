package modbus

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/board/boardtest"
	"lobby/devices/devicetest"
	emu "lobby/devices/emulator/modbus"
)

// inHall runs f with displays on one wire.
func inHall(t *testing.T, change func([]byte) []byte, f func(h *boardtest.Bench), options ...string) {
	t.Helper()
	boardtest.OnBus(t, Open, emu.New, change, options, f)
}

func sees(h *boardtest.Bench, i int) emu.Unit { return h.Emulator.View().(emu.View).Units[i] }

func TestShowOnEveryProduct(t *testing.T) {
	inHall(t, nil, func(h *boardtest.Bench) {
		want := []string{"M045", "M045", "M045", "M045", "45", "45"}
		for i, b := range h.Boards {
			if err := b.Show(context.Background(), devices.Frame{Ticket: "M045", Window: "12"}); err != nil {
				t.Fatalf("display %d: %v", i, err)
			}
			if err := b.(devices.Prober).Probe(context.Background()); err != nil {
				t.Errorf("probe of display %d: %v", i, err)
			}
		}
		for i := range h.Boards {
			if u := sees(h, i); u.Text != want[i] || !u.Up {
				t.Errorf("display %d shows %+v, want %q", i, u, want[i])
			}
		}
		for i, b := range h.Boards {
			if err := b.Show(context.Background(), devices.Frame{}); err != nil {
				t.Errorf("clear display %d: %v", i, err)
			}
			if u := sees(h, i); u.Text != "" && u.Text != "0" {
				t.Errorf("cleared display %d shows %q", i, u.Text)
			}
		}
	},
		"{unit: 1, map: dm56}",
		"{unit: 2, map: dm56, digits: 6}",
		"{unit: 3, map: embeddedart}",
		"{unit: 4, map: custom, register: 100, digits: 5, mode: ascii, packed: true}",
		"{unit: 5, map: custom, register: 7, digits: 4, mode: number}",
		"{unit: 6, map: custom, register: 7, digits: 4, mode: number, write: 6}",
	)
}

const dm56 = "{unit: 1, map: dm56}"

func TestTooLongTicketBlanks(t *testing.T) {
	inHall(t, nil, func(h *boardtest.Bench) {
		h.Boards[0].Show(context.Background(), devices.Frame{Ticket: "M045"})
		err := h.Boards[0].Show(context.Background(), devices.Frame{Ticket: "M12345"})
		if !errors.Is(err, devices.ErrTooLong) || sees(h, 0).Text != "" {
			t.Errorf("error %v, display shows %q", err, sees(h, 0).Text)
		}
	}, dm56)
}

func TestFaults(t *testing.T) {
	inHall(t, nil, func(h *boardtest.Bench) {
		ctx := context.Background()
		show := func() error { return h.Boards[0].Show(ctx, devices.Frame{Ticket: "M045"}) }
		probe := func() error { return h.Boards[0].(devices.Prober).Probe(ctx) }

		h.Fault("silent", true)
		began := time.Now()
		if err := show(); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) > time.Second {
			t.Errorf("silent: %v after %v", err, time.Since(began))
		}
		h.Fault("silent", false)

		h.Fault("exception", true)
		var e Exception
		if err := show(); !errors.As(err, &e) || e != 4 {
			t.Errorf("exception: %v", err)
		}
		h.Fault("exception", false)

		h.Fault("noise", true)
		for range 50 {
			if err := show(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("noise: %v", err)
			}
		}
		h.Fault("noise", false)

		if err := show(); err != nil {
			t.Errorf("after all that: %v", err)
		}
		h.Fault("power_cycle", true)
		if err := probe(); !errors.Is(err, ErrDiffers) {
			t.Errorf("after a power failure: %v", err)
		}
		if err := show(); err != nil || probe() != nil {
			t.Errorf("shown again: %v", err)
		}
	}, dm56)
}

func TestContextEndsShow(t *testing.T) {
	inHall(t, nil, func(h *boardtest.Bench) {
		h.Fault("silent", true)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(50*time.Millisecond, cancel)
		began := time.Now()
		err := h.Boards[0].Show(ctx, devices.Frame{Ticket: "M045"})
		if !errors.Is(err, context.Canceled) || time.Since(began) > 100*time.Millisecond {
			t.Errorf("ended after %v with %v", time.Since(began), err)
		}
	}, dm56)
}

// TestEchoIsNoDisplay: an adapter that echoes, and nobody else on the wire.
func TestEchoIsNoDisplay(t *testing.T) {
	for _, options := range []string{dm56, "{unit: 1, map: custom, register: 7, digits: 4, mode: number, write: 6}"} {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			defer near.Close()
			go func() {
				p := make([]byte, 256)
				for {
					n, err := far.Read(p)
					if err != nil {
						return
					}
					far.Write(p[:n])
				}
			}()
			b, err := Open(near, devicetest.Decode(options))
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Show(context.Background(), devices.Frame{Ticket: "M045"}); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: an echo is taken for a display: %v", options, err)
			}
			far.Close()
		})
	}
}

// TestLateAnswer: the answer to the first request comes when the second one is
// about to be sent, and must not be taken for its answer.
func TestLateAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		b, err := Open(near, devicetest.Decode(dm56))
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan bool, 2)
		go func() {
			p := make([]byte, 256)
			for {
				if _, err := far.Read(p); err != nil {
					return
				}
				asked <- true // nobody answers in time
			}
		}()
		go func() {
			<-asked
			time.Sleep(turnaround + time.Second) // the display's slowness, in bubble time
			far.Write(answers()["digits-written"])
		}()
		if err := b.Show(context.Background(), devices.Frame{Ticket: "A015"}); err == nil {
			t.Error("the first request was answered")
		}
		time.Sleep(2 * time.Second)
		if err := b.Show(context.Background(), devices.Frame{Ticket: "A016"}); err == nil {
			t.Error("a late answer was taken for the answer to the next request")
		}
		far.Close()
	})
}

// One bit in a thousand is turned over, in both directions: no display ever
// shows a number that it was not sent. A million frames with LOBBY_NIGHTLY.
func TestFaultF11_NoiseNeverShowsAnotherNumber(t *testing.T) {
	frames := 6000
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		frames = 1_000_000
	}
	flips := &devicetest.Flips{Rand: rand.New(rand.NewPCG(3, 4)), Odds: 1000}
	inHall(t, flips.Change, func(h *boardtest.Bench) {
		shown := [3]string{2: "0"}
		failed := 0
		for i := range frames {
			at := i % 3
			ticket := fmt.Sprint(1000 + i%9000)
			err := h.Boards[at].Show(context.Background(), devices.Frame{Ticket: ticket})
			is := sees(h, at).Text
			if is != ticket && (err == nil || is != shown[at]) {
				t.Fatalf("%d: wanted %q, error %v, display shows %q, before %q", i, ticket, err, is, shown[at])
			}
			shown[at] = is
			for other := range 3 {
				if is := sees(h, other).Text; is != shown[other] {
					t.Fatalf("%d: display %d shows %q, not %q", i, other, is, shown[other])
				}
			}
			if err != nil {
				failed++
			}
		}
		if flips.Count() == 0 || failed == 0 || failed == frames {
			t.Errorf("%d flips, %d failures: the noise is not noise", flips.Count(), failed)
		}
	}, dm56, "{unit: 2, map: dm56}", "{unit: 6, map: custom, register: 7, digits: 5, mode: number, write: 6}")
}

func TestOptions(t *testing.T) {
	for _, bad := range []string{
		"{unit: 0, map: dm56}",
		"{unit: 248, map: dm56}",
		"{unit: 1}",
		"{unit: 1, map: dm57}",
		"{unit: 1, map: dm56, digits: 7}",
		"{unit: 1, map: dm56, register: 7}",
		"{unit: 1, map: custom, register: 1, digits: 4}",
		"{unit: 1, map: custom, register: 65535, digits: 4, mode: ascii}",
		"{unit: 1, map: custom, register: 1, digits: 6, mode: number}",
		"{unit: 1, map: custom, register: 1, digits: 4, mode: number, write: 5}",
		"{unit: 1, map: dm56, baud: 9600}",
	} {
		if _, err := Open(nil, devicetest.Decode(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
	if _, err := Open(nil, devicetest.Decode(dm56)); err != nil {
		t.Error(err)
	}
}
