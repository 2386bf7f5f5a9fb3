package clips

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lobby/deploy/voice"
	"lobby/devices"
	"lobby/devices/devicetest"
	emu "lobby/devices/emulator/clips"
)

func sets(t testing.TB) (zh, en *set) {
	t.Helper()
	zh, err1 := readSet(voice.Files, "zh")
	en, err2 := readSet(voice.Files, "en")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return zh, en
}

func spoken(all []piece) string {
	var out []string
	for _, p := range all {
		text := p.text
		if p.free {
			text = "<" + text + ">"
		}
		out = append(out, text)
	}
	return strings.Join(out, "|")
}

// The script of DESIGN 7: a ticket digit by digit, a window as a number.
func TestPhrasesAreReadAsPeopleDo(t *testing.T) {
	zh, en := sets(t)
	for _, c := range []struct{ lang, phrase, want string }{
		{"zh-CN", "请M037号，到12号窗口办理。", "请|M|零|三|七|号| |到|十|二|号窗口|办理| "},
		{"zh-CN", "请A001号，到36号窗口办理。", "请|A|零|零|一|号| |到|三|十|六|号窗口|办理| "},
		{"zh-CN", "请Q110号，到105号窗口办理。", "请|Q|一|一|零|号| |到|一|百|零|五|号窗口|办理| "},
		{"zh-CN", "12号窗口暂停服务，请您稍候。", "十|二|号窗口|暂停服务| |请您稍候| "},
		{"zh-CN", "请张三到1号窗口", "请|<张>|三|到|一|号窗口"},
		{"en", "Ticket M037, please go to counter 12.", "ticket|M|zero|three|seven|please go to counter|twelve"},
		{"en", "Ticket A001, please go to counter 36.", "ticket|A|zero|zero|one|please go to counter|thirty|six"},
		{"en", "The hall closes.", "<The>|<hall>|<closes>"},
	} {
		got := zh.read(c.phrase, c.lang, false)
		if c.lang == "en" {
			got = en.read(c.phrase, c.lang, false)
		}
		if spoken(got) != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.phrase, spoken(got), c.want)
		}
	}
	if got := spoken(zh.read("请M011号", "zh-CN", true)); got != "请|M|零|幺|幺|号" {
		t.Errorf("with yao: %s", got)
	}
	for n, want := range map[int]string{0: "零", 10: "十", 11: "十一", 20: "二十", 99: "九十九", 100: "一百", 101: "一百零一", 110: "一百一十", 999: "九百九十九"} {
		if got := number(n); got != want {
			t.Errorf("%d is read %s, want %s", n, got, want)
		}
	}
}

// The shipped clips hold every word of the script, with sound in it.
func TestShippedClipsAreComplete(t *testing.T) {
	zh, en := sets(t)
	for name, s := range map[string]*set{"zh": zh, "en": en} {
		for text, clip := range s.clips {
			loud := false
			for _, v := range clip {
				loud = loud || v > 1000 || v < -1000
			}
			if d := clip.lasts(); !loud || d < 50*time.Millisecond || d > 3*time.Second {
				t.Errorf("%s: %q lasts %v, loud %v", name, text, d, loud)
			}
		}
	}
	for r := 'A'; r <= 'Z'; r++ {
		if zh.clips[string(r)] == nil || en.clips[string(r)] == nil {
			t.Errorf("no clip for %c", r)
		}
	}
}

// The beginning of the file that is sent, and its twin for people.
func TestGolden(t *testing.T) {
	head := sound{1, -1, 256}.wav("请M037号")
	devicetest.Golden(t, "wave", head, "RIFF WAVE, PCM, 1 channel, 16000 samples a second, 16 bits, comment 请M037号, samples 1 -1 256")
	page, err := os.ReadFile("../../../hardware-docs/speakers/clips.md")
	if err != nil || !strings.Contains(strings.Join(strings.Fields(string(page)), " "), strings.TrimSpace(fmt.Sprintf("% X", head))) {
		t.Errorf("the page has another worked file than % X (%v)", head, err)
	}
	if back, err := parseWAV(head); err != nil || len(back) != 3 || back[1] != -1 {
		t.Errorf("read back %v, %v", back, err)
	}
}

// room is an emulated card and a voice on it, in a bubble.
func room(t *testing.T, options string, f func(t *testing.T, e *emu.Emulator, s devices.Speaker)) {
	t.Helper()
	devicetest.OnBench(t, func(b *devicetest.Bench) {
		s, err1 := Open(b.Near, devicetest.Decode(options))
		e, err2 := emu.New(devicetest.Units("hall", options))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		b.Serve(e)
		f(t, e.(*emu.Emulator), s)
	})
}

func TestSayReturnsAtTheEnd(t *testing.T) {
	room(t, "{}", func(t *testing.T, e *emu.Emulator, s devices.Speaker) {
		for i, p := range []devices.Phrase{
			{Text: "请M037号，到12号窗口办理。", Lang: "zh-CN"}, {Text: "Ticket M037, please go to counter 12.", Lang: "en"},
		} {
			began := time.Now()
			if err := s.Say(context.Background(), p); err != nil {
				t.Fatal(err)
			}
			v := e.View().(emu.View)
			if len(v.Said) != i+1 || v.Said[i].Text != p.Text || v.Said[i].Cut || !v.Said[i].Loud || v.Speaking {
				t.Errorf("heard %+v", v)
			}
			if took := time.Since(began); took < v.Said[i].Lasts || took < 2*time.Second || took > 12*time.Second {
				t.Errorf("%q took %v of %v", p.Text, took, v.Said[i].Lasts)
			}
		}
	})
}

// A phrase that is taken back is over at once.
func TestCancelledPhraseEnds(t *testing.T) {
	room(t, "{silent: true}", func(t *testing.T, _ *emu.Emulator, s devices.Speaker) {
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer cancel()
		began := time.Now()
		if err := s.Say(ctx, devices.Phrase{Text: "请M037号，到12号窗口办理。"}); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// Words without a clip and without a program are told, and the rest is said.
func TestMissingWordsAreTold(t *testing.T) {
	room(t, "{espeak: no-such-program}", func(t *testing.T, e *emu.Emulator, s devices.Speaker) {
		err := s.Say(context.Background(), devices.Phrase{Text: "请张三到1号窗口"})
		if !errors.Is(err, ErrNoVoice) || !strings.Contains(err.Error(), "张") || len(e.View().(emu.View).Said) != 1 {
			t.Errorf("%v, %+v", err, e.View())
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{clips: /nowhere}", "{colour: red}"} {
		if _, err := Open(nil, devicetest.Decode(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

// espeak-ng says what there is no clip for.
func TestForeignEspeakSaysFreeText(t *testing.T) {
	devicetest.Foreign(t, "espeak-ng", "espeak-ng")
	s, err := Open(nil, devicetest.Decode("{silent: true}"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []devices.Phrase{{Text: "大厅即将关闭", Lang: "zh-CN"}, {Text: "The hall closes soon", Lang: "en"}} {
		all, missing := s.(*Speaker).compose(context.Background(), p)
		if len(missing) > 0 || all.lasts() < 500*time.Millisecond {
			t.Errorf("%q: %v, missing %v", p.Text, all.lasts(), missing)
		}
	}
}

// FuzzRead: whatever is said, every piece has a clip or is free text.
func FuzzRead(f *testing.F) {
	zh, en := sets(f)
	f.Add("请M037号，到12号窗口办理。", true)
	f.Add("Ticket M037, please go to counter 12.", false)
	f.Fuzz(func(t *testing.T, phrase string, chinese bool) {
		s, lang := en, "en"
		if chinese {
			s, lang = zh, "zh-CN"
		}
		for _, p := range s.read(phrase, lang, false) {
			if !p.free && p.text != " " && s.clips[p.text] == nil {
				t.Fatalf("%q: %q is neither", phrase, p.text)
			}
		}
	})
}

// FuzzParseWAV: no file makes it fail.
func FuzzParseWAV(f *testing.F) {
	f.Add(sound{1, 2, 3}.wav("x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := parseWAV(b); err == nil && len(s) > 5*len(b) {
			t.Fatalf("%d bytes give %d samples", len(b), len(s))
		}
	})
}
