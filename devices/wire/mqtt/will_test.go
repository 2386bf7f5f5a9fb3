package mqtt_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/wire/broker"
	"lobby/devices/wire/mqtt"
)

// On a socket and not in a bubble: paho knows its own hanging up by the error
// that only a socket gives.
func TestWillIsSpokenWhenTheClientEnds(t *testing.T) {
	hash, err := broker.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	b, err := broker.New(broker.Options{
		Listen: "127.0.0.1:0", Hall: "h1",
		Accounts: []broker.Account{{User: "lobby", Password: hash, Role: broker.Hall}},
	}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Listen(); err != nil {
		t.Fatal(err)
	}
	defer run(t, b.Run)()
	up := make(chan bool, 100)
	state := func(is bool, _ string) { up <- is }
	ear := mustNew(t, mqtt.Options{Broker: "tcp://" + b.Addr(), ClientID: "ear", State: state})
	defer run(t, ear.Run)()
	heard := make(chan string, 10)
	defer run(t, func(ctx context.Context) error {
		return ear.Subscribe(ctx, "lobby/h1/x", func(m devices.Message) { heard <- string(m.Payload) })
	})()
	<-up

	mortal := mustNew(t, mqtt.Options{
		Broker: "tcp://" + b.Addr(), ClientID: "mortal", State: state,
		Will: func() mqtt.Will { return mqtt.Will{Topic: "lobby/h1/x", Payload: []byte("gone"), Retained: true} },
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- mortal.Run(ctx) }()
	<-up
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("a client with a will does not end")
	}
	select {
	case got := <-heard:
		if got != "gone" {
			t.Errorf("heard %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Error("the will was not spoken")
	}
}
