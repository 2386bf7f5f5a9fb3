// Command window is window software in Go that knows Lobby by its feed alone:
// it opens a window, serves one citizen and closes.
//
// usage: window URL WINDOW        as in: window http://127.0.0.1:8080 3
package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: window URL WINDOW")
		os.Exit(2)
	}
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "window:", err)
		os.Exit(1)
	}
}

func serve(url, window string) error {
	l := &line{url: "ws" + strings.TrimPrefix(url, "http") + "/api/v1/feed?topics=queue"}
	defer l.close()
	for _, c := range []map[string]any{
		{"type": "window_open", "staff": "0412"}, {"type": "call_next"}, {"type": "arrive"}, {"type": "finish", "outcome": "done"}, {"type": "window_close", "force": true},
	} {
		c["window"] = window
		result, err := l.command(c)
		if err != nil {
			return fmt.Errorf("%s: %w", c["type"], err)
		}
		fmt.Println(c["type"], string(result))
	}
	return nil
}

// line is a feed that is dialled again when it breaks.
type line struct {
	url  string
	conn *websocket.Conn
}

type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	OK      bool            `json:"ok"`
	Result  json.RawMessage `json:"result"`
	Refusal struct {
		Code string `json:"code"`
		Say  string `json:"say"`
	} `json:"refusal"`
}

// errRefused is the hall's no; sending again would not change it.
var errRefused = errors.New("refused")

// command sends a command until it is answered. The id stays the same, so the
// hall does it once however often it comes.
func (l *line) command(c map[string]any) (json.RawMessage, error) {
	id := rand.Text()
	var err error
	for try := range 5 {
		var result json.RawMessage
		if result, err = l.once(id, c); err == nil || errors.Is(err, errRefused) {
			return result, err
		}
		l.close()
		time.Sleep(time.Duration(try+1) * time.Second)
	}
	return nil, err
}

func (l *line) once(id string, c map[string]any) (json.RawMessage, error) {
	if l.conn == nil {
		dialer := websocket.Dialer{Subprotocols: []string{"lobby.v1"}, Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 10 * time.Second}
		conn, res, err := dialer.Dial(l.url, nil)
		if err != nil {
			return nil, err
		}
		res.Body.Close()
		l.conn = conn
	}
	if err := l.conn.WriteJSON(map[string]any{"type": "command", "id": id, "command": c}); err != nil {
		return nil, err
	}
	for {
		// Beats come every few seconds; a feed that is silent for long is dead.
		if err := l.conn.SetReadDeadline(time.Now().Add(25 * time.Second)); err != nil {
			return nil, err
		}
		var m message
		if err := l.conn.ReadJSON(&m); err != nil {
			return nil, err
		}
		if m.Type != "answer" || m.ID != id {
			continue // records and patches: a fuller program shows them
		}
		if !m.OK {
			return nil, fmt.Errorf("%w: %s: %s", errRefused, m.Refusal.Code, m.Refusal.Say)
		}
		return m.Result, nil
	}
}

func (l *line) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}
