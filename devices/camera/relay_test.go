package camera

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"lobby/devices"
	emulated "lobby/devices/emulator/camera"
)

// asChild begins the argument that makes the test binary the camera process;
// the mode follows.
const asChild = "camera-process="

func TestMain(m *testing.M) {
	if mode, is := strings.CutPrefix(os.Args[len(os.Args)-1], asChild); is {
		if err := childMain(mode); err != nil {
			slog.Error("camera process", "err", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// reports collects what the relay reports.
type reports struct {
	mu  sync.Mutex
	all []string
}

func (r *reports) report(unit string, s devices.State, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, fmt.Sprintf("%s %s %s", unit, s, why))
}

// mustRelay runs a relay whose camera process is this test binary. Its tests
// mostly wait for pictures, and therefore wait side by side.
func mustRelay(t testing.TB, o Options, mode ...string) *Relay {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if o.Command == nil {
		o.Command = []string{exe, asChild + append(mode, "honest")[0]}
	}
	if testing.Verbose() {
		o.Log, o.Stderr = slog.New(slog.NewTextHandler(os.Stderr, nil)), os.Stderr
	} else {
		o.Stderr = io.Discard
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
			if left := r.PIDs(); len(left) > 0 {
				t.Errorf("processes %v are left", left)
			}
		case <-time.After(10 * time.Second):
			t.Error("Run does not end")
		}
	})
	return r
}

// mustCameras runs emulated cameras.
func mustCameras(t testing.TB, o emulated.Options) *emulated.Cameras {
	t.Helper()
	o.Listen = "127.0.0.1:0"
	c, err := emulated.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = c.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

// eventually polls a condition.
func eventually(t testing.TB, within time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(within)
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("after %v: %s does not come true", within, what)
		case <-tick.C:
		}
	}
}

func mustWatch(t testing.TB, r *Relay, camera string, wish ...Wish) *Viewer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	v, err := r.Watch(ctx, camera, append(wish, Wish{})[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

func mustNext(t testing.TB, v *Viewer) Fragment {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	f, err := v.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestViewerStartsWithKeyPictureAtOnce(t *testing.T) {
	t.Parallel()
	cams := mustCameras(t, emulated.Options{Streams: map[string]string{"door": "entrance"}, User: "u", Password: "canary-9931"})
	var said reports
	r := mustRelay(t, Options{
		Sources: []Source{{ID: "door", URL: "rtsp://u:canary-9931@" + cams.Addr() + "/door"}},
		Report:  said.report,
	})
	v := mustWatch(t, r, "door")
	if got := v.MIME(); len(got) < 20 || got[:24] != `video/mp4; codecs="avc1.` {
		t.Errorf("MIME type %q", got)
	}
	for i := range 30 {
		f := mustNext(t, v)
		if i == 0 && !f.Key {
			t.Error("the first picture is no key picture")
		}
	}
	st := r.States()[0]
	if st.State != devices.Up || st.Why != "" || st.Frames < 30 || st.Viewers != 1 {
		t.Errorf("state %+v", st)
	}
	if !said.has("door up") {
		t.Errorf("reports %q", said.all)
	}
}
