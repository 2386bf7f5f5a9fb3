package sign

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/queue"
	"lobby/queue/hall/halltest"
)

// board is a slow board that remembers what it showed.
type board struct {
	mu    sync.Mutex
	shown []string
	takes time.Duration
	err   error
}

func (b *board) Show(_ context.Context, f devices.Frame) error {
	b.mu.Lock()
	takes := b.takes
	b.mu.Unlock()
	time.Sleep(takes) // virtual: only used in a bubble
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shown = append(b.shown, f.Ticket)
	return b.err
}

func (b *board) change(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

func start(ctx context.Context, boards map[string]*board, health map[string]devices.State) *Bus {
	bus := NewBus([]string{"1", "2"})
	bus.Open = func(_ devices.Wire, window string) (devices.Board, error) { return boards[window], nil }
	bus.Report = func(window string, s devices.State, _ string) { health[window] = s }
	bus.Log = slog.New(slog.DiscardHandler)
	go bus.Use(ctx, nil)
	return bus
}

// pass lets virtual time go by and everybody finish what it brought.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func inBubble(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f(t, ctx)
		cancel()
		synctest.Wait()
	})
}

func TestOnlyTheNewestFrameMatters(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		slow := &board{takes: time.Second}
		bus := start(ctx, map[string]*board{"1": slow, "2": {}}, map[string]devices.State{})
		pass(10 * time.Second)
		slow.change(func() { slow.shown = nil })
		for _, ticket := range []string{"M001", "M002", "M003", "M004"} {
			bus.Want(devices.Frame{Window: "1", Ticket: ticket})
			pass(100 * time.Millisecond)
		}
		pass(5 * time.Second)
		if want := []string{"M001", "M004"}; !reflect.DeepEqual(slow.shown, want) {
			t.Errorf("shown %v, want %v", slow.shown, want)
		}
	})
}

// A board that has too few digits for a ticket is there, and is not left alone.
func TestABoardWithTooFewDigitsIsNotDead(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		small, health := &board{err: fmt.Errorf("show: %w", devices.ErrTooLong)}, map[string]devices.State{}
		bus := start(ctx, map[string]*board{"1": small, "2": {}}, health)
		bus.Want(devices.Frame{Window: "1", Ticket: "M1000"})
		pass(time.Second)
		if health["1"] != devices.Degraded {
			t.Errorf("a board that cannot show the ticket is %s", health["1"])
		}
		small.change(func() { small.err = nil })
		bus.Want(devices.Frame{Window: "1", Ticket: "M001"})
		pass(time.Second)
		if last := small.shown[len(small.shown)-1]; last != "M001" || health["1"] != devices.Up {
			t.Errorf("then it shows %q and is %s", last, health["1"])
		}
	})
}

func TestADeadBoardDoesNotSlowItsNeighbour(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		dead, well := &board{takes: showTimeout, err: errors.New("silent")}, &board{}
		health := map[string]devices.State{}
		bus := start(ctx, map[string]*board{"1": dead, "2": well}, health)
		pass(time.Minute)
		if health["1"] != devices.Down || health["2"] != devices.Up {
			t.Errorf("health %v", health)
		}
		tries := len(dead.shown)
		if tries < 3 || tries > 7 {
			t.Errorf("the dead board was tried %d times in a minute, want once in about %v", tries, retryAfter+showTimeout)
		}
		dead.change(func() { dead.err, dead.takes = nil, 0 })
		bus.Want(devices.Frame{Window: "1", Ticket: "M009"})
		pass(retryAfter + time.Second)
		if last := dead.shown[len(dead.shown)-1]; last != "M009" || health["1"] != devices.Up {
			t.Errorf("after its return the board shows %q and is %s", last, health["1"])
		}
	})
}

func TestBoardsAreRefreshed(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		b := &board{}
		start(ctx, map[string]*board{"1": b, "2": {}}, map[string]devices.State{})
		pass(3*refreshEvery + 2*time.Second)
		if len(b.shown) != 4 {
			t.Errorf("shown %d times in three minutes, want 4", len(b.shown))
		}
	})
}

func TestACallReachesItsBoardAndNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		h := halltest.Start(ctx, t)
		one, two := &board{}, &board{}
		bus := start(ctx, map[string]*board{"1": one, "2": two}, map[string]devices.State{})
		go Run(ctx, h, []*Bus{bus})
		halltest.Must(ctx, t, h, queue.WindowOpen{Window: "2"})
		halltest.Must(ctx, t, h, queue.Take{Service: "social"})
		halltest.Must(ctx, t, h, queue.CallNext{Window: "2"})
		pass(2 * time.Second)
		if last := two.shown[len(two.shown)-1]; last != "M001" {
			t.Errorf("board 2 shows %q", last)
		}
		// Once for the session and once for the hall's first view; what
		// concerns others does not disturb it.
		if got := strings.Join(one.shown, "|"); len(one.shown) > 2 || got != strings.Repeat("|", len(one.shown)-1) {
			t.Errorf("board 1 showed %q", one.shown)
		}
	})
}

// reader is a board that can be read back.
type reader struct {
	*board
	differs bool
	probes  int
}

func (r *reader) Probe(context.Context) error {
	var err error
	r.change(func() {
		r.probes++
		if r.differs {
			r.differs, err = false, errors.New("something else")
		}
	})
	return err
}

// A board that lost its power shows the truth again within ten seconds, whether
// it can be read back or not.
func TestFaultF14_BoardsAreRightAgainInTenSeconds(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		r, blind := &reader{board: &board{}}, &board{}
		bus := NewBus([]string{"1", "2"})
		bus.Open = func(_ devices.Wire, window string) (devices.Board, error) {
			if window == "1" {
				return r, nil
			}
			return blind, nil
		}
		bus.Report, bus.Log = func(string, devices.State, string) {}, slog.New(slog.DiscardHandler)
		go bus.Use(ctx, nil)
		pass(5 * time.Second)
		before, beforeBlind := len(r.shown), len(blind.shown)
		r.change(func() { r.differs = true })
		pass(10*time.Second + time.Second)
		if len(r.shown) != before+1 || r.probes == 0 {
			t.Errorf("read back %d times, shown again %d times", r.probes, len(r.shown)-before)
		}
		if len(blind.shown) == beforeBlind {
			t.Error("the other board was not shown its frame again")
		}
	})
}

// A board that is behind is an alert, until it is not any more.
func TestABoardThatIsBehindIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		slow := &board{}
		health := map[string]devices.State{}
		bus := start(ctx, map[string]*board{"1": slow, "2": {}}, health)
		pass(time.Second)
		slow.change(func() { slow.takes = 2 * time.Second })
		bus.Want(devices.Frame{Window: "1", Ticket: "M001"})
		pass(100 * time.Millisecond)
		bus.Want(devices.Frame{Window: "1", Ticket: "M002"}) // has to wait for the first
		pass(4 * time.Second)
		if health["1"] != devices.Degraded {
			t.Errorf("late by almost four seconds it is %q", health["1"])
		}
		slow.change(func() { slow.takes = 0 })
		bus.Want(devices.Frame{Window: "1", Ticket: "M003"})
		pass(time.Second)
		if health["1"] != devices.Up {
			t.Errorf("in time again it is %q", health["1"])
		}
	})
}
