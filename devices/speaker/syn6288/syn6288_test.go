package syn6288

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	emu "lobby/devices/emulator/syn6288"
)

// room is an emulated module and its driver.
type room struct {
	emulator emulator.Emulator
	speaker  devices.Speaker
}

// inRoom runs f in a bubble.
func inRoom(t *testing.T, options string, f func(t *testing.T, r room)) {
	t.Helper()
	devicetest.OnBench(t, func(b *devicetest.Bench) {
		speaker, err1 := Open(b.Near, devicetest.Decode(options))
		e, err2 := emu.New(devicetest.Units("hall", options))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		b.Serve(e)
		f(t, room{e, speaker})
	})
}

func (r room) hears() emu.View { return r.emulator.View().(emu.View) }

func (r room) fault(t *testing.T, name string, on bool) {
	t.Helper()
	if err := r.emulator.(emulator.Troubled).SetFault(name, on); err != nil {
		t.Fatal(err)
	}
}

const usual = "{rate: 5}"

func TestSayReturnsAtTheEnd(t *testing.T) {
	inRoom(t, usual, func(t *testing.T, r room) {
		for i, phrase := range []string{call, "请B002号到12号窗口"} {
			began := time.Now()
			if err := r.speaker.Say(context.Background(), devices.Phrase{Text: phrase, Lang: "zh-CN"}); err != nil {
				t.Fatal(err)
			}
			v := r.hears()
			if len(v.Said) != i+1 || v.Said[i].Text != phrase || v.Said[i].Chime != "soundk" || v.Said[i].Cut || v.Speaking {
				t.Errorf("heard %+v", v)
			}
			if took := time.Since(began); took < 2*time.Second || took > 5*time.Second {
				t.Errorf("%q took %v", phrase, took)
			}
		}
	})
}

func TestLongPhraseIsSaidWhole(t *testing.T) {
	inRoom(t, "{rate: 100, chime: none}", func(t *testing.T, r room) {
		phrase := strings.Repeat("请持有身份证原件的市民到大厅东侧等候，", 20)
		if err := r.speaker.Say(context.Background(), devices.Phrase{Text: phrase}); err != nil {
			t.Fatal(err)
		}
		var all string
		for _, s := range r.hears().Said {
			all += s.Text
			if s.Cut {
				t.Errorf("%q was cut", s.Text)
			}
		}
		if all != phrase {
			t.Errorf("heard %q", all)
		}
	})
}

func TestMissingIdleIsAskedFor(t *testing.T) {
	inRoom(t, usual, func(t *testing.T, r room) {
		r.fault(t, "no_idle", true)
		began := time.Now()
		if err := r.speaker.Say(context.Background(), devices.Phrase{Text: call}); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < 3*time.Second || took > 8*time.Second || r.hears().Speaking {
			t.Errorf("took %v, speaking %v", took, r.hears().Speaking)
		}
	})
}

// TestSlowModule: the module speaks much more slowly than the options say.
func TestSlowModule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		defer near.Close()
		s, err := Open(near, devicetest.Decode("{rate: 20}"))
		if err != nil {
			t.Fatal(err)
		}
		e, err := emu.New([]devices.Unit{{Name: "hall", Options: devicetest.Decode("{rate: 5}")}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var wait sync.WaitGroup
		wait.Go(func() { e.Serve(ctx, far) })
		if err := s.Say(ctx, devices.Phrase{Text: call}); err != nil || e.View().(emu.View).Speaking {
			t.Errorf("%v, still speaking: %v", err, e.View().(emu.View).Speaking)
		}
		cancel()
		wait.Wait()
	})
}

func TestFaults(t *testing.T) {
	inRoom(t, usual, func(t *testing.T, r room) {
		say := func() error { return r.speaker.Say(context.Background(), devices.Phrase{Text: call}) }
		probe := func() error { return r.speaker.(devices.Prober).Probe(context.Background()) }
		if err := probe(); err != nil {
			t.Error(err)
		}
		r.fault(t, "reject", true)
		if err := say(); !errors.Is(err, ErrRejected) {
			t.Errorf("rejected: %v", err)
		}
		r.fault(t, "reject", false)
		r.fault(t, "silent", true)
		began := time.Now()
		if err := say(); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) > time.Second {
			t.Errorf("silent: %v after %v", err, time.Since(began))
		}
		if err := probe(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("silent probe: %v", err)
		}
		r.fault(t, "silent", false)
		if err := say(); err != nil {
			t.Errorf("after all that: %v", err)
		}
	})
}

func TestSilenceInTheMiddle(t *testing.T) {
	inRoom(t, usual, func(t *testing.T, r room) {
		time.AfterFunc(time.Second, func() { r.fault(t, "silent", true) })
		began := time.Now()
		err := r.speaker.Say(context.Background(), devices.Phrase{Text: call})
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) > 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestCancelStopsTheModule(t *testing.T) {
	inRoom(t, usual, func(t *testing.T, r room) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		err := r.speaker.Say(ctx, devices.Phrase{Text: call})
		if !errors.Is(err, context.Canceled) || time.Since(began) > 1100*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		synctest.Wait()
		if v := r.hears(); v.Speaking || len(v.Said) != 1 || !v.Said[0].Cut {
			t.Errorf("after the cancel: %+v", v)
		}
		if err := r.speaker.Say(context.Background(), devices.Phrase{Text: "好"}); err != nil {
			t.Errorf("the next phrase: %v", err)
		}
		if v := r.hears(); v.Said[1].Text != "好" || v.Said[1].Cut {
			t.Errorf("the next phrase: %+v", v.Said)
		}
	})
}

// TestEndlessModule: a module that is busy for ever is told to stop.
func TestEndlessModule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		s, err := Open(near, devicetest.Decode(usual))
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		stopped := false
		wait.Go(func() {
			p := make([]byte, 256)
			for {
				n, err := far.Read(p)
				switch {
				case err != nil:
					return
				case n == 5 && p[3] == cmdStop:
					stopped = true
					return
				case n == 5:
					far.Write([]byte{accepted, busy})
				default:
					far.Write([]byte{accepted})
				}
			}
		})
		began := time.Now()
		err = s.Say(context.Background(), devices.Phrase{Text: call})
		if took := time.Since(began); !errors.Is(err, ErrEndless) || took > time.Minute {
			t.Errorf("got %v after %v", err, took)
		}
		far.Close()
		wait.Wait()
		if !stopped {
			t.Error("the module was not stopped")
		}
	})
}

// TestEarlyIdle: the idle of a text before comes after our text was accepted.
func TestEarlyIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		s, err := Open(near, devicetest.Decode(usual))
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		wait.Go(func() {
			p := make([]byte, 256)
			far.Read(p)
			far.Write([]byte{accepted, idle})
			ends := time.Now().Add(3 * time.Second)
			for {
				if _, err := far.Read(p); err != nil {
					return
				}
				state := byte(idle)
				if time.Now().Before(ends) {
					state = busy
				}
				far.Write([]byte{accepted, state})
			}
		})
		began := time.Now()
		if err := s.Say(context.Background(), devices.Phrase{Text: call}); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < 3*time.Second {
			t.Errorf("came back after %v", took)
		}
		near.Close()
		wait.Wait()
	})
}

func TestOptions(t *testing.T) {
	for _, bad := range []string{
		"{volume: 17}", "{volume: -1}", "{speed: 6}", "{chime: bell}", "{chime: soundK}", "{chime: ''}",
		"{rate: 0}", "{rate: -1}", "{rate: .nan}", "{baud: 9600}",
	} {
		if _, err := Open(nil, devicetest.Decode(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
	for _, good := range []string{"{}", "{volume: 0, speed: 5, chime: none, rate: 4.5}", "{chime: msgb}"} {
		if _, err := Open(nil, devicetest.Decode(good)); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}
