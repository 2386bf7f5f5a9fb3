package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"lobby/devices/camera/gateway"
	"lobby/devices/camera/pipe"
)

// patience is how long a busy machine may take for anything here.
const patience = 30 * time.Second

// process is this package's process with the hall's end in a test's hands.
type process struct {
	t   *testing.T
	in  *io.PipeWriter
	out *io.PipeReader
}

func start(t *testing.T) *process {
	t.Helper()
	inR, in := io.Pipe()
	out, outW := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- Run(context.Background(), inR, outW, "127.0.0.1:0", slog.New(slog.DiscardHandler))
		outW.Close()
	}()
	t.Cleanup(func() {
		in.Close()
		go func() { _, _ = io.Copy(io.Discard, out) }()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Error("the process does not end with the hall")
		}
	})
	return &process{t, in, out}
}

func (p *process) send(m gateway.Message) {
	p.t.Helper()
	if err := gateway.Write(p.in, m); err != nil {
		p.t.Fatal(err)
	}
}

// open offers and returns what the process says to it.
func (p *process) open(id uint32, o gateway.Offer) gateway.Message {
	p.t.Helper()
	payload, err := json.Marshal(o)
	if err != nil {
		p.t.Fatal(err)
	}
	p.send(gateway.Message{Kind: gateway.KindOpen, Viewer: id, Payload: payload})
	m, err := gateway.Read(p.out)
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

// camera is H.264 of the main profile without pictures out of order.
func camera() []pipe.Track {
	return []pipe.Track{{ID: pipe.Picture, Codec: pipe.H264, Clock: 90000, Sets: [][]byte{{0x67, 77, 0x40, 0x1f, 1}, {0x68, 2, 3}}}}
}

// picture is fragment n; its NAL unit is too long for one packet.
func picture(n int, key bool, offset int32) []byte {
	nalu := append([]byte{0x41, byte(n), byte(n >> 8)}, bytes.Repeat([]byte{byte(n)}, 3000)...)
	if key {
		nalu[0] = 0x65
	}
	return pipe.AppendPicture(nil, pipe.Fragment{Track: pipe.Picture, Sequence: uint32(n), Time: uint64(n) * 3600},
		pipe.Sample{Duration: 3600, Key: key, Offset: offset}, [][]byte{nalu})
}

// unit is what came of one access unit.
type unit struct {
	bytes []byte // with start codes
	stamp uint32
}

// browser is a foreign end: pion's as a client.
type browser struct {
	pc    *webrtc.PeerConnection
	units chan unit
	track chan *webrtc.TrackRemote
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	var m webrtc.MediaEngine
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(s), webrtc.WithMediaEngine(&m)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{pc, make(chan unit, 1000), make(chan *webrtc.TrackRemote, 1)}
	t.Cleanup(func() { pc.Close() })
	pc.OnTrack(func(r *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		b.track <- r
		b.read(r)
	})
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *browser) read(r *webrtc.TrackRemote) {
	var d codecs.H264Packet
	var u unit
	for {
		p, _, err := r.ReadRTP()
		if err != nil {
			return
		}
		part, err := d.Unmarshal(p.Payload)
		if err != nil {
			continue
		}
		u.bytes, u.stamp = append(u.bytes, part...), p.Timestamp
		if p.Marker {
			b.units <- u
			u = unit{}
		}
	}
}

func (b *browser) offer(t *testing.T) string {
	t.Helper()
	o, err := b.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(b.pc)
	if err := b.pc.SetLocalDescription(o); err != nil {
		t.Fatal(err)
	}
	<-gathered
	return b.pc.LocalDescription().SDP
}

func (b *browser) next(t *testing.T) unit {
	t.Helper()
	select {
	case u := <-b.units:
		return u
	case <-time.After(patience):
		t.Fatal("no picture comes")
		return unit{}
	}
}

// watch connects a browser to a camera that has sent four pictures.
func watch(t *testing.T) (*process, *browser) {
	t.Helper()
	p, b := start(t), newBrowser(t)
	m := p.open(7, gateway.Offer{SDP: b.offer(t), Tracks: camera()})
	if m.Kind != gateway.KindAnswer {
		t.Fatalf("refused: %s", m.Payload)
	}
	for n := range 4 {
		p.send(gateway.Message{Kind: gateway.KindFragment, Viewer: 7, Payload: picture(n, n == 0, 0)})
	}
	if strings.Contains(string(m.Payload), "typ srflx") || strings.Contains(string(m.Payload), "typ relay") {
		t.Error("the answer has candidates that somebody else told")
	}
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(m.Payload)}); err != nil {
		t.Fatal(err)
	}
	return p, b
}

// annexB is what a picture's access unit is with start codes.
func annexB(n int, key bool) []byte {
	var b []byte
	add := func(n []byte) { b = append(append(b, 0, 0, 0, 1), n...) }
	f, _ := pipe.ParseFragment(picture(n, key, 0))
	nalus, _ := pipe.NALUs(f.Samples[0].Data)
	if key {
		for _, s := range camera()[0].Sets {
			add(s)
		}
	}
	add(nalus[0])
	return b
}

// A viewer begins with the key picture that was before it, hurries to the
// newest, and goes on at the camera's pace, byte for byte.
func TestViewerBeginsWithTheKeptPictures(t *testing.T) {
	p, b := watch(t)
	var last uint32
	for n := range 6 {
		if n == 4 {
			p.send(gateway.Message{Kind: gateway.KindFragment, Viewer: 7, Payload: picture(4, false, 0)})
			p.send(gateway.Message{Kind: gateway.KindFragment, Viewer: 7, Payload: picture(5, false, 0)})
		}
		u := b.next(t)
		if !bytes.Equal(u.bytes, annexB(n, n == 0)) {
			t.Fatalf("picture %d: %d bytes came, %d were sent", n, len(u.bytes), len(annexB(n, n == 0)))
		}
		want := uint32(hurried)
		if n >= 4 {
			want = 3600
		}
		if step := u.stamp - last; n > 0 && step != want {
			t.Errorf("picture %d comes %d units after the one before, want %d", n, step, want)
		}
		last = u.stamp
	}
}

// A browser that lost its picture gets the last key picture again, for a
// camera cannot be asked for a new one.
func TestLostPictureIsRepeated(t *testing.T) {
	_, b := watch(t)
	for range 4 {
		b.next(t)
	}
	track := <-b.track
	tick := time.NewTicker(replayPause / 2)
	defer tick.Stop()
	late := time.After(patience)
	for {
		if err := b.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}}); err != nil {
			t.Fatal(err)
		}
		select {
		case u := <-b.units:
			if !bytes.Equal(u.bytes, annexB(0, true)) {
				t.Errorf("after the loss came %d bytes that are not the key picture", len(u.bytes))
			}
			return
		case <-tick.C:
		case <-late:
			t.Fatal("nothing is repeated")
		}
	}
}

func TestWhatCannotBeShownIsSaid(t *testing.T) {
	p := start(t)
	h265 := []pipe.Track{{ID: pipe.Picture, Codec: pipe.H265, Clock: 90000}}
	silent := newBrowser(t).offer(t)
	for i, o := range []gateway.Offer{
		{SDP: silent, Tracks: h265}, {SDP: silent}, {SDP: "v=0", Tracks: camera()}, {Tracks: camera()},
		{SDP: strings.ReplaceAll(silent, "H264", "H26X"), Tracks: camera()},
	} {
		if m := p.open(uint32(i), o); m.Kind != gateway.KindEnded || len(m.Payload) == 0 {
			t.Errorf("offer %d: kind %d, %.80q", i, m.Kind, m.Payload)
		}
	}
	b := newBrowser(t)
	if m := p.open(99, gateway.Offer{SDP: b.offer(t), Tracks: camera()}); m.Kind != gateway.KindAnswer {
		t.Fatalf("%s", m.Payload)
	}
	p.send(gateway.Message{Kind: gateway.KindFragment, Viewer: 99, Payload: picture(0, true, 0)})
	p.send(gateway.Message{Kind: gateway.KindFragment, Viewer: 99, Payload: picture(1, false, 3600)})
	m, err := gateway.Read(p.out)
	if err != nil || m.Kind != gateway.KindEnded || m.Viewer != 99 || !strings.Contains(string(m.Payload), "out of order") {
		t.Errorf("pictures out of order: %v %d %s", err, m.Kind, m.Payload)
	}
}

func TestLeavingViewerIsTold(t *testing.T) {
	p, b := watch(t)
	b.next(t)
	if err := b.pc.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := gateway.Read(p.out)
	if err != nil || m.Kind != gateway.KindEnded || m.Viewer != 7 {
		t.Errorf("%v: kind %d of viewer %d", err, m.Kind, m.Viewer)
	}
}

// What a hall sends wrongly ends the process, never hangs it.
func TestNonsenseFromTheHallEndsTheProcess(t *testing.T) {
	err := Run(t.Context(), strings.NewReader("nonsense and more of it"), io.Discard, "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if !errors.Is(err, gateway.ErrMessage) {
		t.Error(err)
	}
	if err := Run(t.Context(), strings.NewReader(""), io.Discard, "nowhere at all", slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(fmt.Sprint(err), "nowhere") {
		t.Error(err)
	}
}
