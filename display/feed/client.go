package feed

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"lobby/display/access"
	"lobby/queue"
)

const (
	readLimit   = 64 << 10        // larger messages close the connection with 1009
	sendBuffer  = 64 << 10        // of the kernel; what waits longer waits in our queue, where it is counted
	queueLength = 1024            // messages a client may be behind
	maxLater    = 8               // answers of one client that may wait for devices
	stopWithin  = 5 * time.Second // has a client that takes nothing when the feed ends
)

// farewell is how long a client may take nothing until it is given up. A message
// that was cut off could not be followed by the reason, and a connection that is
// closed while the client still answers pings is reset by the kernel, which
// throws the reason away; so nothing is cut off and nothing closed before.
const farewell = 2 * time.Minute

// client is one connection: one goroutine reads, one writes.
type client struct {
	feed    *Feed
	conn    *websocket.Conn
	topics  topics
	name    string      // for the trail
	queue   chan frame  // closed by the feed
	own     chan any    // answers to this client alone
	from    chan uint64 // the feed's sequence when the client joined
	has     uint64      // records the client knows already; owned by the writer
	shown   uint64      // state the client has whole; owned by the writer
	tooSlow atomic.Bool
}

// ServeHTTP upgrades one request and serves the client to its end.
func (f *Feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := f.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	if tcp, ok := conn.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // only bounds what the kernel would take
	}
	c := &client{
		feed: f, conn: conn, topics: parseTopics(r.URL.Query().Get("topics")), name: "feed",
		queue: make(chan frame, queueLength), own: make(chan any, maxLater), from: make(chan uint64, 1),
	}
	if i, signed := access.From(r.Context()); signed {
		c.topics = c.topics.as(i.Role)
	}
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(r.Context(), func() { _ = conn.NetConn().SetDeadline(time.Now().Add(stopWithin)) })
	defer stop()
	var writer sync.WaitGroup
	writer.Go(func() {
		defer cancel()
		c.write(ctx, r)
	})
	c.read(ctx)
	cancel()
	c.hearOut(&writer)
	_ = conn.Close()
}

// hearOut waits until a client that has to go was told why, or is given up, and
// takes in what it sends meanwhile.
func (c *client) hearOut(writer *sync.WaitGroup) {
	if !c.tooSlow.Load() {
		writer.Wait()
		return
	}
	_ = c.conn.SetReadDeadline(time.Time{})
	var listener sync.WaitGroup
	listener.Go(func() { _, _ = io.Copy(io.Discard, c.conn.NetConn()) }) // it ends with the client or its time
	writer.Wait()
	_ = c.conn.SetReadDeadline(time.Now().Add(farewell))
	listener.Wait()
}

// write is the only goroutine that writes to the connection.
func (c *client) write(ctx context.Context, r *http.Request) {
	defer c.hangUp()
	f := c.feed
	if c.send(hello{Type: "hello", Hall: f.Description.Hall.ID, Build: f.Build, Epoch: f.Backlog.Epoch(), Heartbeat: int(f.Heartbeat / time.Second)}) != nil {
		return
	}
	select {
	case f.join <- c:
	case <-f.done:
		return
	case <-ctx.Done():
		return
	}
	defer func() {
		select {
		case f.leave <- c:
		case <-f.done:
		}
	}()
	from := <-c.from
	if err := c.begin(ctx, r, from); err != nil {
		f.Log.Debug("feed client ended at its beginning", "client", c.name, "err", err)
		return
	}
	c.follow(ctx)
}

// begin brings the client to the sequence number at which it joined: by the
// records it missed, or by a snapshot. A client that lives on patches and
// missed some gets the whole state as one patch after the records.
func (c *client) begin(ctx context.Context, r *http.Request, from uint64) error {
	q := r.URL.Query()
	since, err := strconv.ParseUint(q.Get("since"), 10, 64)
	epoch := q.Get("epoch")
	known := epoch == "" || epoch == c.feed.Backlog.Epoch()
	if err == nil && known && since <= from && from-since <= maxBacklog {
		if err := c.backlog(since, from); err != nil || !c.topics.view {
			return err
		}
		return c.refresh(ctx)
	}
	v, err := c.feed.Hall.View(ctx)
	if err != nil {
		return err
	}
	c.has, c.shown = v.Seq, v.Seq // may be newer than the moment of joining
	return c.send(snapshotMessage{Type: "snapshot", Seq: v.Seq, State: c.feed.Description.Compose(v, c.feed.Now())})
}

// refresh sends the whole state as a patch.
func (c *client) refresh(ctx context.Context) error {
	v, err := c.feed.Hall.View(ctx)
	if err != nil {
		return err
	}
	cut, err := c.feed.Description.Compose(v, c.feed.Now()).Cut()
	if err != nil {
		return err
	}
	p, err := cut.Since(nil)
	if err != nil {
		return err
	}
	c.shown = v.Seq
	return c.send(patchMessage{Type: "patch", Seq: v.Seq, State: p})
}

// backlog sends the records in (since, to].
func (c *client) backlog(since, to uint64) error {
	for since < to {
		rs, err := c.feed.Backlog.Since(since, int(min(to-since, 1000)))
		if err != nil || len(rs) == 0 {
			return err
		}
		for _, m := range c.topics.messages(rs) {
			if err := c.send(m.body); err != nil {
				return err
			}
		}
		since = rs[len(rs)-1].Seq
	}
	return nil
}

// follow sends what comes until the client leaves or is too slow.
func (c *client) follow(ctx context.Context) {
	ping := time.NewTicker(c.feed.Heartbeat)
	defer ping.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ping.C:
			if c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(farewell)) != nil {
				return
			}
		case m := <-c.own:
			if c.send(m) != nil {
				return
			}
		case frame, ok := <-c.queue:
			if c.tooSlow.Load() { // what still waits is sent after the resume
				return
			}
			if !ok {
				c.goodbye(websocket.CloseGoingAway, "lobby stops")
				return
			}
			if c.knows(frame) {
				continue
			}
			_ = c.conn.SetWriteDeadline(time.Now().Add(farewell))
			if c.conn.WritePreparedMessage(frame.PreparedMessage) != nil {
				return
			}
		}
	}
}

// knows tells whether a message would take the client back to what it was told
// already when it began.
func (c *client) knows(f frame) bool {
	if f.patch {
		return f.seq <= c.shown
	}
	return f.seq != 0 && f.seq <= c.has
}

// goodbye says why the feed let go of the client.
func (c *client) goodbye(code int, text string) {
	_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text), time.Now().Add(farewell))
}

// hangUp ends the connection: at once, or, for a client that was too slow, with
// the reason and in this direction only until it has read that or its time is
// over.
func (c *client) hangUp() {
	slow := c.tooSlow.Load()
	if slow {
		c.goodbye(CloseTooSlow, "too slow, resume with since")
	}
	tcp, ok := c.conn.NetConn().(interface{ CloseWrite() error })
	if !ok || !slow {
		_ = c.conn.Close()
		return
	}
	_ = tcp.CloseWrite()
	_ = c.conn.SetReadDeadline(time.Now().Add(farewell))
}

func (c *client) send(m any) error {
	_ = c.conn.SetWriteDeadline(time.Now().Add(farewell))
	return c.conn.WriteJSON(m)
}

// read takes commands until the connection ends.
func (c *client) read(ctx context.Context) {
	c.conn.SetReadLimit(readLimit)
	alive := func(string) error {
		if c.tooSlow.Load() {
			return nil // its time runs
		}
		return c.conn.SetReadDeadline(time.Now().Add(cmp.Or(c.feed.Patience, 3*c.feed.Heartbeat)))
	}
	c.conn.SetPongHandler(alive)
	later := make(chan struct{}, maxLater)
	for {
		_ = alive("")
		_, data, err := c.conn.ReadMessage()
		if err != nil {
			var silence net.Error
			c.tooSlow.CompareAndSwap(false, errors.As(err, &silence) && silence.Timeout()) // no pong: it is gone, or far behind
			return
		}
		if !c.handle(ctx, data, later) {
			return
		}
	}
}

// handle answers one message; false ends the connection.
func (c *client) handle(ctx context.Context, data []byte, later chan struct{}) bool {
	var req request
	err := json.Unmarshal(data, &req)
	if err == nil && req.Type == "screen" {
		c.beat(ctx, data)
		return true
	}
	if err != nil || req.Type != "command" {
		say := "消息应为 {\"type\":\"command\",\"id\":…,\"command\":{…}}"
		return c.answer(ctx, queue.Answer{ID: req.ID, Refusal: &queue.Refusal{Code: queue.CodeBadCommand, Say: say}})
	}
	answer, wait := c.feed.Commander.Command(ctx, c.name, withID(req))
	answer.ID = req.ID // also where the command was too broken to carry it
	if wait == nil {
		return c.answer(ctx, answer)
	}
	select {
	case later <- struct{}{}:
		go func() {
			defer func() { <-later }()
			c.answer(ctx, wait(ctx))
		}()
		return true
	default:
		return c.answer(ctx, answer)
	}
}

// beat passes on that a screen lives. A device that has signed in can only say
// so of itself.
func (c *client) beat(ctx context.Context, data []byte) {
	var b screenBeat
	i, signed := access.From(ctx)
	if c.feed.Beat == nil || json.Unmarshal(data, &b) != nil || signed && i.Device != b.Screen {
		return
	}
	c.feed.Beat(b.Screen)
}

func (c *client) answer(ctx context.Context, a queue.Answer) bool {
	select {
	case c.own <- answerMessage{Type: "answer", Answer: a}:
		return true
	case <-ctx.Done():
		return false
	}
}

// withID puts the message's id into the command, where HTTP has it.
func withID(r request) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(r.Command, &members) != nil || members == nil {
		return r.Command
	}
	members["id"], _ = json.Marshal(r.ID) // a string always marshals
	data, err := json.Marshal(members)
	if err != nil {
		return r.Command
	}
	return data
}
