package mqtt

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"lobby/devices"
)

// queueLength is how many messages wait for a slow subscriber. A hall has about
// a hundred keypads; after an outage each hands in what it kept.
const queueLength = 1024

// subscription is one call of Subscribe.
type subscription struct {
	filter  string
	queue   chan devices.Message // buffered: the line must never wait for a subscriber
	broken  chan error           // holds one: the broker refused
	dropped atomic.Uint64
}

// Subscribe calls f for every message below the filter, from the caller's
// goroutine, until the context ends; then it returns the context's error. It
// waits for a broker that is away, and the client subscribes again by itself
// after a reconnect. It returns ErrRefused when the broker does not allow the
// filter.
//
// f may take its time: up to 1024 messages wait for it, further ones are
// dropped, counted and reported.
func (c *Client) Subscribe(ctx context.Context, filter string, f func(devices.Message)) error {
	if err := checkFilter(filter); err != nil {
		return err
	}
	sub := &subscription{
		filter: filter,
		queue:  make(chan devices.Message, queueLength),
		broken: make(chan error, 1),
	}
	if err := c.enter(ctx, sub); err != nil {
		return err
	}
	defer c.leave(sub)
	for {
		select {
		case m := <-sub.queue:
			f(m)
			c.reportDropped(sub)
		case err := <-sub.broken:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// enter adds a subscription and asks the broker for it, if there is one.
func (c *Client) enter(ctx context.Context, sub *subscription) error {
	c.mu.Lock()
	c.subs[sub] = struct{}{}
	s := c.session
	c.mu.Unlock()
	if s == nil {
		return nil
	}
	err := s.requestSubscription(ctx, sub)
	if err != nil {
		c.leave(sub)
	}
	return err
}

// leave removes a subscription, and unsubscribes when it was the last one with
// its filter: messages for a session that nobody reads would pile up at the
// broker.
func (c *Client) leave(sub *subscription) {
	c.mu.Lock()
	delete(c.subs, sub)
	s, shared := c.session, false
	for other := range c.subs {
		shared = shared || other.filter == sub.filter
	}
	c.mu.Unlock()
	if s == nil || shared {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if _, err := s.do(ctx, func(p paho.Client) paho.Token { return p.Unsubscribe(sub.filter) }); err != nil {
		c.log.Debug("unsubscribe", "filter", sub.filter, "error", err)
	}
}

// deliver copies a message to every subscriber that wants it. It runs on
// paho's goroutine and must neither wait nor publish.
func (c *Client) deliver(m paho.Message) {
	if len(m.Payload()) > maxPayload {
		c.dropped.Add(1)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for sub := range c.subs {
		if !matches(sub.filter, m.Topic()) {
			continue
		}
		select {
		case sub.queue <- devices.Message{
			Topic: m.Topic(), Payload: bytes.Clone(m.Payload()), Retained: m.Retained(),
		}:
		default:
			sub.dropped.Add(1)
			c.dropped.Add(1)
		}
	}
}

// reportDropped logs what was lost since the last time, as one number.
func (c *Client) reportDropped(sub *subscription) {
	if n := sub.dropped.Swap(0); n > 0 {
		c.log.Warn("subscriber too slow, messages dropped", "filter", sub.filter, "messages", n)
	}
}

// requestSubscription subscribes from any goroutine, through the session's own.
func (s *session) requestSubscription(ctx context.Context, sub *subscription) error {
	t, err := s.do(ctx, func(p paho.Client) paho.Token { return p.Subscribe(sub.filter, 1, nil) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return nil // the line broke; the next connection subscribes again
	}
	return granted(t, sub.filter)
}

// subscribe subscribes from the session's own goroutine. What the broker
// refuses is the subscriber's trouble and not the connection's.
func (s *session) subscribe(ctx context.Context, sub *subscription) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	t := s.paho.Subscribe(sub.filter, 1, nil)
	if err := s.await(ctx, t); err != nil {
		return fmt.Errorf("mqtt: subscribe %s: %w", sub.filter, err)
	}
	if err := granted(t, sub.filter); err != nil {
		select {
		case sub.broken <- err:
		default:
		}
	}
	return nil
}

// answerTimeout is how long a broker may take to answer a SUBSCRIBE.
const answerTimeout = 5 * time.Second

// refusal is the return code of a SUBACK for a filter that is not granted
// (MQTT 3.1.1, 3.9.3).
const refusal = 0x80

func granted(t paho.Token, filter string) error {
	if s, ok := t.(*paho.SubscribeToken); ok && s.Result()[filter] >= refusal {
		return fmt.Errorf("mqtt: subscribe %s: %w", filter, ErrRefused)
	}
	return nil
}
