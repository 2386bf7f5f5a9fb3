package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// command sends a command and gives the answer as it came.
func (r *renewed) command(body string) string {
	r.t.Helper()
	answer, err := http.Post(r.url+"/api/v1/commands", "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(said)
}

// busy opens the day and a window, and lets people take numbers.
func (r *renewed) busy(people int) {
	r.t.Helper()
	r.command(`{"id":"busy-day","type":"day_open"}`)
	r.command(`{"id":"busy-window","type":"window_open","window":"1","staff":"0412"}`)
	service := r.served("1")
	for n := range people {
		r.command(`{"id":"busy-` + string(rune('a'+n)) + `","type":"take","service":"` + service + `"}`)
	}
}

// served is a service of a window.
func (r *renewed) served(window string) string {
	r.t.Helper()
	for _, w := range r.file.Windows {
		if w.ID == window {
			return w.Services[0]
		}
	}
	r.t.Fatalf("no window %s", window)
	return ""
}

// called is how many numbers have been called.
func (r *renewed) called() (n int) {
	r.t.Helper()
	var now struct {
		State struct {
			Windows []struct{ Ticket string }
			Figures struct{ Waiting, Issued int }
		}
	}
	r.ask("GET", "state", nil, &now)
	return now.State.Figures.Issued - now.State.Figures.Waiting
}

// Ten presses of one button that bounces, at once: one number is called, and
// all ten hear the same.
func TestFaultF28_APressThatComesTenTimesCallsOnce(t *testing.T) {
	r := startRenewed(t)
	r.busy(5)
	answers := make([]string, 10)
	var all sync.WaitGroup
	for n := range answers {
		all.Go(func() { answers[n] = r.command(`{"id":"press-1","type":"call_next","window":"1"}`) })
	}
	all.Wait()
	for _, a := range answers {
		if a != answers[0] || !strings.Contains(a, `"ok":true`) {
			t.Errorf("answered %s and %s", answers[0], a)
		}
	}
	if got := r.called(); got != 1 {
		t.Errorf("%d numbers were called by one press", got)
	}
}

// The line breaks after the hall has heard and before anybody hears the hall:
// who asks again gets what was decided, and nothing happens twice.
func TestFaultF30_AnAnswerThatIsLostIsGivenAgain(t *testing.T) {
	r := startRenewed(t)
	r.busy(5)
	const press = `{"id":"press-1","type":"call_next","window":"1"}`
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(r.url, "http://")
	_, err = io.WriteString(conn, "POST /api/v1/commands HTTP/1.1\r\nHost: "+host+"\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(press))+"\r\n\r\n"+press)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0) // a reset, as a cable or a proxy does
	until(t, "the hall has heard the press", patience, func() bool { return r.called() == 1 })
	conn.Close()
	first, second := r.command(press), r.command(press)
	if first != second || !strings.Contains(first, `"ok":true`) {
		t.Errorf("asked again: %s, then %s", first, second)
	}
	if got := r.called(); got != 1 {
		t.Errorf("%d numbers were called by one press", got)
	}
}

// Two hundred screens come back at once after a restart: every one gets the
// whole state, and who is served meanwhile is served.
func TestFaultF33_TwoHundredScreensComeBackAtOnce(t *testing.T) {
	r := startRenewed(t)
	r.busy(20)
	const screens = 200
	storm := func() {
		start := time.Now()
		var all sync.WaitGroup
		got := make([]bool, screens)
		for n := range got {
			all.Go(func() { got[n] = r.snapshot(t) })
		}
		all.Wait()
		for n, ok := range got {
			if !ok {
				t.Fatalf("screen %d did not get the state", n)
			}
		}
		t.Logf("%d screens had the state in %v", screens, time.Since(start))
	}
	storm()
	p, status := r.propose("name: ", "name: 新的")
	if status != 200 || r.ask("POST", "settings/activate", map[string]string{"hash": p.Hash, "person": "0532"}, nil) != 200 {
		t.Fatal("the hall does not start anew")
	}
	r.url = <-r.runs
	storm()
	if answer := r.command(`{"id":"after-1","type":"call_next","window":"1"}`); !strings.Contains(answer, `"ok":true`) {
		t.Errorf("after the storm: %s", answer)
	}
}

// snapshot connects as a page does and waits for the state.
func (r *renewed) snapshot(t *testing.T) bool {
	d := websocket.Dialer{Subprotocols: []string{"lobby.v1"}, HandshakeTimeout: patience}
	conn, _, err := d.Dial("ws"+strings.TrimPrefix(r.url, "http")+"/api/v1/feed", nil)
	if err != nil {
		t.Error(err)
		return false
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	for {
		_, data, err := conn.ReadMessage()
		var m struct{ Type string }
		if err != nil || json.Unmarshal(data, &m) != nil {
			t.Error(err)
			return false
		}
		if m.Type == "snapshot" {
			return true
		}
	}
}

// A machine that opens connections without end and sends a byte now and then
// gets no more than its share, is shown the door, and delays nobody.
func TestFaultF60_AMachineThatHoldsTheDoorOpen(t *testing.T) {
	t.Parallel()
	r := startRenewed(t)
	r.busy(3)
	hostile := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 66)}}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var conns []net.Conn
	for range callersEach + 200 {
		conn, err := hostile.DialContext(ctx, "tcp", strings.TrimPrefix(r.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	// Those beyond the share are closed though they said nothing.
	for _, conn := range conns[callersEach:] {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		if _, err := conn.Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
			t.Fatalf("a connection beyond the share: %v", err)
		}
	}
	for _, conn := range conns[:callersEach] {
		if _, err := io.WriteString(conn, "G"); err != nil {
			t.Fatalf("a connection within the share: %v", err)
		}
	}
	for n := range 20 {
		if answer := r.command(`{"id":"calm-` + string(rune('a'+n)) + `","type":"alert_ack","alert":"none"}`); answer == "" {
			t.Fatal("nobody answers")
		}
	}
	if answer := r.command(`{"id":"calm-1","type":"call_next","window":"1"}`); !strings.Contains(answer, `"ok":true`) {
		t.Errorf("a call meanwhile: %s", answer)
	}
	// Whoever does not come to the point is shown the door, and comes in again.
	for _, conn := range conns[:callersEach] {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.ReadAll(conn); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Fatal("a header of one byte is waited for without end")
		}
	}
	conn, err := hostile.DialContext(ctx, "tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if said, _ := io.ReadAll(conn); !strings.Contains(string(said), "200 OK") {
		t.Errorf("the same machine, behaving: %s", said)
	}
}
