package api

import (
	"net"
	"sync"
)

// Callers is a listener that lets each address hold so many connections and
// closes what is beyond at once, so that one broken or hostile machine leaves
// room for all others.
type Callers struct {
	net.Listener
	each int

	mu   sync.Mutex
	open map[string]int // by address
}

// NewCallers bounds a listener.
func NewCallers(l net.Listener, each int) *Callers {
	return &Callers{Listener: l, each: each, open: map[string]int{}}
}

// Accept implements net.Listener.
func (c *Callers) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		address, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
		if c.enter(address) {
			return &caller{Conn: conn, leave: sync.OnceFunc(func() { c.leave(address) })}, nil
		}
		_ = conn.Close() // it was told nothing yet
	}
}

func (c *Callers) enter(address string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[address] >= c.each {
		return false
	}
	c.open[address]++
	return true
}

func (c *Callers) leave(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[address]--; c.open[address] == 0 {
		delete(c.open, address)
	}
}

// caller is one connection.
type caller struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *caller) Close() error {
	c.leave()
	return c.Conn.Close()
}
