package queue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lobby/queue/plaintest"
)

// bench is a small hall to choose from.
type bench struct {
	state   *State
	at      time.Time
	n       int
	records []Record
}

func benchConfig(order string) Config {
	return Config{
		Services: []Service{{ID: "a", Prefix: "A"}, {ID: "b", Prefix: "B", Limits: Limits{MaxWait: Duration(30 * time.Minute)}}, {ID: "c", Prefix: "A"}},
		Classes: []Class{
			{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5, Offset: Duration(time.Minute)}, {ID: "soldier", Rate: 2.5},
		},
		Windows: []Window{
			{ID: "1", Services: []string{"a", "b"}}, {ID: "2", Services: []string{"c"}},
			{ID: "3", Services: []string{"a", "b", "c"}, Prefer: [][]string{{"c"}, {"b"}}}, {ID: "4"},
		},
		Kiosks: []Kiosk{{ID: "k", Printer: "p"}},
		Rules: Rules{
			Order: order, Ratio: []Share{{"normal", 2}, {"priority", 1}}, AutoFinish: true, MaxWait: Duration(20 * time.Minute),
			LateCredit: Duration(90 * time.Second), Tolerance: Duration(5 * time.Minute), HoldFor: Duration(10 * time.Minute), MissedRest: Duration(15 * time.Minute),
		},
	}
}

func newBench(order string) *bench {
	b := &bench{state: NewState(), at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	b.do(Activate{Config: benchConfig(order)})
	b.do(DayOpen{Day: "2026-11-23", Offset: 8 * 3600})
	for _, w := range []string{"1", "2", "3", "4"} {
		b.do(WindowOpen{Window: w, Staff: "s" + w})
	}
	return b
}

func (b *bench) do(c Command) error {
	b.n++
	out, err := b.state.Decide(Input{At: b.at, Nonce: fmt.Sprintf("nonce-%04d-nonce-nonce", b.n)}, c)
	for _, e := range out.Events {
		r := Record{Seq: b.state.Seq() + 1, At: b.at, Command: fmt.Sprint(b.n), Event: e}
		r.Day, _ = b.state.Day()
		b.state.Apply(r)
		b.records = append(b.records, r)
	}
	return err
}

// standing is one waiting ticket as somebody at the counter would describe
// it: the tier, and what counts within it, the larger first.
type standing struct {
	leg    *Leg
	tier   int // 6 directed, 5 front, 4 guard, 3 due, 2 pool, 1 early, 0 not here
	counts []float64
}

// describe is the rule as one would tell it, in no hurry.
func (b *bench) describe(l *Leg, window string) standing {
	s := b.state
	st := standing{leg: l}
	serves, limit, rate, offset := false, 20*time.Minute, 0.0, 0.0
	for _, w := range s.config.Windows {
		serves = serves || w.ID == window && slices.Contains(w.Services, l.Service)
	}
	if l.Service == "b" {
		limit = 30 * time.Minute
	}
	for _, c := range s.config.Classes {
		if c.ID == l.Class {
			rate, offset = c.Rate, time.Duration(c.Offset).Seconds()
		}
	}
	waited := b.at.Sub(l.Seniority).Seconds()
	mine := l.Direct == window || l.ForStaff != "" && l.ForStaff == s.windows[window].staff
	switch {
	case l.State != LegWaiting || b.isElsewhere(l):
	case l.Direct != "" || l.ForStaff != "":
		if mine {
			st.tier = 6
		}
	case !serves || s.windows[window].draining:
	case l.Front:
		st.tier = 5
	case b.at.Sub(l.Seniority) >= limit:
		st.tier = 4
	case l.Slot.IsZero() || l.Late:
		st.tier = 2
		if l.Late {
			offset += 90
		}
		switch s.config.Rules.Order {
		case OrderFIFO:
			st.counts = []float64{waited}
		case OrderStrict:
			st.counts = []float64{rate, waited}
		case OrderRatio:
			st.counts = []float64{b.turnsBefore(window, l.Class), waited}
		default:
			st.counts = []float64{offset + rate*waited}
		}
	case b.at.Before(l.Slot.Add(-5 * time.Minute)):
		st.tier = 1
	default:
		st.tier = 3
	}
	return st
}

// isElsewhere tells whether the ticket's holder is at some window already.
func (b *bench) isElsewhere(l *Leg) bool {
	for _, t := range b.state.tickets {
		for _, other := range t.Legs {
			same := t.Number == l.Ticket || t.Person != "" && t.Person == b.state.tickets[l.Ticket].Person
			if same && (other.State == LegCalled || other.State == LegServing) {
				return true
			}
		}
	}
	return false
}

// turnsBefore is, negative, how many turns come before the class's own.
func (b *bench) turnsBefore(window, class string) float64 {
	turns := []string{"normal", "normal", "priority"}
	for n := range turns {
		if turns[(b.state.windows[window].turn+n)%3] == class {
			return float64(-n)
		}
	}
	return -3
}

func (a standing) beats(o standing) bool {
	if a.tier != o.tier {
		return a.tier > o.tier
	}
	for i := range a.counts {
		if a.counts[i] != o.counts[i] {
			return a.counts[i] > o.counts[i]
		}
	}
	if !a.leg.Seniority.Equal(o.leg.Seniority) {
		return a.leg.Seniority.Before(o.leg.Seniority)
	}
	return a.leg.Order < o.leg.Order
}

// obviousOrder looks at everybody in the hall again for each next place.
func (b *bench) obviousOrder(window string) (order []standing) {
	placed := map[*Leg]bool{}
	for {
		var best standing
		for _, t := range b.state.tickets {
			for _, l := range t.Legs {
				if st := b.describe(l, window); st.tier > 0 && !placed[l] && (best.leg == nil || st.beats(best)) {
					best = st
				}
			}
		}
		if best.leg == nil {
			return b.preferred(window, order)
		}
		placed[best.leg] = true
		order = append(order, best)
	}
}

// preferred lets window 3 take the best for c, else for b, if that costs the
// best of all at most five minutes.
func (b *bench) preferred(window string, order []standing) []standing {
	if window != "3" || len(order) == 0 || order[0].tier != 2 {
		return order
	}
	for _, service := range []string{"c", "b"} {
		at := slices.IndexFunc(order, func(st standing) bool { return st.leg.Service == service })
		if at < 0 || order[at].tier != 2 {
			continue
		}
		best, mine := order[0].counts, order[at].counts
		last := len(best) - 1
		if slices.Equal(best[:last], mine[:last]) && mine[last] >= best[last]-300 {
			return slices.Concat(order[at:at+1], order[:at], order[at+1:])
		}
	}
	return order
}

func TestSelectionAgreesWithTheObviousRule(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	seen := map[string]int{}
	for _, order := range []string{OrderAccumulating, OrderFIFO, OrderStrict, OrderRatio} {
		t.Run(order, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				b := newBench(order)
				b.choices(t)
				b.compare(t, b.state.windows["3"], seen)
				if rapid.Bool().Draw(t, "rarities") {
					b.rarities(t)
					b.compare(t, b.state.windows["3"], seen)
				}
				for step := range rapid.IntRange(1, longer(80)).Draw(t, "steps") {
					b.pass(t)
					_ = b.do(b.someCommand(t))
					if w := b.state.windows[fmt.Sprint(step%4+1)]; step%3 == 0 && w.leg == nil {
						b.compare(t, w, seen)
					}
				}
			})
		})
	}
	t.Logf("compared %v", seen)
	for _, tier := range append([]string{"preferred"}, tierOrder...) {
		if seen[tier] == 0 {
			t.Errorf("no state had anybody in the tier %s, so it was not compared", tier)
		}
	}
}

// choices lets a window prefer the later of two.
func (b *bench) choices(t *rapid.T) {
	for _, service := range []string{"a", "c"} {
		b.must(t, Take{Service: service})
		b.at = b.at.Add(10 * time.Second)
	}
}

func (b *bench) must(t *rapid.T, cs ...Command) {
	for _, c := range cs {
		if err := b.do(c); err != nil {
			t.Fatalf("%#v: %v", c, err)
		}
	}
}

// rarities makes one leg for each tier that chance seldom makes.
func (b *bench) rarities(t *rapid.T) {
	b.must(t,
		Take{Service: "b"}, CallNext{Window: "3"}, Transfer{Window: "3", ToStaff: "s3"}, // directed
		CallNext{Window: "1"}, NoShow{Window: "1"}, Recover{Ticket: "A001"}, // front
		Book{Code: "now-1", Service: "a", Slot: b.at.Add(time.Minute)}, CheckIn{Code: "now-1"}, // due
		Book{Code: "then-1", Service: "b", Slot: b.at.Add(20 * time.Minute)}, CheckIn{Code: "then-1"}, // early
	)
}

// compare holds the whole order at a window against the obvious one, and the
// explanation of the first against the first three.
func (b *bench) compare(t *rapid.T, w *windowState, seen map[string]int) {
	name := func(k Candidate) string { return fmt.Sprintf("%s %s", k.Leg.ID, k.Tier) }
	var got, want []string
	for _, k := range b.state.candidates(w, b.at, 1000) {
		got = append(got, name(k))
		seen[k.Tier]++
	}
	for _, st := range b.obviousOrder(w.id) {
		want = append(want, fmt.Sprintf("%s %s", st.leg.ID, tierOrder[6-st.tier]))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("window %s would call\n%s\nwant\n%s", w.id, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	l, why := b.state.next(w, b.at)
	if l == nil {
		return
	}
	few := []string{l.ID + " " + why.Tier}
	for _, up := range why.RunnersUp {
		few = append(few, up.Ticket+" "+up.Tier)
	}
	for i := range few {
		if ticket, tier, _ := strings.Cut(want[i], "/"); few[i] != want[i] && !strings.HasPrefix(few[i], ticket+" ") || !strings.HasSuffix(few[i], tier[strings.Index(tier, " "):]) {
			t.Fatalf("window %s explains %v, want the first of %v", w.id, few, want)
		}
	}
	if why.Preferred {
		seen["preferred"]++
	}
}

// rarely is a command once in ten times, else a tick.
func (b *bench) rarely(t *rapid.T, c Command) Command {
	if rapid.IntRange(0, 9).Draw(t, "rarely") > 0 {
		return Tick{}
	}
	return c
}

// pass lets some time pass.
func (b *bench) pass(t *rapid.T) {
	b.at = b.at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 10, 60, 400}).Draw(t, "seconds")) * time.Second)
}

func (b *bench) someCommand(t *rapid.T) Command {
	window := rapid.SampledFrom([]string{"1", "2", "3", "4"}).Draw(t, "window")
	service := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "service")
	class := rapid.SampledFrom([]string{"normal", "priority", "soldier"}).Draw(t, "class")
	person := rapid.SampledFrom([]string{"", "p1", "p2"}).Draw(t, "person")
	n := rapid.IntRange(1, 9).Draw(t, "number")
	ticket := fmt.Sprintf("%s%03d", rapid.SampledFrom([]string{"A", "B"}).Draw(t, "prefix"), n)
	code := fmt.Sprint("code-", n)
	return rapid.SampledFrom([]Command{
		Take{Service: service, Class: class}, Take{Service: service, Class: class}, Take{Service: service, Class: class},
		Take{Service: service, Class: class, Person: person}, Take{Service: service, Kiosk: "k"},
		Book{Code: code, Service: service, Slot: b.at.Add(time.Duration(rapid.IntRange(-20, 20).Draw(t, "slot")) * time.Minute)},
		CheckIn{Code: code}, CheckIn{Code: code}, CheckIn{Code: code}, Unbook{Code: code},
		PrintResult{Ticket: ticket, Outcome: PrintFailed}, PrintResult{Ticket: ticket, Outcome: PrintDone}, Keep{Ticket: ticket}, Void{Ticket: ticket, Reason: "x"},
		CallNext{Window: window}, CallNext{Window: window}, Arrive{Window: window}, Finish{Window: window}, NoShow{Window: window},
		Call{Window: window, Ticket: ticket, Reason: "x", Manager: "m"}, Recall{Window: window}, Undo{Window: window}, Undo{Window: window},
		Recover{Ticket: ticket}, Recover{Ticket: ticket}, Hold{Window: window}, Resume{Ticket: ticket}, Resume{Ticket: ticket, Wait: true}, Cancel{Ticket: ticket},
		Transfer{Window: window, ToWindow: "4", Keep: true}, Transfer{Window: window, ToWindow: "1"}, Transfer{Window: window, ToService: service, Keep: true},
		Transfer{Window: window, ToStaff: "s1"}, Transfer{Ticket: ticket, ToService: service},
		Reclass{Ticket: ticket, Class: class, Reason: "x"}, WindowDrain{Window: window}, WindowResume{Window: window}, WindowResume{Window: window},
		WindowClose{Window: window, Force: true}, WindowOpen{Window: window, Staff: "s" + window}, b.rarely(t, Freeze{Reason: "x"}), Unfreeze{}, Tick{}, Tick{},
	}).Draw(t, "command")
}
