package child

import (
	"context"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"lobby/devices/camera/pipe"
)

// timing holds every duration of the camera process, so that tests need not
// wait for a real camera's patience.
type timing struct {
	beat     time.Duration // between signs of life to the hall
	answer   time.Duration // for one answer of a camera
	stall    time.Duration // without a picture until the camera counts as stalled
	judge    time.Duration // over which damaged and good units are compared
	firstKey time.Duration // for the first key picture
	settled  time.Duration // pictures for so long, and a break starts with the first pause again
	still    time.Duration // without a movement until the picture counts as frozen or black
	usual    pauses        // between tries
	password pauses        // between tries with a refused password, which lock accounts
	revive   pauses        // from such a picture to another try
}

// realTiming marks a stalled camera within 10 s and dials it again within 15.
func realTiming() timing {
	return timing{
		beat: 2 * time.Second, answer: 8 * time.Second, stall: 9 * time.Second,
		judge: 3 * time.Second, firstKey: 30 * time.Second, settled: 10 * time.Second, still: 8 * time.Second,
		usual:    pauses{time.Second, time.Minute},
		password: pauses{30 * time.Second, 5 * time.Minute},
		revive:   pauses{5 * time.Second, 10 * time.Minute},
	}
}

// look is how often it is looked whether a camera is silent.
func (t timing) look() time.Duration { return t.stall / 18 }

// network is the way to the cameras; the zero network is the machine's.
type network struct {
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	listen func(network, address string) (net.PacketConn, error) // of UDP
}

// camera pulls one source for ever.
type camera struct {
	source pipe.Camera
	timing timing
	out    *pipe.Writer
	rtsp   *server // nil when nothing is served
	log    *slog.Logger

	network network
	connect func(ctx context.Context) error // one session to its end; nil for a real one

	segments        segmenter
	judge           judge
	revival         time.Duration // how long a still picture is borne before another try
	lived           time.Duration // how long pictures came over the last connection
	wall            wallClock
	announced       []byte // the last start frame's payload
	said            pipe.Status
	lost            atomic.Uint64 // packets
	damaged         atomic.Uint64 // pictures
	missedByPlayers atomic.Uint64 // packets
	udp             bool          // the camera refused TCP the last time
}

// run returns when the context ends or the hall cannot be written to.
func (c *camera) run(ctx context.Context) error {
	if err := c.say(pipe.Status{Code: pipe.Connecting, Why: "Connecting to the camera."}); err != nil {
		return err
	}
	connect := c.connect
	if connect == nil {
		connect = c.session
	}
	var pause time.Duration
	for {
		err := connect(ctx)
		if ctx.Err() != nil {
			return nil
		}
		status := explain(err, hostOf(c.source.URL), c.source.Password, c.source.User)
		if err := c.say(status); err != nil {
			return err
		}
		if c.lived > c.timing.settled {
			pause = 0
		}
		pause = c.pauses(status.Code).next(pause)
		if c.udp {
			pause = c.timing.usual.first // TCP was refused, the next try is with UDP
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

func (c *camera) pauses(code pipe.Code) pauses {
	if code == pipe.WrongPassword {
		return c.timing.password
	}
	return c.timing.usual
}

// say tells the hall how the camera is, once per change.
func (c *camera) say(s pipe.Status) error {
	if s == c.said {
		return nil
	}
	c.said = s
	c.log.Info("camera", "camera", c.source.ID, "state", s.Code, "why", s.Why)
	return c.send(pipe.Frame{Kind: pipe.KindStatus, Payload: pipe.Encode(s)})
}

func (c *camera) send(f pipe.Frame) error {
	f.Camera = c.source.Index
	if f.At.IsZero() {
		f.At = time.Now()
	}
	return c.out.Write(f)
}
