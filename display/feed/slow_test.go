package feed_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lobby/queue"
	"lobby/queue/hall"
)

// takes issues many numbers from many kiosks.
func (w *world) takes(n int) {
	var kiosks sync.WaitGroup
	for range 20 {
		kiosks.Go(func() {
			for range n / 20 {
				if a, err := w.Do(context.Background(), hall.Request{Command: queue.Take{Service: "social"}}); err != nil || !a.OK {
					w.t.Errorf("%+v %v", a, err)
				}
			}
		})
	}
	kiosks.Wait()
}

func TestFaultF26_AStalledClientIsClosedAndResumes(t *testing.T) {
	w := build(t, t.TempDir(), true)
	w.open()
	stalled, prompt := w.dial("", true), w.dial("", false)
	stalled.until(10)
	prompt.until(10)
	const takes = 3000
	slowest := make(chan time.Duration, 1)
	go func() {
		defer close(slowest)
		worst := time.Duration(0)
		for prompt.seq < 10+2*takes {
			m, err := prompt.next()
			if err != nil {
				t.Error(err)
				return
			}
			prompt.check(m)
			if at, err := time.Parse(time.RFC3339, m.At); err == nil {
				worst = max(worst, time.Since(at))
			}
		}
		slowest <- worst
	}()
	w.takes(takes)
	t.Logf("the slowest record to the client that reads took %v", <-slowest)
	var err error
	for err == nil {
		var m told
		if m, err = stalled.next(); err == nil {
			stalled.check(m)
		}
	}
	if !websocket.IsCloseError(err, 4000) && !errors.Is(err, io.EOF) && !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("the stalled client ended with %v", err)
	}
	t.Logf("the stalled client was told up to %d and ended with %v", stalled.seq, err)
	if stalled.seq >= 10+2*takes {
		t.Fatal("the stalled client was told everything, so it was not behind")
	}
	again := w.dial(fmt.Sprintf("since=%d&epoch=%s", stalled.seq, stalled.epoch), false)
	again.seq = stalled.seq
	again.follow()
	if m := again.follow(); m.Type != "record" {
		t.Errorf("resumed with %s", m.Type)
	}
	again.until(10 + 2*takes)
}

// A client that is slower than the hall, but reads, is told why it has to go.
func TestASlowClientIsToldWhy(t *testing.T) {
	w := build(t, t.TempDir(), true)
	w.open()
	slow := w.dial("", true)
	slow.until(10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.takes(3000)
	}()
	for {
		m, err := slow.next()
		if err != nil {
			if !websocket.IsCloseError(err, 4000) {
				t.Errorf("the slow client ended with %v", err)
			}
			break
		}
		slow.check(m)
		select { // it takes its time until the hall is far ahead
		case <-done:
		case <-time.After(2 * time.Millisecond):
		}
	}
	<-done
	if slow.seq >= 6010 {
		t.Errorf("the slow client was told up to %d", slow.seq)
	}
}
