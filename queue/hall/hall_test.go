package hall_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/plaintest"
)

func TestMain(m *testing.M) { os.Exit(plaintest.Main(m)) }

func TestCommandsThatWaitTogetherShareOneAppend(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		gate := make(chan struct{})
		h.trail.set(func() { h.trail.gate, h.trail.batches = gate, nil })
		answers := make(chan queue.Answer, 51)
		take := func() {
			a, err := h.do("", queue.Take{Service: "social"})
			if err != nil {
				t.Error(err)
			}
			answers <- a
		}
		go take()
		synctest.Wait()
		for range 50 {
			go take()
		}
		synctest.Wait()
		if len(answers) != 0 {
			t.Fatal("a command was answered before it was durable")
		}
		close(gate)
		seen := map[uint64]bool{}
		for range 51 {
			for _, seq := range (<-answers).Seq {
				seen[seq] = true
			}
		}
		if sizes := h.sizes(); !slices.Equal(sizes, []int{2, 100}) || len(seen) != 102 {
			t.Errorf("batches of %v records and %d different numbers, want [2 100] and 102", sizes, len(seen))
		}
	})
}

func (h *house) sizes() (n []int) {
	h.trail.set(func() {
		for _, b := range h.trail.batches {
			n = append(n, len(b))
		}
	})
	return n
}

func TestTheSameIDGetsTheSameAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		refused, err := h.do("r1", queue.CallNext{Window: "1"})
		if err != nil || refused.OK || refused.Refusal.Code != queue.CodeNothingWaiting {
			t.Fatalf("got %+v, %v", refused, err)
		}
		taken := h.must("t1", queue.Take{Service: "social"})
		for name, c := range map[string]struct {
			id   string
			want queue.Answer
		}{"a success": {"t1", taken}, "a refusal, although somebody waits now": {"r1", refused}} {
			got, again, err := h.DoOnce(context.Background(), hall.Request{ID: c.id, Command: queue.CallNext{Window: "1"}})
			if err != nil || !again || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s repeated: %+v %v %v, want %+v", name, got, again, err, c.want)
			}
		}
		before := h.view()
		h.stop()
		next := build(t, h.trail)
		*h = *next
		if got := h.must("t1", queue.Take{Service: "social"}); !reflect.DeepEqual(got, taken) {
			t.Errorf("after opening again: %+v, want %+v", got, taken)
		}
		if got, err := h.do("r1", queue.CallNext{Window: "1"}); err != nil || !reflect.DeepEqual(got, refused) {
			t.Errorf("after opening again: %+v %v, want %+v", got, err, refused)
		}
		if after := h.view(); after != before {
			t.Errorf("repetitions changed the hall:\n%s\n%s", before, after)
		}
	})
}

func TestTheSameIDTenTimesAtOnceTakesEffectOnce(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		gate := make(chan struct{})
		h.trail.set(func() { h.trail.gate = gate })
		go func() { _, _ = h.do("", queue.Take{Service: "social"}) }()
		synctest.Wait()
		answers := make(chan queue.Answer, 10)
		for range 10 {
			go func() {
				a, _ := h.do("again", queue.Take{Service: "social"})
				answers <- a
			}()
		}
		synctest.Wait()
		close(gate)
		first := <-answers
		for range 9 {
			if a := <-answers; !a.OK || !reflect.DeepEqual(a, first) {
				t.Errorf("one got %+v, another %+v", first, a)
			}
		}
		if v, _ := h.View(context.Background()); v.Figures.Issued != 2 {
			t.Errorf("%d numbers were issued, want 2", v.Figures.Issued)
		}
	})
}

func TestAnIDOfAnotherDayIsNew(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.must("t1", queue.Take{Service: "social"})
		h.must("close", queue.DayClose{})
		early, err := h.do("early", queue.Take{Service: "social"})
		if err != nil || early.OK {
			t.Fatalf("a number on a closed day: %+v %v", early, err)
		}
		time.Sleep(24 * time.Hour)
		h.must("open", queue.DayOpen{})
		if v, _ := h.View(context.Background()); v.Day != "2000-01-02" {
			t.Errorf("the day opened without a date is %s", v.Day)
		}
		for _, id := range []string{"t1", "early"} {
			if a := h.must(id, queue.Take{Service: "social"}); a.ID != id {
				t.Errorf("the answer to %s is for %q", id, a.ID)
			}
		}
		if v, _ := h.View(context.Background()); v.Figures.Issued != 2 {
			t.Errorf("%d numbers were issued on the new day, want 2", v.Figures.Issued)
		}
	})
}

// A refusal in the same batch as the opening of the next day belongs to the
// day before, in memory and on disk alike.
func TestAnswersBeforeTheOpeningInOneBatchAreOfTheDayBefore(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.must("", queue.DayClose{})
		gate := make(chan struct{})
		h.trail.set(func() { h.trail.gate = gate })
		go func() { _, _ = h.do("", queue.DeviceReport{Device: "board/1", State: "up"}) }()
		synctest.Wait()
		for _, c := range []struct {
			id      string
			command queue.Command
		}{{"early", queue.Take{Service: "social"}}, {"open", queue.DayOpen{Day: "2000-01-02"}}, {"late", queue.Take{Service: "social"}}} {
			go func() { _, _ = h.do(c.id, c.command) }()
			synctest.Wait()
		}
		close(gate)
		synctest.Wait()
		answers, err := h.trail.Answers("2000-01-02")
		if _, early := answers["early"]; err != nil || early || !answers["late"].OK || !answers["open"].OK {
			t.Errorf("the trail keeps %+v for the new day, %v", answers, err)
		}
		if a := h.must("early", queue.Take{Service: "social"}); !a.OK {
			t.Errorf("on the new day: %+v", a)
		}
	})
}

func TestAFailedWriteLeavesNoMark(t *testing.T) {
	for name, fault := range map[string]func(*memory){
		"refused":                 func(m *memory) { m.refuse = errDisk },
		"refused, unreadable too": func(m *memory) { m.refuse, m.unreadable = errDisk, errDisk },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.must("", queue.Take{Service: "social"})
				w := h.watch(t, 10)
				before := h.view()
				last := len(h.trail.records)
				h.trail.set(func() { fault(h.trail) })
				if a, err := h.do("c1", queue.CallNext{Window: "1"}); !errors.Is(err, hall.ErrNotDurable) || !errors.Is(err, errDisk) || a.OK {
					t.Fatalf("got %+v, %v", a, err)
				}
				if h.trail.unreadable != nil {
					h.outage(t)
				}
				if after := h.view(); after != before {
					t.Errorf("the hall changed:\n%s\n%s", before, after)
				}
				if rs, open := <-w.Records; open {
					t.Errorf("a watcher was told of %v", rs)
				}
				if a := h.must("c1", queue.CallNext{Window: "1"}); !slices.Equal(a.Seq, []uint64{uint64(last) + 1}) {
					t.Errorf("the next record is %v, want %d", a.Seq, last+1)
				}
			})
		})
	}
}

// outage: while the trail cannot be read every command is turned away, and
// then all is well again.
func (h *house) outage(t *testing.T) {
	t.Helper()
	for range 5 {
		if _, err := h.do("", queue.Take{Service: "social"}); !errors.Is(err, hall.ErrNotDurable) {
			t.Errorf("while the trail is unreadable: %v", err)
		}
		time.Sleep(1100 * time.Millisecond)
	}
	h.trail.set(func() { h.trail.unreadable = nil })
	time.Sleep(1100 * time.Millisecond)
}

// A trail that fails in the middle of a batch, which it gets in pieces while it
// is decided, has kept nothing of it.
func TestAFailureBetweenThePiecesOfABatchLeavesNoMark(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		const senders = 40
		gate, errs := make(chan struct{}), make(chan error, senders)
		h.trail.set(func() { h.trail.gate = gate })
		take := func() {
			_, err := h.do("", queue.Take{Service: "social"})
			errs <- err
		}
		go take()
		synctest.Wait()
		h.trail.set(func() { h.trail.refusePiece = 2 })
		for range senders - 1 {
			go take()
		}
		synctest.Wait()
		close(gate)
		for i := range senders {
			if err := <-errs; (i == 0) != (err == nil) || err != nil && !errors.Is(err, hall.ErrNotDurable) {
				t.Errorf("sender %d got %v", i+1, err)
			}
		}
		if v, _ := h.View(context.Background()); v.Figures.Issued != 1 {
			t.Errorf("%d numbers were issued, want the first alone", v.Figures.Issued)
		}
		h.must("", queue.Take{Service: "social"})
	})
}

func TestAnAnswerLostAfterTheCommitIsGivenAgain(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.must("", queue.Take{Service: "social"})
		h.trail.set(func() { h.trail.lost = errDisk })
		if _, err := h.do("c1", queue.CallNext{Window: "1"}); !errors.Is(err, hall.ErrNotDurable) {
			t.Fatal(err)
		}
		if v, _ := h.View(context.Background()); v.Windows[0].Ticket != "M001" {
			t.Errorf("window 1 has %q after a write that did reach the disk", v.Windows[0].Ticket)
		}
		a, again, err := h.DoOnce(context.Background(), hall.Request{ID: "c1", Command: queue.CallNext{Window: "1"}})
		if err != nil || !again || !a.OK {
			t.Errorf("repeated: %+v %v %v", a, again, err)
		}
	})
}

func TestStoppingDuringAnOutageShowsNothingUnwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, newMemory())
		h.open(1)
		h.trail.set(func() { h.trail.refuse, h.trail.unreadable = errDisk, errDisk })
		if _, err := h.do("", queue.Take{Service: "social"}); !errors.Is(err, hall.ErrNotDurable) {
			t.Fatal(err)
		}
		views := make(chan queue.View, 20)
		for range 20 {
			go func() {
				v, err := h.View(context.Background())
				if err != nil {
					v = queue.View{}
				}
				views <- v
			}()
		}
		synctest.Wait()
		h.stop()
		for range 20 {
			if v := <-views; v.Figures.Issued != 0 {
				t.Fatal("a number that is not on disk was shown while the hall stopped")
			}
		}
	})
}

func TestOpenNeedsAReadableTrail(t *testing.T) {
	m := newMemory()
	m.unreadable = errDisk
	if _, err := hall.Open(hall.Options{Trail: m, Now: time.Now}); !errors.Is(err, errDisk) {
		t.Errorf("opened with %v", err)
	}
}

func TestTimeAloneVoidsANumberWhoseSlipFailed(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		begin := time.Now()
		h.must("", queue.Take{Service: "social", Kiosk: "k1"})
		time.Sleep(7 * time.Second)
		h.must("", queue.PrintResult{Ticket: "M001", Outcome: queue.PrintFailed})
		w := h.watch(t, 10)
		rs := <-w.Records
		if len(rs) != 1 || rs[0].Event.Name() != "ticket.voided" || rs[0].Actor != "lobby" {
			t.Fatalf("told of %+v", rs)
		}
		if age := time.Since(begin); age < 2*time.Minute || age > 2*time.Minute+10*time.Millisecond {
			t.Errorf("voided after %v, want 2m", age)
		}
	})
}

func TestAClockThatGoesBackNeverTurnsTheTrail(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		for _, ahead := range []time.Duration{0, time.Hour, -time.Hour, 0, -48 * time.Hour, 2 * time.Hour} {
			h.ahead.Store(int64(ahead))
			h.must("", queue.Take{Service: "social"})
			time.Sleep(time.Second)
		}
		var records []queue.Record
		h.trail.set(func() { records = slices.Clone(h.trail.records) }) // warnings may tick on meanwhile
		for i, r := range records[1:] {
			if before := records[i]; r.At.Before(before.At) || r.Seq != before.Seq+1 {
				t.Errorf("record %d of %v follows record %d of %v", r.Seq, r.At, before.Seq, before.At)
			}
			if r.At != r.At.UTC().Truncate(time.Millisecond) {
				t.Errorf("record %d has the time %v", r.Seq, r.At)
			}
		}
	})
}

func TestAHallThatStopsTellsEverybody(t *testing.T) {
	others := goleak.IgnoreCurrent()
	h := build(t, newMemory())
	h.open(1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w, err := h.Watch(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	h.stop()
	if _, open := <-w.Records; open {
		t.Error("a watcher is still open")
	}
	if _, err := h.do("", queue.DayClose{}); !errors.Is(err, hall.ErrStopped) {
		t.Errorf("a command: %v", err)
	}
	if _, err := h.View(context.Background()); !errors.Is(err, hall.ErrStopped) {
		t.Errorf("a view: %v", err)
	}
	if _, err := h.Watch(ctx, 1); !errors.Is(err, hall.ErrStopped) {
		t.Errorf("a watch: %v", err)
	}
	cancel()
	goleak.VerifyNone(t, others)
}

func TestASenderWhoGivesUpIsLetGo(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		gate := make(chan struct{})
		h.trail.set(func() { h.trail.gate = gate })
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := h.Do(ctx, hall.Request{Command: queue.Take{Service: "social"}}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if _, err := h.View(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a view: %v", err)
		}
		close(gate)
		synctest.Wait()
		if v, _ := h.View(context.Background()); v.Figures.Issued != 1 {
			t.Error(fmt.Sprint("the command of a sender who gave up was carried out ", v.Figures.Issued, " times"))
		}
	})
}
