package syn6288

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

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
)

func mustNew(t testing.TB, options string) *Emulator {
	t.Helper()
	e, err := New(devicetest.Units("hall", options))
	if err != nil {
		t.Fatal(err)
	}
	return e.(*Emulator)
}

// The examples of the data sheet and others computed by hand.
const (
	name   = "FD 00 0B 01 00 D3 EE D2 F4 CC EC CF C2 C1" // 宇音天下, GB2312
	ticket = "FD 00 14 01 01 C7 EB 41 30 31 35 BA C5 B5 BD 33 BA C5 B4 B0 BF DA EA"
	stop   = "FD 00 02 02 FD"
	pause  = "FD 00 02 03 FC"
	resume = "FD 00 02 04 FB"
	query  = "FD 00 02 21 DE"
)

// talk is one step of a conversation: after a pause bytes are sent, and the
// answer comes at once.
// patience is longer than the emulator waits for the rest of a frame.
const patience = betweenBytes + 50*time.Millisecond

type talk struct {
	name   string
	after  time.Duration
	ask    string
	answer string
}

// converse plays a conversation at five characters a second and returns what
// was heard.
func converse(t *testing.T, steps []talk) (v View) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		e := mustNew(t, "{rate: 5}")
		ctx, cancel := context.WithCancel(context.Background())
		var wait sync.WaitGroup
		wait.Go(func() {
			if err := e.Serve(ctx, far); !errors.Is(err, context.Canceled) {
				t.Errorf("Serve ended with %v", err)
			}
		})
		for _, s := range steps {
			time.Sleep(s.after)
			if s.ask != "" {
				near.Write(devicetest.Bytes(s.ask))
			}
			near.SetReadDeadline(time.Now().Add(patience))
			p := make([]byte, 16)
			n, _ := near.Read(p)
			if got := strings.ToUpper(fmt.Sprintf("% x", p[:n])); got != s.answer {
				t.Errorf("%s: answered %q, want %q", s.name, got, s.answer)
			}
		}
		v = e.View().(View)
		cancel()
		wait.Wait()
	})
	return v
}

func TestConversation(t *testing.T) {
	v := converse(t, []talk{
		{"idle at first", 0, query, "41 4F"},
		{"speak", 0, name, "41"},
		{"busy", 0, query, "41 4E"},
		{"end", 800 * time.Millisecond, "", "4F"},
		{"idle", 0, query, "41 4F"},
		{"wrong sum", 0, "FD 00 0B 01 00 D3 EE D2 F4 CC EC CF C2 C0", "45"},
		{"too long", 0, "FD 00 FF 01", "45"},
		{"unknown command", 0, "FD 00 02 55 AA", "45"},
		{"noise", 0, "00 41 4F", ""},
		{"cut frame", 0, "FD 00 02", "45"}, // its rest never comes
		{"whole again", 0, query, "41 4F"},
	})
	if len(v.Said) != 1 || v.Said[0].Text != "宇音天下" || v.Said[0].Cut || v.Kind != "speaker" || v.Name != "hall-1" {
		t.Errorf("heard %+v", v)
	}
}

func TestNewTextInterrupts(t *testing.T) {
	v := converse(t, []talk{
		{"speak", 0, name, "41"},
		{"another", 300 * time.Millisecond, ticket, "41"},
		{"no end of the first", 600 * time.Millisecond, "", ""},
		{"stop", 0, stop, "41"},
		{"no end of the second", 5 * time.Second, "", ""},
	})
	if len(v.Said) != 2 || !v.Said[0].Cut || !v.Said[1].Cut || v.Said[1].Text != "请A015号到3号窗口" || v.Speaking {
		t.Errorf("heard %+v", v)
	}
}

func TestPauseAndResume(t *testing.T) {
	v := converse(t, []talk{
		{"speak", 0, name, "41"},
		{"pause", 300 * time.Millisecond, pause, "41"},
		{"still busy", 5 * time.Second, query, "41 4E"},
		{"resume", 0, resume, "41"},
		{"end", 500 * time.Millisecond, "", "4F"},
	})
	if len(v.Said) != 1 || v.Said[0].Cut {
		t.Errorf("heard %+v", v)
	}
}

func TestListenTo(t *testing.T) {
	for _, c := range []struct{ text, heard, chime string }{
		{"soundk,[n1]请A015号", "请A015号", "soundk"},
		{"[v10][t3]soundk,[n1]好", "好", "soundk"},
		{"soundkite", "soundkite", ""},
		{"[n1]王[x", "王[x", ""},
		{"soundk", "", "soundk"},
	} {
		if heard, chime := listenTo(c.text); heard != c.heard || chime != c.chime {
			t.Errorf("%q: heard %q after %q", c.text, heard, chime)
		}
	}
}

func TestFaultSwitches(t *testing.T) {
	e := mustNew(t, "{}")
	var _ emulator.Troubled = e
	for name, on := range e.Faults() {
		if on || e.SetFault(name, true) != nil || !e.Faults()[name] {
			t.Errorf("fault %s", name)
		}
	}
	if e.SetFault("fire", true) == nil {
		t.Error("an unknown fault is accepted")
	}
}

func TestNewRefuses(t *testing.T) {
	for _, bad := range [][]devices.Unit{
		nil,
		devicetest.Units("hall", "{}", "{}"),
		devicetest.Units("hall", "{rate: -1}"),
		devicetest.Units("hall", "{screen: 1}"),
	} {
		if _, err := New(bad); err == nil {
			t.Errorf("%d units are accepted", len(bad))
		}
	}
}

func TestOldTextsAreForgotten(t *testing.T) {
	e := mustNew(t, "{}")
	for range 3 * kept {
		e.obey(devicetest.Bytes(name))
	}
	if n := len(e.View().(View).Said); n != kept {
		t.Errorf("%d texts are kept, want %d", n, kept)
	}
}

func FuzzEmulator(f *testing.F) {
	for _, s := range []string{name, ticket, stop, pause, resume, query} {
		f.Add(devicetest.Bytes(s))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		e := mustNew(t, "{}")
		r := receiver{envelope: syn}
		for _, c := range stream {
			if frame := r.take(c); frame != nil {
				if e.obey(frame) == nil {
					t.Fatal("a frame without an answer")
				}
			}
		}
		r = receiver{envelope: syn}
		var frame []byte
		for _, c := range devicetest.Bytes(query) {
			frame = r.take(c)
		}
		if answer := e.obey(frame); len(answer) != 2 {
			t.Fatalf("after garbage a query is answered with % X", answer)
		}
		e.View()
	})
}
