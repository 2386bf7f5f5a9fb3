package api

import (
	"errors"
	"io"
	"net"
	"testing"
)

// Three may be inside; the fourth is closed unheard, and comes in when one of
// the three has left.
func TestEachAddressHasItsShare(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	callers := NewCallers(l, 3)
	inside := make(chan net.Conn, 8)
	ended := make(chan error, 1)
	go func() {
		for {
			conn, err := callers.Accept()
			if err != nil {
				ended <- err
				return
			}
			inside <- conn
		}
	}()
	dial := func() net.Conn {
		t.Helper()
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	var first net.Conn
	for range 3 {
		dial()
		first = <-inside
	}
	if _, err := dial().Read(make([]byte, 1)); err == nil {
		t.Fatal("the fourth hears something")
	}
	if len(inside) > 0 {
		t.Error("the fourth is inside")
	}
	first.Close()
	first.Close() // leaves once
	again := dial()
	if _, err := io.WriteString(<-inside, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Read(make([]byte, 1)); err != nil {
		t.Errorf("in the place of who left: %v", err)
	}
	if _, err := dial().Read(make([]byte, 1)); err == nil {
		t.Error("who closed twice left twice")
	}
	l.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("it ended with %v", err)
	}
}
