// Package feed is the WebSocket on which window software, walls and pages
// follow the hall and command it. A client gets a snapshot and then every
// record after it, or, when it comes back with the sequence number it had,
// only what it missed.
//
// A slow client never delays the hall or another client: its own queue is
// bounded, and when that is full it is closed with code 4000 and resumes.
package feed

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"lobby/display"
	"lobby/queue"
	"lobby/queue/hall"
)

// Subprotocol is the one WebSocket subprotocol offered.
const Subprotocol = "lobby.v1"

// CloseTooSlow is the close code of a client that does not keep up.
const CloseTooSlow = 4000

// maxBacklog is how many missed records a returning client is sent; one that
// missed more gets a snapshot.
const maxBacklog = 20_000

// patchEvery bounds how often views are compared for patches.
const patchEvery = 40 * time.Millisecond

// Hall is what the feed needs of the queue's owner.
type Hall interface {
	Watch(ctx context.Context, buffer int) (hall.Watcher, error)
	View(ctx context.Context) (queue.View, error)
}

// Backlog gives records that have been.
type Backlog interface {
	Since(seq uint64, limit int) ([]queue.Record, error)
	Epoch() string
}

// Commander carries out one command in JSON. Later, when not nil, is called
// off the client's turn and gives the final answer, for commands whose answer
// waits for a device.
type Commander interface {
	Command(ctx context.Context, from string, data []byte) (answer queue.Answer, later func(context.Context) queue.Answer)
}

// Options are what a feed is given.
type Options struct {
	Hall        Hall
	Backlog     Backlog
	Commander   Commander
	Description display.Description
	Build       string
	Heartbeat   time.Duration
	Patience    time.Duration            // how long a client may answer no ping; 0 means three heartbeats
	Allowed     func(*http.Request) bool // is the request's Origin one of ours
	Beat        func(screen string)      // a screen's page says that it lives; nil ignores it
	Log         *slog.Logger
	Now         func() time.Time
}

// Feed is the hub of all clients.
type Feed struct {
	Options
	upgrader websocket.Upgrader
	join     chan *client
	leave    chan *client
	done     chan struct{}

	clients map[*client]struct{} // owned by Run
	seq     uint64               // of the last record sent
	cut     display.Sections     // what the last patch led to
}

// New makes a feed; Run makes it live.
func New(o Options) *Feed {
	return &Feed{
		Options:  o,
		upgrader: websocket.Upgrader{Subprotocols: []string{Subprotocol}, CheckOrigin: o.Allowed, ReadBufferSize: 4096, WriteBufferSize: 4096},
		join:     make(chan *client), leave: make(chan *client), done: make(chan struct{}),
		clients: map[*client]struct{}{},
	}
}

// Run serves until the context ends. When the hall closes its watcher, the
// records that were missed are read back and sent, so no client has a gap.
func (f *Feed) Run(ctx context.Context) error {
	defer close(f.done)
	defer f.closeAll()
	for first := true; ; first = false {
		w, err := f.Hall.Watch(ctx, 1024)
		if err != nil {
			return ended(ctx, err)
		}
		if first {
			f.seq = w.View.Seq
		} else if err := f.catchUp(w.View.Seq); err != nil {
			f.Log.Error("the feed cannot read what it missed; clients start anew", "err", err)
			f.closeAll()
			f.seq = w.View.Seq
		}
		if err := f.patch(w.View); err != nil {
			return err
		}
		if err := f.serve(ctx, w); err != nil || ctx.Err() != nil {
			return ended(ctx, err)
		}
	}
}

// ended drops the error of a context that ended on purpose.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// serve runs until the watcher ends.
func (f *Feed) serve(ctx context.Context, w hall.Watcher) error {
	beat := time.NewTicker(f.Heartbeat)
	defer beat.Stop()
	patch := time.NewTimer(patchEvery)
	defer patch.Stop()
	dirty := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-f.join:
			f.clients[c] = struct{}{}
			c.from <- f.seq
		case c := <-f.leave:
			f.drop(c)
		case <-beat.C:
			f.broadcast(message{Type: "beat", Seq: f.seq})
		case rs, ok := <-w.Records:
			if !ok {
				return nil
			}
			f.send(rs)
			dirty = true
		case <-patch.C:
			if dirty && f.viewed() {
				v, err := f.Hall.View(ctx)
				if err != nil {
					return err
				}
				if err := f.patch(v); err != nil {
					return err
				}
				dirty = false
			}
			patch.Reset(patchEvery)
		}
	}
}

// catchUp sends the records up to a sequence number from the trail.
func (f *Feed) catchUp(to uint64) error {
	for f.seq < to {
		rs, err := f.Backlog.Since(f.seq, 1000)
		if err != nil || len(rs) == 0 {
			return err
		}
		f.send(rs)
	}
	return nil
}

// send hands records to every client whose topics they are in. Clients with
// the same topics share the prepared messages.
func (f *Feed) send(rs []queue.Record) {
	for len(rs) > 0 && rs[0].Seq <= f.seq {
		rs = rs[1:]
	}
	if len(rs) == 0 {
		return
	}
	f.seq = rs[len(rs)-1].Seq
	shared := map[string][]frame{}
	for c := range f.clients {
		frames, ok := shared[c.topics.key]
		if !ok {
			frames = prepare(c.topics.messages(rs)...)
			shared[c.topics.key] = frames
		}
		f.push(c, frames)
	}
}

// patch tells view clients what changed since the last patch.
func (f *Feed) patch(v queue.View) error {
	cut, err := f.Description.Compose(v, f.Now()).Cut()
	if err != nil {
		return err
	}
	old := f.cut
	f.cut = cut
	if old == nil {
		return nil
	}
	p, err := cut.Since(old)
	if err != nil || len(p) == 0 {
		return err
	}
	frames := prepare(outgoing{seq: v.Seq, patch: true, body: patchMessage{Type: "patch", Seq: v.Seq, State: p}})
	for c := range f.clients {
		if c.topics.view {
			f.push(c, frames)
		}
	}
	return nil
}

func (f *Feed) viewed() bool {
	for c := range f.clients {
		if c.topics.view {
			return true
		}
	}
	return false
}

func (f *Feed) broadcast(m any) {
	frames := prepare(outgoing{body: m})
	for c := range f.clients {
		f.push(c, frames)
	}
}

// push never waits: a client whose queue is full is closed.
func (f *Feed) push(c *client, frames []frame) {
	for _, fr := range frames {
		select {
		case c.queue <- fr:
		default:
			c.tooSlow.Store(true)
			f.drop(c)
			return
		}
	}
}

func (f *Feed) drop(c *client) {
	if _, ok := f.clients[c]; ok {
		delete(f.clients, c)
		close(c.queue)
	}
}

func (f *Feed) closeAll() {
	for c := range f.clients {
		f.drop(c)
	}
}

// frame is an encoded message.
type frame struct {
	seq   uint64 // as in outgoing
	patch bool
	*websocket.PreparedMessage
}

// prepare encodes messages once for all who get them.
func prepare(ms ...outgoing) []frame {
	frames := make([]frame, 0, len(ms))
	for _, m := range ms {
		data, err := json.Marshal(m.body)
		if err != nil {
			panic("feed: a message of ours does not marshal: " + err.Error())
		}
		p, err := websocket.NewPreparedMessage(websocket.TextMessage, data)
		if err != nil {
			panic("feed: a message of ours cannot be framed: " + err.Error())
		}
		frames = append(frames, frame{m.seq, m.patch, p})
	}
	return frames
}
