package camera

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtph264"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"
	"github.com/pion/rtp"
)

const clockRate = 90000 // RFC 6184, section 8.2.1

func (u *unit) open(srv *gortsplib.Server) error {
	u.media = &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{
		&format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: u.clip.SPS, PPS: u.clip.PPS},
	}}
	u.stream = &gortsplib.ServerStream{Server: srv, Desc: &description.Session{Title: u.path, Medias: []*description.Media{u.media}}}
	return u.stream.Initialize()
}

// play sends the clip round and round at its speed, with one clock that never
// jumps back. Pictures that are late are sent at once, so the clock keeps
// pace with the wall.
func (c *Cameras) play(ctx context.Context, u *unit, noise *rand.Rand) {
	encoder, err := u.media.Formats[0].(*format.H264).CreateEncoder()
	if err != nil {
		c.options.Log.Error("emulated camera", "camera", u.path, "err", err)
		return
	}
	began := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := int64(0); ; n++ {
		timer.Reset(time.Until(began.Add(frameTime(n))))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		c.show(u, n, encoder, noise)
	}
}

// show sends picture n, or what a faulty camera sends in its place.
func (c *Cameras) show(u *unit, n int64, encoder *rtph264.Encoder, noise *rand.Rand) {
	if c.fault(u, FaultSilent) {
		return
	}
	picture := u.clip.Units[n%int64(len(u.clip.Units))]
	if c.fault(u, FaultFrozen) {
		picture = u.clip.Units[0]
	}
	packets, err := encoder.Encode(picture)
	if err != nil {
		return
	}
	garbage := c.fault(u, FaultGarbage)
	for _, p := range packets {
		p.Timestamp = uint32(float64(n) * clockRate / FrameRate)
		if garbage {
			spoil(p, noise)
		}
		if u.stream.WritePacketRTP(u.media, p) != nil {
			return
		}
	}
	c.mu.Lock()
	u.frames++
	c.mu.Unlock()
	if c.options.Sent != nil {
		c.options.Sent(u.path)
	}
}

// spoil puts noise in a packet's place.
func spoil(p *rtp.Packet, noise *rand.Rand) {
	p.Timestamp = noise.Uint32()
	p.Marker = noise.IntN(2) == 0
	p.Payload = make([]byte, 1+noise.IntN(1200))
	for i := range p.Payload {
		p.Payload[i] = byte(noise.Uint32())
	}
}

// answer is what a camera says to a request for its stream.
func (c *Cameras) answer(conn *gortsplib.ServerConn, r *base.Request, path string) (*base.Response, *unit, error) {
	u := c.find(path)
	if u == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	if c.fault(u, FaultDead) {
		_ = conn.NetConn().Close()
		return &base.Response{StatusCode: base.StatusServiceUnavailable}, nil, fmt.Errorf("emulator/camera: %s is dead", path)
	}
	refused := c.fault(u, FaultWrongPassword)
	if refused || c.options.User != "" {
		user, password := c.options.User, c.options.Password
		if refused {
			// Nobody knows this one; asking makes the camera send its challenge.
			user, password = "nobody", fmt.Sprint(rand.Uint64())
		}
		if !conn.VerifyCredentials(r, user, password) {
			return &base.Response{StatusCode: base.StatusUnauthorized}, nil, liberrors.ErrServerAuth{}
		}
	}
	return &base.Response{StatusCode: base.StatusOK}, u, nil
}

// OnDescribe is called by the library.
func (c *Cameras) OnDescribe(x *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	res, u, err := c.answer(x.Conn, x.Request, x.Path)
	if u == nil {
		return res, nil, err
	}
	return res, u.stream, nil
}

// OnSetup is called by the library.
func (c *Cameras) OnSetup(x *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	res, u, err := c.answer(x.Conn, x.Request, x.Path)
	if u == nil {
		return res, nil, err
	}
	return res, u.stream, nil
}

// OnPlay is called by the library.
func (c *Cameras) OnPlay(x *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	u := c.find(x.Path)
	if u == nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.playing[x.Session] == nil {
		c.playing[x.Session] = u
		u.viewers++
	}
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnSessionClose is called by the library.
func (c *Cameras) OnSessionClose(x *gortsplib.ServerHandlerOnSessionCloseCtx) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if u := c.playing[x.Session]; u != nil {
		u.viewers--
		delete(c.playing, x.Session)
	}
}

// OnStreamWriteError is called for a viewer that is too slow; without it the
// library writes to the standard logger.
func (c *Cameras) OnStreamWriteError(*gortsplib.ServerHandlerOnStreamWriteErrorCtx) {}

// OnDecodeError is called when a viewer sends nonsense.
func (c *Cameras) OnDecodeError(*gortsplib.ServerHandlerOnDecodeErrorCtx) {}

// OnPacketsLost is called when a viewer's own packets are missing.
func (c *Cameras) OnPacketsLost(*gortsplib.ServerHandlerOnPacketsLostCtx) {}
