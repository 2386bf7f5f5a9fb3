package child

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v5/pkg/format"

	"lobby/devices/camera/pipe"
)

// stuck is a connection that its owner stops reading.
type stuck struct {
	net.Conn
	still atomic.Bool
	over  chan struct{}
	once  sync.Once
}

func (s *stuck) Read(b []byte) (int, error) {
	if s.still.Load() {
		<-s.over
		return 0, net.ErrClosed
	}
	return s.Conn.Read(b)
}

// Close lets go of whoever reads.
func (s *stuck) Close() error {
	s.once.Do(func() { close(s.over) })
	return s.Conn.Close()
}

// A player that stops reading loses packets, which are counted; another one
// goes on.
func TestSlowPlayerIsCountedAndSlowsNobody(t *testing.T) {
	c := codecH264()
	units, sets := mustFilm(t, c, "testsrc2=s=1280x720:r=25:d=1,noise=alls=40:allf=t", "-c:v", "libx264", "-tune", "zerolatency", "-preset", "ultrafast", "-qp", "20", "-g", "5")
	s := mustStage(t, stageOptions{picture: &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: sets[0], PPS: sets[1]}})
	sent, _ := s.keepSending(c, units, 40*time.Millisecond, clockRate/25)
	h := mustRun(t, pipe.Config{Listen: "127.0.0.1:0", Cameras: []pipe.Camera{{ID: "a", URL: s.url()}}}, patient())
	eventually(t, 30*time.Second, "a picture", func() bool { return h.pictures(0) > 0 })
	url := "rtsp://" + h.listens() + "/a"
	slow := &stuck{over: make(chan struct{})}
	mustPlayOver(t, url, func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		slow.Conn = conn
		return slow, err
	})
	slow.still.Store(true)
	quick := mustPlay(t, url)
	eventually(t, 60*time.Second, "the loss", func() bool { return h.figured(0).Missed > 0 })
	before := len(quick.got())
	eventually(t, 60*time.Second, "the quick player's pictures", func() bool { return len(quick.got()) > before+20 })
	for i, au := range quick.got() { // on a busy machine it may miss some, too
		if _, known := sent[hashOf(c, au)]; !known {
			t.Fatalf("the quick player's picture %d is none of the film's", i)
		}
	}
}
