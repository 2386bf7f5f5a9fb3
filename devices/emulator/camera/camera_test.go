package camera

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp"

	"lobby/devices/emulator"
)

var _ emulator.Troubled = (*Cameras)(nil)

func mustRun(t *testing.T, o Options) *Cameras {
	t.Helper()
	o.Listen = "127.0.0.1:0"
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { _ = c.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

// played is what a client got: the packet's time and whether it was noise.
type played struct {
	stamp uint32
	units [][]byte
}

// play starts a stream and passes access units on until the test ends.
func play(t *testing.T, address string) (<-chan played, error) {
	t.Helper()
	u, err := base.ParseURL("rtsp://" + address)
	if err != nil {
		t.Fatal(err)
	}
	tcp := gortsplib.ProtocolTCP
	c := gortsplib.Client{Scheme: u.Scheme, Host: u.Host, Protocol: &tcp, OnDecodeError: func(error) {}, OnPacketsLost: func(uint64) {}}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	desc, _, err := c.Describe(u)
	if err != nil {
		return nil, err
	}
	var f *format.H264
	m := desc.FindFormat(&f)
	if _, err := c.Setup(desc.BaseURL, m, 0, 0); err != nil {
		return nil, err
	}
	d, err := f.CreateDecoder()
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan played, 1000) // more than any test waits for
	c.OnPacketRTP(m, f, func(p *rtp.Packet) {
		if au, err := d.Decode(p); err == nil {
			select {
			case got <- played{p.Timestamp, au}:
			default:
			}
		}
	})
	_, err = c.Play(nil)
	return got, err
}

func mustGet(t *testing.T, from <-chan played) played {
	t.Helper()
	select {
	case p := <-from:
		return p
	case <-time.After(5 * time.Second):
		t.Fatal("no picture")
		return played{}
	}
}

func TestClipsLoopOnAKeyPicture(t *testing.T) {
	names := ClipNames()
	if want := []string{"counter", "entrance", "kiosk", "seats"}; !slices.Equal(names, want) {
		t.Fatalf("clips %v, want %v", names, want)
	}
	for _, name := range names {
		c, err := LoadClip(name)
		if err != nil {
			t.Fatal(err)
		}
		keys, bytes := 0, 0
		for i, u := range c.Units {
			if h264.IsRandomAccess(u) {
				keys++
				if i%25 != 0 || !isSPS(u[0]) {
					t.Errorf("%s: key picture at %d, parameter sets first: %v", name, i, isSPS(u[0]))
				}
			}
			for _, n := range u {
				bytes += len(n)
			}
		}
		if len(c.Units) != 200 || keys != 8 || bytes > 400<<10 {
			t.Errorf("%s: %d pictures, %d of them key, %d bytes", name, len(c.Units), keys, bytes)
		}
	}
	if _, err := LoadClip("roof"); err == nil {
		t.Error("a clip that is not there is loaded")
	}
}

func TestClockGoesOnAtTheClipsPace(t *testing.T) {
	c := mustRun(t, Options{Streams: map[string]string{"a": "counter"}})
	got, err := play(t, c.Addr()+"/a")
	if err != nil {
		t.Fatal(err)
	}
	last := mustGet(t, got).stamp
	for range 20 {
		p := mustGet(t, got)
		if step := p.stamp - last; step < 7199 || step > 7201 {
			t.Fatalf("the clock goes on by %d, want 7200", step)
		}
		last = p.stamp
	}
	v := c.View().(View)
	if v.Kind != "camera" || v.Units[0].Viewers != 1 || v.Units[0].Frames < 20 || v.Units[0].Clip != "counter" {
		t.Errorf("view %+v", v)
	}
}

func TestSignInIsAskedFor(t *testing.T) {
	c := mustRun(t, Options{Streams: map[string]string{"a": "kiosk"}, User: "u", Password: "p"})
	if _, err := play(t, c.Addr()+"/a"); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("without sign-in: %v", err)
	}
	got, err := play(t, "u:p@"+c.Addr()+"/a")
	if err != nil {
		t.Fatal(err)
	}
	mustGet(t, got)
}

func TestFaults(t *testing.T) {
	c := mustRun(t, Options{Streams: map[string]string{"a": "kiosk", "b": "seats"}})
	if err := c.SetFault("a/on_fire", true); err == nil {
		t.Error("a fault that is not there is switched")
	}
	if err := c.SetFault("x/dead", true); err == nil {
		t.Error("a camera that is not there is switched")
	}
	set := func(name string, on bool) {
		t.Helper()
		if err := c.SetFault(name, on); err != nil || c.Faults()[name] != on {
			t.Fatalf("%s: %v", name, err)
		}
	}
	set("a/dead", true)
	if _, err := play(t, c.Addr()+"/a"); err == nil {
		t.Error("a dead camera plays")
	}
	set("a/dead", false)
	set("a/wrong_password", true)
	if _, err := play(t, "u:p@"+c.Addr()+"/a"); err == nil {
		t.Error("a camera that refuses every password plays")
	}
	set("a/wrong_password", false)
	set("a/silent", true)
	silent, err := play(t, c.Addr()+"/a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := play(t, c.Addr()+"/b")
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		mustGet(t, other)
	}
	if len(silent) > 0 {
		t.Error("a silent camera sends")
	}
	set("a/silent", false)
	mustGet(t, silent)
	set("a/garbage", true)
	v := c.View().(View).Units[0].Frames
	for c.View().(View).Units[0].Frames < v+5 {
		mustGet(t, other)
	}
}
