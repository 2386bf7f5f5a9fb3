package onbon

import (
	"context"
	"errors"
	"fmt"
	"net"
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
	e, err := New(devicetest.Units("sign", options...))
	if err != nil {
		t.Fatal(err)
	}
	return e.(*Emulator)
}

const (
	eight  = "A5 A5 A5 A5 A5 A5 A5 A5 "
	nine   = eight + "A5 "
	toAll  = "FE FF 00 80 00 00 00 00 00 00 FE 02 "
	ackAll = nine + "00 80 FE FF 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 14 AC 5A"
)

// welcome is example 1 of the maker's document.
const welcome = eight + toAll + "2C 00 A3 06 01 00 00 00 01 23 00 00 00 80 00 00 80 80 20 00 00 00 00 0A 00 " +
	"00 00 00 02 01 01 00 02 0A 08 00 00 00 BB B6 D3 AD B9 E2 C1 D9 3C 49 5A"

// TestConversation holds the emulator against the examples of the maker's
// document and captured traffic, typed in by hand.
func TestConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		e := mustNew(t, "{screen: 1, width: 128, height: 32, color: red}")
		ctx, cancel := context.WithCancel(context.Background())
		var wait sync.WaitGroup
		wait.Go(func() {
			if err := e.Serve(ctx, far); !errors.Is(err, context.Canceled) {
				t.Errorf("Serve ended with %v", err)
			}
		})
		for _, c := range []struct{ name, ask, answer, text string }{
			{"ping", eight + "01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A2 00 01 00 00 68 F8 5A",
				nine + "00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 64 DC 5A", ""},
			{"example 1", welcome, ackAll, "欢迎光临"},
			{"clock", eight + "01 00 00 80 00 00 00 00 00 00 FE 02 0D 00 A2 03 01 08 00 13 20 01 25 11 17 26 05 B0 3F 5A",
				nine + "00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 64 DC 5A", "欢迎光临"},
			{"one start byte, wrong checksum", "A5 01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A2 00 01 00 00 68 F9 5A",
				nine + "00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 01 05 00 00 75 21 5A", "欢迎光临"},
			{"other screen", eight + "03 00 00 80 00 00 00 00 00 00 FE 02 05 00 A2 00 01 00 00 50 3C 5A", "", "欢迎光临"},
			{"garbage", "00 5A A5 A6 07 5A 11", "", "欢迎光临"},
			{"delete all", eight + "01 00 00 80 00 00 00 00 00 00 FE 02 07 00 A3 06 01 02 00 FF 00 67 CC 5A",
				nine + "00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 64 DC 5A", ""},
		} {
			near.Write(devicetest.Bytes(c.ask))
			near.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			p := make([]byte, 128)
			n, err := near.Read(p)
			if got := strings.ToUpper(fmt.Sprintf("% x", p[:n])); got != c.answer {
				t.Errorf("%s: %v\n got %s\nwant %s", c.name, err, got, c.answer)
			}
			if got := e.View().(View).Units[0].Text; got != c.text {
				t.Errorf("%s: the sign shows %q, want %q", c.name, got, c.text)
			}
		}
		cancel()
		wait.Wait()
	})
}

// area makes the payload of an update that writes one text at x=0, y=0.
func update(id byte, width int, text string) []byte {
	a := []byte{0, 0, 0x80, 0, 0, byte(width), byte(width>>8) | 0x80, 16, 0, id, 0, 0, 0, 0, 0, 0, 0, 2, 2, 1, 0, 0, 10,
		byte(len(text)), 0, 0, 0}
	a = append(a, text...)
	return append([]byte{0, 1, byte(len(a)), 0}, a...)
}

func TestLook(t *testing.T) {
	for _, c := range []struct {
		width     int
		text      string
		want      string
		color     string
		spanCount int
	}{
		{128, `\C2\FO001\FE001A015`, "A015", "green", 0},
		{128, `A\nB`, "A\nB", "red", 0},
		{128, `\C1M045 \C312`, "M045 12", "red", 2},
		{128, "\xB4\\C1", "碶C1", "red", 0},    // 5C is the second byte of a letter
		{128, "\xE8\xAF\xB7", "璇■", "red", 0}, // UTF-8 sent to the sign
		{136, `A`, "", "", 0},
		{128, `\`, `\`, "red", 0},
		{128, `\DH`, "00", "red", 0},
	} {
		e := mustNew(t, "{screen: 1, width: 128, height: 32}")
		if a := e.cards[0].update(update(0, c.width, c.text)); a[1] != 0 {
			t.Errorf("%q is refused: % X", c.text, a)
		}
		u := e.View().(View).Units[0]
		if u.Text != c.want || u.Color != c.color || len(u.Spans) != c.spanCount {
			t.Errorf("%q: the sign shows %+v", c.text, u)
		}
	}
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	e := mustNew(t, "{screen: 1, width: 128, height: 32}")
	c := e.cards[0]
	c.update(update(0, 128, "old"))
	good, bad := update(0, 128, "new"), update(1, 128, "cut")
	both := append([]byte{0, 2}, good[2:]...)
	both = append(both, bad[2:len(bad)-1]...)
	if a := c.update(both); a[1] != 1 {
		t.Error("a cut update is accepted")
	}
	if got := c.look().Text; got != "old" {
		t.Errorf("after a refused update the sign shows %q", got)
	}
}

func TestFaultSwitches(t *testing.T) {
	e := mustNew(t, "{screen: 1, width: 128, height: 32}")
	var _ emulator.Troubled = e
	e.cards[0].update(update(0, 128, "x"))
	for name, on := range e.Faults() {
		if on || e.SetFault(name, true) != nil {
			t.Errorf("fault %s", name)
		}
	}
	if e.SetFault("fire", true) == nil {
		t.Error("an unknown fault is accepted")
	}
	if e.Faults()["power_cycle"] || !e.Faults()["busy"] {
		t.Errorf("faults are %v", e.Faults())
	}
	if u := e.View().(View).Units[0]; u.Up || u.Text != "" {
		t.Errorf("after a power cycle and silence: %+v", u)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, bad := range [][]string{
		{"{screen: 1, width: 128, height: 32, unit: 3}"},
		{"{screen: 1, width: 128, height: 32}", "{screen: 1, width: 64, height: 32}"},
	} {
		if _, err := New(devicetest.Units("sign", bad...)); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}

func FuzzEmulator(f *testing.F) {
	f.Add(devicetest.Bytes(welcome))
	f.Add(devicetest.Bytes("A3 06 01 00 00 FF 00"))
	f.Add(append([]byte{0xA3, 6, 1, 0, 0}, update(0, 128, `\C1A\n`)...))
	f.Add(devicetest.Bytes("A1 02 01 00 00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e := mustNew(t, "{screen: 1, width: 128, height: 32}", "{screen: 2, width: 64, height: 16}")
		var u unpacker
		for _, stream := range [][]byte{b, pack(1, 0x8000, b), pack(whoever, 0x8000, b), pack(everyone, 0x8000, b)} {
			for _, c := range stream {
				if frame, whole := u.take(c); whole {
					e.handle(frame)
				}
			}
		}
		if got := e.View().(View); len(got.Units) != 2 {
			t.Fatal("a sign is gone")
		}
	})
}
