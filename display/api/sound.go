package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"lobby/display/access"
)

// Sounds are the sounds of walls that play them on their own screens.
type Sounds interface {
	// Has tells whether a wall has sound to play.
	Has(wall string) bool
	// Lease gives the sound of a wall to a page, until over is closed because a
	// newer page came, or release is called.
	Lease(wall string, p Player) (over <-chan struct{}, release func())
}

// Player plays a sound and returns at its end, or says why it did not; then it
// has lost the lease.
type Player interface {
	Play(ctx context.Context, wav []byte) error
}

// ErrBlocked says that the browser lets a page play only after a touch.
var ErrBlocked = errors.New("the browser plays no sound yet: tap the screen once, or start it as deploy/kiosk does")

// closeLeased tells a page that a newer one has its sound.
const closeLeased = 4001

// sound is the WebSocket of a wall's page that plays: the hall sends a WAVE
// file, the page answers {"heard":true} at its end, or why it was not heard.
func (a *API) sound(w http.ResponseWriter, r *http.Request) {
	wall := r.PathValue("wall")
	if i, signed := access.From(r.Context()); signed && i.Device != "wall:"+wall {
		problem(w, http.StatusForbidden, "other_wall", "这是另一块大屏的声音")
		return
	}
	if a.Sounds == nil || !a.Sounds.Has(wall) {
		problem(w, http.StatusNotFound, "no_sound", "这块大屏没有声音")
		return
	}
	up := websocket.Upgrader{CheckOrigin: a.Guard.Allowed}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	p := &soundPage{conn: conn, life: ctx, answers: make(chan heard, 1)}
	over, release := a.Sounds.Lease(wall, p)
	defer release()
	go p.read(cancel)
	select {
	case <-ctx.Done():
	case <-over:
		code, why := closeLeased, "a newer page plays"
		if p.failed.Load() {
			code, why = websocket.CloseTryAgainLater, "come again when you can play"
		}
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
	}
}

// heard is what a page says of one sound.
type heard struct {
	Heard   bool   `json:"heard"`
	Blocked bool   `json:"blocked"` // by the browser, until somebody touches the screen
	Why     string `json:"why"`
}

// soundPage is one page that plays, one sound at a time.
type soundPage struct {
	conn    *websocket.Conn
	life    context.Context // of the socket
	answers chan heard
	failed  atomic.Bool // a sound was not heard
}

// read passes on what the page says, and pings it so that one that is gone is
// noticed.
func (p *soundPage) read(gone func()) {
	defer gone()
	p.conn.SetReadLimit(4096)
	live := func(string) error { return p.conn.SetReadDeadline(time.Now().Add(soundPatience)) }
	p.conn.SetPongHandler(live)
	go p.ping()
	for _ = live(""); ; {
		var h heard
		if p.conn.ReadJSON(&h) != nil {
			return
		}
		select {
		case p.answers <- h:
		default: // nobody asked
		}
	}
}

// soundPatience is how long a page may be silent.
const soundPatience = 25 * time.Second

func (p *soundPage) ping() {
	tick := time.NewTicker(soundPatience / 3)
	defer tick.Stop()
	for {
		select {
		case <-p.life.Done():
			return
		case <-tick.C:
			_ = p.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) // the reader notices
		}
	}
}

// Play implements Player.
func (p *soundPage) Play(ctx context.Context, wav []byte) error {
	select {
	case <-p.answers: // of a sound that was cut
	default:
	}
	_ = p.conn.SetWriteDeadline(time.Now().Add(soundPatience))
	if err := p.conn.WriteMessage(websocket.BinaryMessage, wav); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.life.Done():
		return p.life.Err()
	case h := <-p.answers:
		switch {
		case h.Heard:
			return nil
		case h.Blocked:
			p.failed.Store(true)
			return ErrBlocked
		}
		p.failed.Store(true)
		return fmt.Errorf("the page could not play it: %s", h.Why)
	}
}
