package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lobby/devices/camera/pipe"
)

// asProcess makes the test binary the viewers' process, which does to each
// offer what its SDP says.
const asProcess = "LOBBY_TEST_GATEWAY"

func TestMain(m *testing.M) {
	if os.Getenv(asProcess) != "" {
		beProcess(os.Stdin, os.Stdout)
		return
	}
	os.Setenv(asProcess, "1")
	goleak.VerifyTestMain(m)
}

func beProcess(in io.Reader, out io.Writer) {
	fragments := 0
	for {
		m, err := Read(in)
		if err != nil {
			return
		}
		switch m.Kind {
		case KindOpen:
			var o Offer
			_ = json.Unmarshal(m.Payload, &o)
			switch o.SDP {
			case "die":
				os.Exit(3)
			case "lie":
				_, _ = out.Write([]byte("this is no message"))
			case "refuse":
				_ = Write(out, Message{Kind: KindEnded, Viewer: m.Viewer, Payload: []byte("not\x00me")})
			default:
				_ = Write(out, Message{Kind: KindAnswer, Viewer: m.Viewer, Payload: []byte("answer to " + o.SDP)})
			}
		case KindFragment:
			if fragments++; fragments == 3 {
				_ = Write(out, Message{Kind: KindEnded, Viewer: m.Viewer, Payload: []byte("enough")})
			}
		}
	}
}

// film is a camera whose viewers are counted.
type film struct {
	codec  pipe.Codec
	open   atomic.Int32
	frames chan []byte // nil: nothing comes
}

func (f *film) Watch(context.Context, string) (Source, error) {
	f.open.Add(1)
	return reel{f}, nil
}

type reel struct{ *film }

func (r reel) Tracks() []pipe.Track { return []pipe.Track{{ID: pipe.Picture, Codec: r.codec}} }
func (r reel) Close()               { r.open.Add(-1) }
func (r reel) Next(ctx context.Context) ([]byte, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case b := <-r.frames:
		return b, nil
	}
}

func mustGateway(t *testing.T, f *film) *Gateway {
	t.Helper()
	g := New(Options{Cameras: f, Command: []string{os.Args[0]}, Log: slog.New(slog.DiscardHandler), Stderr: io.Discard})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	until(t, "the gateway runs", func() bool { g.mu.Lock(); defer g.mu.Unlock(); return g.ctx != nil })
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := f.open.Load(); n != 0 {
			t.Errorf("%d cameras are still watched", n)
		}
	})
	return g
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-late:
			t.Fatalf("%s does not come true", what)
		case <-tick.C:
		}
	}
}

func TestViewersAreServedUntilTheyLeave(t *testing.T) {
	f := &film{codec: pipe.H264, frames: make(chan []byte)}
	g := mustGateway(t, f)
	key, answer, err := g.Open(t.Context(), "c", "one")
	if err != nil || answer != "answer to one" {
		t.Fatalf("%q, %v", answer, err)
	}
	second, _, err := g.Open(t.Context(), "c", "two")
	if err != nil || second == key {
		t.Fatalf("%q %q, %v", key, second, err)
	}
	p := g.process
	for range 3 {
		f.frames <- []byte("fragment")
	}
	until(t, "one of them has enough", func() bool { return f.open.Load() == 1 })
	if !g.Close(key) && !g.Close(second) {
		t.Error("neither was there any more")
	}
	if g.Close(key) || g.Close(second) || g.Close("stranger") {
		t.Error("somebody left twice")
	}
	until(t, "nobody watches", func() bool { return f.open.Load() == 0 })
	<-p.done // nobody needs the process
}

func TestAProcessThatEndsIsStartedAgain(t *testing.T) {
	f := &film{codec: pipe.H264}
	g := mustGateway(t, f)
	if _, _, err := g.Open(t.Context(), "c", "good"); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"die", "lie"} {
		if _, _, err := g.Open(t.Context(), "c", bad); !errors.Is(err, ErrGone) {
			t.Errorf("%s: %v", bad, err)
		}
		until(t, "all its viewers are gone", func() bool { return f.open.Load() == 0 })
		if _, answer, err := g.Open(t.Context(), "c", "good"); err != nil || answer != "answer to good" {
			t.Errorf("after %s: %q, %v", bad, answer, err)
		}
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	f := &film{codec: pipe.H264}
	g := mustGateway(t, f)
	var refused RefusedError
	if _, _, err := g.Open(t.Context(), "c", "refuse"); !errors.As(err, &refused) || refused.Why != "not me" {
		t.Errorf("%v", err)
	}
	if _, _, err := g.Open(t.Context(), "c", strings.Repeat("x", MaxSDP+1)); !errors.As(err, &refused) {
		t.Errorf("a long offer: %v", err)
	}
	f.codec = pipe.H265
	if _, _, err := g.Open(t.Context(), "c", "good"); !errors.As(err, &refused) {
		t.Errorf("H.265: %v", err)
	}
	f.codec = pipe.H264
	for range maxViewers {
		if _, _, err := g.Open(t.Context(), "c", "good"); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := g.Open(t.Context(), "c", "good"); !errors.Is(err, ErrFull) {
		t.Errorf("one too many: %v", err)
	}
}
