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

// stuck is a connection that its owner stops reading for a while.
type stuck struct {
	net.Conn
	still atomic.Bool
	over  chan struct{}
	once  sync.Once
}

func (s *stuck) Read(b []byte) (int, error) {
	if s.still.Load() {
		<-s.over
	}
	return s.Conn.Read(b)
}

// goOn lets the owner read again.
func (s *stuck) goOn() {
	s.still.Store(false)
	s.once.Do(func() { close(s.over) })
}

// Close lets go of whoever reads.
func (s *stuck) Close() error {
	s.goOn()
	return s.Conn.Close()
}

// dial is a connection with little room, so that a queue is soon full.
func (s *stuck) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil {
		err = conn.(*net.TCPConn).SetReadBuffer(256 << 10)
	}
	s.Conn = conn
	return s, err
}

// aSecond is a film of 25 pictures of many packets and several slices each,
// every fifth a key picture.
func aSecond(t *testing.T) (units [][][]byte, picture *format.H264) {
	t.Helper()
	units, sets := mustFilm(t, codecH264(), "testsrc2=s=640x360:r=25:d=1,noise=alls=40:allf=t",
		"-c:v", "libx264", "-tune", "zerolatency", "-preset", "ultrafast", "-qp", "20", "-g", "5", "-x264-params", "slices=4")
	return units, &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: sets[0], PPS: sets[1]}
}

// apart is from one picture of it to the next.
const apart = clockRate / 25

// wholePictures fails unless each picture is one of the film's, and every one after a
// gap is a key picture.
func wholePictures(t *testing.T, who string, film map[[32]byte]int, p *played) (gaps int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.torn > 0 {
		t.Fatalf("the %s player got %d pictures without their end", who, p.torn)
	}
	for i, au := range p.units {
		n, known := film[hashOf(codecH264(), au)]
		switch {
		case !known:
			t.Fatalf("the %s player's picture %d is none of the film's", who, i)
		case i == 0 || p.at[i]-p.at[i-1] < 2*apart:
		case n%5 != 0:
			t.Fatalf("the %s player's picture %d, %d of the film, builds on one that did not come", who, i, n)
		default:
			gaps++
		}
	}
	return gaps
}

// A player that stops reading loses whole pictures, which are counted; when it
// reads on it goes on with a key picture. Another one gets all.
func TestSlowPlayerIsCountedAndSlowsNobody(t *testing.T) {
	units, picture := aSecond(t)
	s := mustStage(t, stageOptions{picture: picture})
	film, _ := s.keepSending(codecH264(), units, 40*time.Millisecond, apart)
	h := mustRun(t, pipe.Config{Listen: "127.0.0.1:0", Cameras: []pipe.Camera{{ID: "a", URL: s.url()}}}, patient())
	eventually(t, 30*time.Second, "a picture", func() bool { return h.pictures(0) > 0 })
	url := "rtsp://" + h.listens() + "/a"
	conn := &stuck{over: make(chan struct{})}
	slow := mustPlayOver(t, url, conn.dial)
	eventually(t, 30*time.Second, "the slow player's first picture", func() bool { return len(slow.got()) > 0 })
	conn.still.Store(true)
	quick := mustPlay(t, url)
	eventually(t, 60*time.Second, "the loss", func() bool { return h.figured(0).Missed > 0 })
	before := len(quick.got())
	eventually(t, 60*time.Second, "the quick player's pictures", func() bool { return len(quick.got()) > before+20 })
	conn.goOn()
	eventually(t, 60*time.Second, "the slow player's pictures after the gap", func() bool {
		return wholePictures(t, "slow", film, slow) > 0
	})
	wholePictures(t, "quick", film, quick) // on a busy machine it may miss some, too
}
