package voice

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/queue"
	"lobby/queue/hall/halltest"
)

// A call that was a wrong key is not said when it still waits, and the citizen
// is asked to wait on when it was.
func TestAnUndoneCallIsTakenBack(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		h := halltest.Start(ctx, t)
		s := &speaker{}
		z := start(ctx, s)
		z.Covers = func(string) bool { return true }
		go Run(ctx, h, []*Zone{z}, time.Now)
		synctest.Wait()
		for _, w := range []string{"1", "2"} {
			halltest.Must(ctx, t, h, queue.WindowOpen{Window: w})
			halltest.Must(ctx, t, h, queue.Take{Service: "social"})
			halltest.Must(ctx, t, h, queue.CallNext{Window: w})
			pass(time.Second) // the first is being said, the second waits
		}
		halltest.Must(ctx, t, h, queue.Undo{Window: "1"})
		halltest.Must(ctx, t, h, queue.Undo{Window: "2"})
		pass(time.Minute)
		if got := strings.Join(s.said, " "); got != "请M001号，到1号窗口办理。 请M001号继续等候。" {
			t.Errorf("said %s", got)
		}
	})
}

// FQM #138: the announcement of a call is swallowed by the next one.
func TestOneCallDoesNotSwallowTheNext(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		h := halltest.Start(ctx, t)
		s := &speaker{}
		z := start(ctx, s)
		z.Covers = func(string) bool { return true }
		go Run(ctx, h, []*Zone{z}, time.Now)
		synctest.Wait()
		for _, w := range []string{"1", "2"} { // in the same instant
			halltest.Must(ctx, t, h, queue.WindowOpen{Window: w})
			halltest.Must(ctx, t, h, queue.Take{Service: "social"})
			halltest.Must(ctx, t, h, queue.CallNext{Window: w})
		}
		pass(time.Minute)
		if got := strings.Join(s.said, " "); got != "请M001号，到1号窗口办理。 请M002号，到2号窗口办理。" || s.cut {
			t.Errorf("said %s, cut %v", got, s.cut)
		}
	})
}
