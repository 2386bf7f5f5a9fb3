package hall_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"lobby/queue"
)

// wish is what a client asked for, and answer what it heard.
type wish struct {
	verb   string // take, call, arrive, finish, no_show, recover, cancel
	window string
	ticket string // for a call the one that was called
}

type heard struct {
	ok     bool
	code   string
	ticket string
}

// ticketLife says what may happen to one ticket when one thing happens after
// the other. Its state is where the ticket is: "", waiting, called 3, …
var ticketLife = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byTicket := map[string][]porcupine.Operation{}
		for _, op := range history {
			number := op.Input.(wish).ticket
			byTicket[number] = append(byTicket[number], op)
		}
		delete(byTicket, "")
		var parts [][]porcupine.Operation
		for _, part := range byTicket {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return "" },
	Step: func(state, input, output any) (bool, any) {
		w, h := input.(wish), output.(heard)
		to, allowed := step(state.(string), w)
		if !h.ok {
			return !allowed, state
		}
		return allowed, to
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

// step is where a wish leads a ticket, and whether it is granted.
func step(state string, w wish) (to string, allowed bool) {
	switch w.verb {
	case "take":
		return "waiting", state == ""
	case "call":
		return "called " + w.window, state == "waiting"
	case "arrive":
		return "serving " + w.window, state == "called "+w.window
	case "finish":
		return "done", state == "serving "+w.window
	case "no_show":
		return "no_show", state == "called "+w.window
	case "recover":
		return "waiting", state == "no_show"
	case "cancel":
		return "cancelled", state == "waiting" || state == "no_show"
	}
	panic("no verb " + w.verb)
}

// clients presses keys from many places at once and writes down what each of
// them asked and heard, and when.
type clients struct {
	*house
	begin time.Time

	mu      sync.Mutex
	tickets []string // taken so far
}

// press does one thing at a client and notes it.
func (c *clients) press(id int, w wish, command queue.Command) (porcupine.Operation, heard) {
	call := time.Since(c.begin).Nanoseconds()
	a, err := c.do(fmt.Sprint(id, "-", call), command)
	back := time.Since(c.begin).Nanoseconds()
	if err != nil {
		c.t.Errorf("%+v: %v", w, err)
	}
	h := heard{ok: a.OK}
	if a.Refusal != nil {
		h.code = a.Refusal.Code
	}
	var result struct {
		Ticket string `json:"ticket"`
	}
	if len(a.Result) > 0 && json.Unmarshal(a.Result, &result) == nil {
		h.ticket = result.Ticket
	}
	return porcupine.Operation{ClientId: id, Input: w, Call: call, Output: h, Return: back}, h
}

// work is one client's part: a window that calls, serves and gives up, and
// citizens who take, come back and go away.
func (c *clients) work(id, n int) (history []porcupine.Operation) {
	random := rand.New(rand.NewPCG(uint64(id), 1))
	window, here := fmt.Sprint(id+1), ""
	note := func(w wish, command queue.Command) heard {
		op, h := c.press(id, w, command)
		if w.ticket == "" && h.ticket != "" { // the answer names the ticket
			w.ticket = h.ticket
			op.Input = w
		}
		history = append(history, op)
		return h
	}
	for range n {
		switch random.IntN(8) {
		case 0, 1, 2:
			h := note(wish{verb: "take"}, queue.Take{Service: "social"})
			c.mu.Lock()
			c.tickets = append(c.tickets, h.ticket)
			c.mu.Unlock()
		case 3:
			if other := c.someTicket(random); other != "" {
				note(wish{"recover", window, other}, queue.Recover{Ticket: other})
			}
		case 4:
			if other := c.someTicket(random); other != "" {
				note(wish{"cancel", window, other}, queue.Cancel{Ticket: other})
			}
		default:
			here = c.serve(note, random, window, here)
		}
	}
	return history
}

// serve is the next key that a window presses.
func (c *clients) serve(note func(wish, queue.Command) heard, random *rand.Rand, window, here string) string {
	if here == "" {
		return note(wish{verb: "call", window: window}, queue.CallNext{Window: window}).ticket
	}
	if random.IntN(3) == 0 {
		if note(wish{"no_show", window, here}, queue.NoShow{Window: window}).ok {
			return ""
		}
	}
	if !note(wish{"arrive", window, here}, queue.Arrive{Window: window}).ok && note(wish{"finish", window, here}, queue.Finish{Window: window}).ok {
		return ""
	}
	return here
}

// someTicket is one of those taken last, by anybody.
func (c *clients) someTicket(random *rand.Rand) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.tickets) == 0 {
		return ""
	}
	return c.tickets[max(0, len(c.tickets)-1-random.IntN(60))]
}

// TestFaultF29_ManyClientsSeeOneOrder lets 50 clients press keys at once, 100,000 with
// LOBBY_NIGHTLY=1, and checks that what they heard is what some order of one
// after the other would have said: nobody is called twice, and no answer
// contradicts another.
func TestFaultF29_ManyClientsSeeOneOrder(t *testing.T) {
	const many = 50
	each := 200 // with the race detector watching
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		each = 2000
	}
	c := &clients{house: build(t, newMemory()), begin: time.Now()}
	defer c.stop()
	c.open(many)
	histories := make([][]porcupine.Operation, many)
	var wg sync.WaitGroup
	for id := range many {
		wg.Go(func() { histories[id] = c.work(id, each) })
	}
	wg.Wait()
	history := slices.Concat(histories...)
	result := porcupine.CheckOperationsTimeout(ticketLife, history, 2*time.Minute)
	if result != porcupine.Ok {
		t.Fatalf("%d operations of %d clients are in no order that explains them: %v", len(history), many, result)
	}
	t.Logf("%d operations of %d clients on %d tickets, in one order; %d refused", len(history), many, len(c.tickets), refusals(history))
}

func refusals(history []porcupine.Operation) (n int) {
	for _, op := range history {
		if !op.Output.(heard).ok {
			n++
		}
	}
	return n
}

// wholeLine says what the waiting line as a whole may do: numbers are given one
// after the other and called in the same order, and "nobody waits" is said only
// when all have been called. Its state is how many were given and called.
var wholeLine = porcupine.Model{
	Init: func() any { return [2]int{} },
	Step: func(state, input, output any) (bool, any) {
		n, h := state.([2]int), output.(heard)
		switch {
		case input.(wish).verb == "take":
			n[0]++
			return h.ok && h.ticket == fmt.Sprintf("M%03d", n[0]), n
		case !h.ok:
			return n[0] == n[1] && h.code == queue.CodeNothingWaiting, n
		}
		n[1]++
		return n[1] <= n[0] && h.ticket == fmt.Sprintf("M%03d", n[1]), n
	},
}

// TestTheLineIsOneForAllWindows checks the order of numbers and calls of all
// windows together.
func TestTheLineIsOneForAllWindows(t *testing.T) {
	const many, each = 16, 100
	c := &clients{house: build(t, newMemory()), begin: time.Now()}
	defer c.stop()
	c.open(many)
	histories := make([][]porcupine.Operation, many)
	var wg sync.WaitGroup
	for id := range many {
		wg.Go(func() {
			random, window := rand.New(rand.NewPCG(uint64(id), 2)), fmt.Sprint(id+1)
			for range each {
				if random.IntN(2) == 0 {
					op, _ := c.press(id, wish{verb: "take"}, queue.Take{Service: "social"})
					histories[id] = append(histories[id], op)
					continue
				}
				op, h := c.press(id, wish{verb: "call", window: window}, queue.CallNext{Window: window})
				histories[id] = append(histories[id], op)
				if h.ok {
					_, _ = c.do("", queue.NoShow{Window: window}) // frees the window; no part of this history
				}
			}
		})
	}
	wg.Wait()
	if result := porcupine.CheckOperationsTimeout(wholeLine, slices.Concat(histories...), time.Minute); result != porcupine.Ok {
		t.Fatalf("the calls follow no order of arrival: %v", result)
	}
}

func TestTheCheckerSeesADoubleCall(t *testing.T) {
	op := func(at int64, w wish) porcupine.Operation {
		return porcupine.Operation{ClientId: int(at), Input: w, Call: at, Output: heard{ok: true, ticket: w.ticket}, Return: at + 1}
	}
	history := []porcupine.Operation{op(1, wish{"take", "", "M001"}), op(3, wish{"call", "1", "M001"}), op(5, wish{"call", "2", "M001"})}
	if porcupine.CheckOperations(ticketLife, history) {
		t.Error("two windows called one ticket, and the checker found an order for it")
	}
	late := []porcupine.Operation{op(1, wish{"take", "", "M001"}), op(3, wish{"take", "", "M002"}), op(5, wish{"call", "1", "M002"})}
	if porcupine.CheckOperations(wholeLine, late) {
		t.Error("the last to come was called first, and the checker found an order for it")
	}
}
