package child

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5/pkg/format"

	"lobby/devices/camera/pipe"
	emulated "lobby/devices/emulator/camera"
)

func h264Format(c *emulated.Clip) *format.H264 {
	return &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: c.SPS, PPS: c.PPS}
}

// quick is realTiming for cameras that a test makes, with room for a busy
// machine between a live camera's pictures, 80 ms, and a stall.
func quick() timing {
	return timing{
		beat: 50 * time.Millisecond, answer: time.Second, stall: 900 * time.Millisecond,
		judge: 150 * time.Millisecond, firstKey: 5 * time.Second, // the films have a key picture every 2 s
		settled:  time.Hour,
		still:    8 * time.Second,
		usual:    pauses{time.Millisecond, 20 * time.Millisecond},
		password: pauses{time.Millisecond, 20 * time.Millisecond},
		revive:   pauses{time.Second, time.Second},
	}
}

// patient is quick for tests that count on one connection from the first
// picture to the last: a machine that stands still for a second must not be
// taken for a camera that stalls, which would end the players' sessions.
func patient() timing {
	tm := quick()
	tm.answer, tm.stall, tm.firstKey = time.Minute, time.Minute, time.Minute
	return tm
}

// hall is what the hall's end of the pipe saw.
type hall struct {
	mu     sync.Mutex
	log    bytes.Buffer
	states map[uint16][]pipe.Status
	shown  map[uint16]int
	last   map[uint16]time.Time
	gap    map[uint16]time.Duration // longest between two pictures
	listen pipe.Listen
	beats  int
	nap    atomic.Int64 // for so long the hall reads nothing, once; only in bubbles
	// what came of every camera, in order
	starts    map[uint16][]pipe.Start
	fragments map[uint16][]pipe.Frame
	figures   map[uint16]pipe.Figures
}

func (h *hall) Write(p []byte) (int, error) { // as log
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(p)
}

func (h *hall) take(f pipe.Frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch f.Kind {
	case pipe.KindStatus:
		var s pipe.Status
		_ = json.Unmarshal(f.Payload, &s)
		h.states[f.Camera] = append(h.states[f.Camera], s)
	case pipe.KindStart:
		start, _ := pipe.ParseStart(f.Payload)
		h.starts[f.Camera] = append(h.starts[f.Camera], start)
	case pipe.KindFigures:
		var figures pipe.Figures
		_ = json.Unmarshal(f.Payload, &figures)
		h.figures[f.Camera] = figures
	case pipe.KindFragment:
		h.fragments[f.Camera] = append(h.fragments[f.Camera], f)
		if f.Track != pipe.Picture {
			return
		}
		if now := time.Now(); h.shown[f.Camera] > 0 {
			h.gap[f.Camera] = max(h.gap[f.Camera], now.Sub(h.last[f.Camera]))
		}
		h.shown[f.Camera]++
		h.last[f.Camera] = time.Now()
	case pipe.KindListen:
		_ = json.Unmarshal(f.Payload, &h.listen)
	case pipe.KindBeat:
		h.beats++
	}
}

func (h *hall) had(camera uint16, code pipe.Code) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.states[camera] {
		if s.Code == code {
			return true
		}
	}
	return false
}

// came are the fragments of a track so far.
func (h *hall) came(camera uint16, track uint8) (all []pipe.Frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.fragments[camera] {
		if f.Track == track {
			all = append(all, f)
		}
	}
	return all
}

func (h *hall) figured(camera uint16) pipe.Figures {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.figures[camera]
}

func (h *hall) started(camera uint16) []pipe.Start {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.starts[camera])
}

func (h *hall) said(camera uint16) []pipe.Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.states[camera])
}

// listens is where players find the cameras.
func (h *hall) listens() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.listen.Addr
}

func (h *hall) pictures(camera uint16) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.shown[camera]
}

// mustRun runs the camera process's work in this process.
func mustRun(t testing.TB, c pipe.Config, tm timing) *hall {
	t.Helper()
	return mustRunOver(t, c, tm, network{})
}

// mustRunOver does so over a network of its own.
func mustRunOver(t testing.TB, c pipe.Config, tm timing, n network) *hall {
	t.Helper()
	h := &hall{states: map[uint16][]pipe.Status{}, shown: map[uint16]int{}, last: map[uint16]time.Time{}, gap: map[uint16]time.Duration{},
		starts: map[uint16][]pipe.Start{}, fragments: map[uint16][]pipe.Frame{}, figures: map[uint16]pipe.Figures{}}
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(context.Background(), inR, outW, slog.New(slog.NewTextHandler(h, nil)), tm, n)
		outW.Close()
		done <- err
	}()
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			if nap := h.nap.Swap(0); nap > 0 {
				<-time.After(time.Duration(nap))
			}
			f, err := pipe.Read(outR)
			if err != nil {
				return
			}
			h.take(f)
		}
	}()
	if err := pipe.WriteConfig(inW, c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		inW.Close() // the hall is gone
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("run: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the camera process does not end with the hall")
		}
		<-read
		if t.Failed() {
			t.Logf("the camera process said:\n%s", h.log.String())
		}
		if strings.Contains(h.log.String(), "canary") {
			t.Error("a password is in the log")
		}
	})
	return h
}

func eventually(t testing.TB, within time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
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

// mustGood runs one emulated camera and returns its address.
func mustGood(t testing.TB) string {
	t.Helper()
	c, err := emulated.New(emulated.Options{Listen: "127.0.0.1:0", Streams: map[string]string{"good": "counter"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = c.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return "rtsp://" + c.Addr() + "/good"
}

func mustClosedPort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "rtsp://" + l.Addr().String() + "/x"
}

// Every trouble a camera can make gets its own word, and the good camera
// beside them shows its pictures all the while.
func TestEveryTroubleHasItsWordAndTheOthersGoOn(t *testing.T) {
	cases := []struct {
		url  string
		want pipe.Code
	}{
		{mustClosedPort(t), pipe.Unreachable},
		{(&hostile{mute: true}).start(t), pipe.Failed},
		{(&hostile{describe: "401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"y\""}).start(t), pipe.WrongPassword},
		{(&hostile{describe: "404 Not Found"}).start(t), pipe.NotFound},
		{(&hostile{sdp: "m=video\r\n\x00\xff garbage"}).start(t), pipe.Failed},
		{(&hostile{sdp: "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n"}).start(t), pipe.Unsupported},
		{(&hostile{describe: "302 Found\r\nLocation: rtsp://192.0.2.1/x"}).start(t), pipe.Failed},
		{(&hostile{describe: "302 Found\r\nLocation: rtsp://{self}/x"}).start(t), pipe.Failed},
		{(&hostile{stream: streamNoise}).start(t), pipe.Failed},
		{(&hostile{stream: streamBytes}).start(t), pipe.Failed},
		{(&hostile{stream: streamPart}).start(t), pipe.Failed},
		{(&hostile{}).start(t), pipe.Stalled},
		{"http://127.0.0.1/x", pipe.Failed},
	}
	config := pipe.Config{Cameras: []pipe.Camera{{Index: 99, ID: "good", URL: mustGood(t)}}}
	for i, c := range cases {
		config.Cameras = append(config.Cameras, pipe.Camera{Index: uint16(i), ID: "x", URL: c.url, User: "u", Password: "canary-5"})
	}
	h := mustRun(t, config, quick())
	for i, c := range cases {
		eventually(t, 60*time.Second, string(c.want)+" of "+c.url, func() bool { return h.had(uint16(i), c.want) })
	}
	was := h.pictures(99)
	eventually(t, 60*time.Second, "the good camera goes on", func() bool { return h.pictures(99) > was+10 })
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gap[99] > 20*time.Second {
		t.Errorf("the good camera's pictures stopped for %v", h.gap[99])
	}
	for i := range cases {
		for _, s := range h.states[uint16(i)] {
			if strings.Contains(s.Why, "canary") {
				t.Errorf("a password is in %q", s.Why)
			}
			if s.Code != pipe.Live && !strings.HasSuffix(s.Why, ".") {
				t.Errorf("%q is no sentence", s.Why)
			}
		}
	}
}

// A valid handshake and then noise: vdk's own RTSP client died of it 60 times
// out of 60.
func TestTwoHundredSeedsOfNoise(t *testing.T) {
	bad := &hostile{stream: streamNoise}
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{
		{Index: 0, ID: "bad", URL: bad.start(t)}, {Index: 1, ID: "good", URL: mustGood(t)},
	}}, quick())
	eventually(t, 60*time.Second, "200 sessions of noise", func() bool { return bad.plays.Load() >= 200 })
	was := h.pictures(1)
	eventually(t, 60*time.Second, "the good camera goes on", func() bool { return h.pictures(1) > was+5 })
}

func sockets(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestStalledCameraIsMarkedAndDialledAgain(t *testing.T) {
	released := make(chan struct{})
	bad := &hostile{stream: streamPicture(t, func() { <-released })}
	url := bad.start(t)
	t.Cleanup(func() { close(released) }) // before the camera waits for its connections
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "bad", URL: url}}}, quick())
	eventually(t, 60*time.Second, "a picture", func() bool { return h.had(0, pipe.Live) })
	eventually(t, 60*time.Second, "the stall", func() bool { return h.had(0, pipe.Stalled) })
	eventually(t, 60*time.Second, "another try", func() bool { return bad.visits.Load() > 1 })
}

func TestTakenPortIsSaidOrAnotherTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, fallback := range []bool{false, true} {
		h := mustRun(t, pipe.Config{Listen: l.Addr().String(), Fallback: fallback}, quick())
		eventually(t, 60*time.Second, "word of the port", func() bool {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.listen.Taken && h.listen.Why != "" && (h.listen.Addr != "") == fallback
		})
		eventually(t, 60*time.Second, "signs of life", func() bool {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.beats > 2
		})
	}
}

func TestRedirectsInCirclesEnd(t *testing.T) {
	bad := &hostile{describe: "302 Found\r\nLocation: rtsp://{self}/x"}
	tm := quick()
	tm.usual = pauses{time.Hour, time.Hour} // one session only
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "bad", URL: bad.start(t)}}}, tm)
	eventually(t, 60*time.Second, "the end of the circle", func() bool { return h.had(0, pipe.Failed) })
	if n := bad.visits.Load(); n > maxDials {
		t.Errorf("%d connections", n)
	}
}

func TestNoiseWithoutEndIsCalledNoVideo(t *testing.T) {
	bad := &hostile{stream: func(c net.Conn, noise *rand.Rand) {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			<-tick.C
			if _, err := c.Write(interleaved(noisyPacket(noise, n))); err != nil {
				return
			}
		}
	}}
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "bad", URL: bad.start(t)}}}, quick())
	eventually(t, 60*time.Second, "the word", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return slices.ContainsFunc(h.states[0], func(s pipe.Status) bool { return strings.Contains(s.Why, "not video") })
	})
}
