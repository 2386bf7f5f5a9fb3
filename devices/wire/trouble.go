package wire

import (
	"errors"
	"log/slog"
	"time"
)

// countEvery is how often a trouble that goes on is mentioned again.
const countEvery = 5 * time.Minute

// kindsAtMost bounds what one trouble may say in different words; errors whose
// text holds a changing number must not fill the log either.
const kindsAtMost = 8

// trouble is a run of failures without a steady session between them. It logs
// each kind of failure once and the rest as a count.
type trouble struct {
	log   *slog.Logger
	since time.Time
	said  time.Time // when the log last heard of it
	count int
	told  int // how much of count the log knows
	kinds map[string]bool
}

// add counts one failure; wait is the pause that follows.
func (t *trouble) add(err error, wait time.Duration) {
	now := time.Now()
	if t.count == 0 {
		t.since, t.said, t.kinds = now, now, map[string]bool{}
	}
	t.count++
	text := err.Error()
	switch {
	case !t.kinds[text] && len(t.kinds) < kindsAtMost:
		t.kinds[text] = true
		t.say("wire is down", err, slog.Duration("retry_in", wait.Round(time.Millisecond)))
	case now.Sub(t.said) >= countEvery:
		t.say("wire is still down", err, slog.Duration("for", now.Sub(t.since).Round(time.Second)))
	}
}

func (t *trouble) say(text string, err error, more slog.Attr) {
	args := []any{slog.Any("error", err), more}
	if again := t.count - t.told; again > 1 {
		args = append(args, slog.Int("failures_since", again))
	}
	var p *panicError
	if errors.As(err, &p) {
		args = append(args, slog.String("stack", string(p.stack)))
		t.log.Error(text, args...)
	} else {
		t.log.Warn(text, args...)
	}
	t.said, t.told = time.Now(), t.count
}

// watch says once that the wire is up: at once where nothing went wrong before,
// and otherwise only when the session proves steady, so that a wire that opens
// and breaks again every second is not announced every second. The returned
// function ends the watch.
func (t *trouble) watch(steady time.Duration) (stop func()) {
	if t.count == 0 {
		t.log.Info("wire is up")
		return func() {}
	}
	log, count, since := t.log, t.count, t.since
	done := make(chan struct{})
	timer := time.AfterFunc(steady, func() {
		defer close(done)
		log.Info("wire is up again", slog.Int("failures", count),
			slog.Duration("after", (time.Since(since)-steady).Round(time.Millisecond)))
	})
	return func() {
		if !timer.Stop() {
			<-done // it is speaking; Run must not return before
		}
	}
}
