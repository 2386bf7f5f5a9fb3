package feed_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gorilla/websocket"

	"lobby/display/feed"
	"lobby/queue"
)

// What really goes over the wire is what the document says.
func TestTheDocumentFitsTheWire(t *testing.T) {
	d, err := feed.ReadDocument()
	if err != nil {
		t.Fatal(err)
	}
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("topics=queue,alerts,view", false)
	seen := map[string]int{}
	read := func() told {
		_, data, err := c.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var m told
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		if err := d.Check(m.Type, data); err != nil {
			t.Errorf("%s\n%v", data, err)
		}
		seen[m.Type]++
		return m
	}
	send := func(command string) {
		message := fmt.Appendf(nil, `{"type":"command","id":"c%d","command":%s}`, seen["command"], command)
		if err := d.Check("command", message); err != nil {
			t.Error(err)
		}
		seen["command"]++
		if err := c.WriteMessage(websocket.TextMessage, message); err != nil {
			t.Fatal(err)
		}
		for read().Type != "answer" {
		}
	}
	send(`{"type":"take","service":"social"}`)
	send(`{"type":"call_next","window":"1"}`)
	send(`{"type":"call_next","window":"1"}`)
	send(`{"type":"arrive","window":"1"}`)
	send(`{"type":"finish","window":"1","outcome":"done"}`)
	send(`{"type":"rate","ticket":"M001","level":5,"reasons":["kind"]}`)
	w.shake(rand.New(rand.NewPCG(13, 14)), 300)
	w.must(queue.Activate{Config: w.say.Rules(queue.Rules{})})
	for m := read(); m.Type != "beat" || string(m.RawSeq) != fmt.Sprint(w.latest()); m = read() { // a slow machine may have been silent before
	}
	for _, name := range []string{"hello", "snapshot", "record", "skip", "beat", "patch", "answer", "command"} {
		if seen[name] == 0 {
			t.Errorf("no %s was seen", name)
		}
	}
	for name, bad := range map[string]string{
		"skip":    `{"type":"skip","to":"5"}`,
		"beat":    `{"type":"beat"}`,
		"record":  `{"type":"record","seq":1,"at":"","event":"ticket.flown","data":{}}`,
		"command": `{"type":"command","id":"x","command":{"type":"call_next","windo":"1"}}`,
	} {
		if d.Check(name, []byte(bad)) == nil {
			t.Errorf("%s was taken for a %s; the test cannot fail", bad, name)
		}
	}
}
