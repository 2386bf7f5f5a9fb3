package devicetest_test

import (
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/devicetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func pair(bytes int) func(t *testing.T) (near, far devicetest.Conn) {
	return func(t *testing.T) (near, far devicetest.Conn) {
		near, far = devicetest.LimitedPipe(bytes)
		t.Cleanup(func() { near.Close(); far.Close() })
		return near, far
	}
}

func TestPipe(t *testing.T)        { devicetest.TestWire(t, pair(0)) }
func TestLimitedPipe(t *testing.T) { devicetest.TestWire(t, pair(1024)) }
func TestFullPipe(t *testing.T)    { devicetest.TestFullWire(t, pair(1024)) }

func TestPipeUnderAFakeClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := devicetest.Pipe()
		start := time.Now()
		near.SetReadDeadline(start.Add(time.Hour))
		if _, err := near.Read(make([]byte, 1)); err != os.ErrDeadlineExceeded {
			t.Errorf("read: %v", err)
		}
		if took := time.Since(start); took != time.Hour {
			t.Errorf("waited %s, want an hour", took)
		}
		go far.Write([]byte("late"))
		near.SetReadDeadline(time.Time{})
		got := make([]byte, 4)
		if _, err := io.ReadFull(near, got); err != nil || string(got) != "late" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestPipeKeepsWhatWasSentBeforeClose(t *testing.T) {
	near, far := devicetest.Pipe()
	far.Write([]byte("last words"))
	far.Close()
	got, err := io.ReadAll(near)
	if string(got) != "last words" || !errors.Is(err, devices.ErrGone) {
		t.Errorf("got %q, %v", got, err)
	}
	near.Close()
}

// ask is a small scenario: a question in two writes and an answer of four
// bytes in as many reads as it takes.
func ask(w devices.Wire) (string, error) {
	for _, part := range []string{"wh", "at"} {
		w.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := w.Write([]byte(part)); err != nil {
			return "", err
		}
	}
	w.SetReadDeadline(time.Now().Add(time.Second))
	got := make([]byte, 4)
	n, err := io.ReadFull(w, got)
	return string(got[:n]), err
}

func answering(t *testing.T) devicetest.Conn {
	near, far := devicetest.Pipe()
	t.Cleanup(func() { near.Close(); far.Close() })
	go func() {
		got := make([]byte, 4)
		if _, err := io.ReadFull(far, got); err == nil && string(got) == "what" {
			far.Write([]byte("that"))
		}
	}()
	return near
}

func TestFaultyMeetsEveryCall(t *testing.T) {
	for _, c := range []struct {
		name    string
		trouble devicetest.Trouble
		want    error
		plan    func(f *devicetest.Faulty, n int)
		calls   int
	}{
		{"write fails", devicetest.Fail, devices.ErrGone, func(f *devicetest.Faulty, n int) { f.WriteN = n }, 2},
		{"write hangs", devicetest.Hang, os.ErrDeadlineExceeded, func(f *devicetest.Faulty, n int) { f.WriteN = n }, 2},
		{"write halves", devicetest.Halve, devices.ErrGone, func(f *devicetest.Faulty, n int) { f.WriteN = n }, 2},
		{"read fails", devicetest.Fail, devices.ErrGone, func(f *devicetest.Faulty, n int) { f.ReadN = n }, 1},
		{"read hangs", devicetest.Hang, os.ErrDeadlineExceeded, func(f *devicetest.Faulty, n int) { f.ReadN = n }, 1},
		{"read halves", devicetest.Halve, nil, func(f *devicetest.Faulty, n int) { f.ReadN = n }, 1},
	} {
		t.Run(c.name, func(t *testing.T) { meet(t, c.trouble, c.want, c.plan, c.calls) })
	}
}

// meet plans the trouble for one call after the other until the scenario
// passes without meeting it.
func meet(t *testing.T, trouble devicetest.Trouble, want error, plan func(*devicetest.Faulty, int), calls int) {
	for n := 1; ; n++ {
		var fired bool
		synctest.Test(t, func(t *testing.T) {
			f := &devicetest.Faulty{Wire: answering(t), Trouble: trouble}
			plan(f, n)
			got, err := ask(f)
			fired = f.Fired()
			if fired && !errors.Is(err, want) {
				t.Errorf("call %d: ended with %v, want %v", n, err, want)
			}
			if (!fired || want == nil) && (err != nil || got != "that") {
				t.Errorf("call %d: got %q, %v", n, got, err)
			}
			if fired && want == devices.ErrGone {
				if _, err := f.Read(make([]byte, 1)); err != want {
					t.Errorf("call %d: the wire came back: %v", n, err)
				}
			}
		})
		if !fired {
			if n != calls+1 {
				t.Errorf("met %d calls, want %d", n-1, calls)
			}
			return
		}
	}
}

func TestFaultyCloseWakesAHangingCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &devicetest.Faulty{Wire: answering(t), Trouble: devicetest.Hang, ReadN: 1}
		go func() {
			synctest.Wait()
			f.Close()
		}()
		if _, err := f.Read(make([]byte, 1)); !errors.Is(err, devices.ErrGone) {
			t.Errorf("the hanging read ended with %v", err)
		}
	})
}

func TestPlaybackInsistsOnEveryByte(t *testing.T) {
	talk := []devicetest.IO{{W: []byte("what"), R: []byte("that")}}
	for _, c := range []struct {
		name string
		talk []devicetest.IO
		act  func(w devices.Wire)
		says string
	}{
		{"right", talk, func(w devices.Wire) { ask(w) }, ""},
		{"wrong byte", talk, func(w devices.Wire) { w.Write([]byte("whet")) }, "want 61 74"},
		{"too little", talk, func(w devices.Wire) { w.Write([]byte("wha")) }, "never wrote 74"},
		{"too much", talk, func(w devices.Wire) { ask(w); w.Write([]byte("?")) }, "after the end"},
		{"unread", talk, func(w devices.Wire) { w.Write([]byte("what")) }, "4 bytes of the device unread"},
		{"unread greeting", []devicetest.IO{{R: []byte("hi")}}, func(devices.Wire) {}, "2 bytes"},
		{"greeting", []devicetest.IO{{R: []byte("that")}, {W: []byte("what")}}, func(w devices.Wire) { ask(w) }, ""},
	} {
		p := devicetest.NewPlayback(c.talk...)
		c.act(p)
		switch err := p.Close(); {
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: Close says %v, want %q", c.name, err, c.says)
		}
	}
}

func TestRecordPlaysBack(t *testing.T) {
	r := &devicetest.Record{Wire: answering(t)}
	if got, err := ask(r); err != nil || got != "that" {
		t.Fatalf("got %q, %v", got, err)
	}
	text := devicetest.FormatOps(r.Ops())
	if want := "> 77 68 61 74\n< 74 68 61 74\n"; text != want {
		t.Errorf("recorded %q, want %q", text, want)
	}
	ops, err := devicetest.ParseOps("# a question\n" + text + "\n")
	if err != nil || !reflect.DeepEqual(ops, r.Ops()) {
		t.Errorf("read back %v, %v", ops, err)
	}
	if got, err := ask(devicetest.Play(t, ops...)); err != nil || got != "that" {
		t.Errorf("played back %q, %v", got, err)
	}
}

func TestParseOpsRefuses(t *testing.T) {
	for _, text := range []string{"1B 40", "> 1", "< GG", "? 00"} {
		if ops, err := devicetest.ParseOps(text); err == nil {
			t.Errorf("%q was read as %v", text, ops)
		}
	}
}

func FuzzParseOps(f *testing.F) {
	for _, text := range []string{"> 1B 40\n< 16\n", "< 00 # greeting", ">", "", "> 1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ops, err := devicetest.ParseOps(text)
		if err != nil {
			return
		}
		once := devicetest.FormatOps(ops)
		again, err := devicetest.ParseOps(once)
		if err != nil || devicetest.FormatOps(again) != once {
			t.Errorf("%q became %q and then %v, %v", text, once, again, err)
		}
	})
}
