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
	rate := newBucket(connectRate, connectBurst)
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
		if !rate.take(time.Now()) || !b.serve(conn) {
			_ = conn.Close()
		}
	}
}

// serve gives a connection to the server, unless there are too many or the
// broker is stopping.
func (b *Broker) serve(conn net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	// Strangers count as well, so there is room for a quarter more of them.
	if b.server == nil || len(b.lines) >= b.options.MaxClients+b.options.MaxClients/4+1 {
		return false
	}
	server := b.server
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
		b.mu.Unlock()
	})
	return true
}

// Dial connects a client in the same process, without any port. The broker
// must be running, else it returns ErrStopped. The caller closes the
// connection.
func (b *Broker) Dial(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ours, theirs := pipe()
	if !b.serve(ours) {
		_ = ours.Close()
		_ = theirs.Close()
		return nil, fmt.Errorf("broker: dial: %w", ErrStopped)
	}
	return theirs, nil
}
