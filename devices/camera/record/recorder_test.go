package record

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"

	"lobby/devices"
)

// reelStream is a camera that shows some pictures and then breaks off.
type reelStream struct {
	format  byte
	numbers []int
}

var errBroken = errors.New("broken off")

func (s *reelStream) Init() []byte    { return fakeInit(s.format) }
func (s *reelStream) Dropped() uint64 { return 0 }
func (s *reelStream) Close()          {}
func (s *reelStream) Next(context.Context) (Fragment, error) {
	if len(s.numbers) == 0 {
		return Fragment{}, errBroken
	}
	n := s.numbers[0]
	s.numbers = s.numbers[1:]
	return fake(n), nil
}

// TestARecorderGoesOnAfterEveryTrouble: over a stream that ends, pictures that
// come twice, another format and a disk that is full for a while.
func TestARecorderGoesOnAfterEveryTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := uint64(50 << 30)
		a := mustOpen(t, Options{Dir: t.TempDir(), Cameras: map[string]Keep{"c": {}}, Space: func() (uint64, uint64) { return free, 100 << 30 }})
		streams := []*reelStream{{'1', []int{0, 1, 2}}, {'1', []int{0, 1, 2, 3}}, {'2', []int{5, 6}}, {'2', []int{10, 11}}, {'2', []int{10, 11, 12}}}
		ctx, cancel := context.WithCancel(t.Context())
		var said []devices.State
		r := Recorder{
			Archive: a, Camera: "c", Log: slog.New(slog.DiscardHandler),
			Watch: func(ctx context.Context) (Stream, error) {
				if len(streams) == 0 {
					cancel()
					return nil, ctx.Err()
				}
				s := streams[0]
				streams = streams[1:]
				if len(streams) == 1 {
					free = 0
				} else {
					free = 50 << 30
				}
				return s, nil
			},
			Report: func(s devices.State, _ string) { said = append(said, s) },
		}
		if err := r.Run(ctx); err != nil {
			t.Fatal(err)
		}
		first := mustClip(t, a, "c", at(0), at(4))
		if want := []string{"picture 0", "picture 1", "picture 2"}; !slices.Equal(pictures(t, first), want) {
			t.Errorf("got %v, want %v", pictures(t, first), want)
		}
		second := mustClip(t, a, "c", at(5), at(20))
		if want := []string{"picture 5", "picture 6", "picture 10", "picture 11", "picture 12"}; !slices.Equal(pictures(t, second), want) {
			t.Errorf("got %v, want %v", pictures(t, second), want)
		}
		if want := []devices.State{devices.Up, devices.Up, devices.Up, devices.Down, devices.Up}; !slices.Equal(said, want) {
			t.Errorf("reported %v, want %v", said, want)
		}
		if a.growing() {
			t.Error("a segment was left open")
		}
	})
}

func (a *Archive) growing() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.all(), func(r *reel) bool { return r.current != nil })
}
