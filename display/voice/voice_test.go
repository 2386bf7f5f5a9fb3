package voice

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
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

func start(ctx context.Context, s *speaker) *Zone {
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

func TestPhrasesAreNeverCutAndStaleOnesDropped(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		s := &speaker{}
		z := start(ctx, s)
		for i := range 10 {
			z.add(saying{devices.Phrase{Text: fmt.Sprint(i)}, fmt.Sprint(i), false, time.Now()})
		}
		pass(2 * time.Minute)
		if got := strings.Join(s.said, " "); got != "0 1 2 3 4 5" || s.cut {
			t.Errorf("said %q, cut %v; want the phrases of the first %v whole and no other", got, s.cut, staleAfter)
		}
	})
}

func TestInACrowdRepetitionsGoFirst(t *testing.T) {
	z := NewZone()
	z.Log = slog.New(slog.DiscardHandler)
	now := time.Now()
	for i := range crowded {
		z.add(saying{devices.Phrase{Text: fmt.Sprint(i)}, fmt.Sprint(i), i%2 == 1, now})
	}
	z.add(saying{devices.Phrase{Text: "0 again"}, "0", true, now})
	z.add(saying{devices.Phrase{Text: "new"}, "new", false, now})
	var left []string
	for p, ok := z.next(now); ok; p, ok = z.next(now) {
		left = append(left, p.Text)
	}
	if got := strings.Join(left, " "); got != "2 4 new" {
		t.Errorf("left %q, want the first calls only", got)
	}
}
