package camera

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"lobby/devices/camera/pipe"
)

// publisher is a server that ffmpeg sends its packets to; whoever plays gets
// them as they are, so that ffmpeg stands in for a camera.
type publisher struct {
	srv *gortsplib.Server

	mu     sync.Mutex
	stream *gortsplib.ServerStream
}

func (p *publisher) current() *gortsplib.ServerStream {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stream
}

func (p *publisher) OnAnnounce(x *gortsplib.ServerHandlerOnAnnounceCtx) (*base.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stream = &gortsplib.ServerStream{Server: p.srv, Desc: x.Description}
	return &base.Response{StatusCode: base.StatusOK}, p.stream.Initialize()
}

func (p *publisher) OnRecord(x *gortsplib.ServerHandlerOnRecordCtx) (*base.Response, error) {
	s := p.current()
	x.Session.OnPacketRTPAny(func(m *description.Media, _ format.Format, packet *rtp.Packet) { _ = s.WritePacketRTP(m, packet) })
	x.Session.OnPacketRTCPAny(func(m *description.Media, packet rtcp.Packet) { _ = s.WritePacketRTCP(m, packet) })
	return &base.Response{StatusCode: base.StatusOK}, nil
}

func (p *publisher) OnDescribe(*gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if s := p.current(); s != nil {
		return &base.Response{StatusCode: base.StatusOK}, s, nil
	}
	return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
}

func (p *publisher) OnSetup(x *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if x.Session.State() == gortsplib.ServerSessionStatePreRecord {
		return &base.Response{StatusCode: base.StatusOK}, nil, nil
	}
	return p.OnDescribe(nil)
}

func (p *publisher) OnPlay(*gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	return &base.Response{StatusCode: base.StatusOK}, nil
}

func (p *publisher) OnStreamWriteError(*gortsplib.ServerHandlerOnStreamWriteErrorCtx) {}
func (p *publisher) OnDecodeError(*gortsplib.ServerHandlerOnDecodeErrorCtx)           {}
func (p *publisher) OnPacketsLost(*gortsplib.ServerHandlerOnPacketsLostCtx)           {}

// mustPublish has ffmpeg send what the arguments say, and returns the address.
func mustPublish(t *testing.T, args ...string) string {
	t.Helper()
	p := &publisher{}
	p.srv = &gortsplib.Server{Handler: p, RTSPAddress: "127.0.0.1:0", WriteQueueSize: 1024}
	if err := p.srv.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.srv.Close)
	url := "rtsp://" + p.srv.NetListener().Addr().String() + "/camera"
	cmd := exec.Command("ffmpeg", slices.Concat([]string{"-v", "error", "-re"}, args, []string{"-f", "rtsp", "-rtsp_transport", "tcp", url})...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	eventually(t, 20*time.Second, "ffmpeg sends", func() bool { return p.current() != nil })
	return url
}

// ffmpeg packs pictures and sounds in ways of its own; ffprobe decodes what
// became of them.
func TestForeignCameraByFFmpeg(t *testing.T) {
	t.Parallel()
	needs(t, "ffmpeg", "ffmpeg")
	const picture = "-f lavfi -i testsrc2=s=640x360:r=15 "
	const sound = "-f lavfi -i sine=frequency=440:sample_rate=48000 "
	for name, c := range map[string]struct {
		args   string
		mime   string
		tracks []pipe.Codec
	}{
		"H.264 out of order, AAC": {picture + sound + "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -bf 2 -g 30 -c:a aac", ",mp4a.40.2", []pipe.Codec{pipe.H264, pipe.AAC}},
		"H.265, Opus":             {picture + sound + "-pix_fmt yuv420p -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=30 -c:a libopus", ",opus", []pipe.Codec{pipe.H265, pipe.Opus}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := mustRelay(t, Options{Sources: []Source{{ID: "ff", URL: mustPublish(t, strings.Fields(c.args)...)}}})
			v := mustHear(t, r, "ff")
			if !strings.HasSuffix(v.MIME(), c.mime+`"`) {
				t.Errorf("MIME type %q", v.MIME())
			}
			for i, track := range v.Tracks() {
				if track.Codec != c.tracks[i] {
					t.Errorf("track %d is %s", i, track.Codec)
				}
			}
			file := record(t, v, 60)
			times := mustDecode(t, "v", file)
			if len(times) != 60 {
				t.Fatalf("%d pictures of 60", len(times))
			}
			mustBeSteady(t, times[3:55], 15)
			mustSound(t, file, times[len(times)-1]-times[0])
		})
	}
}
