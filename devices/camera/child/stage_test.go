package child

import (
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/auth"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// stage is a well-behaved camera that sends exactly what a test tells it to.
type stage struct {
	t        testing.TB
	srv      *gortsplib.Server
	stream   *gortsplib.ServerStream
	picture  *description.Media
	sound    *description.Media // nil without
	encode   func(au [][]byte) ([]*rtp.Packet, error)
	user     string // empty: no sign-in
	password string
	udpOnly  bool
	stamp    uint32 // added to every time stamp of the picture

	playing chan struct{} // closed with the first PLAY
	once    sync.Once

	mu     sync.Mutex
	asked  []string // methods of the requests
	visits int
}

// stageOptions are what a test wants of the camera.
type stageOptions struct {
	picture format.Format // H.264 of the film "counter" when nil
	sound   format.Format
	user    string
	methods []auth.VerifyMethod
	tls     *tls.Config
	udpOnly bool
}

func mustStage(t testing.TB, o stageOptions) *stage {
	t.Helper()
	if o.picture == nil {
		o.picture = h264Format(mustClip(t, "counter"))
	}
	s := &stage{t: t, user: o.user, password: "canary-5", udpOnly: o.udpOnly, playing: make(chan struct{})}
	s.picture = &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{o.picture}}
	medias := []*description.Media{s.picture}
	if o.sound != nil {
		s.sound = &description.Media{Type: description.MediaTypeAudio, Formats: []format.Format{o.sound}}
		medias = append(medias, s.sound)
	}
	switch f := o.picture.(type) {
	case *format.H264:
		e, err := f.CreateEncoder()
		if err != nil {
			t.Fatal(err)
		}
		s.encode = e.Encode
	case *format.H265:
		e, err := f.CreateEncoder()
		if err != nil {
			t.Fatal(err)
		}
		s.encode = e.Encode
	}
	s.srv = &gortsplib.Server{Handler: s, RTSPAddress: "127.0.0.1:0", AuthMethods: o.methods, TLSConfig: o.tls, WriteQueueSize: 4096}
	if o.udpOnly {
		s.srv.UDPRTPAddress, s.srv.UDPRTCPAddress = twoPorts(t)
	}
	if err := s.srv.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.srv.Close)
	s.stream = &gortsplib.ServerStream{Server: s.srv, Desc: &description.Session{Medias: medias}}
	if err := s.stream.Initialize(); err != nil {
		t.Fatal(err)
	}
	return s
}

// twoPorts are an even one and the next, both free a moment ago.
func twoPorts(t testing.TB) (rtp, rtcp string) {
	t.Helper()
	for range 100 {
		a, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := a.LocalAddr().(*net.UDPAddr).Port
		a.Close()
		if port%2 != 0 {
			continue
		}
		if b, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port+1)); err == nil {
			b.Close()
			return fmt.Sprintf("127.0.0.1:%d", port), fmt.Sprintf("127.0.0.1:%d", port+1)
		}
	}
	t.Fatal("no two free ports in a row")
	return "", ""
}

func (s *stage) url() string {
	scheme := "rtsp"
	if s.srv.TLSConfig != nil {
		scheme = "rtsps"
	}
	return scheme + "://" + s.srv.NetListener().Addr().String() + "/x"
}

func (s *stage) refusal(c *gortsplib.ServerConn, r *base.Request) (*base.Response, error) {
	if s.user != "" && !c.VerifyCredentials(r, s.user, s.password) {
		return &base.Response{StatusCode: base.StatusUnauthorized}, liberrors.ErrServerAuth{}
	}
	return nil, nil
}

func (s *stage) OnConnOpen(*gortsplib.ServerHandlerOnConnOpenCtx) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visits++
}

// visited counts the connections so far.
func (s *stage) visited() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.visits
}

func (s *stage) OnRequest(_ *gortsplib.ServerConn, r *base.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, string(r.Method))
}

func (s *stage) OnDescribe(x *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if res, err := s.refusal(x.Conn, x.Request); res != nil {
		return res, nil, err
	}
	return &base.Response{StatusCode: base.StatusOK}, s.stream, nil
}

func (s *stage) OnSetup(x *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if res, err := s.refusal(x.Conn, x.Request); res != nil {
		return res, nil, err
	}
	if s.udpOnly && x.Transport.Protocol == gortsplib.ProtocolTCP {
		return &base.Response{StatusCode: base.StatusUnsupportedTransport}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, s.stream, nil
}

func (s *stage) OnPlay(*gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	s.once.Do(func() { close(s.playing) })
	return &base.Response{StatusCode: base.StatusOK}, nil
}

func (s *stage) OnStreamWriteError(*gortsplib.ServerHandlerOnStreamWriteErrorCtx) {}
func (s *stage) OnDecodeError(*gortsplib.ServerHandlerOnDecodeErrorCtx)           {}
func (s *stage) OnPacketsLost(*gortsplib.ServerHandlerOnPacketsLostCtx)           {}

// await waits for somebody who plays.
func (s *stage) await() {
	s.t.Helper()
	select {
	case <-s.playing:
	case <-time.After(30 * time.Second):
		s.t.Fatal("nobody plays the camera")
	}
}

// send sends one picture with its time in 1/90,000 s.
func (s *stage) send(au [][]byte, pts int64) {
	packets, err := s.encode(au)
	if err != nil {
		s.t.Error(err)
		return
	}
	for _, p := range packets {
		p.Timestamp = s.stamp + uint32(pts)
		if err := s.stream.WritePacketRTP(s.picture, p); err != nil {
			s.t.Log(err)
		}
	}
}

// report sends a sender report: at this time stamp the camera's clock shows now.
func (s *stage) report(pts int64, now time.Time) {
	ssrc := s.stream.Stats().Medias[s.picture].Formats[s.picture.Formats[0]].LocalSSRC
	seconds := uint64(now.Unix() + 2208988800) // since 1900, RFC 3550, section 4
	ntp := seconds<<32 | uint64(now.Nanosecond())<<32/uint64(time.Second)
	if err := s.stream.WritePacketRTCP(s.picture, &rtcp.SenderReport{SSRC: ssrc, NTPTime: ntp, RTPTime: s.stamp + uint32(pts)}); err != nil {
		s.t.Error(err)
	}
}

// hashOf tells a picture by its slices and what goes with them; parameter
// sets and delimiters travel on their own.
func hashOf(c *codec, au [][]byte) [32]byte {
	h := sha256.New()
	for _, n := range au {
		switch kind, _ := c.kind(n); kind {
		case nalKey, nalSlice, nalLeading, nalExtra:
			fmt.Fprintf(h, "%d:", len(n))
			h.Write(n)
		}
	}
	return [32]byte(h.Sum(nil))
}
