// Package gateway shows cameras to browsers by WebRTC, which carries what a
// media source does not: sound in G.711, and pictures without a cushion.
//
// What a browser sends there (DTLS, ICE, RTCP) is read by a process of its
// own, package peer, which this package starts with the first viewer and
// again after it has ended. It is neither the hall's process nor the one that
// reads what cameras send: a stranger's browser that breaks it interrupts the
// pictures of those who watch by WebRTC, and nothing else.
package gateway

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"lobby/devices/camera/pipe"
)

const (
	// maxViewers bounds the viewers; each costs four times what one over a
	// WebSocket does.
	maxViewers = 32
	// patience is how long an answer to an offer may take.
	patience = 8 * time.Second
)

var (
	// ErrFull says that there are too many viewers already.
	ErrFull = errors.New("too many viewers watch by WebRTC already")
	// ErrGone says that the viewers' process ended.
	ErrGone = errors.New("the process for WebRTC ended; ask again")
)

// RefusedError is an offer that cannot be answered, with the reason.
type RefusedError struct{ Why string }

func (e RefusedError) Error() string { return "offer refused: " + e.Why }

// Refused is the reason, for people.
func (e RefusedError) Refused() string { return e.Why }

// Cameras gives what a camera sends, picture and sound.
type Cameras interface {
	Watch(ctx context.Context, camera string) (Source, error)
}

// Source is one camera for one viewer: what it sends, and then its fragments
// from the last key picture on, as package pipe has them.
type Source interface {
	Tracks() []pipe.Track
	Next(ctx context.Context) ([]byte, error)
	Close()
}

// Offer is what the process is told of a new viewer.
type Offer struct {
	SDP    string       `json:"sdp"`
	Tracks []pipe.Track `json:"tracks"`
}

// Options are what a Gateway needs.
type Options struct {
	Cameras Cameras
	// Command starts the viewers' process, for example {"lobby", "webrtc", "--listen", "0.0.0.0:8555"}.
	Command []string
	Log     *slog.Logger
	// Stderr gets the process's log lines.
	Stderr io.Writer
}

// Gateway shows cameras by WebRTC. Its methods are safe for several goroutines.
type Gateway struct {
	options Options
	ctx     context.Context // of Run
	tasks   sync.WaitGroup

	mu      sync.Mutex
	process *process // nil while nobody watches
	last    uint32
	viewers map[string]*viewer
}

// viewer is one browser.
type viewer struct {
	id      uint32
	process *process
	answer  chan string // one answer
	ended   chan string // why; closed by nobody, sent to once
	stop    context.CancelFunc
}

// New makes a gateway; Run must follow.
func New(o Options) *Gateway {
	return &Gateway{options: o, viewers: map[string]*viewer{}}
}

// Run serves until the context ends, and returns when everything has.
func (g *Gateway) Run(ctx context.Context) error {
	g.mu.Lock()
	g.ctx = ctx
	g.mu.Unlock()
	<-ctx.Done()
	g.mu.Lock()
	for _, v := range g.viewers {
		v.stop()
	}
	g.mu.Unlock()
	g.tasks.Wait()
	return nil
}

// Open answers a browser's offer to watch a camera. The key names the viewer
// for Close and can be guessed by nobody.
func (g *Gateway) Open(ctx context.Context, camera, offer string) (key, answer string, err error) {
	if len(offer) > MaxSDP {
		return "", "", RefusedError{"the offer is too long"}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	source, err := g.options.Cameras.Watch(ctx, camera)
	if err != nil {
		return "", "", fmt.Errorf("gateway: %w", err)
	}
	if tracks := source.Tracks(); len(tracks) == 0 || tracks[0].Codec != pipe.H264 {
		source.Close()
		return "", "", RefusedError{"the camera sends no H.264, and WebRTC shows nothing else"}
	}
	key, v, err := g.admit()
	if err != nil {
		source.Close()
		return "", "", err
	}
	payload, err := json.Marshal(Offer{SDP: offer, Tracks: source.Tracks()})
	if err == nil {
		err = v.process.send(Message{Kind: KindOpen, Viewer: v.id, Payload: payload})
	}
	if err != nil {
		source.Close()
		g.Close(key)
		return "", "", err
	}
	select {
	case answer = <-v.answer:
		return key, answer, g.feed(key, v, source)
	case why := <-v.ended:
		err = RefusedError{why}
	case <-v.process.done:
		err = ErrGone
	case <-ctx.Done():
		err = ctx.Err()
	}
	source.Close()
	g.Close(key)
	return "", "", err
}

// admit makes a viewer, and the process if there is none.
func (g *Gateway) admit() (string, *viewer, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ctx == nil || g.ctx.Err() != nil {
		return "", nil, ErrGone
	}
	if len(g.viewers) >= maxViewers {
		return "", nil, ErrFull
	}
	if g.process == nil {
		p, err := start(g.options)
		if err != nil {
			return "", nil, err
		}
		g.process = p
		g.tasks.Go(func() { g.attend(p) })
	}
	g.last++
	v := &viewer{id: g.last, process: g.process, answer: make(chan string, 1), ended: make(chan string, 1), stop: func() {}}
	key := newKey()
	g.viewers[key] = v
	return key, v, nil
}

func newKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// feed passes the camera's fragments on until the viewer or the camera ends.
// A viewer whose process is slow loses pictures up to the next key picture,
// as any viewer does.
func (g *Gateway) feed(key string, v *viewer, source Source) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.viewers[key] != v {
		source.Close()
		return ErrGone
	}
	ctx, cancel := context.WithCancel(g.ctx)
	v.stop = cancel
	g.tasks.Go(func() {
		defer g.Close(key)
		defer source.Close()
		for {
			fragment, err := source.Next(ctx)
			if err == nil {
				err = v.process.send(Message{Kind: KindFragment, Viewer: v.id, Payload: fragment})
			}
			if err != nil {
				return
			}
		}
	})
	return nil
}

// Close ends a viewer; an unknown key is not minded, and said.
func (g *Gateway) Close(key string) (known bool) {
	g.mu.Lock()
	v := g.viewers[key]
	delete(g.viewers, key)
	last := v != nil && len(g.viewers) == 0
	if last && g.process == v.process {
		g.process = nil
	}
	g.mu.Unlock()
	if v == nil {
		return false
	}
	v.stop()
	if last {
		v.process.end() // nobody watches: the process is not needed
	} else {
		_ = v.process.send(Message{Kind: KindClose, Viewer: v.id})
	}
	return true
}

// attend hears what the process says, until it ends.
func (g *Gateway) attend(p *process) {
	err := p.read(func(m Message) { g.hear(p, m) })
	g.mu.Lock()
	if g.process == p {
		g.process = nil
		g.options.Log.Error("the process for WebRTC ended", "err", err)
	}
	var gone []string
	for key, v := range g.viewers {
		if v.process == p {
			gone = append(gone, key)
		}
	}
	g.mu.Unlock()
	for _, key := range gone {
		g.Close(key)
	}
}

// hear takes what the process says of a viewer; of one that left nothing is
// to be done.
func (g *Gateway) hear(p *process, m Message) {
	g.mu.Lock()
	var key string
	var v *viewer
	for k, x := range g.viewers {
		if x.id == m.Viewer && x.process == p {
			key, v = k, x
		}
	}
	g.mu.Unlock()
	if v == nil {
		return
	}
	switch m.Kind {
	case KindAnswer:
		select {
		case v.answer <- string(m.Payload):
		default:
		}
	case KindEnded:
		select {
		case v.ended <- clean(m.Payload):
		default:
		}
		g.Close(key)
	}
}
