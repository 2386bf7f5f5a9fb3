package feed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lobby/display/feed"
	"lobby/queue"
	"lobby/queue/hall"
)

func TestAClientIsGreetedAndToldEverything(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("", false)
	if hello := c.follow(); hello.Type != "hello" || hello.Hall != "fuyang" || hello.Build != "b1" || hello.Epoch != w.trail.Epoch() || hello.Heartbeat != 1 {
		t.Errorf("the first message is %+v", hello)
	}
	if c.Subprotocol() != "lobby.v1" {
		t.Errorf("the subprotocol is %q", c.Subprotocol())
	}
	if m := c.follow(); m.Type != "snapshot" || m.Seq != 10 {
		t.Errorf("the second message is %+v", m)
	}
	for _, member := range []string{"day", "open", "services", "windows", "calls", "kiosks", "walls", "cameras", "devices", "alerts"} {
		if len(c.state[member]) == 0 || string(c.state[member]) == "null" {
			t.Errorf("the state has %s = %s", member, c.state[member])
		}
	}
	w.must(queue.Take{Service: "social"})
	m := c.follow()
	at, err := time.Parse("2006-01-02T15:04:05.000Z", m.At)
	if m.Type != "record" || m.Event != "ticket.issued" || m.Seq != 11 || err != nil || time.Since(at) > time.Minute || !strings.Contains(string(m.Data), `"ticket":"M001"`) {
		t.Errorf("told of %+v", m)
	}
	if c.follow(); c.seq != 12 {
		t.Errorf("told up to %d, want 12", c.seq)
	}
	if beat := c.follow(); beat.Type != "beat" || beat.Seq != 12 {
		t.Errorf("after a while of silence: %+v", beat)
	}
}

func TestAReturningClientGetsWhatItMissed(t *testing.T) {
	dir := t.TempDir()
	w := build(t, dir, false)
	w.open()
	c := w.dial("", false)
	c.until(10)
	c.Close()
	for range 1200 { // more than is read from the trail at once
		w.must(queue.Take{Service: "social"})
	}
	resume := func(name string, w *world, query string, first string, upTo uint64) {
		t.Helper()
		r := w.dial(query, false)
		r.seq = c.seq
		r.follow()
		if m := r.follow(); m.Type != first {
			t.Errorf("%s: begins with %s, want %s", name, m.Type, first)
		}
		w.must(queue.Take{Service: "estate"})
		r.until(upTo + 2)
	}
	resume("with its position", w, fmt.Sprintf("since=%d&epoch=%s", c.seq, c.epoch), "record", 2410)
	resume("without an epoch", w, fmt.Sprintf("since=%d", c.seq), "record", 2412)
	resume("with the epoch of another trail", w, fmt.Sprintf("since=%d&epoch=ffffffff", c.seq), "snapshot", 2414)
	resume("from the future", w, fmt.Sprintf("since=999999&epoch=%s", c.epoch), "snapshot", 2416)
	resume("with a position that is no number", w, "since=ten", "snapshot", 2418)
	w.stop()
	again := build(t, dir, false)
	resume("after a restart", again, fmt.Sprintf("since=%d&epoch=%s", c.seq, c.epoch), "record", 2420)
	c.seq = 2422
	resume("up to date", again, fmt.Sprintf("since=%d&epoch=%s", c.seq, c.epoch), "beat", 2422)
}

func TestTopicsSkipTheRest(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	devices, all, none := w.dial("topics=devices,alerts", false), w.dial("topics=queue,devices,alerts", false), w.dial("topics=weather", false)
	for _, c := range []*client{devices, all, none} {
		c.until(10)
	}
	w.must(queue.Take{Service: "social"})
	w.must(queue.DeviceReport{Device: "board/1", Kind: "board", State: "down", Why: "no answer"})
	w.must(queue.Take{Service: "social"})
	for name, c := range map[string]struct {
		*client
		want string
	}{
		"devices and alerts": {devices, "skip 12, device.down 13, alert.raised 14, skip 16"},
		"everything":         {all, "ticket.issued 11, forecast.given 12, device.down 13, alert.raised 14, ticket.issued 15, forecast.given 16"},
		"nothing we have":    {none, "skip 12, skip 14, skip 16"},
	} {
		var got []string
		for c.seq < 16 {
			switch m := c.follow(); m.Type {
			case "record":
				got = append(got, fmt.Sprint(m.Event, " ", m.Seq))
			case "skip":
				got = append(got, fmt.Sprint("skip ", m.To))
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

// equalStates compares states but for the time of day.
func equalStates(t *testing.T, a, b map[string]json.RawMessage) {
	t.Helper()
	for name := range b {
		var x, y bytes.Buffer
		if name == "now" {
			continue
		}
		if err := errors.Join(json.Compact(&x, a[name]), json.Compact(&y, b[name])); err != nil || x.String() != y.String() {
			t.Errorf("%s by patches\n%s\nin a fresh snapshot\n%s %v", name, &x, &y, err)
		}
	}
}

// settled follows until the state tells of a warning named by the test, which
// was the last thing that happened.
func (c *client) settled(mark string) {
	c.t.Helper()
	for !strings.Contains(string(c.state["alerts"]), mark) {
		c.follow()
	}
}

// mark makes a warning that is the end of a story, and forces no other change.
func (w *world) mark(name string) {
	w.t.Helper()
	w.must(queue.DeviceReport{Device: name, Kind: "board", State: "down", Why: "mark"})
}

func randomCommand(chance *rand.Rand) queue.Command {
	window, ticket := fmt.Sprint(1+chance.IntN(8)), fmt.Sprintf("M%03d", 1+chance.IntN(40))
	commands := []queue.Command{
		queue.Take{Service: "social"}, queue.Take{Service: "social", Class: "priority"}, queue.Take{Service: "estate", Kiosk: "k1"},
		queue.CallNext{Window: window}, queue.CallNext{Window: window}, queue.Arrive{Window: window}, queue.Arrive{Window: window}, queue.Finish{Window: window},
		queue.NoShow{Window: window}, queue.Recover{Ticket: ticket}, queue.Hold{Window: window}, queue.Resume{Ticket: ticket}, queue.Cancel{Ticket: ticket},
		queue.Rate{Ticket: ticket, Level: 4}, queue.WindowPause{Window: window}, queue.WindowResume{Window: window},
		queue.DeviceReport{Device: "board/1", Kind: "board", State: "down", Why: "no answer"}, queue.DeviceReport{Device: "board/1", Kind: "board", State: "up"},
		queue.DeviceReport{Device: "camera/c1", Kind: "camera", State: "degraded", Why: "slow"},
	}
	return commands[chance.IntN(len(commands))]
}

func (w *world) shake(chance *rand.Rand, n int) {
	for range n {
		if _, err := w.Do(context.Background(), hall.Request{Actor: "test", Command: randomCommand(chance)}); err != nil {
			w.t.Error(err)
		}
	}
}

func TestPatchesLeadToTheSnapshot(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	chance := rand.New(rand.NewPCG(5, 6))
	viewers := []*client{}
	for round := range 8 {
		v := w.dial("topics=view,alerts", false)
		viewers = append(viewers, v)
		w.shake(chance, 60)
		mark := fmt.Sprint("end-", round)
		w.mark(mark)
		fresh := w.dial("topics=alerts", false)
		fresh.settled(mark)
		for _, v := range viewers {
			v.settled(mark)
			equalStates(t, v.state, fresh.state)
		}
		fresh.Close()
	}
}

// A client with the topic view keeps its state by patches alone, so one that
// comes back has to get what the records it missed have led to.
func TestAReturningViewIsFreshAgain(t *testing.T) {
	dir := t.TempDir()
	w := build(t, dir, false)
	w.open()
	v := w.dial("topics=view", false)
	v.until(10)
	v.Close()
	back := func(w *world) {
		t.Helper()
		r := w.dial(fmt.Sprintf("topics=view&since=%d&epoch=%s", v.seq, v.epoch), false)
		r.seq, r.state = v.seq, v.state
		for m := r.follow(); m.Type != "patch" && m.Type != "snapshot"; m = r.follow() {
		}
		fresh := w.dial("", false)
		fresh.until(1)
		equalStates(t, r.state, fresh.state)
		v = r
		r.Close()
	}
	w.shake(rand.New(rand.NewPCG(7, 8)), 50)
	back(w)
	back(w)
	w.shake(rand.New(rand.NewPCG(9, 10)), 50)
	w.stop()
	back(build(t, dir, false))
}

// takes issues many numbers from many kiosks.
func (w *world) takes(n int) {
	var kiosks sync.WaitGroup
	for range 20 {
		kiosks.Go(func() {
			for range n / 20 {
				if a, err := w.Do(context.Background(), hall.Request{Command: queue.Take{Service: "social"}}); err != nil || !a.OK {
					w.t.Errorf("%+v %v", a, err)
				}
			}
		})
	}
	kiosks.Wait()
}

func TestAStalledClientIsClosedAndResumes(t *testing.T) {
	w := build(t, t.TempDir(), true)
	w.open()
	stalled, prompt := w.dial("", true), w.dial("", false)
	stalled.until(10)
	prompt.until(10)
	const takes = 3000
	slowest := make(chan time.Duration, 1)
	go func() {
		defer close(slowest)
		worst := time.Duration(0)
		for prompt.seq < 10+2*takes {
			m, err := prompt.next()
			if err != nil {
				t.Error(err)
				return
			}
			prompt.check(m)
			if at, err := time.Parse(time.RFC3339, m.At); err == nil {
				worst = max(worst, time.Since(at))
			}
		}
		slowest <- worst
	}()
	w.takes(takes)
	t.Logf("the slowest record to the client that reads took %v", <-slowest)
	var err error
	for err == nil {
		var m told
		if m, err = stalled.next(); err == nil {
			stalled.check(m)
		}
	}
	if !websocket.IsCloseError(err, 4000) && !errors.Is(err, io.EOF) && !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("the stalled client ended with %v", err)
	}
	t.Logf("the stalled client was told up to %d and ended with %v", stalled.seq, err)
	if stalled.seq >= 10+2*takes {
		t.Fatal("the stalled client was told everything, so it was not behind")
	}
	again := w.dial(fmt.Sprintf("since=%d&epoch=%s", stalled.seq, stalled.epoch), false)
	again.seq = stalled.seq
	again.follow()
	if m := again.follow(); m.Type != "record" {
		t.Errorf("resumed with %s", m.Type)
	}
	again.until(10 + 2*takes)
}

// A client that is slower than the hall, but reads, is told why it has to go.
func TestASlowClientIsToldWhy(t *testing.T) {
	w := build(t, t.TempDir(), true)
	w.open()
	slow := w.dial("", true)
	slow.until(10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.takes(3000)
	}()
	for {
		m, err := slow.next()
		if err != nil {
			if !websocket.IsCloseError(err, 4000) {
				t.Errorf("the slow client ended with %v", err)
			}
			break
		}
		slow.check(m)
		select { // it takes its time until the hall is far ahead
		case <-done:
		case <-time.After(10 * time.Millisecond):
		}
	}
	<-done
	if slow.seq >= 6010 {
		t.Errorf("the slow client was told up to %d", slow.seq)
	}
}

func TestCommandsAreAnsweredOnTheSameSocket(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("", false)
	took := c.command("a1", `{"type":"take","service":"social"}`)
	if !took.OK || took.ID != "a1" || string(took.RawSeq) != "[11,12]" || !strings.Contains(string(took.Result), `"ticket":"M001"`) {
		t.Errorf("take: %+v", took)
	}
	if again := c.command("a1", `{"type":"take","service":"social"}`); !again.OK || string(again.Result) != string(took.Result) {
		t.Errorf("the same again: %+v", again)
	}
	if m := c.command("a2", `{"type":"later"}`); !m.OK || m.ID != "a2" {
		t.Errorf("a command that waits for a device: %+v", m)
	}
	for text, id := range map[string]string{
		`{"type":"command","id":"x1","command":{"type":"fly"}}`:               "x1",
		`{"type":"command","id":"x2","command":{"type":"recall","window":7}}`: "x2",
		`{"type":"command","id":"x3","command":[1]}`:                          "x3",
		`{"type":"command","id":"x4"}`:                                        "x4",
		`{"type":"subscribe","id":"x5"}`:                                      "x5",
		`{"type":"command","id":"x6","command":{"type":"take"`:                "",
		`null`: "",
		`[]`:   "",
		"\x00": "",
	} {
		if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if m := c.answered(); m.OK || m.Refusal == nil || m.Refusal.Code != queue.CodeBadCommand || m.Refusal.Say == "" || m.ID != id {
			t.Errorf("%s is answered with %+v %+v", text, m, m.Refusal)
		}
	}
}

func TestAMessageTooLargeClosesWith1009(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	for _, size := range []int{64<<10 + 1, 8 << 20} {
		c := w.dial("", false)
		c.until(10)
		_ = c.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte("x"), size)) // the other end may hang up before it is through
		for {
			if _, err := c.next(); err != nil {
				if !websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
					t.Errorf("%d bytes: %v", size, err)
				}
				break
			}
		}
	}
	c := w.dial("", false)
	fits := `{"type":"take","service":"social","item":"` + strings.Repeat("i", 60<<10) + `"}`
	if m := c.command("big", fits); !m.OK {
		t.Errorf("a message below the limit: %+v", m.Refusal)
	}
}

func TestAForeignOriginIsTurnedAway(t *testing.T) {
	w := build(t, t.TempDir(), false)
	if _, err := w.tryDial("", false, http.Header{"Origin": {"http://evil.example"}}); err == nil {
		t.Error("a page of another site may follow and command the hall")
	}
	if _, err := w.tryDial("", false, http.Header{"Origin": {"http://hall.example"}}); err != nil {
		t.Error(err)
	}
}

func TestClientsAreToldWhenTheFeedStops(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("", false)
	c.until(10)
	go w.stop()
	for {
		if _, err := c.next(); err != nil {
			if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
				t.Errorf("ended with %v", err)
			}
			break
		}
	}
}

// Clients that come and go in the middle of everything miss nothing.
func TestClientsThatComeAndGoMissNothing(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.shake(rand.New(rand.NewPCG(11, 12)), 600)
	}()
	topics := []string{"", "queue", "devices,alerts", "view", "view,devices"}
	c := &client{t: t}
	for i := 0; ; i++ {
		query := "topics=" + topics[i%len(topics)]
		if c.epoch != "" && i%3 != 0 {
			query += fmt.Sprintf("&since=%d&epoch=%s", c.seq, c.epoch)
		}
		next := w.dial(query, false)
		next.seq, next.state, next.epoch = c.seq, c.state, c.epoch
		for range 4 {
			next.follow()
		}
		next.Close()
		c = next
		select {
		case <-done:
			return
		default:
		}
	}
}

func TestASilentPeerIsLetGo(t *testing.T) {
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("", false)
	c.until(10)
	c.SetPingHandler(func(string) error { return nil }) // never a pong
	begin := time.Now()
	for {
		if _, err := c.next(); err != nil {
			var waited net.Error
			if errors.As(err, &waited) && waited.Timeout() {
				t.Errorf("still connected: %v", err)
			}
			break
		}
	}
	if age := time.Since(begin); age < 2*time.Second || age > 15*time.Second {
		t.Errorf("let go after %v, want about three heartbeats", age)
	}
}

// What really goes over the wire is what the document says.
func TestTheDocumentFitsTheWire(t *testing.T) {
	d, err := feed.ReadDocument()
	if err != nil {
		t.Fatal(err)
	}
	w := build(t, t.TempDir(), false)
	w.open()
	c := w.dial("topics=queue,alerts,view", false)
	seen := map[string]int{}
	read := func() told {
		_, data, err := c.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var m told
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		if err := d.Check(m.Type, data); err != nil {
			t.Errorf("%s\n%v", data, err)
		}
		seen[m.Type]++
		return m
	}
	send := func(command string) {
		message := fmt.Appendf(nil, `{"type":"command","id":"c%d","command":%s}`, seen["command"], command)
		if err := d.Check("command", message); err != nil {
			t.Error(err)
		}
		seen["command"]++
		if err := c.WriteMessage(websocket.TextMessage, message); err != nil {
			t.Fatal(err)
		}
		for read().Type != "answer" {
		}
	}
	send(`{"type":"take","service":"social"}`)
	send(`{"type":"call_next","window":"1"}`)
	send(`{"type":"call_next","window":"1"}`)
	send(`{"type":"arrive","window":"1"}`)
	send(`{"type":"finish","window":"1","outcome":"done"}`)
	send(`{"type":"rate","ticket":"M001","level":5,"reasons":["kind"]}`)
	w.shake(rand.New(rand.NewPCG(13, 14)), 300)
	w.must(queue.Activate{Config: w.say.Rules(queue.Rules{})})
	for read().Type != "beat" {
	}
	for _, name := range []string{"hello", "snapshot", "record", "skip", "beat", "patch", "answer", "command"} {
		if seen[name] == 0 {
			t.Errorf("no %s was seen", name)
		}
	}
	for name, bad := range map[string]string{
		"skip":    `{"type":"skip","to":"5"}`,
		"beat":    `{"type":"beat"}`,
		"record":  `{"type":"record","seq":1,"at":"","event":"ticket.flown","data":{}}`,
		"command": `{"type":"command","id":"x","command":{"type":"call_next","windo":"1"}}`,
	} {
		if d.Check(name, []byte(bad)) == nil {
			t.Errorf("%s was taken for a %s; the test cannot fail", bad, name)
		}
	}
}
