package camera

import (
	"bytes"
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

// pictureAlone is a format without sound.
func pictureAlone(init string) pipe.Start {
	return pipe.Start{
		Tracks: []pipe.Track{{ID: pipe.Picture, Codec: pipe.H264, Clock: 90000}},
		Silent: pipe.View{MIME: "video/mp4", Init: []byte(init)},
	}
}

// liveStream is a camera that shows pictures, without any process.
func liveStream() *stream {
	s := newStream(Source{ID: "a"}, time.Now())
	s.start(pictureAlone("init"))
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
	s.start(pictureAlone("other"))
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

// heardStream is a camera that shows pictures and can be heard.
func heardStream(codec pipe.Codec) *stream {
	s := newStream(Source{ID: "a"}, time.Now())
	what := pictureAlone("silent")
	what.Tracks[0].Codec = codec
	what.Tracks = append(what.Tracks, pipe.Track{ID: pipe.Sound, Codec: pipe.AAC, Clock: 48000})
	what.Sounding = &pipe.View{MIME: "video/mp4; both", Init: []byte("sounding")}
	s.start(what)
	s.set(pipe.Status{Code: pipe.Live}, time.Now())
	return s
}

func noise(n byte) Fragment {
	return Fragment{Bytes: []byte{n}, Track: pipe.Sound, Key: true, At: time.Now()}
}

func mustJoin(t *testing.T, s *stream, wish Wish) *Viewer {
	t.Helper()
	v, err := s.watch(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A browser that was told of a sound shows nothing until it comes; so only
// who asks for it is told, and only while it comes.
func TestViewerGetsWhatItAskedFor(t *testing.T) {
	s := heardStream(pipe.H264)
	s.add(picture(1, true))
	if v := mustJoin(t, s, Wish{Sound: true}); string(v.Init()) != "silent" {
		t.Errorf("before any sound the viewer is told of %q", v.MIME())
	}
	s.add(noise(2))
	s.add(picture(3, false))
	for name, c := range map[string]struct {
		wish  Wish
		init  string
		bytes []byte
	}{
		"pictures":   {Wish{}, "silent", []byte{1, 3}},
		"with sound": {Wish{Sound: true}, "sounding", []byte{1, 2, 3}},
		"everything": {Wish{Every: true}, "silent", []byte{1, 2, 3}},
	} {
		v := mustJoin(t, s, c.wish)
		var got []byte
		for range c.bytes {
			got = append(got, mustNext(t, v).Bytes...)
		}
		if !bytes.Equal(got, c.bytes) || string(v.Init()) != c.init {
			t.Errorf("%s: fragments %v, init %q", name, got, v.Init())
		}
	}
	old := noise(4)
	old.At = time.Now().Add(-2 * freshSound)
	s.add(old)
	if v := mustJoin(t, s, Wish{Sound: true}); string(v.Init()) != "silent" {
		t.Error("a sound that has ended is promised")
	}
}

func TestH265IsForWhoShowsIt(t *testing.T) {
	s := heardStream(pipe.H265)
	s.set(pipe.Status{Code: pipe.Unsupported, Why: "H.265"}, time.Now())
	s.add(picture(1, true))
	if _, err := s.watch(t.Context(), Wish{}); !errors.Is(err, ErrH265) {
		t.Errorf("a viewer that did not ask gets %v", err)
	}
	if f := mustNext(t, mustJoin(t, s, Wish{H265: true})); f.Bytes[0] != 1 {
		t.Errorf("picture %v", f.Bytes)
	}
}

// Sounds between the pictures make nobody slow, and go with the pictures that
// are lost.
func TestSoundsAreNotCountedAsPictures(t *testing.T) {
	s := heardStream(pipe.H264)
	s.add(noise(0))
	v := mustJoin(t, s, Wish{Every: true})
	s.add(picture(1, true))
	for range 3 * maxWaiting {
		s.add(noise(2))
	}
	if v.Dropped() != 0 {
		t.Fatalf("%d pictures are lost to sounds", v.Dropped())
	}
	for range maxWaiting {
		s.add(picture(3, false))
	}
	s.add(noise(4))
	s.add(picture(5, true))
	if f := mustNext(t, v); f.Bytes[0] != 5 || v.Dropped() != maxWaiting+1 {
		t.Errorf("goes on with %d, %d dropped", f.Bytes[0], v.Dropped())
	}
}

func TestStillPicturesAreShownWithAMark(t *testing.T) {
	for _, code := range []pipe.Code{pipe.Frozen, pipe.Black} {
		s := liveStream()
		s.add(picture(1, true))
		now, news := s.set(pipe.Status{Code: code, Why: "It stands still."}, time.Now())
		if !news || now.State != devices.Degraded {
			t.Errorf("%s: %+v", code, now)
		}
		if f := mustNext(t, mustJoin(t, s, Wish{})); f.Bytes[0] != 1 {
			t.Errorf("%s: picture %v", code, f.Bytes)
		}
	}
}
