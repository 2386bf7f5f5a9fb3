package broker

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/wire/mqtt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "correct horse"

// mustNew makes a broker for the hall h1 with two keypads and Lobby itself.
func mustNew(t *testing.T, listen string, intake Intake) *Broker {
	t.Helper()
	hash, err := HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Options{
		Listen: listen, Hall: "h1",
		Accounts: []Account{
			{User: "lobby", Password: hash, Role: Hall},
			{User: "kp-1", Password: hash, Role: Device},
			{User: "kp-2", Password: hash, Role: Device},
		},
	}, intake, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// run starts something that runs until the returned stop, which waits for it.
func run(t *testing.T, f func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("run ended with %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func mustClient(t *testing.T, b *Broker, user string, change func(*mqtt.Options)) *mqtt.Client {
	t.Helper()
	o := mqtt.Options{ClientID: user, User: user, Password: password, Dial: b.Dial}
	if change != nil {
		change(&o)
	}
	c, err := mqtt.New(o, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inbox collects messages.
type inbox struct {
	mu       sync.Mutex
	messages []devices.Message
}

func (i *inbox) add(m devices.Message) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.messages = append(i.messages, m)
}

func (i *inbox) all() []devices.Message {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]devices.Message(nil), i.messages...)
}

func TestPressReachesIntakeBeforeTheHall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stored inbox
		b := mustNew(t, "", func(_ context.Context, device string, payload []byte, retained bool) error {
			stored.add(devices.Message{Topic: device, Payload: payload, Retained: retained})
			return nil
		})
		stopBroker := run(t, b.Run)
		synctest.Wait()
		hall, kp := mustClient(t, b, "lobby", nil), mustClient(t, b, "kp-1", nil)
		stopHall, stopKeypad := run(t, hall.Run), run(t, kp.Run)
		var got inbox
		stopSub := run(t, func(ctx context.Context) error {
			return hall.Subscribe(ctx, "lobby/h1/keypad/+/event", got.add)
		})
		synctest.Wait()
		if err := kp.Publish(t.Context(), "lobby/h1/keypad/kp-1/event", false, []byte("press")); err != nil {
			t.Fatal(err)
		}
		if s := stored.all(); len(s) != 1 || s[0].Topic != "kp-1" || string(s[0].Payload) != "press" {
			t.Errorf("stored at PUBACK: %v", s)
		}
		synctest.Wait()
		if g := got.all(); len(g) != 1 || g[0].Topic != "lobby/h1/keypad/kp-1/event" {
			t.Errorf("hall got %v", g)
		}
		stopSub()
		stopKeypad()
		stopHall()
		stopBroker()
	})
}

func TestRetainedEventIsNeitherForwardedNorKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stored, got inbox
		b := mustNew(t, "", func(_ context.Context, device string, _ []byte, retained bool) error {
			stored.add(devices.Message{Topic: device, Retained: retained})
			return nil
		})
		stopBroker := run(t, b.Run)
		synctest.Wait()
		hall, kp := mustClient(t, b, "lobby", nil), mustClient(t, b, "kp-1", nil)
		stopHall, stopKeypad := run(t, hall.Run), run(t, kp.Run)
		synctest.Wait()
		listen := func() (stop func()) {
			return run(t, func(ctx context.Context) error {
				return hall.Subscribe(ctx, "lobby/h1/#", got.add)
			})
		}
		stopFirst := listen()
		synctest.Wait()
		for _, leaf := range []string{"event", "state"} {
			if err := kp.Publish(t.Context(), "lobby/h1/keypad/kp-1/"+leaf, true, []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		stopFirst()
		stopSecond := listen()
		synctest.Wait()
		g := got.all()
		if len(g) != 2 || g[0].Retained || !g[1].Retained {
			t.Fatalf("got %v, want the state twice", g)
		}
		for _, m := range g {
			if m.Topic != "lobby/h1/keypad/kp-1/state" {
				t.Errorf("got %s", m.Topic)
			}
		}
		if s := stored.all(); len(s) != 1 || !s[0].Retained {
			t.Errorf("intake was told %v", s)
		}
		stopSecond()
		stopKeypad()
		stopHall()
		stopBroker()
	})
}

func TestClientsSubscribeAgainAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := mustNew(t, "", nil)
		stopBroker := run(t, b.Run)
		synctest.Wait()
		var ups, downs int
		var mu sync.Mutex
		hall := mustClient(t, b, "lobby", func(o *mqtt.Options) {
			o.State = func(up bool, _ string) {
				mu.Lock()
				defer mu.Unlock()
				if up {
					ups++
				} else {
					downs++
				}
			}
		})
		stopHall := run(t, hall.Run)
		var got inbox
		stopSub := run(t, func(ctx context.Context) error {
			return hall.Subscribe(ctx, "lobby/h1/#", got.add)
		})
		synctest.Wait()
		stopBroker()
		synctest.Wait()
		if err := hall.Publish(t.Context(), "lobby/h1/x", false, nil); !errors.Is(err, mqtt.ErrOffline) {
			t.Errorf("publish without a broker: %v", err)
		}
		time.Sleep(time.Minute)
		stopBroker = run(t, b.Run)
		time.Sleep(5 * time.Second) // the promise: subscribed again within 5 s
		synctest.Wait()
		if err := hall.Publish(t.Context(), "lobby/h1/x", false, []byte("again")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if g := got.all(); len(g) != 1 || string(g[0].Payload) != "again" {
			t.Errorf("got %v", g)
		}
		mu.Lock()
		if ups != 2 || downs < 2 {
			t.Errorf("%d ups and %d downs", ups, downs)
		}
		mu.Unlock()
		stopSub()
		stopHall()
		stopBroker()
	})
}

func TestPortTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := mustNew(t, l.Addr().String(), nil)
	if err := b.Listen(); !errors.Is(err, ErrPortTaken) {
		t.Errorf("listen: %v", err)
	}
	if err := b.Run(t.Context()); !errors.Is(err, ErrPortTaken) {
		t.Errorf("run: %v", err)
	}
}

func TestDialNeedsARunningBroker(t *testing.T) {
	if _, err := mustNew(t, "", nil).Dial(t.Context()); !errors.Is(err, ErrStopped) {
		t.Errorf("dial: %v", err)
	}
}

func messageOf(topic string, payload []byte) devices.Message {
	return devices.Message{Topic: topic, Payload: append([]byte(nil), payload...)}
}
