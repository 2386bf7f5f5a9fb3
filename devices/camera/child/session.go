package child

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtph264"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtph265"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"
	"github.com/pion/rtp"

	"lobby/devices/camera/pipe"
)

// session is one connection to a camera.
type session struct {
	*camera
	client  *gortsplib.Client
	media   *description.Media
	decode  func(*rtp.Packet) ([][]byte, error)
	take    func(au [][]byte, pts int64, at time.Time) error
	out     *output
	fail    chan error   // the first error of the packet callback
	picture atomic.Int64 // when the last picture came, Unix nanoseconds
	keyed   atomic.Bool  // a key picture came
	good    atomic.Int64
	bad     atomic.Int64
	ended   bool // owned by the callback: nothing more is taken
}

// session connects, plays and returns why it ended; it never returns nil.
func (c *camera) session(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = troublef(pipe.Failed, "The camera sends what cannot be understood.")
		}
	}()
	u, err := address(c.source)
	if err != nil {
		return err
	}
	s := &session{camera: c, fail: make(chan error, 1)}
	s.client = c.client(u)
	if err := s.client.Start(); err != nil {
		return err
	}
	// Close ends the client's goroutines, and with them every callback, before
	// the output is closed and the next session uses the segmenter.
	defer func() {
		if s.out != nil {
			s.out.close()
		}
	}()
	defer s.client.Close()
	stop := context.AfterFunc(ctx, s.client.Close)
	defer stop()
	if err := s.play(u); err != nil {
		return s.transport(err)
	}
	return s.watch(ctx)
}

// play asks for the stream and starts it.
func (s *session) play(u *base.URL) error {
	desc, _, err := s.client.Describe(u)
	if err != nil {
		return err
	}
	if err := s.choose(desc); err != nil {
		return err
	}
	if _, err := s.client.Setup(desc.BaseURL, s.media, 0, 0); err != nil {
		return err
	}
	s.client.OnPacketRTP(s.media, s.media.Formats[0], s.packet)
	s.picture.Store(time.Now().UnixNano())
	_, err = s.client.Play(nil)
	return err
}

// choose picks the stream's H.264, else its H.265.
func (s *session) choose(desc *description.Session) error {
	var h4 *format.H264
	if m := desc.FindFormat(&h4); m != nil {
		return s.chooseH264(m, h4)
	}
	var h5 *format.H265
	if m := desc.FindFormat(&h5); m != nil {
		return s.chooseH265(m, h5)
	}
	return troublef(pipe.Unsupported, "The camera sends no H.264 or H.265 video. Set its stream to H.264.")
}

func (s *session) chooseH264(m *description.Media, f *format.H264) error {
	s.media = only(m, f)
	d, err := f.CreateDecoder()
	if err != nil {
		return err
	}
	s.decode, s.take = ignoring(d.Decode, rtph264.ErrMorePacketsNeeded, rtph264.ErrNonStartingPacketAndNoPrevious), s.takeH264
	s.segments.restart()
	// A damaged description is no reason to give up: the same sets usually
	// come with the pictures.
	fresh, _ := s.segments.learn(f.SPS, f.PPS, time.Now())
	return s.announce(fresh)
}

func (s *session) chooseH265(m *description.Media, f *format.H265) error {
	s.media = only(m, f)
	d, err := f.CreateDecoder()
	if err != nil {
		return err
	}
	s.decode, s.take = ignoring(d.Decode, rtph265.ErrMorePacketsNeeded, rtph265.ErrNonStartingPacketAndNoPrevious), s.takeH265
	if s.rtsp != nil {
		s.out, err = s.rtsp.open(s.source.ID, &format.H265{PayloadTyp: 96, VPS: f.VPS, SPS: f.SPS, PPS: f.PPS})
	}
	return err
}

// only is the media with one format: a payload type that was not chosen is
// then dropped by the library.
func only(m *description.Media, f format.Format) *description.Media {
	m.Formats = []format.Format{f}
	return m
}

func ignoring(decode func(*rtp.Packet) ([][]byte, error), harmless ...error) func(*rtp.Packet) ([][]byte, error) {
	return func(p *rtp.Packet) ([][]byte, error) {
		au, err := decode(p)
		for _, h := range harmless {
			if errors.Is(err, h) {
				return nil, nil
			}
		}
		return au, err
	}
}

// packet is called by the library for every packet, from one goroutine.
func (s *session) packet(p *rtp.Packet) {
	if s.ended {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			s.end(troublef(pipe.Failed, "The camera sends what cannot be understood."))
		}
	}()
	pts, ok := s.client.PacketPTS(s.media, p)
	if !ok {
		return
	}
	au, err := s.decode(p)
	if err != nil {
		s.bad.Add(1)
		return
	}
	if len(au) == 0 {
		return
	}
	err = s.take(au, pts, time.Now())
	switch {
	case errors.Is(err, errDamaged):
		s.bad.Add(1)
	case err != nil:
		s.end(err)
	}
}

func (s *session) end(err error) {
	s.ended = true
	s.fail <- err
}

// takeH264 sends one access unit to the hall and to the players.
func (s *session) takeH264(au [][]byte, pts int64, at time.Time) error {
	u, err := s.segments.feed(au, pts, at)
	if u.params != nil {
		if err := s.announce(u.params); err != nil {
			return err
		}
	}
	if err != nil {
		if errors.Is(err, errFlapping) {
			return troublef(pipe.Failed, "The camera changes its picture format all the time.")
		}
		return err
	}
	if u.picture {
		s.shown(at)
	}
	if u.fragment == nil {
		return nil
	}
	if !s.keyed.Swap(true) {
		if err := s.live(); err != nil {
			return err
		}
	}
	s.out.write(u.nalus, u.pts, at)
	return s.send(pipe.Frame{Kind: pipe.KindFragment, Key: u.key, At: at, Payload: u.fragment})
}

func (s *session) shown(at time.Time) {
	s.good.Add(1)
	s.picture.Store(at.UnixNano())
}

// live opens the output, once per session, and tells the hall.
func (s *session) live() error {
	if err := s.serve(s.segments.params); err != nil {
		return err
	}
	return s.say(pipe.Status{Code: pipe.Live})
}

// serve offers the camera to players with these parameter sets.
func (s *session) serve(p *params) (err error) {
	if s.rtsp == nil {
		return nil
	}
	s.out.close()
	s.out, err = s.rtsp.open(s.source.ID, &format.H264{PayloadTyp: 96, PacketizationMode: 1, SPS: p.sps, PPS: p.pps})
	return err
}

// announce tells the hall that players must start again, because p is new.
func (s *session) announce(p *params) error {
	if p == nil {
		return nil
	}
	if s.keyed.Load() {
		if err := s.serve(p); err != nil {
			return err
		}
	}
	return s.send(pipe.Frame{Kind: pipe.KindInit, Payload: pipe.AppendInit(nil, p.mime, p.init)})
}

// takeH265 sends one access unit to the players only.
func (s *session) takeH265(au [][]byte, pts int64, at time.Time) error {
	s.shown(at)
	s.keyed.Store(true)
	s.out.write(au, pts, at)
	return s.say(pipe.Status{Code: pipe.Unsupported,
		Why: "The camera sends H.265, which browsers do not show. Players get it over RTSP; for the live page set its stream to H.264."})
}

// watch waits until the session is over and says why.
func (s *session) watch(ctx context.Context) error {
	over := make(chan error, 1)
	go func() { over <- s.client.Wait() }()
	began := time.Now()
	tick := time.NewTicker(s.timing.stall / 18)
	defer tick.Stop()
	judged := began
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.fail:
			return err
		case err := <-over:
			return s.transport(err)
		case now := <-tick.C:
			if err := s.check(now, began); err != nil {
				return err
			}
			if now.Sub(judged) >= s.timing.judge {
				judged = now
				if bad, good := s.bad.Swap(0), s.good.Swap(0); bad > good {
					return troublef(pipe.Failed, "The camera sends data that is not video.")
				}
			}
		}
	}
}

func (s *session) check(now, began time.Time) error {
	if last := time.Unix(0, s.picture.Load()); now.Sub(last) >= s.timing.stall {
		return stalled(last)
	}
	if !s.keyed.Load() && now.Sub(began) >= s.timing.firstKey {
		return troublef(pipe.Failed, "The camera sends no key picture.")
	}
	return nil
}

func stalled(last time.Time) error {
	return troublef(pipe.Stalled, "No picture since %s; the connection is open.", last.Format("15:04:05"))
}

// transport makes a session that failed for want of TCP the last one with it.
func (s *session) transport(err error) error {
	if errors.As(err, new(liberrors.ErrClientTCPTimeout)) || errors.As(err, new(liberrors.ErrClientUDPTimeout)) {
		return stalled(time.Unix(0, s.picture.Load()))
	}
	var bad liberrors.ErrClientBadStatusCode
	var wantsUDP liberrors.ErrClientServerRequestedUDP
	refused := errors.As(err, &bad) && bad.Code == base.StatusUnsupportedTransport || errors.As(err, &wantsUDP)
	s.udp = refused && !s.udp
	if err == nil {
		err = errors.New("the stream ended")
	}
	return err
}
