package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/wire/broker"
	"lobby/devices/wire/mqtt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "secret"

// mustBroker runs a broker for hall h1 that only Dial reaches.
func mustBroker(t *testing.T) (b *broker.Broker, stop func()) {
	t.Helper()
	hash, err := broker.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	b, err = broker.New(broker.Options{Hall: "h1", Accounts: []broker.Account{
		{User: "lobby", Password: hash, Role: broker.Hall},
	}}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	stop = run(t, b.Run)
	synctest.Wait()
	return b, stop
}

func mustNew(t *testing.T, o mqtt.Options) *mqtt.Client {
	t.Helper()
	if o.ClientID == "" {
		o.ClientID = "test"
	}
	o.User, o.Password = "lobby", password
	c, err := mqtt.New(o, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run starts something and returns what stops it.
func run(t *testing.T, f func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	return func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("run ended with %v", err)
		}
	}
}

func TestSlowSubscriberLosesMessagesAndNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, stopBroker := mustBroker(t)
		c, other := mustNew(t, mqtt.Options{Dial: b.Dial}), mustNew(t, mqtt.Options{Dial: b.Dial, ClientID: "other"})
		stopClient, stopOther := run(t, c.Run), run(t, other.Run)
		gate, slow, quick := make(chan struct{}), 0, 0
		stopSlow := run(t, func(ctx context.Context) error {
			return c.Subscribe(ctx, "lobby/h1/#", func(devices.Message) { <-gate; slow++ })
		})
		stopQuick := run(t, func(ctx context.Context) error {
			return c.Subscribe(ctx, "lobby/h1/x", func(devices.Message) { quick++ })
		})
		synctest.Wait()
		const sent = 1500
		for range sent {
			if err := other.Publish(t.Context(), "lobby/h1/x", false, []byte("x")); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		close(gate)
		synctest.Wait()
		if quick != sent {
			t.Errorf("the quick one got %d", quick)
		}
		if want := uint64(sent - slow); c.Dropped() != want || slow != 1025 {
			t.Errorf("the slow one got %d, %d dropped", slow, c.Dropped())
		}
		stopSlow()
		stopQuick()
		stopOther()
		stopClient()
		stopBroker()
	})
}

func TestRefusedSubscriptionIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, stopBroker := mustBroker(t)
		c := mustNew(t, mqtt.Options{Dial: b.Dial})
		early := make(chan error, 1)
		go func() { early <- c.Subscribe(t.Context(), "#", nil) }() // before there is a connection
		synctest.Wait()
		stopClient := run(t, c.Run)
		if err := <-early; !errors.Is(err, mqtt.ErrRefused) {
			t.Errorf("subscribed before: %v", err)
		}
		if err := c.Subscribe(t.Context(), "lobby/h2/#", nil); !errors.Is(err, mqtt.ErrRefused) {
			t.Errorf("subscribed after: %v", err)
		}
		stopClient()
		stopBroker()
	})
}

func TestTwoSubscribersOfOneFilter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, stopBroker := mustBroker(t)
		c := mustNew(t, mqtt.Options{Dial: b.Dial})
		stopClient := run(t, c.Run)
		var got [2]int
		var stops [2]func()
		for i := range stops {
			stops[i] = run(t, func(ctx context.Context) error {
				return c.Subscribe(ctx, "lobby/h1/x", func(devices.Message) { got[i]++ })
			})
		}
		say := func() {
			synctest.Wait()
			if err := c.Publish(t.Context(), "lobby/h1/x", false, nil); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
		say()
		stops[0]() // the other one stays subscribed
		say()
		if got != [2]int{1, 2} {
			t.Errorf("got %v", got)
		}
		stops[1]()
		stopClient()
		stopBroker()
	})
}

// A peer that takes everything and never says a word.
func TestMutePeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var why string
		c := mustNew(t, mqtt.Options{
			Dial: func(context.Context) (net.Conn, error) {
				ours, theirs := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, theirs) }()
				return ours, nil
			},
			State: func(_ bool, w string) { why = w },
		})
		stop := run(t, c.Run)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if !strings.Contains(why, "connect") {
			t.Errorf("after 11 s: %q", why)
		}
		began := time.Now()
		stop()
		if d := time.Since(began); d > time.Second {
			t.Errorf("stopping took %v", d)
		}
	})
}

// A broker that stops answering in the middle is noticed by the pings, and the
// client comes back by itself.
func TestDeadLineIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, stopBroker := mustBroker(t)
		var lines []*frozen
		var mu sync.Mutex
		var downAt time.Time
		ups := 0
		c := mustNew(t, mqtt.Options{
			Dial: func(ctx context.Context) (net.Conn, error) {
				conn, err := b.Dial(ctx)
				if err != nil {
					return nil, err
				}
				f := &frozen{Conn: conn, ice: make(chan struct{}), closed: make(chan struct{})}
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, f)
				return f, nil
			},
			State: func(up bool, _ string) {
				mu.Lock()
				defer mu.Unlock()
				if up {
					ups++
				} else {
					downAt = time.Now()
				}
			},
		})
		stopClient := run(t, c.Run)
		synctest.Wait()
		began := time.Now()
		mu.Lock()
		close(lines[0].ice)
		mu.Unlock()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if err := c.Publish(ctx, "lobby/h1/x", false, nil); !errors.Is(err, mqtt.ErrOffline) {
			t.Errorf("publish on a dead line: %v", err)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		mu.Lock()
		if d := downAt.Sub(began); d <= 0 || d > 20*time.Second || ups != 2 {
			t.Errorf("down after %v, %d times up", d, ups)
		}
		mu.Unlock()
		stopClient()
		stopBroker()
	})
}

// frozen is a line that swallows everything once the ice is there.
type frozen struct {
	net.Conn
	ice    chan struct{}
	once   sync.Once
	closed chan struct{}
}

func (f *frozen) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	select {
	case <-f.ice:
		<-f.closed
		return 0, net.ErrClosed
	default:
		return n, err
	}
}

func (f *frozen) Write(p []byte) (int, error) {
	select {
	case <-f.ice:
		return len(p), nil
	default:
		return f.Conn.Write(p)
	}
}

func (f *frozen) Close() error {
	f.once.Do(func() { close(f.closed) })
	return f.Conn.Close()
}

func TestCancelledPublishReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, stopBroker := mustBroker(t)
		c := mustNew(t, mqtt.Options{Dial: b.Dial})
		stopClient := run(t, c.Run)
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Publish(ctx, "lobby/h1/x", false, nil); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("publish: %v", err)
		}
		stopClient()
		if err := c.Publish(t.Context(), "lobby/h1/x", false, nil); !errors.Is(err, mqtt.ErrOffline) {
			t.Errorf("publish after the end: %v", err)
		}
		stopBroker()
	})
}

// A dead broker is tried for ever, with pauses that grow to three seconds.
func TestRetriesForEverAndNotTooOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := mustNew(t, mqtt.Options{Dial: func(context.Context) (net.Conn, error) {
			tries++
			return nil, errors.New("connection refused")
		}})
		stop := run(t, c.Run)
		time.Sleep(time.Hour)
		synctest.Wait()
		if tries < 1200 || tries > 1600 {
			t.Errorf("%d tries in an hour", tries)
		}
		stop()
	})
}

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := mqtt.Options{Broker: "tcp://10.0.0.5:1883", ClientID: "h1", User: "lobby", Password: "x"}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*mqtt.Options){
		"no broker":       func(o *mqtt.Options) { o.Broker = "" },
		"scheme":          func(o *mqtt.Options) { o.Broker = "http://10.0.0.5" },
		"no host":         func(o *mqtt.Options) { o.Broker = "tcp://:1883" },
		"password in URL": func(o *mqtt.Options) { o.Broker = "tcp://u:p@10.0.0.5" },
		"path":            func(o *mqtt.Options) { o.Broker = "tcp://10.0.0.5/x" },
		"no id":           func(o *mqtt.Options) { o.ClientID = "" },
		"no user":         func(o *mqtt.Options) { o.User = "" },
		"missing CA":      func(o *mqtt.Options) { o.CA = filepath.Join(dir, "none.pem") },
		"empty CA":        func(o *mqtt.Options) { o.CA = empty },
	} {
		o := good
		change(&o)
		err := o.Validate()
		if err == nil {
			t.Errorf("%s is taken for good", name)
		} else if strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s tells the password: %v", name, err)
		}
	}
	if s := fmt.Sprint(good.LogValue()); strings.Contains(s, "x]") || !strings.Contains(s, "lobby") {
		t.Errorf("logged as %s", s)
	}
}
