package broker

import (
	"log/slog"
	"testing"

	mochi "github.com/mochi-mqtt/server/v2"
)

func TestWillOfAReplacedSessionIsKeptBack(t *testing.T) {
	server := mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
	h := &hook{broker: mustNew(t, "", nil), server: server, guests: map[string]*guest{}}
	old := server.NewClient(nil, "", "kp-1/kp-1", false)
	fresh := server.NewClient(nil, "", "kp-1/kp-1", false)
	will := mochi.Will{TopicName: "lobby/h1/keypad/kp-1/state", Retain: true}

	server.Clients.Add(old)
	if w, _ := h.OnWill(old, will); w.TopicName != will.TopicName || !w.Retain {
		t.Errorf("the will of a lost client became %+v", w)
	}
	server.Clients.Add(fresh)
	if w, _ := h.OnWill(old, will); w.TopicName != "$lost" || w.Retain {
		t.Errorf("the will of a replaced session is %+v", w)
	}
}
