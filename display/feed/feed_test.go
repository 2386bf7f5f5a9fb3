package feed_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lobby/queue"
)

func TestAClientIsGreetedAndToldEverything(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("", false)
	if hello := c.follow(); hello.Type != "hello" || hello.Hall != "fuyang" || hello.Build != "b1" || hello.Epoch != w.trail.Epoch() || hello.Heartbeat != 1 {
		t.Errorf("the first message is %+v", hello)
	}
	if c.Subprotocol() != "lobby.v1" {
		t.Errorf("the subprotocol is %q", c.Subprotocol())
	}
	if m := c.follow(); m.Type != "snapshot" || m.Seq != 10 {
		t.Errorf("the second message is %+v", m)
	}
	for _, member := range []string{"day", "open", "services", "windows", "calls", "kiosks", "walls", "cameras", "devices", "alerts"} {
		if len(c.state[member]) == 0 || string(c.state[member]) == "null" {
			t.Errorf("the state has %s = %s", member, c.state[member])
		}
	}
	w.must(queue.Take{Service: "social"})
	m := c.follow()
	at, err := time.Parse("2006-01-02T15:04:05.000Z", m.At)
	if m.Type != "record" || m.Event != "ticket.issued" || m.Seq != 11 || err != nil || time.Since(at) > time.Minute || !strings.Contains(string(m.Data), `"ticket":"M001"`) {
		t.Errorf("told of %+v", m)
	}
	if c.follow(); c.seq != 12 {
		t.Errorf("told up to %d, want 12", c.seq)
	}
	if beat := c.follow(); beat.Type != "beat" || beat.Seq != 12 {
		t.Errorf("after a while of silence: %+v", beat)
	}
}

func TestAReturningClientGetsWhatItMissed(t *testing.T) {
	dir := t.TempDir()
	w := build(t, dir, false)
	w.open()
	c := w.dial("", false)
	c.until(10)
	c.Close()
	for range 1200 { // more than is read from the trail at once; on the way the numbers grow short
		w.must(queue.Take{Service: "social"})
	}
	resume := func(name string, w *world, query string, first string) {
		t.Helper()
		r := w.dial(query, false)
		r.seq = c.seq
		r.follow()
		if m := r.follow(); m.Type != first {
			t.Errorf("%s: begins with %s, want %s", name, m.Type, first)
		}
		w.must(queue.Take{Service: "estate"})
		r.until(w.latest())
	}
	resume("with its position", w, fmt.Sprintf("since=%d&epoch=%s", c.seq, c.epoch), "record")
	resume("without an epoch", w, fmt.Sprintf("since=%d", c.seq), "record")
	resume("with the epoch of another trail", w, fmt.Sprintf("since=%d&epoch=ffffffff", c.seq), "snapshot")
	resume("from the future", w, fmt.Sprintf("since=999999&epoch=%s", c.epoch), "snapshot")
	resume("with a position that is no number", w, "since=ten", "snapshot")
	w.stop()
	again := build(t, dir, false)
	resume("after a restart", again, fmt.Sprintf("since=%d&epoch=%s", c.seq, c.epoch), "record")
	c.seq = again.latest()
	resume("up to date", again, fmt.Sprintf("since=%d&epoch=%s", c.seq, c.epoch), "beat")
}

func TestTopicsSkipTheRest(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	devices, all, none := w.dial("topics=devices,alerts", false), w.dial("topics=queue,devices,alerts", false), w.dial("topics=weather", false)
	for _, c := range []*client{devices, all, none} {
		c.until(10)
	}
	w.must(queue.Take{Service: "social"})
	w.must(queue.DeviceReport{Device: "board/1", Kind: "board", State: "down", Why: "no answer"})
	w.must(queue.Take{Service: "social"})
	for name, c := range map[string]struct {
		*client
		want string
	}{
		"devices and alerts": {devices, "skip 12, device.down 13, alert.raised 14, skip 16"},
		"everything":         {all, "ticket.issued 11, forecast.given 12, device.down 13, alert.raised 14, ticket.issued 15, forecast.given 16"},
		"nothing we have":    {none, "skip 12, skip 14, skip 16"},
	} {
		var got []string
		for c.seq < 16 {
			switch m := c.follow(); m.Type {
			case "record":
				got = append(got, fmt.Sprint(m.Event, " ", m.Seq))
			case "skip":
				got = append(got, fmt.Sprint("skip ", m.To))
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

func TestCommandsAreAnsweredOnTheSameSocket(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("", false)
	took := c.command("a1", `{"type":"take","service":"social"}`)
	if !took.OK || took.ID != "a1" || string(took.RawSeq) != "[11,12]" || !strings.Contains(string(took.Result), `"ticket":"M001"`) {
		t.Errorf("take: %+v", took)
	}
	if again := c.command("a1", `{"type":"take","service":"social"}`); !again.OK || string(again.Result) != string(took.Result) {
		t.Errorf("the same again: %+v", again)
	}
	if m := c.command("a2", `{"type":"later"}`); !m.OK || m.ID != "a2" {
		t.Errorf("a command that waits for a device: %+v", m)
	}
	for text, id := range map[string]string{
		`{"type":"command","id":"x1","command":{"type":"fly"}}`:               "x1",
		`{"type":"command","id":"x2","command":{"type":"recall","window":7}}`: "x2",
		`{"type":"command","id":"x3","command":[1]}`:                          "x3",
		`{"type":"command","id":"x4"}`:                                        "x4",
		`{"type":"subscribe","id":"x5"}`:                                      "x5",
		`{"type":"command","id":"x6","command":{"type":"take"`:                "",
		`null`: "",
		`[]`:   "",
		"\x00": "",
	} {
		if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if m := c.answered(); m.OK || m.Refusal == nil || m.Refusal.Code != queue.CodeBadCommand || m.Refusal.Say == "" || m.ID != id {
			t.Errorf("%s is answered with %+v %+v", text, m, m.Refusal)
		}
	}
}

func TestAMessageTooLargeClosesWith1009(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	for _, size := range []int{64<<10 + 1, 8 << 20} {
		c := w.dial("", false)
		c.until(10)
		_ = c.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte("x"), size)) // the other end may hang up before it is through
		for {
			if _, err := c.next(); err != nil {
				if !websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
					t.Errorf("%d bytes: %v", size, err)
				}
				break
			}
		}
	}
	c := w.dial("", false)
	fits := `{"type":"take","service":"social","item":"` + strings.Repeat("i", 60<<10) + `"}`
	if m := c.command("big", fits); !m.OK {
		t.Errorf("a message below the limit: %+v", m.Refusal)
	}
}

func TestAForeignOriginIsTurnedAway(t *testing.T) {
	w := build(t, t.TempDir(), false)
	if _, err := w.tryDial("", false, http.Header{"Origin": {"http://evil.example"}}); err == nil {
		t.Error("a page of another site may follow and command the hall")
	}
	if _, err := w.tryDial("", false, http.Header{"Origin": {"http://hall.example"}}); err != nil {
		t.Error(err)
	}
}

func TestClientsAreToldWhenTheFeedStops(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("", false)
	c.until(10)
	go w.stop()
	for {
		if _, err := c.next(); err != nil {
			if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
				t.Errorf("ended with %v", err)
			}
			break
		}
	}
}

// Clients that come and go in the middle of everything miss nothing.
func TestClientsThatComeAndGoMissNothing(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.shake(rand.New(rand.NewPCG(11, 12)), 600)
	}()
	topics := []string{"", "queue", "devices,alerts", "view", "view,devices"}
	c := &client{t: t}
	for i := 0; ; i++ {
		query := "topics=" + topics[i%len(topics)]
		if c.epoch != "" && i%3 != 0 {
			query += fmt.Sprintf("&since=%d&epoch=%s", c.seq, c.epoch)
		}
		next := w.dial(query, false)
		next.seq, next.state, next.epoch = c.seq, c.state, c.epoch
		for range 4 {
			next.follow()
		}
		next.Close()
		c = next
		select {
		case <-done:
			return
		default:
		}
	}
}
