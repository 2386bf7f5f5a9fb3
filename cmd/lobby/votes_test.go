package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/keypad"
	"lobby/devices/wire/mqtt"
	"lobby/queue"
	"lobby/queue/trail"
)

// votes are what keypads and citizens did, and what they were told of it: the
// truth that a hall which is killed again and again must keep.
type votes struct {
	t      *testing.T
	url    string
	broker string
	client *http.Client

	mu    sync.Mutex
	told  map[string]string // "kp-1/e-17" to the first answer
	level map[string]int    // of each event
	kind  map[string]string // genuine, forged, late, foreign

	running sync.WaitGroup // events without an answer
}

// pad is one keypad of the test's own making.
type pad struct {
	*votes
	name, key string
	client    *mqtt.Client
	next      atomic.Int64
	asked     chan asked

	mu      sync.Mutex
	waiting map[string]chan string // events without an answer
}

type asked struct{ C, Prompt, Ticket string }

const votesHall = `hall: {id: votes, name: 评价, timezone: Asia/Shanghai}
listen: 127.0.0.1:%[2]s
data: %[1]s/data
mqtt: %[3]s
rules: {rate_within: 3s}
classes: [{id: normal, name: 普通, rate: 1}]
services:
  - {id: s1, name: 一, prefix: A}
  - {id: s2, name: 二, prefix: B}
  - {id: s3, name: 三, prefix: C}
windows:
  - {id: "1", services: [s1], keypad: kp-1}
  - {id: "2", services: [s2], keypad: kp-2}
  - {id: "3", services: [s3], keypad: kp-3}
kiosks: [{id: k1}]
walls: [{id: w1}]
keypads:
  kp-1: {password_file: %[1]s/secret, key_file: %[1]s/kp-1.key}
  kp-2: {password_file: %[1]s/secret, key_file: %[1]s/kp-2.key}
  kp-3: {password_file: %[1]s/secret, key_file: %[1]s/kp-3.key}
`

// votesStage is a hall's files, its ports, and who may be killed.
type votesStage struct {
	dir, web, mqtt string
	embedded       bool
}

func newVotesStage(t *testing.T, embedded bool) *votesStage {
	t.Helper()
	s := &votesStage{dir: t.TempDir(), web: freeTCP(t), mqtt: freeTCP(t), embedded: embedded}
	broker := fmt.Sprintf(`{embedded: true, listen: "127.0.0.1:%s"}`, s.mqtt)
	if !embedded {
		broker = fmt.Sprintf(`{broker: "tcp://127.0.0.1:%s", user: lobby, password_file: %s/secret}`, s.mqtt, s.dir)
	}
	s.write(t, "hall.yaml", fmt.Sprintf(votesHall, s.dir, s.web, broker))
	s.write(t, "secret", "secret")
	for _, name := range []string{"kp-1", "kp-2", "kp-3"} {
		s.write(t, name+".key", fmt.Sprintf("%x", "key of "+name))
	}
	return s
}

func (s *votesStage) write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mosquitto starts Debian's broker; started again it remembers nothing.
func (s *votesStage) mosquitto(t testing.TB) *exec.Cmd {
	t.Helper()
	if _, err := os.Stat(filepath.Join(s.dir, "passwd")); err != nil {
		s.write(t, "passwd", "")
		for _, user := range []string{"lobby", "kp-1", "kp-2", "kp-3"} {
			if out, err := exec.Command("mosquitto_passwd", "-b", filepath.Join(s.dir, "passwd"), user, "secret").CombinedOutput(); err != nil {
				t.Fatalf("mosquitto_passwd: %v %s", err, out)
			}
		}
	}
	conf := s.write(t, "mosquitto.conf", fmt.Sprintf("listener %s 127.0.0.1\nlog_dest none\nallow_anonymous false\npassword_file %s/passwd\nuser root\n", s.mqtt, s.dir))
	cmd := background(t, nil, "mosquitto", "-c", conf)
	mustListen(t, "mosquitto", s.mqtt)
	return cmd
}

// TestForeignVotesAreCountedOnce: genuine, repeated, forged, late and foreign
// ratings while the hall, and with mosquitto the broker too, is killed at any
// moment. What was answered ok is in the trail once, and nothing else is.
// LOBBY_NIGHTLY=1 casts ten thousand.
func TestForeignVotesAreCountedOnce(t *testing.T) {
	t.Parallel()
	needs(t, map[string]string{"mosquitto": "mosquitto"})
	for name, embedded := range map[string]bool{"Embedded": true, "Mosquitto": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // mostly waiting
			castVotes(t, newVotesStage(t, embedded))
		})
	}
}

// votes are those that will be cast in the hall.
func (s *votesStage) votes(t *testing.T) *votes {
	return &votes{
		t: t, url: "http://127.0.0.1:" + s.web, broker: "tcp://127.0.0.1:" + s.mqtt, client: &http.Client{Timeout: 20 * time.Second},
		told: map[string]string{}, level: map[string]int{}, kind: map[string]string{},
	}
}

func castVotes(t *testing.T, s *votesStage) {
	each, calm := 150, 1 // at each of three windows, with so much more calm between two kills
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		each, calm = 3334, 5 // else keypads do little but look for their broker
	}
	v := s.votes(t)
	path := shipped(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	var killer, pads sync.WaitGroup
	killer.Go(func() { s.kills(t, path, calm, done) })
	v.do("day", "day_open", nil)
	for i := range 3 {
		p := v.pad(ctx, fmt.Sprintf("kp-%d", i+1), true)
		pads.Go(func() { p.window(fmt.Sprint(i+1), fmt.Sprintf("s%d", i+1), each) })
	}
	pads.Wait()
	v.running.Wait()
	close(done)
	killer.Wait()
	v.check(s)
}

// kills keeps the hall running, and kills it now and then, until done.
func (s *votesStage) kills(t *testing.T, path string, calm int, done <-chan struct{}) {
	chance := rand.New(rand.NewPCG(7, 7))
	var broker *exec.Cmd
	if !s.embedded {
		broker = s.mosquitto(t)
	}
	start := func() *program { return startProgram(t, path, "run", "--config", filepath.Join(s.dir, "hall.yaml")) }
	hall := start()
	defer func() { hall.kill() }()
	for n := 1; ; n++ {
		pause := time.NewTimer(time.Duration(calm*(600+chance.IntN(1200))) * time.Millisecond)
		select {
		case <-done:
			if n < 3 {
				t.Errorf("only %d kills, the test did not try hard", n-1)
			}
			return
		case <-pause.C:
		}
		if broker != nil && n%2 == 0 {
			stop(broker)
			broker = s.mosquitto(t)
			continue
		}
		hall.kill()
		hall = start()
	}
}

// do sends a command until it is answered, whatever happens to the hall.
func (v *votes) do(id, kind string, members map[string]any) queue.Answer {
	body := map[string]any{"id": id, "type": kind}
	for k, m := range members {
		body[k] = m
	}
	data, err := json.Marshal(body)
	if err != nil {
		v.t.Error(err)
	}
	var a queue.Answer
	until(v.t, kind+" "+id, 2*patience, func() bool {
		res, err := v.client.Post(v.url+"/api/v1/commands", "application/json", bytes.NewReader(data))
		if err != nil {
			return false // killed
		}
		defer res.Body.Close()
		return json.NewDecoder(res.Body).Decode(&a) == nil && res.StatusCode == http.StatusOK
	})
	return a
}

// pad connects one keypad, which finds its broker again by itself. The broker
// remembers it over a loss unless it is clean.
func (v *votes) pad(ctx context.Context, name string, clean bool) *pad {
	v.t.Helper()
	p := &pad{votes: v, name: name, key: "key of " + name, asked: make(chan asked, 64), waiting: map[string]chan string{}}
	var err error
	p.client, err = mqtt.New(mqtt.Options{Broker: v.broker, ClientID: name, User: name, Password: "secret", Clean: clean, State: p.state}, slog.New(slog.DiscardHandler))
	if err != nil {
		v.t.Fatal(err)
	}
	go func() { _ = p.client.Run(ctx) }()
	go func() { _ = p.client.Subscribe(ctx, p.topic("ack"), p.onAck) }()
	go func() { _ = p.client.Subscribe(ctx, p.topic("cmd"), p.onCommand) }()
	return p
}

func (p *pad) topic(leaf string) string { return "lobby/votes/keypad/" + p.name + "/" + leaf }

// state says that the keypad is there, at every connect.
func (p *pad) state(up bool, _ string) {
	if up {
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			_ = p.client.Publish(ctx, p.topic("state"), true, []byte(`{"s":"online","boot":"b","n":1}`)) // lost with the line
		}()
	}
}

func (p *pad) onAck(m devices.Message) {
	var a struct{ ID, R string }
	if json.Unmarshal(m.Payload, &a) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if answered := p.waiting[a.ID]; answered != nil {
		select {
		case answered <- a.R:
		default: // the first answer counts
		}
	}
}

func (p *pad) onCommand(m devices.Message) {
	var c asked
	if json.Unmarshal(m.Payload, &c) == nil && c.C == "prompt" {
		select {
		case p.asked <- c:
		default:
		}
	}
}

// question waits until the keypad is asked about a ticket, whose question staff
// repeat: the first may have come before the keypad listened.
func (p *pad) question(window, ticket string) (q asked) {
	p.t.Helper()
	until(p.t, p.name+" is asked about "+ticket, 2*patience, func() bool {
		again := time.NewTimer(300 * time.Millisecond)
		defer again.Stop()
		for {
			select {
			case q = <-p.asked:
				if q.Ticket == ticket { // and not what the broker kept of the one before
					return true
				}
			case <-again.C:
				p.do(fmt.Sprint("invite", time.Now().UnixNano()), "invite", map[string]any{"window": window})
				return false
			}
		}
	})
	return q
}

// window serves citizens one after the other and lets each vote in some way.
// Where the question was lost with the hall, nobody votes.
func (p *pad) window(window, service string, n int) {
	chance := rand.New(rand.NewPCG(11, uint64(len(window)+int(window[0]))))
	p.do(window+"-open", "window_open", map[string]any{"window": window})
	for i := range n {
		id := fmt.Sprintf("%s-%d-", window, i)
		p.do(id+"take", "take", map[string]any{"service": service, "kiosk": "k1"})
		var finished time.Time // or a little before
		for _, kind := range []string{"call_next", "arrive", "finish"} {
			finished = time.Now()
			p.do(id+kind, kind, map[string]any{"window": window})
		}
		lost := time.NewTimer(time.Second)
		select {
		case q := <-p.asked:
			// After a kill the finish may be so long ago that a vote would be late.
			if time.Since(finished) < 2*time.Second {
				p.vote(q, chance)
			}
		case <-lost.C:
		}
		lost.Stop()
	}
}

// vote casts one vote: half of them genuine, the others not.
func (p *pad) vote(q asked, chance *rand.Rand) {
	kind, wait := "genuine", time.Duration(0)
	switch n := chance.IntN(10); {
	case n == 0:
		kind = "forged"
	case n == 1:
		kind, wait = "late", 3500*time.Millisecond
	case n == 2:
		kind = "foreign"
		if p.name == "kp-1" {
			q.Prompt = "n-not-a-prompt"
		}
	}
	level, twice := 1+chance.IntN(5), chance.IntN(10) < 3
	p.running.Add(1)
	go func() {
		defer p.running.Done()
		pause := time.NewTimer(wait)
		<-pause.C
		p.cast(kind, q.Prompt, level, twice)
	}()
}

// cast sends an event until it is answered.
func (p *pad) cast(kind, prompt string, level int, twice bool) {
	id := fmt.Sprintf("e-%d", p.next.Add(1))
	key := p.key
	if kind == "forged" {
		key = "no key"
	}
	if kind == "foreign" && p.name != "kp-1" {
		prompt = "x" + prompt
	}
	answered := make(chan string, 1)
	p.mu.Lock()
	p.waiting[id] = answered
	p.mu.Unlock()
	pressed := time.Now()
	again := time.NewTicker(700 * time.Millisecond)
	defer again.Stop()
	for {
		payload := fmt.Appendf(nil, `{"v":1,"id":%q,"k":%d,"prompt":%q,"ago":%d,"mac":%q}`,
			id, level, prompt, time.Since(pressed).Milliseconds(), keypad.MAC([]byte(key), id, prompt, level))
		// Half a second, for what waits for the line does not grow older.
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		for range map[bool]int{false: 1, true: 2}[twice] {
			_ = p.client.Publish(ctx, p.topic("event"), false, payload) // sent again until it is answered
		}
		cancel()
		select {
		case r := <-answered:
			p.note(kind, p.name+"/"+id, level, r)
			return
		case <-again.C:
		case <-p.t.Context().Done():
			return
		}
	}
}

func (v *votes) note(kind, event string, level int, answer string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.told[event], v.level[event], v.kind[event] = answer, level, kind
}

// check holds the trail against what the keypads were told. A genuine vote whose
// first answer was lost hears "dup" when it is sent again.
func (v *votes) check(s *votesStage) {
	tr, err := trail.Open(filepath.Join(s.dir, "data"))
	if err != nil {
		v.t.Fatal(err)
	}
	defer tr.Close()
	given, legs := map[string]int{}, map[string]int{}
	err = tr.Replay(nil, func(r queue.Record) error {
		if e, ok := r.Event.(queue.RatingGiven); ok {
			given[strings.TrimPrefix(r.Command, "rate:")] = e.Level
			legs[e.LegID]++
		}
		return nil
	})
	if err != nil {
		v.t.Fatal(err)
	}
	counts := map[string]int{}
	for event, answer := range v.told {
		counts[v.kind[event]+" "+answer]++
		level, counted := given[event]
		if want := v.kind[event] == "genuine"; counted != want || counted && level != v.level[event] {
			v.t.Errorf("%s, %s with level %d, was told %s; counted: %v with %d", event, v.kind[event], v.level[event], answer, counted, level)
		}
		if answer == "ok" && !counted {
			v.t.Errorf("%s was told ok and is not in the trail", event)
		}
	}
	for leg, n := range legs {
		if n != 1 {
			v.t.Errorf("%s was rated %d times", leg, n)
		}
	}
	if len(v.told) < 100 || counts["genuine ok"] == 0 || counts["forged refused"] == 0 || counts["late late"] == 0 {
		v.t.Errorf("the votes do not show much: %v", counts)
	}
	v.t.Logf("%d votes, %d counted: %v", len(v.told), len(given), counts)
}
