package feed_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"lobby/display/feed"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
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
	if !websocket.IsCloseError(err, feed.CloseTooSlow) {
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

// A client that reads nothing for more than a minute is told why it has to go
// when it reads on, though no kernel kept anything for it: no message was cut
// off, behind which the reason would be lost.
func TestAClientThatReadsNothingIsToldWhyWhenItReadsOn(t *testing.T) {
	for name, takes := range map[string]int{"in a busy hall": 1200, "in a quiet one": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				h, f := quietFeed(ctx, t)
				conn, leave := piped(t, f)
				for range takes {
					halltest.Must(ctx, t, h, queue.Take{Service: "social"})
				}
				<-time.After(100 * time.Second)
				var err error
				for err == nil {
					_, _, err = conn.ReadMessage()
				}
				if !websocket.IsCloseError(err, feed.CloseTooSlow) {
					t.Errorf("it ended with %v", err)
				}
				leave()
				stop()
				synctest.Wait()
			})
		})
	}
}

// A client that answers no ping is let go after three of them.
func TestASilentPeerIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		_, f := quietFeed(ctx, t)
		conn, leave := piped(t, f)
		conn.SetPingHandler(func(string) error { return nil }) // never a pong
		begin := time.Now()
		_ = conn.SetReadDeadline(begin.Add(time.Minute))
		var err error
		for err == nil {
			_, _, err = conn.ReadMessage()
		}
		if age := time.Since(begin); age != 3*time.Second {
			t.Errorf("let go after %v with %v, want three heartbeats", age, err)
		}
		leave()
		stop()
		synctest.Wait()
	})
}

// quietFeed is the feed of a hall in a bubble; both end with the context.
func quietFeed(ctx context.Context, t *testing.T) (*hall.Hall, *feed.Feed) {
	t.Helper()
	h := halltest.Start(ctx, t)
	f := feed.New(feed.Options{
		Hall: h, Backlog: nothingBefore{}, Commander: commander{h}, Description: description(), Heartbeat: time.Second,
		Allowed: func(*http.Request) bool { return true }, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	go f.Run(ctx)
	return h, f
}

// nothingBefore is a trail that nobody resumes from.
type nothingBefore struct{}

func (nothingBefore) Epoch() string                             { return "e" }
func (nothingBefore) Since(uint64, int) ([]queue.Record, error) { return nil, nil }

// piped has a client on a wire that holds nothing back.
func piped(t *testing.T, h http.Handler) (conn *websocket.Conn, leave func()) {
	t.Helper()
	here, there := net.Pipe()
	one := &oneConn{conns: make(chan net.Conn, 1)}
	one.conns <- here
	server := &http.Server{Handler: h}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(one) }()
	d := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return there, nil }, Subprotocols: []string{feed.Subprotocol}}
	conn, _, err := d.Dial("ws://hall/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn, func() {
		conn.Close()
		server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}
}

// oneConn is a listener with one connection.
type oneConn struct {
	conns chan net.Conn
	close sync.Once
}

func (l *oneConn) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (l *oneConn) Close() error   { l.close.Do(func() { close(l.conns) }); return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }
