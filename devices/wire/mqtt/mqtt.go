// Package mqtt is Lobby's link to an MQTT broker: it keeps the connection for
// ever, subscribes again on every connect, and hands messages over without
// ever blocking the line. It is the only package that knows the paho client.
//
// It uses one paho client for each connection and paho's own reconnecting not
// at all. So a message counts as published only when the broker acknowledged
// it on the very connection it went out on, and a cancelled context ends
// everything at once.
package mqtt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"lobby/devices"
)

// ErrOffline says that there is no connection to the broker, or that it broke
// before the broker answered; in the second case nobody knows whether the
// message arrived.
var ErrOffline = errors.New("broker is away")

// ErrRefused says that the broker does not allow a subscription.
var ErrRefused = errors.New("broker refused")

const (
	connectTimeout = 10 * time.Second
	writeTimeout   = 2 * time.Second
	keepAlive      = 10 * time.Second
	pingTimeout    = 5 * time.Second

	firstPause   = 500 * time.Millisecond
	longestPause = 3 * time.Second
	// settled is how long a connection lasts that was worth something. Below it
	// the pauses go on growing, or two clients with one id would fight at full
	// speed.
	settled = 10 * time.Second

	maxPayload = 64 << 10
)

// Client is one client of one broker. It implements devices.Topics.
type Client struct {
	options Options
	log     *slog.Logger

	mu      sync.Mutex
	session *session // nil while offline
	subs    map[*subscription]struct{}

	dropped atomic.Uint64
}

var _ devices.Topics = (*Client)(nil)

// New makes a client; nothing happens before Run.
func New(o Options, log *slog.Logger) (*Client, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &Client{options: o, log: log, subs: map[*subscription]struct{}{}}, nil
}

// Run connects and stays connected until the context ends, and returns the
// context's error. A broker that is away is no reason to return. Run must not
// be called twice at a time.
func (c *Client) Run(ctx context.Context) error {
	pause, said := firstPause, ""
	for {
		began := time.Now()
		err := c.serve(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(began) >= settled {
			pause, said = firstPause, ""
		}
		c.say(false, err.Error())
		// The same trouble again and again is logged once.
		if said != err.Error() {
			said = err.Error()
			c.log.Warn("broker is away", "error", err)
		}
		if !wait(ctx, pause) {
			return ctx.Err()
		}
		pause = min(2*pause, longestPause)
	}
}

// Dropped is the number of messages that arrived and were thrown away because
// their subscriber was too slow or because they were over 64 KiB.
func (c *Client) Dropped() uint64 { return c.dropped.Load() }

// serve keeps one connection until it is lost.
func (c *Client) serve(ctx context.Context) error {
	s, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer s.end()
	defer c.detach()
	for _, sub := range c.attach(s) {
		// The loop below has not begun, so the asking is done right here.
		if err := s.subscribe(ctx, sub); err != nil {
			return err
		}
	}
	c.log.Info("connected to broker")
	c.say(true, "")
	return s.loop(ctx)
}

// attach makes the session the current one and returns what it must subscribe.
// Whoever subscribes later finds the session and asks by himself.
func (c *Client) attach(s *session) []*subscription {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = s
	subs := make([]*subscription, 0, len(c.subs))
	for sub := range c.subs {
		subs = append(subs, sub)
	}
	return subs
}

func (c *Client) detach() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = nil
}

func (c *Client) say(up bool, why string) {
	if c.options.State != nil {
		c.options.State(up, why)
	}
}

// current returns the session, or nil while offline.
func (c *Client) current() *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// Publish sends a message with QoS 1 and returns when the broker has
// acknowledged it. It does not wait for a broker that is away: that is
// ErrOffline at once.
func (c *Client) Publish(ctx context.Context, topic string, retained bool, payload []byte) error {
	s := c.current()
	if s == nil {
		return fmt.Errorf("mqtt: publish %s: %w", topic, ErrOffline)
	}
	if err := s.publish(ctx, topic, retained, payload); err != nil {
		return fmt.Errorf("mqtt: publish %s: %w", topic, err)
	}
	return nil
}

// wait pauses for about d and says whether the context still holds. The pause
// varies by a fifth, so that many clients of a broker do not come back at once.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d - rand.N(d/5))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
