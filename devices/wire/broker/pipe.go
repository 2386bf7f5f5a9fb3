package broker

import (
	"net"
	"sync"
)

// pipeDepth is how many writes a pipe holds. A net.Pipe holds none, and a
// broker and a client that each write before they read would wait for each
// other for ever; a socket has buffers against that.
const pipeDepth = 4096

// pipe is a net.Pipe whose first end never waits for its reader.
func pipe() (first, second net.Conn) {
	a, second := net.Pipe()
	p := &patient{Conn: a, queue: make(chan []byte, pipeDepth), closed: make(chan struct{})}
	go p.drain()
	return p, second
}

// patient is a connection whose writes are queued. Its goroutine ends with
// Close.
type patient struct {
	net.Conn
	queue  chan []byte // buffered, see pipeDepth
	once   sync.Once
	closed chan struct{}
}

func (p *patient) Write(b []byte) (int, error) {
	select {
	case <-p.closed:
		return 0, net.ErrClosed
	default:
	}
	select {
	case p.queue <- append([]byte(nil), b...):
		return len(b), nil
	case <-p.closed:
		return 0, net.ErrClosed
	}
}

func (p *patient) drain() {
	for {
		select {
		case b := <-p.queue:
			if _, err := p.Conn.Write(b); err != nil {
				_ = p.Close()
				return
			}
		case <-p.closed:
			return
		}
	}
}

// Close drops what is still queued, as a cut line does.
func (p *patient) Close() error {
	p.once.Do(func() { close(p.closed) })
	return p.Conn.Close()
}
