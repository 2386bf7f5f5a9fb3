package voice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/display"
	"lobby/queue"
	"lobby/queue/hall/halltest"
)

// speaker speaks for five seconds and notices when two speak at once.
type speaker struct {
	said     []string
	speaking bool
	cut      bool
}

func (s *speaker) Say(_ context.Context, p devices.Phrase) error {
	s.cut = s.cut || s.speaking
	s.speaking = true
	time.Sleep(5 * time.Second) // virtual: only used in a bubble
	s.speaking = false
	s.said = append(s.said, p.Text)
	return nil
}

func start(ctx context.Context, s devices.Speaker) *Zone {
	z := NewZone()
	z.Open = func(devices.Wire) (devices.Speaker, error) { return s, nil }
	z.Covers = func(window string) bool { return window != "2" }
	z.Report = func(devices.State, string) {}
	z.Log = slog.New(slog.DiscardHandler)
	go z.Use(ctx, nil)
	return z
}

// pass lets virtual time go by and everybody finish what it brought.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func inBubble(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f(t, ctx)
		cancel()
		synctest.Wait()
	})
}

func TestCallsAreSpokenInTheirZone(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		h := halltest.Start(ctx, t)
		s := &speaker{}
		z := start(ctx, s)
		go Run(ctx, h, []*Zone{z}, time.Now)
		synctest.Wait()
		for _, w := range []string{"1", "2"} {
			halltest.Must(ctx, t, h, queue.WindowOpen{Window: w})
			halltest.Must(ctx, t, h, queue.Take{Service: "social"})
			halltest.Must(ctx, t, h, queue.CallNext{Window: w})
		}
		pass(20 * time.Second)
		if len(s.said) != 1 || s.said[0] != "请M001号，到1号窗口办理。" {
			t.Errorf("said %v", s.said)
		}
	})
}

func call(i int, lang string, repeat bool, at time.Time) saying {
	return saying{call: display.Announcement{Ticket: fmt.Sprintf("M%03d", i), Window: fmt.Sprint(i)}, lang: lang, repeat: repeat, at: at}
}

// Ten calls in one moment: none cut, none lost, in order, and those that would
// be late in one breath with others.
func TestCallsAreNeitherCutNorLost(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &speaker{}
		z := start(ctx, s)
		for i := range 10 {
			z.add(call(i, "", false, time.Now()))
		}
		pass(2 * time.Minute)
		last := -1
		for i := range 10 {
			at := strings.Index(strings.Join(s.said, " "), fmt.Sprintf("M%03d号，到%d号窗口", i, i))
			if at <= last {
				t.Errorf("call %d is missing or out of its order in %q", i, s.said)
			}
			last = at
		}
		if len(s.said) < 4 || len(s.said) > 6 || s.cut || !strings.Contains(s.said[0], "请M000号，到0号窗口办理。") {
			t.Errorf("said %q, cut %v", s.said, s.cut)
		}
	})
}

// A loudspeaker that is pulled out in the middle says the call when it is back.
func TestCallOfALostWireIsSaidAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &speaker{}
		z := NewZone()
		z.Report, z.Log = func(devices.State, string) {}, slog.New(slog.DiscardHandler)
		z.Open = func(devices.Wire) (devices.Speaker, error) { return gone{}, nil }
		z.add(call(1, "", false, time.Now()))
		if err := z.Use(ctx, nil); !errors.Is(err, devices.ErrGone) {
			t.Fatal(err)
		}
		z.Open = func(devices.Wire) (devices.Speaker, error) { return s, nil }
		go z.Use(ctx, nil)
		pass(10 * time.Second)
		if len(s.said) != 1 || s.said[0] != "请M001号，到1号窗口办理。" {
			t.Errorf("said %q", s.said)
		}
	})
}

// Three late calls in English take a module half a minute, and are not cut.
func TestLongPhraseIsSaidToItsEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &slow{}
		z := start(ctx, s)
		z.add(call(1, "en", false, time.Now()))
		pass(time.Minute)
		if s.cut || s.said != 1 {
			t.Errorf("said %d times, cut %v", s.said, s.cut)
		}
	})
}

// slow is a speaker that takes half a minute and stops when it is told to.
type slow struct {
	said int
	cut  bool
}

func (s *slow) Say(ctx context.Context, _ devices.Phrase) error {
	select {
	case <-time.After(30 * time.Second):
		s.said++
		return nil
	case <-ctx.Done():
		s.cut = true
		return ctx.Err()
	}
}

// A phrase that the module rejected is said once more, and not a third time; one
// with words that nobody can say was said.
func TestCallThatFailedIsSaidOnceMore(t *testing.T) {
	noise, words := errors.New("rejected"), fmt.Errorf("clips: %w", devices.ErrUnspeakable)
	for want, fails := range map[string][]error{
		"M001 M001 M002":      {noise},
		"M001 M001 M002 M002": {noise, noise, noise, noise},
		"M001 M002":           {words, words},
	} {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			f := &failing{fails: fails}
			z := start(ctx, f)
			z.add(call(1, "", false, time.Now()))
			synctest.Wait() // the first is being said
			z.add(call(2, "", false, time.Now()))
			pass(time.Minute)
			if got := strings.Join(f.tried, " "); got != want {
				t.Errorf("with %v: said %q, want %q", fails, got, want)
			}
		})
	}
}

// Whoever comes while the call fails is not called again.
func TestCallThatFailedIsTakenBack(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		f := &failing{fails: []error{errors.New("rejected")}}
		z := start(ctx, f)
		z.add(call(1, "", false, time.Now()))
		synctest.Wait()
		if z.drop("M001") {
			t.Error("what is being said counts as waiting")
		}
		pass(time.Minute)
		if len(f.tried) != 1 {
			t.Errorf("said %v", f.tried)
		}
	})
}

// failing is a speaker that fails so often.
type failing struct {
	fails []error
	tried []string
}

func (f *failing) Say(_ context.Context, p devices.Phrase) (err error) {
	<-time.After(time.Second) // of the bubble
	f.tried = append(f.tried, p.Text[len("请"):len("请M001")])
	if len(f.fails) > 0 {
		err, f.fails = f.fails[0], f.fails[1:]
	}
	return err
}

// gone is a speaker whose plug was pulled.
type gone struct{}

func (gone) Say(context.Context, devices.Phrase) error { return devices.ErrGone }

// Late calls are said together with others of their language only.
func TestLateCallsAreMergedByLanguage(t *testing.T) {
	z := NewZone()
	then := time.Now()
	for i, lang := range []string{"", "en", "", "", ""} {
		z.add(call(i, lang, false, then))
	}
	var got []string
	for {
		calls := z.next(then.Add(lateAfter + time.Second))
		if calls == nil {
			break
		}
		got = append(got, phrase(calls).Text)
	}
	want := []string{
		"请M000号，到0号窗口；M002号，到2号窗口；M003号，到3号窗口办理。",
		"Ticket M001, please go to counter 1.",
		"请M004号，到4号窗口办理。",
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("said %q", got)
	}
}

// Whoever has come is not called any more by a loudspeaker that is behind.
func TestCitizensWhoHaveComeAreNotCalled(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		h := halltest.Start(ctx, t)
		z := NewZone()
		z.Covers = func(string) bool { return true }
		go Run(ctx, h, []*Zone{z}, time.Now)
		synctest.Wait()
		halltest.Must(ctx, t, h, queue.WindowOpen{Window: "1"})
		halltest.Must(ctx, t, h, queue.Take{Service: "social"})
		halltest.Must(ctx, t, h, queue.CallNext{Window: "1"})
		synctest.Wait()
		if len(z.waiting) != 1 {
			t.Fatalf("%d calls wait", len(z.waiting))
		}
		halltest.Must(ctx, t, h, queue.Arrive{Window: "1"})
		synctest.Wait()
		if len(z.waiting) != 0 {
			t.Errorf("still waiting: %+v", z.waiting)
		}
	})
}

func TestInACrowdRepetitionsGoFirst(t *testing.T) {
	z := NewZone()
	now := time.Now()
	for i := range crowded {
		z.add(call(i, "", i%2 == 1, now))
	}
	z.add(call(0, "", true, now))
	z.add(call(9, "", false, now))
	var left []string
	for _, s := range z.waiting {
		left = append(left, s.call.Ticket)
	}
	if got := strings.Join(left, " "); got != "M002 M004 M009" {
		t.Errorf("left %q, want the first calls only", got)
	}
}

// module is a speaker that can be asked. While it is mute it hears nothing and
// answers nothing.
type module struct {
	mu       sync.Mutex
	mute     bool
	tried    int
	said     []string // the tickets
	reported devices.State
}

var errNoAnswer = errors.New("no answer")

func (m *module) Say(_ context.Context, p devices.Phrase) error {
	<-time.After(time.Second) // of the bubble
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tried++
	if m.mute {
		return errNoAnswer
	}
	m.said = append(m.said, regexp.MustCompile(`M\d+`).FindAllString(p.Text, -1)...)
	return nil
}

func (m *module) Probe(context.Context) error {
	<-time.After(time.Second) // of the bubble
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mute {
		return errNoAnswer
	}
	return nil
}

func (m *module) set(mute bool) { m.mu.Lock(); defer m.mu.Unlock(); m.mute = mute }

func (m *module) report(s devices.State, _ string) { m.mu.Lock(); defer m.mu.Unlock(); m.reported = s }

// heard is how it stands when some time has gone by.
func (m *module) heard(after time.Duration) (tried int, said string, reported devices.State) {
	<-time.After(after)
	synctest.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tried, strings.Join(m.said, " "), m.reported
}

// A module that is mute for some time says what is still called when it answers
// again, and not what is stale or was taken back.
func TestAMuteModuleSaysWhatIsStillCalledWhenItAnswers(t *testing.T) {
	for _, c := range []struct {
		mute time.Duration // from the first call on
		want string
	}{
		{5 * time.Second, "M001 M003"}, {40 * time.Second, "M001 M003"}, {stale - 20*time.Second, "M001 M003"}, {stale + 20*time.Second, "M003"}, {3 * stale, ""},
	} {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			m := &module{mute: true}
			z := NewZone()
			z.Open, z.Report, z.Log = func(devices.Wire) (devices.Speaker, error) { return m, nil }, m.report, slog.New(slog.DiscardHandler)
			go z.Use(ctx, nil)
			third := min(c.mute-time.Second, stale/2)
			z.add(call(1, "", false, time.Now()))
			z.add(call(2, "", false, time.Now()))
			m.heard(2 * time.Second)
			z.drop("M002") // has come
			m.heard(third - 2*time.Second)
			z.add(call(3, "", false, time.Now()))
			if tried, said, reported := m.heard(c.mute - third); tried != 1 || said != "" || reported != devices.Down {
				t.Errorf("mute for %v: tried %d times, said %q, reported %s", c.mute, tried, said, reported)
			}
			m.set(false)
			if _, said, reported := m.heard(time.Minute); said != c.want || reported != devices.Up {
				t.Errorf("mute for %v: said %q, reported %s, want %q", c.mute, said, reported, c.want)
			}
		})
	}
}

// A module that is heard and cannot answer says a call once and no more: nobody
// knows that it is heard, and it would repeat itself for two minutes.
func TestAModuleThatIsHeardAndDoesNotAnswerRepeatsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		m := &module{mute: true}
		z := NewZone()
		z.Open, z.Report, z.Log = func(devices.Wire) (devices.Speaker, error) { return m, nil }, m.report, slog.New(slog.DiscardHandler)
		go z.Use(ctx, nil)
		z.add(call(1, "", false, time.Now()))
		if tried, _, reported := m.heard(10 * time.Minute); tried != 1 || reported != devices.Down {
			t.Errorf("tried %d times, reported %s", tried, reported)
		}
	})
}
