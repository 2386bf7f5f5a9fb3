package modbus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices/devicetest"
	"lobby/devices/emulator"
)

func mustNew(t testing.TB, options ...string) *Emulator {
	t.Helper()
	e, err := New(devicetest.Units("display", options...))
	if err != nil {
		t.Fatal(err)
	}
	return e.(*Emulator)
}

// TestConversation holds the emulator against frames typed in by hand, those
// that a foreign master and slave exchanged among them.
func TestConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		e := mustNew(t, "{unit: 1, map: dm56}", "{unit: 2, map: embeddedart}")
		ctx, cancel := context.WithCancel(context.Background())
		var wait sync.WaitGroup
		wait.Go(func() {
			if err := e.Serve(ctx, far); !errors.Is(err, context.Canceled) {
				t.Errorf("Serve ended with %v", err)
			}
		})
		for _, c := range []struct{ name, ask, answer string }{
			{"number", "01 06 00 07 03 F7 79 7D", "01 06 00 07 03 F7 79 7D"},
			{"digits", "01 10 00 00 00 04 08 00 41 00 30 00 31 00 35 36 A2", "01 10 00 00 00 04 C1 CA"},
			{"wrong register", "01 03 01 F4 00 01 C4 04", "01 83 02 C0 F1"},
			{"absent unit", "03 03 00 00 00 01 85 E8", ""},
			{"wrong checksum", "01 06 00 07 03 F7 79 7E", ""},
			{"noise", "FF 00 17", ""},
			{"unknown function", "01 2B 0E 01 00 70 77", "01 AB 01 9E F0"},
			{"text cannot be read", "02 03 03 E8 00 01 04 49", "02 83 01 70 F0"},
		} {
			near.Write(devicetest.Bytes(c.ask))
			near.SetReadDeadline(time.Now().Add(silence + 50*time.Millisecond))
			p := make([]byte, 64)
			n, err := near.Read(p)
			if got := strings.ToUpper(fmt.Sprintf("% x", p[:n])); got != c.answer {
				t.Errorf("%s: answered %q, %v; want %q", c.name, got, err, c.answer)
			}
		}
		if v := e.View().(View); v.Kind != "board" || v.Units[0].Text != "A015" || v.Units[0].Name != "display-1" {
			t.Errorf("the displays show %+v", v)
		}
		cancel()
		wait.Wait()
	})
}

func TestPiecesOfAFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		e := mustNew(t, "{unit: 1, map: dm56}")
		var wait sync.WaitGroup
		wait.Go(func() { e.Serve(context.Background(), far) })
		ask := devicetest.Bytes("01 06 00 07 00 0F 78 0F")
		send := func(pause time.Duration) int {
			near.Write(ask[:3])
			time.Sleep(pause)
			near.Write(ask[3:])
			near.SetReadDeadline(time.Now().Add(silence + 50*time.Millisecond))
			n, _ := near.Read(make([]byte, 64))
			return n
		}
		if n := send(20 * time.Millisecond); n != 8 {
			t.Errorf("a short pause inside a frame: %d bytes of answer", n)
		}
		if n := send(2 * silence); n != 0 {
			t.Errorf("a long pause inside a frame: %d bytes of answer", n)
		}
		near.Close()
		wait.Wait()
	})
}

func TestFaultSwitches(t *testing.T) {
	e := mustNew(t, "{unit: 1, map: dm56}")
	var _ emulator.Troubled = e
	for name, on := range e.Faults() {
		if on || e.SetFault(name, true) != nil {
			t.Errorf("fault %s", name)
		}
	}
	if e.SetFault("fire", true) == nil {
		t.Error("an unknown fault is accepted")
	}
	for name, on := range e.Faults() {
		if on != (name != "power_cycle") {
			t.Errorf("fault %s is %v", name, on)
		}
	}
	if e.View().(View).Units[0].Up {
		t.Error("a silent display looks up")
	}
}

func TestNewRefuses(t *testing.T) {
	for _, bad := range [][]string{
		{"{unit: 0, map: dm56}"},
		{"{unit: 1, map: nothing}"},
		{"{unit: 1, map: dm56, screen: 1}"},
		{"{unit: 1, map: dm56}", "{unit: 1, map: embeddedart}"},
	} {
		if _, err := New(devicetest.Units("display", bad...)); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}

func FuzzEmulator(f *testing.F) {
	f.Add(devicetest.Bytes("01 06 00 07 00 0F 78 0F"))
	f.Add(devicetest.Bytes("01 10 00 00 00 04 08 00 41 00 30 00 31 00 35 36 A2"))
	f.Add(devicetest.Bytes("00 06 00 07 00 0F 78 0F"))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := mustNew(t, "{unit: 1, map: dm56}", "{unit: 2, map: embeddedart}",
			"{unit: 3, map: custom, register: 65535, digits: 1, mode: ascii}")
		e.handle(body)
		sum := crc(body)
		request := append(append([]byte(nil), body...), byte(sum), byte(sum>>8))
		whole(request)
		if answer := e.handle(request); answer != nil && (!sound(answer) || answer[0] != request[0]) {
			t.Fatalf("% X is answered with % X", request, answer)
		}
		e.View()
	})
}

func TestServeEndsWithTheLine(t *testing.T) {
	near, far := net.Pipe()
	near.Close()
	if err := mustNew(t, "{unit: 1, map: dm56}").Serve(t.Context(), far); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Serve ended with %v", err)
	}
}
