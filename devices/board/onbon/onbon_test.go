package onbon

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/board/boardtest"
	"lobby/devices/devicetest"
	emu "lobby/devices/emulator/onbon"
)

const sign = "{screen: %d, width: 128, height: 32, color: red}"

// inHall runs f with n signs on one wire.
func inHall(t *testing.T, n int, change func([]byte) []byte, f func(h *boardtest.Bench)) {
	t.Helper()
	var options []string
	for i := range n {
		options = append(options, fmt.Sprintf(sign, i+1))
	}
	boardtest.OnBus(t, Open, emu.New, change, options, f)
}

func sees(h *boardtest.Bench, i int) emu.Unit { return h.Emulator.View().(emu.View).Units[i] }

func TestShowOnTheRightSign(t *testing.T) {
	inHall(t, 3, nil, func(h *boardtest.Bench) {
		ctx := context.Background()
		for i, b := range h.Boards {
			if err := b.Show(ctx, devices.Frame{Ticket: "A01", Text: fmt.Sprintf("请A01%d号到%d号窗口", i, i)}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range h.Boards {
			u := sees(h, i)
			if want := fmt.Sprintf("请A01%d号到%d号窗口", i, i); u.Text != want || u.Color != "red" || u.Frames != 1 || !u.Up {
				t.Errorf("sign %d shows %+v, want %q", i+1, u, want)
			}
		}
	})
}

func TestShowContents(t *testing.T) {
	for _, c := range []struct {
		frame  devices.Frame
		text   string
		moving bool
	}{
		{devices.Frame{Ticket: "M045", Text: "请M045号到12号窗口"}, "请M045号到12号窗口", false},
		{devices.Frame{Ticket: "M045", Text: "请M045号", Blink: true}, "请M045号", true},
		{devices.Frame{Ticket: "M045"}, "M045", false},
		{devices.Frame{Text: "暂停服务"}, "暂停服务", false},
		{devices.Frame{Window: "12"}, "", false},
		{devices.Frame{Text: `王\n\C2\DS`}, "王〓n〓C2〓DS", false},
		{devices.Frame{Text: "Z¥😀ZA[z"}, "Z〓〓ZA[z", false},
		{devices.Frame{Text: "a\r\nb\tc"}, "a  b c", false},
		{devices.Frame{Text: "喆镕"}, "喆镕", false},
	} {
		inHall(t, 1, nil, func(h *boardtest.Bench) {
			h.Boards[0].Show(context.Background(), devices.Frame{Text: "before"})
			if err := h.Boards[0].Show(context.Background(), c.frame); err != nil {
				t.Fatal(err)
			}
			if u := sees(h, 0); u.Text != c.text || u.Moving != c.moving {
				t.Errorf("%+v: the sign shows %q, moving %v", c.frame, u.Text, u.Moving)
			}
		})
	}
}

func TestSilentSign(t *testing.T) {
	inHall(t, 1, nil, func(h *boardtest.Bench) {
		h.Fault("silent", true)
		began := time.Now()
		err := h.Boards[0].Show(context.Background(), devices.Frame{Text: "x"})
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("silence gives %v", err)
		}
		if took := time.Since(began); took < turnaround || took > turnaround+time.Second {
			t.Errorf("gave up after %v", took)
		}
		h.Fault("silent", false)
		if err := h.Boards[0].Show(context.Background(), devices.Frame{Text: "x"}); err != nil {
			t.Errorf("after the silence: %v", err)
		}
	})
}

func TestContextEndsShow(t *testing.T) {
	inHall(t, 1, nil, func(h *boardtest.Bench) {
		h.Fault("silent", true)
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		err := h.Boards[0].Show(ctx, devices.Frame{Text: "x"})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 200*time.Millisecond {
			t.Errorf("ended after %v with %v", time.Since(began), err)
		}
	})
}

func TestNoiseOnTheLineIsNamed(t *testing.T) {
	inHall(t, 1, nil, func(h *boardtest.Bench) {
		h.Fault("crc_noise", true)
		err := h.Boards[0].Show(context.Background(), devices.Frame{Text: "x"})
		var r Refusal
		if !errors.As(err, &r) || r != 5 || !strings.Contains(err.Error(), "noise") {
			t.Errorf("noise gives %v", err)
		}
		if sees(h, 0).Text != "" {
			t.Error("a broken frame was shown")
		}
	})
}

func TestBusyIsAskedOnceMore(t *testing.T) {
	inHall(t, 1, nil, func(h *boardtest.Bench) {
		h.Fault("busy", true)
		time.AfterFunc(500*time.Millisecond, func() { h.Fault("busy", false) })
		if err := h.Boards[0].Show(context.Background(), devices.Frame{Text: "x"}); err != nil {
			t.Errorf("busy for half a second: %v", err)
		}
		h.Fault("busy", true)
		before := sees(h, 0).Frames
		err := h.Boards[0].Show(context.Background(), devices.Frame{Text: "y"})
		if !errors.Is(err, Refusal(3)) || sees(h, 0).Frames != before+2 {
			t.Errorf("busy for ever: %v after %d frames", err, sees(h, 0).Frames-before)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		began := time.Now()
		if err := h.Boards[0].Show(ctx, devices.Frame{Text: "y"}); !errors.Is(err, context.DeadlineExceeded) ||
			time.Since(began) > 200*time.Millisecond {
			t.Errorf("no time for a second try: %v after %v", err, time.Since(began))
		}
	})
}

func TestProbeFindsBlankSign(t *testing.T) {
	inHall(t, 1, nil, func(h *boardtest.Bench) {
		ctx := context.Background()
		probe := h.Boards[0].(devices.Prober).Probe
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(probe(ctx))
		must(h.Boards[0].Show(ctx, devices.Frame{Text: "x"}))
		must(probe(ctx))
		h.Fault("power_cycle", true)
		if err := probe(ctx); !errors.Is(err, ErrBlank) {
			t.Errorf("after a power failure: %v", err)
		}
		must(h.Boards[0].Show(ctx, devices.Frame{Text: "x"}))
		must(probe(ctx))
		must(h.Boards[0].Show(ctx, devices.Frame{}))
		must(probe(ctx))
		h.Fault("silent", true)
		if err := probe(ctx); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("silence: %v", err)
		}
	})
}

func TestDynamicAreasOfBothCards(t *testing.T) {
	for _, c := range []struct {
		special int
		ids     []byte
	}{{2, nil}, {2, []byte{0}}, {0, nil}, {0, []byte{0}}, {0, []byte{0, 1}}} {
		answer := make([]byte, 15+c.special)
		answer = append(answer, byte(len(c.ids)))
		answer = append(answer, c.ids...)
		answer = append(answer, make([]byte, 28)...)
		if n, err := dynamicAreas(answer); n != len(c.ids) || err != nil {
			t.Errorf("special %d, ids %v: got %d, %v", c.special, c.ids, n, err)
		}
	}
	if _, err := dynamicAreas(make([]byte, 10)); err == nil {
		t.Error("a short status is believed")
	}
}

// TestLateAnswer: the answer to the first request arrives when the second one
// is about to be sent, and must not be taken for its answer.
func TestLateAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		b, err := Open(near, devicetest.Decode(fmt.Sprintf(sign, 1)))
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan bool, 2)
		go func() {
			p := make([]byte, 512)
			for {
				if _, err := far.Read(p); err != nil {
					return
				}
				asked <- true // nobody answers in time
			}
		}()
		go func() {
			<-asked
			time.Sleep(turnaround + time.Second) // the card's slowness, in bubble time
			far.Write(answers()["ack"])
		}()
		if err := b.Show(context.Background(), devices.Frame{Text: "1"}); err == nil {
			t.Error("the first request was answered")
		}
		time.Sleep(2 * time.Second)
		if err := b.Show(context.Background(), devices.Frame{Text: "2"}); err == nil {
			t.Error("a late answer was taken for the answer to the next request")
		}
		far.Close()
	})
}

// TestAnswersOfOthers: an echo, another screen's answer and noise come first.
func TestAnswersOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		b, err := Open(near, devicetest.Decode(fmt.Sprintf(sign, 1)))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			p := make([]byte, 512)
			n, _ := far.Read(p)
			far.Write(p[:n])
			far.Write(answers()["ack-broadcast"])
			far.Write([]byte{0x00, 0xA5, 0x17, 0x5A})
			far.Write(answers()["nack-checksum"])
		}()
		err = b.Show(context.Background(), devices.Frame{Text: "1"})
		if !errors.Is(err, Refusal(5)) {
			t.Errorf("got %v, want our own card's refusal", err)
		}
	})
}

func TestNoiseNeverShowsAnotherText(t *testing.T) {
	flips := &devicetest.Flips{Rand: rand.New(rand.NewPCG(1, 2)), Odds: 1000}
	inHall(t, 2, flips.Change, func(h *boardtest.Bench) {
		shown := [2]string{}
		failed := 0
		for i := range 2000 {
			at := i % 2
			text := fmt.Sprintf("请M%03d号", i)
			err := h.Boards[at].Show(context.Background(), devices.Frame{Text: text})
			is := sees(h, at).Text
			if is != text && (err == nil || is != shown[at]) {
				t.Fatalf("%d: wanted %q, error %v, sign shows %q", i, text, err, is)
			}
			if other := sees(h, 1-at).Text; other != shown[1-at] {
				t.Fatalf("%d: the other sign shows %q", i, other)
			}
			if err != nil {
				failed++
			}
			shown[at] = is
		}
		if flips.Count() == 0 || failed == 0 || failed == 2000 {
			t.Errorf("%d flips, %d failures: the noise is not noise", flips.Count(), failed)
		}
	})
}

func TestOptions(t *testing.T) {
	for _, bad := range []string{
		"{screen: 0, width: 128, height: 32}",
		"{screen: 40000, width: 128, height: 32}",
		"{screen: 1, height: 32}",
		"{screen: 1, width: 128, height: 32, color: pink}",
		"{screen: 1, width: 128, height: 32, font: 18}",
		"{screen: 1, width: 128, height: 32, speed: 3}",
	} {
		if _, err := Open(nil, devicetest.Decode(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
	if _, err := Open(nil, devicetest.Decode("{screen: 1, width: 128, height: 32, color: yellow, font: 24}")); err != nil {
		t.Error(err)
	}
}
