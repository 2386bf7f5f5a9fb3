package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"lobby/queue"
)

// ledger is what clients outside were told: the truth a killed hall must keep.
type ledger struct {
	mu      sync.Mutex
	answers map[string]sent // by command id
	fresh   []string        // ids since the last check
	numbers map[string]string
}

// sent is an acknowledged command.
type sent struct {
	body   []byte
	answer queue.Answer
}

// note keeps an answer, and fails when a number was given to two commands.
func (l *ledger) note(t testing.TB, id string, body []byte, a queue.Answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[id] = sent{body, a}
	l.fresh = append(l.fresh, id)
	var res queue.TakeResult
	if a.OK && json.Unmarshal(a.Result, &res) == nil && res.Token != "" {
		if first, ok := l.numbers[res.Ticket]; ok && first != id {
			t.Errorf("number %s was issued to %s and to %s", res.Ticket, first, id)
		}
		l.numbers[res.Ticket] = id
	}
}

// await waits until so many answers have come since the last check, however
// slow the machine is.
func (l *ledger) await(t testing.TB, answers int) {
	t.Helper()
	until(t, "answers come", 2*time.Minute, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.fresh) >= answers
	})
}

// customer sends commands until the program dies, and notes every answer.
func (l *ledger) customer(t testing.TB, url string, worker, round int) {
	client := &http.Client{Timeout: 20 * time.Second}
	window := fmt.Sprint(1 + worker%4)
	kinds := []string{"take", "window_open", "call_next", "arrive", "finish", "take", "call_next", "recall", "no_show"}
	for n := 0; ; n++ {
		id := fmt.Sprintf("c-%d-%d-%d", round, worker, n)
		body, err := json.Marshal(map[string]any{"id": id, "type": kinds[n%len(kinds)], "window": window, "service": []string{"social", "family", "trade"}[n%3]})
		if err != nil {
			t.Error(err)
			return
		}
		res, err := client.Post(url+"/api/v1/commands", "application/json", bytes.NewReader(body))
		if err != nil {
			return // killed
		}
		var a queue.Answer
		err = json.NewDecoder(res.Body).Decode(&a)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			return // killed in the middle, or being stopped
		}
		l.note(t, id, body, a)
	}
}

// TestKilledAtAnyMoment: kill -9 under load, start again: the same state, no
// acknowledged command lost, none done twice, no number issued twice.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	data := t.TempDir()
	l := &ledger{answers: map[string]sent{}, numbers: map[string]string{}}
	chance := rand.New(rand.NewPCG(9, 9))
	epoch := ""
	for round := range rounds {
		p := startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
		epoch = l.check(t, p, epoch)
		var customers sync.WaitGroup
		for worker := range 4 {
			customers.Go(func() { l.customer(t, p.url, worker, round) })
		}
		l.await(t, 50+chance.IntN(150))
		<-time.After(time.Duration(chance.IntN(20_000)) * time.Microsecond)
		p.kill()
		customers.Wait()
	}
	p := startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
	for id := range l.answers { // a part of everything once more, at the end
		if len(l.fresh) < 500 {
			l.fresh = append(l.fresh, id)
		}
	}
	l.check(t, p, epoch)
	if len(l.numbers) < 20*rounds/2 {
		t.Errorf("only %d numbers were issued in %d rounds, the test did not try hard", len(l.numbers), rounds)
	}
	t.Logf("%d acknowledged commands, %d numbers, %d kills", len(l.answers), len(l.numbers), rounds)
}

// check holds a program that has just started against what was acknowledged
// since the last check.
func (l *ledger) check(t *testing.T, p *program, epoch string) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.repeat(t, p)
	for _, id := range l.fresh {
		var v struct {
			Events []struct{ Event string } `json:"events"`
		}
		var res queue.TakeResult
		if json.Unmarshal(l.answers[id].answer.Result, &res) != nil || res.Token == "" {
			continue
		}
		p.get(t, "/api/v1/tickets/"+res.Day+"/"+res.Ticket, &v)
		if len(v.Events) == 0 || v.Events[0].Event != "ticket.issued" {
			t.Fatalf("number %s has no record of its issue: %v", res.Ticket, v.Events)
		}
	}
	l.resumes(t, p)
	l.fresh = nil
	return p.epoch(t, epoch)
}

// again sends what was acknowledged since the last start once more.
func (l *ledger) again(t *testing.T, p *program) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.repeat(t, p)
	l.fresh = nil
}

// repeat holds a program that has just started against the answers given
// before: the same id gets the same answer.
func (l *ledger) repeat(t *testing.T, p *program) {
	t.Helper()
	for _, id := range l.fresh {
		s := l.answers[id]
		res, err := http.Post(p.url+"/api/v1/commands", "application/json", bytes.NewReader(s.body))
		if err != nil {
			t.Fatal(err)
		}
		var again queue.Answer
		err = json.NewDecoder(res.Body).Decode(&again)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		a, errA := json.Marshal(s.answer)
		b, errB := json.Marshal(again)
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Fatalf("command %s was answered %s before the kill and %s after it", id, a, b)
		}
	}
}

// resumes asks the feed for everything since the beginning: the records are
// without a gap, every acknowledged command is behind its own, and no number
// is issued twice.
func (l *ledger) resumes(t *testing.T, p *program) {
	t.Helper()
	conn := p.feed(t, "")
	epoch := nextMessage(t, conn, "hello")["epoch"].(string)
	head := nextMessage(t, conn, "snapshot")["seq"].(float64)
	conn.Close()
	conn = p.feed(t, "?since=0&epoch="+epoch)
	defer conn.Close()
	issued := map[string]bool{}
	for seq := 1.0; seq <= head; seq++ {
		m := nextMessage(t, conn, "record")
		if m["seq"] != seq {
			t.Fatalf("the feed goes on with record %v, want %v", m["seq"], seq)
		}
		if m["event"] != "ticket.issued" {
			continue
		}
		number := fmt.Sprint(m["data"].(map[string]any)["ticket"])
		if issued[number] {
			t.Fatalf("number %s was issued twice", number)
		}
		issued[number] = true
	}
	for number := range l.numbers {
		if !issued[number] {
			t.Fatalf("number %s was acknowledged and is not in the feed's records", number)
		}
	}
	for _, s := range l.answers {
		if n := len(s.answer.Seq); n > 0 && float64(s.answer.Seq[n-1]) > head {
			t.Fatalf("record %d was acknowledged, the trail ends with %v", s.answer.Seq[n-1], head)
		}
	}
}

// epoch reads the feed's epoch, which must stay the same in one data directory.
func (p *program) epoch(t *testing.T, want string) string {
	t.Helper()
	conn := p.feed(t, "")
	defer conn.Close()
	hello := nextMessage(t, conn, "hello")
	got, _ := hello["epoch"].(string)
	if got == "" || want != "" && got != want {
		t.Fatalf("epoch %q, want %q", got, want)
	}
	return got
}

func TestFaultF47_SecondDaemonIsRefused(t *testing.T) {
	data := t.TempDir()
	p := startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(self, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0", "--for", "5s").CombinedOutput()
	if want := fmt.Sprintf("in use by another lobby, process %d", p.cmd.Process.Pid); err == nil || !strings.Contains(string(out), want) {
		t.Errorf("the second daemon said %q and ended with %v, want %q", out, err, want)
	}
}

// TestSlipsOfAKilledHallAreUnconfirmed: a number whose slip was on its way is
// valid, its paper is unsure, and nothing prints it again.
func TestSlipsOfAKilledHallAreUnconfirmed(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
	go func(url string) { // its answer waits for the slip, which never comes
		body := `{"id":"cut","type":"take","service":"social","kiosk":"k1"}`
		if res, err := http.Post(url+"/api/v1/commands", "application/json", strings.NewReader(body)); err == nil {
			res.Body.Close()
		}
	}(p.url)
	var s struct {
		State struct {
			Day     string
			Waiting []struct{ Ticket, State string }
		}
	}
	until(t, "the number is reserved", 20*time.Second, func() bool {
		p.get(t, "/api/v1/state", &s)
		return len(s.State.Waiting) == 1 && s.State.Waiting[0].State == "reserved"
	})
	p.kill()
	p = startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
	var v struct {
		State, Print string
		Events       []struct{ Event string }
	}
	p.get(t, "/api/v1/tickets/"+s.State.Day+"/"+s.State.Waiting[0].Ticket, &v)
	var names []string
	for _, e := range v.Events {
		names = append(names, e.Event)
	}
	if got := strings.Join(names, " "); v.State != "waiting" || v.Print != "unconfirmed" || got != "ticket.issued forecast.given ticket.print_unknown" {
		t.Errorf("ticket is %s, its slip %s, its story %q", v.State, v.Print, got)
	}
	answer := p.command(t, "cut", "take", map[string]any{"service": "social", "kiosk": "k1"})
	if !answer.OK || !strings.Contains(string(answer.Result), `"print":"unconfirmed"`) {
		t.Errorf("the repeated take is answered %s", answer.Result)
	}
}
