package child

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"

	"lobby/devices/camera/pipe"
)

// show sends pictures of the film one after the other, at its speed, over a
// connection; keys and others are cut to so many bytes, -1 for whole.
func show(t testing.TB, c net.Conn, pictures, keys, others int) bool {
	clip := mustClip(t, "counter")
	e, err := h264Format(clip).CreateEncoder()
	if err != nil {
		return false
	}
	for n := range pictures {
		var au [][]byte
		for _, nalu := range clip.Units[n%len(clip.Units)] {
			switch kind, _ := codecH264().kind(nalu); {
			case kind == nalKey && keys >= 0:
				nalu = nalu[:min(len(nalu), keys)]
			case kind == nalSlice && others >= 0:
				nalu = nalu[:min(len(nalu), others)]
			}
			au = append(au, nalu)
		}
		packets, err := e.Encode(au)
		if err != nil {
			return false
		}
		for _, p := range packets {
			p.Timestamp = uint32(n * step)
			b, err := p.Marshal()
			if err != nil {
				return false
			}
			if _, err := c.Write(interleaved(b)); err != nil {
				return false
			}
		}
		time.Sleep(80 * time.Millisecond) // in a bubble
	}
	return true
}

// asUsual answers what a client asks while it plays, and says nothing else,
// until it goes.
func (h *hostile) asUsual(c net.Conn) {
	b := make([]byte, 4096)
	for {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		if n > 8 && string(b[:8]) == "TEARDOWN" {
			h.asked.add("TEARDOWN")
		}
	}
}

var watched = pipe.Config{Cameras: []pipe.Camera{{ID: "a", URL: "rtsp://192.0.2.7/x"}}}

// rests runs a camera whose sessions end with these errors, the last one for
// ever, and returns the pauses between the tries.
func rests(t *testing.T, tries int, ends ...error) (pauses []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		last := time.Now()
		n := 0
		c := &camera{timing: realTiming(), out: pipe.NewWriter(io.Discard), log: slog.New(slog.DiscardHandler)}
		c.connect = func(context.Context) error {
			if n++; n > 1 {
				pauses = append(pauses, time.Since(last))
			}
			if n > tries {
				cancel()
			}
			last = time.Now()
			return ends[min(n-1, len(ends)-1)]
		}
		if err := c.run(ctx); err != nil {
			t.Error(err)
		}
	})
	return pauses
}

func seconds(n ...int) (all []time.Duration) {
	for _, s := range n {
		all = append(all, time.Duration(s)*time.Second)
	}
	return all
}

func TestFaultF22_PausesGrowAndPasswordsAreNotTriedOften(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	code := func(c base.StatusCode) error { return liberrors.ErrClientBadStatusCode{Code: c} }
	for name, c := range map[string]struct {
		end  error
		want []time.Duration
	}{
		"away":     {refused, seconds(1, 2, 4, 8, 16, 32, 60, 60, 60)},
		"404":      {code(base.StatusNotFound), seconds(1, 2, 4, 8, 16, 32, 60, 60, 60)},
		"no room":  {code(base.StatusServiceUnavailable), seconds(1, 2, 4, 8, 16, 32, 60, 60, 60)},
		"password": {code(base.StatusUnauthorized), seconds(30, 60, 120, 240, 300, 300, 300, 300, 300)},
	} {
		if got := rests(t, len(c.want), c.end); !slices.Equal(got, c.want) {
			t.Errorf("%s: pauses %v, want %v", name, got, c.want)
		}
	}
}

func TestFaultF22_AThousandFailuresLeaveNoSockets(t *testing.T) {
	bad := &hostile{describe: "404 Not Found"}
	tm := quick()
	tm.usual = pauses{time.Microsecond, time.Microsecond}
	mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "bad", URL: bad.start(t)}}}, tm)
	eventually(t, 30*time.Second, "20 tries", func() bool { return bad.visits.Load() > 20 })
	before := sockets(t)
	eventually(t, 60*time.Second, "1,000 tries", func() bool { return bad.visits.Load() > 1020 })
	if after := sockets(t); after > before+10 {
		t.Errorf("%d sockets after 20 tries, %d after 1,000", before, after)
	}
}

// A camera with one session to give gets its session back before it is asked
// for the next one.
func TestFaultF22_SessionsAreGivenBackOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hostile{}
		h.stream = func(c net.Conn, _ *rand.Rand) { h.asUsual(c) }
		mustRunOver(t, watched, realTiming(), h.bubble(t))
		time.Sleep(5 * time.Minute)
		h.asked.mu.Lock()
		defer h.asked.mu.Unlock()
		open, teardowns := 0, 0
		for i, what := range h.asked.all {
			switch what {
			case "connect":
				open++
			case "gone":
				open--
			case "TEARDOWN":
				teardowns++
			}
			if open > 1 {
				t.Fatalf("two connections at once: %v", h.asked.all[:i+1])
			}
		}
		if visits := int(h.visits.Load()); visits < 4 || visits > 20 || teardowns < visits-1 {
			t.Errorf("%d visits, %d of them ended with TEARDOWN", visits, teardowns)
		}
	})
}

func TestFaultF24_StallIsMarkedWithinTenSecondsAndDialledAgainWithinFifteen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hostile{}
		var stopped atomic.Int64
		h.stream = func(c net.Conn, _ *rand.Rand) {
			// What the client says meanwhile is not heard: a pipe has no buffer.
			go h.asUsual(c)
			show(t, c, 200, -1, -1)
			stopped.Store(time.Now().UnixNano())
			time.Sleep(time.Hour)
			c.Close()
		}
		tm := realTiming()
		hall := mustRunOver(t, watched, tm, h.bubble(t))
		eventually(t, time.Minute, "the stall", func() bool { return hall.had(0, pipe.Stalled) })
		if d := time.Since(time.Unix(0, stopped.Load())); d > 10*time.Second || d < 5*time.Second {
			t.Errorf("the stall is marked %v after the last picture", d)
		}
		eventually(t, time.Minute, "another try", func() bool { return h.visits.Load() > 1 })
		if d := time.Since(time.Unix(0, stopped.Load())); d > 15*time.Second {
			t.Errorf("the camera is dialled again %v after the last picture", d)
		}
	})
}

// A hall that stands still for a while, and so takes nothing, finds its cameras
// as it left them: what it did not take is no silence of theirs.
func TestFaultF24_AHallThatStandsStillFindsItsCamerasLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hostile{}
		h.stream = func(c net.Conn, _ *rand.Rand) {
			go h.asUsual(c)
			show(t, c, 1000, -1, -1)
			<-t.Context().Done()
		}
		tm := realTiming()
		tm.beat, tm.judge = time.Hour, time.Hour // who waits for another's writing stops a bubble's clock
		hall := mustRunOver(t, watched, tm, h.bubble(t))
		eventually(t, time.Minute, "pictures", func() bool { return hall.pictures(0) > 20 })
		hall.nap.Store(int64(40 * time.Second))
		<-time.After(50 * time.Second)
		before := hall.pictures(0)
		eventually(t, time.Minute, "more pictures", func() bool { return hall.pictures(0) > before+20 })
		if hall.had(0, pipe.Stalled) || h.visits.Load() > 1 {
			t.Errorf("%d connections, said %v", h.visits.Load(), hall.said(0))
		}
	})
}

// A picture that stands still, or is of one colour, is marked within 10 s and
// the camera is asked again within 15 s, and then ever more seldom. The mark
// stays until something moves.
func TestFaultF24_PictureThatStandsStillIsMarked(t *testing.T) {
	for code, cut := range map[pipe.Code][2]int{pipe.Frozen: {-1, 24}, pipe.Black: {500, 24}} {
		t.Run(string(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &hostile{}
				var still atomic.Int64
				h.stream = func(c net.Conn, _ *rand.Rand) {
					go h.asUsual(c)
					if len(h.asked.times("connect")) > 3 {
						show(t, c, 500, -1, -1)
					}
					still.CompareAndSwap(0, time.Now().UnixNano())
					for show(t, c, 100, cut[0], cut[1]) {
						if h.visits.Load() > 3 {
							break
						}
					}
				}
				hall := mustRunOver(t, watched, realTiming(), h.bubble(t))
				eventually(t, time.Minute, "the mark", func() bool { return hall.had(0, code) })
				if d := time.Since(time.Unix(0, still.Load())); d > 10*time.Second {
					t.Errorf("marked after %v", d)
				}
				marked := len(hall.said(0))
				eventually(t, time.Minute, "another try", func() bool { return h.visits.Load() > 1 })
				if d := time.Since(time.Unix(0, still.Load())); d > 15*time.Second {
					t.Errorf("dialled again after %v", d)
				}
				eventually(t, 5*time.Minute, "the fourth try", func() bool { return h.visits.Load() > 3 })
				if said := hall.said(0)[marked:]; slices.ContainsFunc(said, func(s pipe.Status) bool { return s.Code == pipe.Live }) {
					t.Errorf("a still picture passes for a live one: %v", said)
				}
				dials := h.asked.times("connect")
				for i := 2; i < len(dials); i++ {
					if d, before := dials[i].Sub(dials[i-1]), dials[i-1].Sub(dials[i-2]); d <= before {
						t.Errorf("tries come %v and then %v apart", before, d)
					}
				}
				eventually(t, time.Minute, "life", func() bool { return hall.said(0)[len(hall.said(0))-1].Code == pipe.Live })
			})
		})
	}
}

// A film of a real room, told from a still one over all its length.
func TestLivingPictureIsNeverCalledStill(t *testing.T) {
	for _, name := range []string{"counter", "seats", "kiosk", "entrance"} {
		clip := mustClip(t, name)
		p, err := newParamsH264([][]byte{clip.SPS, clip.PPS})
		if err != nil {
			t.Fatal(err)
		}
		var j judge
		at := time.UnixMilli(0)
		for n := range 4 * len(clip.Units) {
			a, err := codecH264().sort(clip.Units[n%len(clip.Units)], p)
			if err != nil {
				t.Fatal(err)
			}
			at = at.Add(80 * time.Millisecond)
			if _, code := j.look(a.size, a.key, p.width*p.height/macroblock, at, 2*time.Second); code != pipe.Live {
				t.Fatalf("%s: picture %d is called %s", name, n, code)
			}
		}
	}
}

func codecH264Set(n []byte) bool {
	kind, set := codecH264().kind(n)
	return kind == nalSet && set == 0
}

// Time stamps that leap and formats that change cost a moment, never the
// picture.
func TestFaultF25_LeapsAndChangesCostAMoment(t *testing.T) {
	began := time.Now()
	s := mustStage(t, stageOptions{})
	h := mustRun(t, pipe.Config{Cameras: []pipe.Camera{{ID: "a", URL: s.url()}}}, quick())
	s.await()
	clip := mustClip(t, "counter")
	other := slices.Clone(clip.SPS)
	other[3]++ // another level
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	film := func(from int64, units int, sps []byte) {
		for n := range units {
			au := clip.Units[n]
			if codecH264Set(au[0]) { // every key picture brings its sets
				au = append([][]byte{sps, clip.PPS}, au[2:]...)
			}
			s.send(au, from+int64(n)*step)
			<-tick.C
		}
	}
	film(0, 110, clip.SPS)
	film(10*3600*clockRate, 60, clip.SPS)                // ten hours on
	film(3600*clockRate, 60, clip.SPS)                   // nine hours back
	film(3600*clockRate+60*step, 110, other)             // another format
	film(3600*clockRate+170*step, 1, []byte{0x67, 1, 2}) // and one that is none
	film(3600*clockRate+171*step, 60, other)
	eventually(t, 30*time.Second, "nearly all pictures", func() bool { return h.pictures(0) > 320 })
	last := uint64(0)
	starts := len(h.started(0))
	// The leaps are of hours; over one the timeline follows the hall's clock.
	most := uint64(20*step) + uint64(time.Since(began).Seconds()*clockRate)
	for i, f := range h.came(0, pipe.Picture) {
		p, err := pipe.ParseFragment(f.Payload)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && (p.Time <= last || p.Time-last > most) {
			t.Fatalf("picture %d: time %d after %d", i, p.Time, last)
		}
		last = p.Time
	}
	if starts != 2 || h.had(0, pipe.Failed) || s.visited() > 1 {
		t.Errorf("%d starts, %d connections", starts, s.visited())
	}
}
