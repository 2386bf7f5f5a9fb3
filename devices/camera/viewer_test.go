package camera

import (
	"context"
	"errors"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/camera/pipe"
)

func picture(n byte, key bool) Fragment {
	return Fragment{Bytes: []byte{n}, Track: pipe.Picture, Key: key, At: time.UnixMilli(int64(n))}
}

// format is a picture alone.
func format(init string) pipe.Start {
	return pipe.Start{
		Tracks: []pipe.Track{{ID: pipe.Picture, Codec: pipe.H264, Clock: 90000}},
		Silent: pipe.View{MIME: "video/mp4", Init: []byte(init)},
	}
}

// liveStream is a camera that shows pictures, without any process.
func liveStream() *stream {
	s := newStream(Source{ID: "a"}, time.Now())
	s.start(format("init"))
	s.set(pipe.Status{Code: pipe.Live}, time.Now())
	return s
}

func join(t *testing.T, s *stream) *Viewer {
	t.Helper()
	v, err := s.watch(t.Context(), Wish{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNewViewerGetsKeptPicturesFromTheKeyPictureOn(t *testing.T) {
	s := liveStream()
	for n := range byte(10) {
		s.add(picture(n, n%4 == 0))
	}
	v := join(t, s)
	for want := byte(8); want < 10; want++ {
		if f := mustNext(t, v); f.Bytes[0] != want {
			t.Errorf("picture %d, want %d", f.Bytes[0], want)
		}
	}
}

func TestSlowViewerGoesOnAtTheNextKeyPicture(t *testing.T) {
	s := liveStream()
	slow, quick := join(t, s), join(t, s)
	for n := range maxWaiting + 20 {
		s.add(picture(byte(n), n == 0 || n == maxWaiting+15))
		if f := mustNext(t, quick); f.Bytes[0] != byte(n) {
			t.Fatalf("the quick viewer got %d, want %d", f.Bytes[0], n)
		}
	}
	if f := mustNext(t, slow); f.Bytes[0] != maxWaiting+15 || !f.Key {
		t.Errorf("the slow viewer goes on at %d", f.Bytes[0])
	}
	if slow.Dropped() != maxWaiting+15 || quick.Dropped() != 0 || s.snapshot().Dropped != maxWaiting+15 {
		t.Errorf("dropped %d, %d, in all %d", slow.Dropped(), quick.Dropped(), s.snapshot().Dropped)
	}
}

func TestSlowViewerHoldsBoundedBytes(t *testing.T) {
	s := liveStream()
	v := join(t, s)
	for range 20 {
		s.add(Fragment{Bytes: make([]byte, maxWaitingBytes/4), Track: pipe.Picture, Key: true})
		if v.bytes > maxWaitingBytes || s.bytes > maxKeptBytes {
			t.Fatalf("%d bytes wait, %d are kept", v.bytes, s.bytes)
		}
	}
	s.add(Fragment{Bytes: make([]byte, maxKeptBytes+1), Track: pipe.Picture, Key: true})
	if s.bytes != 0 {
		t.Errorf("%d bytes are kept", s.bytes)
	}
}

func TestViewerStartsAgainWithNewFormat(t *testing.T) {
	s := liveStream()
	v := join(t, s)
	s.add(picture(1, true))
	s.start(format("other"))
	if _, err := v.Next(t.Context()); !errors.Is(err, ErrRestart) {
		t.Errorf("Next: %v", err)
	}
	if w := join(t, s); string(w.Init()) != "other" {
		t.Errorf("init %q", w.Init())
	}
}

func TestOldPictureNeverPassesForALiveOne(t *testing.T) {
	s := liveStream()
	s.add(picture(1, true))
	if _, news := s.set(pipe.Status{Code: pipe.Stalled, Why: "No picture."}, time.Now()); !news {
		t.Error("a stall is no news")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.watch(ctx, Wish{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("watch of a stalled camera: %v", err)
	}
	if st := s.snapshot(); st.State != devices.Degraded || st.Code != "stalled" {
		t.Errorf("state %+v", st)
	}
	s.set(pipe.Status{Code: pipe.Live}, time.Now())
	if v := join(t, s); len(v.first) > 0 {
		t.Error("a picture from before the stall is given to a new viewer")
	}
}

func TestClosedViewerCountsNoMore(t *testing.T) {
	s := liveStream()
	v := join(t, s)
	waits := make(chan error)
	go func() {
		_, err := v.Next(context.Background())
		waits <- err
	}()
	v.Close()
	v.Close()
	if err := <-waits; !errors.Is(err, ErrClosed) {
		t.Errorf("Next: %v", err)
	}
	if n := s.snapshot().Viewers; n != 0 {
		t.Errorf("%d viewers", n)
	}
}
