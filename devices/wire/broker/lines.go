package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// acceptPause is how long to wait after an accept that failed, as when the
// process has no file descriptor left.
const acceptPause = 100 * time.Millisecond

// accept takes connections until the listener is closed.
func (b *Broker) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			b.log.Error("accept", "error", err)
			<-time.After(acceptPause)
			continue
		}
		if !b.admit(conn, time.Now()) {
			_ = conn.Close()
		}
	}
}

// admit serves a connection from the network, unless its address has too many
// or comes too often, or there are too many altogether.
func (b *Broker) admit(conn net.Conn, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	// Strangers count as well, so there is room for a quarter more of them.
	most := b.options.MaxClients + b.options.MaxClients/4 + 1
	d := b.doors.of(conn.RemoteAddr(), now)
	if len(b.lines) >= most || d.lines >= max(most/2, fewLines) || !d.rate.take(now) {
		return false
	}
	return b.serve(conn, d)
}

// serve gives a connection to the server, unless the broker is stopping. b.mu
// must be held.
func (b *Broker) serve(conn net.Conn, d *door) bool {
	if b.server == nil {
		return false
	}
	server := b.server
	d.lines++
	b.lines[conn] = struct{}{}
	b.wg.Go(func() {
		// The library waits for CONNECT as long as it takes; it sets its own
		// deadlines once it has seen one.
		_ = conn.SetDeadline(time.Now().Add(helloTimeout))
		if err := server.EstablishConnection("lobby", conn); err != nil {
			b.log.Debug("client left", "remote", conn.RemoteAddr().String(), "error", err)
		}
		_ = conn.Close()
		b.mu.Lock()
		delete(b.lines, conn)
		d.lines--
		b.mu.Unlock()
	})
	return true
}

// Dial connects a client in the same process, without any port. The broker
// is never full for them; it must be running, else it returns ErrStopped. The caller closes the
// connection.
func (b *Broker) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ours, theirs := pipe()
	b.mu.Lock()
	served := b.serve(ours, &door{})
	b.mu.Unlock()
	if !served {
		_ = ours.Close()
		_ = theirs.Close()
		return nil, fmt.Errorf("broker: dial: %w", ErrStopped)
	}
	return theirs, nil
}
