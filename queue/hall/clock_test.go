package hall_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/plaintest"
)

// jumps lists what the trail says about the clock.
func (h *house) jumps() (es []queue.ClockJumped) {
	for _, r := range h.trail.records {
		if e, ok := r.Event.(queue.ClockJumped); ok {
			es = append(es, e)
		}
	}
	return es
}

// set moves the wall clock and nothing else.
func (h *house) set(ahead time.Duration) { h.ahead.Store(int64(ahead)) }

func TestFaultF40_DurationsAreRightWhenTheClockIsSet(t *testing.T) {
	const h1 = queue.Duration(time.Hour)
	for _, c := range []struct {
		name string
		set  []time.Duration // where the wall clock is, after 4, 8, … minutes of waiting
		want []queue.ClockJumped
	}{
		{"never", nil, nil},
		{"forward", []time.Duration{time.Hour}, []queue.ClockJumped{{By: h1, Moved: h1}}},
		{"back", []time.Duration{-time.Hour}, []queue.ClockJumped{{By: -h1, Ahead: h1}}},
		{"back and right again", []time.Duration{-time.Hour, 0}, []queue.ClockJumped{{By: -h1, Ahead: h1}, {By: h1}}},
		{"forward and right again", []time.Duration{time.Hour, 0}, []queue.ClockJumped{{By: h1, Moved: h1}, {By: -h1, Ahead: h1}}},
		{"back, and forward beyond it", []time.Duration{-time.Hour, time.Hour}, []queue.ClockJumped{{By: -h1, Ahead: h1}, {By: 2 * h1, Moved: h1}}},
		{"by less than counts", []time.Duration{1900 * time.Millisecond}, nil},
	} {
		bubble(t, func(t *testing.T, h *house) {
			h.must("", queue.Take{Service: "social"})
			for _, ahead := range c.set {
				time.Sleep(4 * time.Minute)
				h.set(ahead)
				h.must("", queue.WindowPause{Window: "2"}) // anything
				h.must("", queue.WindowResume{Window: "2"})
			}
			time.Sleep(12*time.Minute - time.Duration(len(c.set))*4*time.Minute)
			h.must("", queue.CallNext{Window: "1"})
			v, err := h.View(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if got := time.Duration(v.Figures.Average * float64(time.Second)); (got - 12*time.Minute).Abs() > 2*time.Second {
				t.Errorf("%s: the wait of 12 minutes is %v", c.name, got)
			}
			if got := fmt.Sprint(h.jumps()); got != fmt.Sprint(c.want) {
				t.Errorf("%s: the trail says %s, want %v", c.name, got, c.want)
			}
		})
	}
}

func TestFaultF40_StartBeforeTheLastRecordHoldsTheNumbers(t *testing.T) {
	for _, confirmed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			h := build(t, m)
			h.open(1)
			h.must("", queue.Take{Service: "social"})
			h.stop()
			h = buildAt(t, m, -365*24*time.Hour)
			defer h.stop()
			if a, err := h.do("", queue.Take{Service: "social"}); err != nil || a.OK || a.Refusal.Code != queue.CodeClockUnsure {
				t.Fatalf("a number is given: %+v, %v", a, err)
			}
			h.must("", queue.CallNext{Window: "1"}) // whoever has a number is called
			if v, err := h.View(context.Background()); err != nil || len(v.Alerts) != 1 {
				t.Errorf("the alerts are %+v, %v", v.Alerts, err)
			}
			if confirmed {
				h.must("", queue.ClockConfirm{})
			} else {
				h.set(0) // the network has set it
			}
			h.must("", queue.Take{Service: "social"})
			if v, err := h.View(context.Background()); err != nil || len(v.Alerts) != 0 {
				t.Errorf("the alerts are %+v, %v", v.Alerts, err)
			}
		})
	}
}

func TestAStartWithARightClockReleasesTheNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		h := build(t, m)
		h.open(1)
		h.stop()
		h = buildAt(t, m, -time.Hour)
		if a, err := h.do("", queue.Take{Service: "social"}); err != nil || a.OK {
			t.Errorf("a number is given: %+v, %v", a, err)
		}
		h.stop()
		time.Sleep(time.Minute)
		h = build(t, m)
		defer h.stop()
		h.must("", queue.Take{Service: "social"})
	})
}

// sink is a trail that keeps nothing but looks at what it is given.
type sink struct {
	look func(queue.Record)
}

func (s sink) Append(pieces iter.Seq[queue.Batch]) error {
	for p := range pieces {
		for _, r := range p.Records {
			s.look(r)
		}
	}
	return nil
}
func (sink) Keep(uint64, []byte) error                                 { return nil }
func (sink) Replay(func([]byte) error, func(queue.Record) error) error { return nil }
func (sink) Answers(string) (map[string]queue.Answer, error)           { return map[string]queue.Answer{}, nil }

// Twenty years of days in five time zones, with daylight saving of an hour and
// of half an hour, days that end after midnight, and a clock that is set now
// and then: each business day is opened once, its numbers begin once, every
// wait is as long as it was, and no time goes back.
func TestFaultF42_TwentyYearsOfDays(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	years := 20
	if testing.Short() {
		years = 1
	}
	for _, zone := range []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { newYears(t, location).live(years) })
		})
	}
}

// years is a hall of which nothing is kept.
type years struct {
	*house
	location *time.Location
	chance   *rand.Rand

	mu            sync.Mutex     // guards what the hall's goroutine writes
	opened, first map[string]int // by business day
	last          queue.Record
}

func newYears(t *testing.T, location *time.Location) *years {
	y := &years{
		location: location, chance: rand.New(rand.NewPCG(1, 1)), opened: map[string]int{}, first: map[string]int{},
		house: &house{t: t, ahead: new(atomic.Int64), ended: make(chan error, 1)},
	}
	var err error
	nonce := 0
	y.Hall, err = hall.Open(hall.Options{
		Trail: sink{y.look}, Location: location, Log: slog.New(slog.DiscardHandler), Now: y.wall,
		Nonce: func() string { nonce++; return fmt.Sprintf("nonce-%020d", nonce) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	y.end = cancel
	go func() { y.ended <- y.Run(ctx) }()
	return y
}

func (y *years) wall() time.Time { return time.Now().Add(time.Duration(y.ahead.Load())) }

func (y *years) look(r queue.Record) {
	y.mu.Lock()
	defer y.mu.Unlock()
	switch e := r.Event.(type) {
	case queue.DayOpened:
		y.opened[e.Day]++
	case queue.TicketIssued:
		if e.Ticket == "M001" {
			y.first[e.Day]++
		}
	}
	if r.At.Before(y.last.At) || r.Mono < y.last.Mono {
		y.t.Errorf("record %d is from %v and %v, after %v and %v", r.Seq, r.At, r.Mono, y.last.At, y.last.Mono)
	}
	y.last = r
}

// lead is how far the last record is before the wall clock.
func (y *years) lead() time.Duration {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.last.At.Sub(y.wall())
}

func (y *years) live(n int) {
	y.must("", queue.Activate{Config: queue.Config{
		Services: []queue.Service{{ID: "social", Prefix: "M"}}, Classes: []queue.Class{{ID: "normal", Rate: 1}},
		Windows: []queue.Window{{ID: "1", Services: []string{"social"}}},
	}})
	begin := y.wall().In(y.location)
	morning := func(days int) time.Time {
		return time.Date(begin.Year(), begin.Month(), begin.Day()+1+days, 8, 30, 0, 0, y.location)
	}
	days := 0
	for ; morning(days).Before(morning(0).AddDate(n, 0, 0)) && !y.t.Failed(); days++ {
		y.day(morning(days))
	}
	y.stop()
	for day, n := range y.opened {
		if n != 1 || y.first[day] != 1 {
			y.t.Errorf("%s was opened %d times and began its numbers %d times", day, n, y.first[day])
		}
	}
	if len(y.opened) != days {
		y.t.Errorf("%d business days in %d days", len(y.opened), days)
	}
	y.t.Logf("%d business days", len(y.opened))
}

// day is one business day: it is opened, somebody waits for as long as chance
// will, maybe while the clock is wrong, and it is closed, maybe after midnight.
func (y *years) day(open time.Time) {
	time.Sleep(open.Sub(y.wall()))
	y.must("", queue.DayOpen{})
	if ahead := y.lead(); ahead.Abs() > 2*time.Second {
		y.t.Errorf("the hall is %v ahead in the morning of %v", ahead, open)
	}
	y.must("", queue.WindowOpen{Window: "1"})
	y.must("", queue.Take{Service: "social"})
	wrong := time.Duration(0)
	if y.chance.IntN(10) == 0 {
		wrong = time.Duration(y.chance.IntN(2*3600*5)-3600*5) * time.Second
	}
	first, then := time.Duration(y.chance.IntN(3600))*time.Second, time.Duration(y.chance.IntN(3600))*time.Second
	time.Sleep(first)
	y.set(wrong)
	time.Sleep(then)
	var res struct{ Why struct{ Credit float64 } }
	if err := json.Unmarshal(y.must("", queue.CallNext{Window: "1"}).Result, &res); err != nil {
		y.t.Error(err)
	}
	if got, want := res.Why.Credit, (first + then).Seconds(); got < want-2 || got > want+2 {
		y.t.Errorf("the wait of %v s on %v counted as %v s; the clock was set by %v", want, open, got, wrong)
	}
	y.must("", queue.Arrive{Window: "1"})
	time.Sleep(time.Duration(y.chance.IntN(1800)) * time.Second)
	y.must("", queue.Finish{Window: "1"})
	y.set(0)
	time.Sleep(time.Duration(y.chance.IntN(12)) * time.Hour) // until 23:00 sometimes
	y.must("", queue.DayClose{})
}

// A machine that slept finds the wall clock hours ahead and its steady clock
// where it was: nobody is late for that, and time goes on from there.
func TestFaultF43_SleepMakesNobodyLate(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.must("", queue.Take{Service: "social", Kiosk: "k1"})
		h.must("", queue.PrintResult{Ticket: "M001", Outcome: queue.PrintFailed}) // two minutes for another slip
		h.must("", queue.Take{Service: "social"})
		h.must("", queue.CallNext{Window: "1"})
		time.Sleep(time.Minute)
		before := len(h.trail.records)
		h.set(8 * time.Hour)
		h.must("", queue.Recall{Window: "1"})
		if jumps := h.jumps(); len(jumps) != 1 || jumps[0].Moved != queue.Duration(8*time.Hour) {
			t.Fatalf("the trail says %v", jumps)
		}
		time.Sleep(10 * time.Second)
		h.view()
		h.trail.set(func() {
			for _, r := range h.trail.records[before:] {
				if a, ok := r.Event.(queue.AlertRaised); ok && a.Text == "alert.jump" {
					continue // somebody should look at the clock
				}
				if name := r.Event.Name(); name != "clock.jumped" && name != "ticket.recalled" {
					t.Errorf("after the sleep record %d is %s %+v", r.Seq, name, r.Event)
				}
			}
		})
		time.Sleep(2 * time.Minute) // what was due is due, with the time that it had left
		h.view()
		h.trail.set(func() {
			if last := h.trail.records[len(h.trail.records)-1]; !slices.ContainsFunc(h.trail.records[before:], func(r queue.Record) bool { return r.Event.Name() == "ticket.voided" }) {
				t.Errorf("the number without a slip is still there, the last record is %s", last.Event.Name())
			}
		})
	})
}

// A hall that is open over midnight goes on with its numbers; they begin anew
// with the next business day, and only then.
func TestFaultF41_MidnightResetsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		number := func() string {
			var r queue.TakeResult
			if err := json.Unmarshal(h.must("", queue.Take{Service: "social"}).Result, &r); err != nil {
				t.Fatal(err)
			}
			return r.Day + " " + r.Ticket
		}
		evening := time.Until(time.Now().Truncate(24 * time.Hour).Add(24*time.Hour - time.Minute))
		time.Sleep(evening)
		got := []string{number()}
		time.Sleep(2 * time.Minute)
		got = append(got, number())
		h.must("", queue.DayClose{})
		h.must("", queue.DayOpen{})
		h.must("", queue.WindowOpen{Window: "1"})
		got = append(got, number(), number())
		first, second := time.Now().AddDate(0, 0, -1).UTC().Format(time.DateOnly), time.Now().UTC().Format(time.DateOnly)
		if want := []string{first + " M001", first + " M002", second + " M001", second + " M002"}; !slices.Equal(got, want) {
			t.Errorf("the numbers are %v, want %v", got, want)
		}
	})
}
