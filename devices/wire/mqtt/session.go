package mqtt

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"sync/atomic"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// session is one connection, from CONNACK until it is lost.
type session struct {
	client *Client
	paho   paho.Client
	line   atomic.Pointer[line]
	ops    chan op
	lost   chan struct{} // closed by paho when all its workers have stopped
	why    error         // valid once lost is closed
	over   chan struct{} // closed by end: nobody takes ops any more
}

// op is something to be asked of paho. Paho may block for writeTimeout while it
// takes it, therefore only the session's own goroutine asks, and the callers
// can still be cancelled.
type op struct {
	ask   func(paho.Client) paho.Token
	token chan paho.Token // holds one, so that nobody waits for a caller that left
}

// connect opens one connection and says hello. It returns the error of the
// first thing that goes wrong; nothing is left open then.
func (c *Client) connect(ctx context.Context) (*session, error) {
	s := &session{client: c, ops: make(chan op), lost: make(chan struct{}), over: make(chan struct{})}
	s.paho = paho.NewClient(c.pahoOptions(ctx, s))
	// Hanging up ends also a handshake that nobody answers.
	stop := context.AfterFunc(ctx, s.hangUp)
	defer stop()
	token := s.paho.Connect()
	<-token.Done()
	if err := token.Error(); err != nil {
		return nil, fmt.Errorf("mqtt: connect: %w", err)
	}
	return s, nil
}

// pahoOptions turns our options into paho's.
func (c *Client) pahoOptions(ctx context.Context, s *session) *paho.ClientOptions {
	o := paho.NewClientOptions()
	o.Servers = []*url.URL{{Scheme: "tcp", Host: "broker"}} // never dialled, see below
	o.SetClientID(c.options.ClientID)
	o.SetUsername(c.options.User)
	o.SetPassword(c.options.Password)
	o.SetProtocolVersion(4) // MQTT 3.1.1, and no falling back to 3.1
	o.SetCleanSession(c.options.Clean)
	o.SetAutoReconnect(false)
	o.SetConnectRetry(false)
	o.SetConnectTimeout(connectTimeout)
	o.SetWriteTimeout(writeTimeout)
	o.SetKeepAlive(keepAlive)
	o.SetPingTimeout(pingTimeout)
	// Everything arrives at this one handler, also what the broker kept for us
	// and sends before we have subscribed to anything.
	o.SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { c.deliver(m) })
	o.SetConnectionLostHandler(func(_ paho.Client, err error) {
		s.why = err
		close(s.lost)
	})
	o.SetCustomOpenConnectionFn(func(*url.URL, paho.ClientOptions) (net.Conn, error) {
		return s.dial(ctx)
	})
	if c.options.Will != nil {
		w := c.options.Will()
		o.SetBinaryWill(w.Topic, w.Payload, 1, w.Retained)
	}
	return o
}

// dial opens the line for paho. When the context has ended meanwhile the line
// is cut at once, because the one who cuts may have come before the line.
func (s *session) dial(ctx context.Context) (net.Conn, error) {
	conn, err := s.client.options.open(ctx)
	if err != nil {
		return nil, err
	}
	l := &line{Conn: conn}
	s.line.Store(l)
	if ctx.Err() != nil {
		l.hangUp()
	}
	return l, nil
}

// hangUp drops the line without a word. It may be called at any time.
func (s *session) hangUp() {
	if l := s.line.Load(); l != nil {
		l.hangUp()
	}
}

// loop asks paho what others want asked, until the line is lost or the context
// ends.
func (s *session) loop(ctx context.Context) error {
	for {
		select {
		case o := <-s.ops:
			o.token <- o.ask(s.paho)
		case <-s.lost:
			return fmt.Errorf("mqtt: connection lost: %w", s.why)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// end closes the connection and waits until paho has stopped working. A client
// with a will leaves without DISCONNECT, for a proper goodbye would make the
// broker forget the will.
func (s *session) end() {
	close(s.over)
	select {
	case <-s.lost:
		return
	default:
	}
	if s.client.options.Will == nil {
		s.paho.Disconnect(goodbyeMilliseconds)
		s.hangUp()
		return
	}
	s.hangUp()
	<-s.lost
}

// goodbyeMilliseconds is how long DISCONNECT may take; paho counts in these.
const goodbyeMilliseconds = 250

// do has something asked and waits for the broker's answer.
func (s *session) do(ctx context.Context, ask func(paho.Client) paho.Token) (paho.Token, error) {
	o := op{ask: ask, token: make(chan paho.Token, 1)}
	select {
	case s.ops <- o:
	case <-s.over:
		return nil, ErrOffline
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case t := <-o.token:
		return t, s.await(ctx, t)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// await waits for the broker's answer. Paho leaves tokens open when the line
// breaks, so the loss is looked at as well.
func (s *session) await(ctx context.Context, t paho.Token) error {
	select {
	case <-t.Done():
		return t.Error()
	case <-s.lost:
		return ErrOffline
	case <-s.over:
		return ErrOffline
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) publish(ctx context.Context, topic string, retained bool, payload []byte) error {
	_, err := s.do(ctx, func(p paho.Client) paho.Token {
		return p.Publish(topic, 1, retained, payload)
	})
	return err
}
