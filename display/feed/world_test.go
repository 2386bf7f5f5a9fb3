package feed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lobby/display"
	"lobby/display/feed"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail"
)

// world is a hall with its trail and feed behind a real listener.
type world struct {
	*hall.Hall
	t     testing.TB
	trail *trail.Trail
	feed  *feed.Feed
	url   string
	stop  func()
	say   display.Description
}

func description() display.Description {
	d := display.Description{Hall: display.Hall{ID: "fuyang", Name: "阜阳"}, Devices: []display.Device{{ID: "board/1", Kind: "board", Name: "1"}}}
	for i := range 8 {
		d.Windows = append(d.Windows, display.Window{ID: fmt.Sprint(i + 1), Floor: 1 + i/4, Services: []string{"social", "estate"}, Keypad: fmt.Sprint("kp-", i+1)})
	}
	d.Services = []display.Service{{ID: "social", Prefix: "M", Name: "社会保险", Floor: 1}, {ID: "estate", Prefix: "B", Name: "不动产登记", Floor: 2}}
	d.Classes = []display.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}}
	d.Kiosks = []display.Kiosk{{ID: "k1", Printer: "p1"}, {ID: "panel", Panel: "x"}}
	d.Walls = []display.Wall{{ID: "w", Floor: 0}, {ID: "w2", Floor: 2}}
	d.Cameras = []display.Camera{{ID: "c1", Windows: []string{"1"}}}
	return d
}

// build makes a world on a data directory. Small is whether the kernel keeps
// next to nothing for a client that does not read.
func build(t testing.TB, dir string, small bool) *world {
	t.Helper()
	tr, err := trail.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, trail: tr, say: description()}
	var nonce atomic.Int64
	log := slog.New(slog.DiscardHandler)
	w.Hall, err = hall.Open(hall.Options{
		Trail: tr, Now: time.Now, Location: time.UTC, Log: log,
		Nonce: func() string { return fmt.Sprintf("%s-%012d", tr.Epoch(), time.Now().UnixNano()%1e6*1e6+nonce.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.feed = feed.New(feed.Options{
		Hall: w.Hall, Backlog: tr, Commander: commander{w.Hall}, Description: w.say, Build: "b1", Heartbeat: time.Second, Patience: time.Minute,
		Allowed: func(r *http.Request) bool { return r.Header.Get("Origin") != "http://evil.example" }, Log: log, Now: time.Now,
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- w.Run(ctx) }()
	go func() { ended <- w.feed.Run(ctx) }()
	server := httptest.NewUnstartedServer(w.feed)
	if small {
		server.Listener = narrow{server.Listener}
	}
	server.Start()
	w.url = "ws" + strings.TrimPrefix(server.URL, "http")
	stopped := false
	w.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := errors.Join(<-ended, <-ended); err != nil {
			t.Errorf("the world ended with %v", err)
		}
		server.Close()
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(w.stop)
	return w
}

// latest is the sequence number of the newest record.
func (w *world) latest() uint64 {
	w.t.Helper()
	v, err := w.View(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return v.Seq
}

// narrow accepts connections with small buffers.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(4096)
	}
	return c, err
}

// commander carries commands to the hall as a daemon does.
type commander struct{ hall *hall.Hall }

func (c commander) Command(ctx context.Context, from string, data []byte) (queue.Answer, func(context.Context) queue.Answer) {
	var head struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	_ = json.Unmarshal(data, &head) // DecodeCommand says what is wrong with it
	if head.Type == "later" {
		return queue.Answer{ID: head.ID}, func(context.Context) queue.Answer { return queue.Answer{ID: head.ID, OK: true} }
	}
	command, err := queue.DecodeCommand(data)
	answer := queue.Answer{ID: head.ID}
	if errors.As(err, &answer.Refusal) {
		return answer, nil
	}
	answer, err = c.hall.Do(ctx, hall.Request{ID: head.ID, Actor: from, Command: command})
	if err != nil {
		answer = queue.Answer{ID: head.ID, Refusal: &queue.Refusal{Code: "not_durable", Say: err.Error()}}
	}
	return answer, nil
}

// must does a command that has to succeed.
func (w *world) must(c queue.Command) queue.Answer {
	w.t.Helper()
	a, err := w.Do(context.Background(), hall.Request{Actor: "test", Command: c})
	if err != nil || !a.OK {
		w.t.Fatalf("%T: %+v %v", c, a.Refusal, err)
	}
	return a
}

// open opens the day and all windows.
func (w *world) open() {
	w.t.Helper()
	w.must(queue.Activate{Config: w.say.Rules(queue.Rules{AutoFinish: true})})
	w.must(queue.DayOpen{Day: "2026-11-23"})
	for _, window := range w.say.Windows {
		w.must(queue.WindowOpen{Window: window.ID})
	}
}

// told is any message of the feed.
type told struct {
	Type      string                     `json:"type"`
	Hall      string                     `json:"hall"`
	Build     string                     `json:"build"`
	Epoch     string                     `json:"epoch"`
	Heartbeat int                        `json:"heartbeat"`
	Seq       uint64                     `json:"-"`
	To        uint64                     `json:"to"`
	At        string                     `json:"at"`
	Event     string                     `json:"event"`
	Data      json.RawMessage            `json:"data"`
	State     map[string]json.RawMessage `json:"state"`
	ID        string                     `json:"id"`
	OK        bool                       `json:"ok"`
	Result    json.RawMessage            `json:"result"`
	Refusal   *queue.Refusal             `json:"refusal"`
	RawSeq    json.RawMessage            `json:"seq"` // a number, or the list of an answer
}

// client is a foreign client of the feed.
type client struct {
	*websocket.Conn
	t     testing.TB
	epoch string
	seq   uint64 // up to which it knows all
	state map[string]json.RawMessage
}

func (w *world) dial(query string, small bool) *client {
	w.t.Helper()
	c, err := w.tryDial(query, small, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) tryDial(query string, small bool, header http.Header) (*client, error) {
	d := websocket.Dialer{Subprotocols: []string{"lobby.v1"}}
	if small {
		d.NetDial = func(network, addr string) (net.Conn, error) {
			c, err := net.Dial(network, addr)
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetReadBuffer(4096)
			}
			return c, err
		}
	}
	conn, _, err := d.Dial(w.url+"/?"+query, header)
	if err != nil {
		return nil, err
	}
	w.t.Cleanup(func() { conn.Close() })
	return &client{Conn: conn, t: w.t}, nil
}

// next reads one message; an error ends the connection.
func (c *client) next() (m told, err error) {
	_ = c.SetReadDeadline(time.Now().Add(60 * time.Second))
	_, data, err := c.ReadMessage()
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		c.t.Errorf("%s: %v", data, err)
	}
	_ = json.Unmarshal(m.RawSeq, &m.Seq) // a list in an answer
	return m, nil
}

// follow reads one message and holds it against the rules of the feed.
func (c *client) follow() told {
	c.t.Helper()
	m, err := c.next()
	if err != nil {
		c.t.Fatal(err)
	}
	c.check(m)
	return m
}

func (c *client) check(m told) {
	c.t.Helper()
	switch m.Type {
	case "hello":
		c.epoch = m.Epoch
	case "snapshot":
		c.seq, c.state = m.Seq, m.State
	case "record":
		if m.Seq != c.seq+1 {
			c.t.Errorf("record %d follows %d", m.Seq, c.seq)
		}
		c.seq = m.Seq
	case "skip":
		if m.To <= c.seq {
			c.t.Errorf("a skip to %d follows %d", m.To, c.seq)
		}
		c.seq = m.To
	case "beat":
		if m.Seq > c.seq {
			c.t.Errorf("the heart beats at %d, but only %d was told", m.Seq, c.seq)
		}
	case "patch":
		c.patch(m.State)
	case "answer":
	default:
		c.t.Errorf("a message of the type %q", m.Type)
	}
}

// patch puts a partial state over the state, as the documents say.
func (c *client) patch(p map[string]json.RawMessage) {
	for name, raw := range p {
		switch name {
		case "services", "windows", "devices", "cameras":
			raw = upsert(c.t, c.state[name], raw)
		}
		c.state[name] = raw
	}
}

// upsert replaces elements by id and leaves the others alone.
func upsert(t testing.TB, list, changed json.RawMessage) json.RawMessage {
	var old, fresh []json.RawMessage
	if err := errors.Join(json.Unmarshal(list, &old), json.Unmarshal(changed, &fresh)); err != nil {
		t.Error(err)
	}
	id := func(e json.RawMessage) string {
		var head struct{ ID string }
		_ = json.Unmarshal(e, &head)
		return head.ID
	}
	for _, f := range fresh {
		found := false
		for i, o := range old {
			if id(o) == id(f) {
				old[i], found = f, true
			}
		}
		if !found {
			old = append(old, f)
		}
	}
	data, _ := json.Marshal(old)
	return data
}

// until follows until it knows all up to a number.
func (c *client) until(seq uint64) {
	c.t.Helper()
	for c.seq < seq {
		c.follow()
	}
}

// command sends a command and waits for its answer.
func (c *client) command(id, command string) told {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"type":"command","id":%q,"command":%s}`, id, command)); err != nil {
		c.t.Fatal(err)
	}
	return c.answered()
}

func (c *client) answered() told {
	c.t.Helper()
	for {
		if m := c.follow(); m.Type == "answer" {
			return m
		}
	}
}
