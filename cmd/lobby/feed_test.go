package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// feed connects to the program's feed with a query.
func (p *program) feed(t testing.TB, query string) *websocket.Conn {
	t.Helper()
	url := strings.Replace(p.url, "http", "ws", 1) + "/api/v1/feed" + query
	d := websocket.Dialer{Subprotocols: []string{"lobby.v1"}, HandshakeTimeout: 10 * time.Second}
	conn, res, err := d.Dial(url, http.Header{"Origin": {p.url}})
	if err != nil {
		t.Fatalf("feed: %v", err)
	}
	res.Body.Close()
	if conn.Subprotocol() != "lobby.v1" {
		t.Errorf("subprotocol %q", conn.Subprotocol())
	}
	return conn
}

// nextMessage reads until a message of a type comes.
func nextMessage(t testing.TB, conn *websocket.Conn, kind string) map[string]any {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(60 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		var m map[string]any
		if err := conn.ReadJSON(&m); err != nil {
			t.Fatalf("waiting for %s: %v", kind, err)
		}
		if m["type"] == kind {
			return m
		}
	}
}
