package xfs5152

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	emu "lobby/devices/emulator/syn6288"
)

func gbk(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const call = "请A015号到3号窗口"

func frames(t *testing.T) map[string][]byte {
	return map[string][]byte{
		"call":  frame(1, append([]byte{1}, gbk(t, call)...)...),
		"query": frame(0x21),
		"stop":  frame(2),
	}
}

func TestFrames(t *testing.T) {
	twins := map[string]string{"call": "speak, GBK: " + call, "query": "speaking?", "stop": "stop"}
	for name, b := range frames(t) {
		devicetest.Golden(t, name, b, twins[name])
	}
	devicetest.Page(t, "../../../hardware-docs/speakers/xfs5152.md", frames(t))
}

// room is an emulated module and its driver, in a bubble.
func room(t *testing.T, options string, f func(e emulator.Emulator, s devices.Speaker)) {
	t.Helper()
	devicetest.OnBench(t, func(b *devicetest.Bench) {
		s, err1 := Open(b.Near, devicetest.Decode(options))
		e, err2 := emu.NewXFS5152(devicetest.Units("hall", options))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		b.Serve(e)
		f(e, s)
	})
}

func TestSayReturnsAtTheEnd(t *testing.T) {
	room(t, "{rate: 5, chime: sound101}", func(e emulator.Emulator, s devices.Speaker) {
		long := strings.Repeat("请持有身份证原件的市民到大厅东侧等候，", 3)
		for i, phrase := range []string{call, long} {
			began := time.Now()
			if err := s.Say(context.Background(), devices.Phrase{Text: phrase}); err != nil {
				t.Fatal(err)
			}
			said := e.View().(emu.View).Said
			if len(said) != i+1 || said[i].Text != phrase || said[i].Cut || said[i].Chime != "sound101" {
				t.Errorf("heard %+v", said)
			}
			if time.Since(began) < time.Second {
				t.Errorf("%q took %v", phrase, time.Since(began))
			}
		}
	})
}

func TestSilenceIsNoticed(t *testing.T) {
	room(t, "{rate: 5}", func(e emulator.Emulator, s devices.Speaker) {
		if err := e.(emulator.Troubled).SetFault("silent", true); err != nil {
			t.Fatal(err)
		}
		if err := s.Say(context.Background(), devices.Phrase{Text: call}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}
