package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/trail"
)

// hostile is somebody in the hall's network who has the password of kp-3, or
// none at all, and speaks bytes of the test's own making.
type hostile struct {
	t    *testing.T
	addr string // of the broker

	mu       sync.Mutex
	attempts map[string]int // by attack
	through  []string       // what should have been refused and was not
}

// The rate at which a hostile client comes back is what the network allows it.
func (h *hostile) dial() (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 66)}, Timeout: time.Second}
	conn, err := d.Dial("tcp", h.addr)
	if err == nil {
		err = conn.SetDeadline(time.Now().Add(5 * time.Second))
	}
	return conn, err
}

func text(s string) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...) }

// packet puts a fixed header before a body.
func packet(kind byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	head := []byte{kind}
	for n := len(body); ; n >>= 7 {
		if n < 128 {
			return append(append(head, byte(n)), body...)
		}
		head = append(head, byte(n&127|128))
	}
}

func connectPacket(id, user, password string, flags byte) []byte {
	return packet(0x10, text("MQTT"), []byte{4, flags, 0, 60}, text(id), text(user), text(password))
}

func publishPacket(qos byte, retain bool, topic string, n uint16, payload []byte) []byte {
	kind := 0x30 | qos<<1
	if retain {
		kind |= 1
	}
	var id []byte
	if qos > 0 {
		id = binary.BigEndian.AppendUint16(nil, n)
	}
	return packet(kind, text(topic), id, payload)
}

// hello signs in as kp-3; nil where it was refused.
func (h *hostile) hello(id string) net.Conn {
	conn, err := h.dial()
	if err != nil {
		return nil
	}
	answer := make([]byte, 4)
	if _, err := conn.Write(connectPacket(id, "kp-3", "secret", 0xc2)); err == nil {
		if _, err := io.ReadFull(conn, answer); err == nil && answer[3] == 0 {
			return conn
		}
	}
	conn.Close()
	return nil
}

// pour sends the same over and over until the line is cut.
func (h *hostile) pour(id string, message func(n uint16) []byte) {
	conn := h.hello(id)
	if conn == nil {
		return
	}
	defer conn.Close()
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	for n := uint16(1); n != 0; n++ {
		if _, err := conn.Write(message(n)); err != nil {
			return
		}
	}
}

const ownEvent = "lobby/votes/keypad/kp-3/event"

// attacks are what a hostile client does, each again and again.
func (h *hostile) attacks() map[string]func() {
	big := bytes.Repeat([]byte("x"), 1<<20)
	return map[string]func(){
		"QoS 2 storm": func() {
			h.pour("storm", func(n uint16) []byte { return publishPacket(2, false, ownEvent, n, []byte("{}")) })
		},
		"retained flood": func() {
			h.pour("keep", func(n uint16) []byte {
				return publishPacket(1, true, ownEvent, n, fmt.Appendf(nil, `{"v":1,"id":"r-%d","k":1}`, n))
			})
		},
		"1 MiB": func() { h.pour("big", func(n uint16) []byte { return publishPacket(1, false, ownEvent, n, big) }) },
		"forged flood": func() {
			h.pour("forge", func(n uint16) []byte {
				return publishPacket(1, false, ownEvent, n, fmt.Appendf(nil, `{"v":1,"id":"f-%d","k":5,"prompt":"n","mac":"0123456789abcdef"}`, n))
			})
		},
		"no name":   h.noName,
		"strangers": h.strangers,
	}
}

// foreignTopics publishes where kp-3 may not; no PUBACK may come.
func (h *hostile) foreignTopics() {
	for _, topic := range []string{
		"lobby/votes/keypad/kp-1/event", "lobby/votes/keypad/kp-1/cmd", "lobby/votes/keypad/+/event", "lobby/votes/keypad/#", "#", "+",
		"$SYS/broker/version", "lobby/votes/keypad/kp-3/event/", "lobby/votes/keypad/kp-3/../kp-1/event", "lobby/votes/keypad/kp-3/ack", "",
	} {
		h.unanswered(fmt.Sprintf("a message on %q", topic), publishPacket(1, false, topic, 7, []byte(`{"v":1,"id":"t-1","k":5}`)))
	}
}

// unanswered sends one message that must not be acknowledged, and a ping.
func (h *hostile) unanswered(what string, message []byte) {
	conn := h.hello("one")
	if conn == nil {
		h.t.Fatal("kp-3 cannot sign in")
	}
	defer conn.Close()
	_, _ = conn.Write(append(message, 0xc0, 0))
	answer := make([]byte, 1) // nothing, for the line is cut, or that of the ping
	if _, err := io.ReadFull(conn, answer); err == nil && answer[0] != 0xd0 || errors.Is(err, os.ErrDeadlineExceeded) {
		h.broke(fmt.Sprintf("%s is answered with %x", what, answer))
	}
}

// wideEars subscribes to what kp-3 may not read; every filter must be refused.
func (h *hostile) wideEars() {
	for _, filter := range []string{
		"#", "+/#", "$SYS/#", "lobby/#", "lobby/votes/keypad/+/ack", "lobby/votes/keypad/kp-1/cmd", "$share/g/lobby/#", "$share/g/lobby/votes/keypad/kp-3/ack", "lobby/votes/keypad/kp-3/#",
	} {
		conn := h.hello("ears")
		if conn == nil {
			h.t.Fatal("kp-3 cannot sign in")
		}
		_, _ = conn.Write(packet(0x82, []byte{0, 9}, text(filter), []byte{1}))
		answer := make([]byte, 5)
		if _, err := io.ReadFull(conn, answer); err == nil && answer[0] == 0x90 && answer[4] < 0x80 {
			h.broke("SUBACK for " + filter)
		}
		conn.Close()
	}
}

// noName connects with ids of no length, and with sessions to be kept.
func (h *hostile) noName() {
	for _, flags := range []byte{0xc0, 0xc2} { // with and without a session to keep
		if conn, err := h.dial(); err == nil {
			_, _ = conn.Write(connectPacket("", "kp-3", "secret", flags))
			_, _ = io.ReadFull(conn, make([]byte, 4))
			conn.Close()
		}
	}
	if conn := h.hello(fmt.Sprintf("many-%d", time.Now().UnixNano())); conn != nil {
		conn.Close()
	}
}

// strangers connect by the dozen: some say nothing and stay, some guess.
func (h *hostile) strangers() {
	var held []net.Conn
	for i := range 60 {
		conn, err := h.dial()
		if err != nil {
			break
		}
		held = append(held, conn)
		if i%2 == 0 {
			_, _ = conn.Write(connectPacket("guess", "kp-1", fmt.Sprint("guess", i), 0xc2))
			answer := make([]byte, 4)
			if _, err := io.ReadFull(conn, answer); err == nil && answer[3] == 0 {
				h.broke("a guessed password")
			}
		}
	}
	for _, conn := range held {
		conn.Close()
	}
}

func (h *hostile) broke(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.through = append(h.through, what)
}

// rage attacks in all ways at once until the context ends.
func (h *hostile) rage(ctx context.Context) (wait func()) {
	var wg sync.WaitGroup
	for name, attack := range h.attacks() {
		wg.Go(func() {
			for ctx.Err() == nil {
				attack()
				<-time.After(5 * time.Millisecond) // the test itself needs the machine too
				h.mu.Lock()
				h.attempts[name]++
				h.mu.Unlock()
			}
		})
	}
	return wg.Wait
}

// mostMemory is far above what a small hall needs and far below what the floods
// would make of it if anything grew with them.
const mostMemory = 200 << 20

var peak = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// memory is the most that a process had in memory.
func memory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	kilobytes, err := strconv.Atoi(string(peak.FindSubmatch(status)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

// TestFaultF20_HostileClientsDoNotReachTheHall: while all attacks go on at
// once, numbers are taken and called in order, every command is answered, a
// keypad that comes in the middle of it is heard, each of its votes counts, and
// the hall does not grow.
func TestFaultF20_HostileClientsDoNotReachTheHall(t *testing.T) {
	s := newVotesStage(t, true)
	hall := startProgram(t, shipped(t), "run", "--config", filepath.Join(s.dir, "hall.yaml"))
	v := s.votes(t)
	v.do("day", "day_open", nil)
	v.do("open", "window_open", map[string]any{"window": "1"})
	mustListen(t, "the broker", s.mqtt)
	ctx, cancel := context.WithCancel(t.Context())
	h := &hostile{t: t, addr: "127.0.0.1:" + s.mqtt, attempts: map[string]int{}}
	h.foreignTopics()
	h.wideEars()
	h.unanswered("1 MiB", publishPacket(1, false, ownEvent, 7, make([]byte, 1<<20)))
	calm := h.rage(ctx)
	until(t, "every attack has been tried", patience, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.attempts) == len(h.attacks())
	})
	p := v.pad(ctx, "kp-1", true) // comes in the middle of it
	const citizens = 40
	var taken, called []string
	var last uint64
	note := func(a queue.Answer, ticket *[]string) {
		t.Helper()
		if !a.OK || len(a.Seq) == 0 || a.Seq[0] <= last {
			t.Fatalf("%+v after record %d", a, last)
		}
		last = a.Seq[len(a.Seq)-1]
		if ticket != nil {
			*ticket = append(*ticket, regexp.MustCompile(`"ticket":"(\w+)"`).FindStringSubmatch(string(a.Result))[1])
		}
	}
	for i := range citizens {
		note(v.do(fmt.Sprintf("%d-take", i), "take", map[string]any{"service": "s1", "kiosk": "k1"}), &taken)
	}
	for i := range citizens {
		id := fmt.Sprintf("%d-", i)
		note(v.do(id+"call", "call_next", map[string]any{"window": "1"}), &called)
		note(v.do(id+"arrive", "arrive", map[string]any{"window": "1"}), nil)
		note(v.do(id+"finish", "finish", map[string]any{"window": "1"}), nil)
		p.cast("genuine", p.question("1", called[i]).Prompt, 1+i%5, false)
	}
	cancel()
	calm()
	if got, want := fmt.Sprint(called), fmt.Sprint(taken); got != want {
		t.Errorf("called %s, taken %s", got, want)
	}
	for _, what := range h.through {
		t.Error(what)
	}
	if most := memory(t, hall.cmd.Process.Pid); most > mostMemory {
		t.Errorf("the hall had %d MiB in memory", most>>20)
	} else {
		t.Logf("attacks %v; the hall had at most %d MiB in memory", h.attempts, most>>20)
	}
	hall.kill()
	given, refused := 0, 0
	tr, err := trail.Open(filepath.Join(s.dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	err = tr.Replay(nil, func(r queue.Record) error {
		switch e := r.Event.(type) {
		case queue.RatingGiven:
			given++
			if e.Device != "kp-1" {
				t.Errorf("a rating of %s counts", e.Device)
			}
		case queue.RatingRefused:
			refused++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if given != citizens || refused > citizens {
		t.Errorf("%d ratings count of %d, and the flood made %d records", given, citizens, refused)
	}
}
