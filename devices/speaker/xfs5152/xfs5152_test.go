package xfs5152

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/encoding/simplifiedchinese"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	emu "lobby/devices/emulator/syn6288"
)

var update = flag.Bool("update", false, "write the golden files anew")

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
	page, err := os.ReadFile("../../../hardware-docs/speakers/xfs5152.md")
	if err != nil {
		t.Fatal(err)
	}
	twins := map[string]string{"call": "speak, GBK: " + call, "query": "speaking?", "stop": "stop"}
	for name, b := range frames(t) {
		for ext, got := range map[string]string{".golden": fmt.Sprintf("% X\n", b), ".txt": twins[name] + "\n"} {
			path := filepath.Join("testdata", name+ext)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(path); err != nil || string(want) != got {
				t.Errorf("%s is now %s (%v)", path, got, err)
			}
		}
		m := regexp.MustCompile("(?s)```hex " + name + "\n(.*?)```").FindSubmatch(page)
		if m == nil || strings.Join(strings.Fields(string(m[1])), " ") != fmt.Sprintf("% X", b) {
			t.Errorf("%s is not % X on the page", name, b)
		}
	}
}

// room is an emulated module and its driver, in a bubble.
func room(t *testing.T, options string, f func(e emulator.Emulator, s devices.Speaker)) {
	decode := func(into any) error { return yaml.NewDecoder(strings.NewReader(options), yaml.Strict()).Decode(into) }
	synctest.Test(t, func(t *testing.T) {
		near, far := devicetest.Pipe()
		e, err := emu.NewXFS5152([]devices.Unit{{Name: "hall", Options: decode}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = e.Serve(ctx, far)
		}()
		s, err := Open(near, decode)
		if err != nil {
			t.Fatal(err)
		}
		f(e, s)
		cancel()
		far.Close()
		<-done
		near.Close()
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
