package child

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
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
	decoder func() (func(*rtp.Packet) ([][]byte, error), error) // a new one, after a loss
	sound   *sound                                              // nil without
	fail    chan error                                          // the first error of a packet callback
	silence *pipe.Patience                                      // of pictures
	keyed   atomic.Bool                                         // a key picture came
	good    atomic.Int64
	bad     atomic.Int64
	began   time.Time

	// The rest is guarded: over UDP every track has a goroutine of its own.
	mu       sync.Mutex
	decode   func(*rtp.Packet) ([][]byte, error)
	out      *output
	ended    bool // nothing more is taken
	sequence int  // of the packet that is due, -1 before the first
	stamp    uint32
	torn     bool // packets of the time stamp belong to a picture with a hole
	missed   bool // a picture is missing, and so those up to the next key picture
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
	s := &session{camera: c, fail: make(chan error, 1), sequence: -1, silence: pipe.NewPatience(c.timing.look(), time.Now())}
	c.wall, c.lived = wallClock{}, 0
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
	s.client.OnPacketRTP(s.media, s.media.Formats[0], s.guarded(s.packet))
	if err := s.listen(desc); err != nil {
		return err
	}
	_, err = s.client.Play(nil)
	return err
}

// listen asks for the sound as well. A camera that refuses it still shows its
// pictures.
func (s *session) listen(desc *description.Session) error {
	if s.sound == nil {
		return nil
	}
	_, err := s.client.Setup(desc.BaseURL, s.sound.media, 0, 0)
	if errors.As(err, new(liberrors.ErrClientBadStatusCode)) {
		s.sound = nil
		return s.announce(s.segments.params)
	}
	if err == nil {
		s.client.OnPacketRTP(s.sound.media, s.sound.format, s.guarded(s.heard))
	}
	return err
}

// choose picks the stream's H.264, else its H.265, and a sound.
func (s *session) choose(desc *description.Session) error {
	s.sound = chooseSound(desc)
	var h4 *format.H264
	if m := desc.FindFormat(&h4); m != nil {
		return s.begin(codecH264(), only(m, h4), [][]byte{h4.SPS, h4.PPS}, func() (func(*rtp.Packet) ([][]byte, error), error) {
			d, err := h4.CreateDecoder()
			return ignoring(d.Decode, rtph264.ErrMorePacketsNeeded, rtph264.ErrNonStartingPacketAndNoPrevious), err
		})
	}
	var h5 *format.H265
	if m := desc.FindFormat(&h5); m != nil {
		return s.begin(codecH265(), only(m, h5), [][]byte{h5.VPS, h5.SPS, h5.PPS}, func() (func(*rtp.Packet) ([][]byte, error), error) {
			d, err := h5.CreateDecoder()
			return ignoring(d.Decode, rtph265.ErrMorePacketsNeeded, rtph265.ErrNonStartingPacketAndNoPrevious), err
		})
	}
	return troublef(pipe.Unsupported, "The camera sends no H.264 or H.265 video. Set its stream to H.264.")
}

func (s *session) begin(c *codec, m *description.Media, sets [][]byte, decoder func() (func(*rtp.Packet) ([][]byte, error), error)) (err error) {
	s.media, s.decoder = m, decoder
	if s.decode, err = decoder(); err != nil {
		return err
	}
	s.segments.begin(c)
	for i, set := range sets {
		if len(set) == 0 {
			sets[i] = nil
		}
	}
	// A damaged description is no reason to give up: the same sets usually
	// come with the pictures.
	_, _ = s.segments.learn(sets, time.Now())
	return s.announce(s.segments.params)
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

// guarded makes a callback for the library of one that may fail or panic.
func (s *session) guarded(take func(*rtp.Packet) error) gortsplib.OnPacketRTPFunc {
	return func(p *rtp.Packet) {
		defer s.silence.Work()()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ended {
			return
		}
		defer func() {
			if r := recover(); r != nil {
				s.end(troublef(pipe.Failed, "The camera sends what cannot be understood."))
			}
		}()
		if err := take(p); err != nil {
			s.end(err)
		}
	}
}

// end is called with the lock held.
func (s *session) end(err error) {
	s.ended = true
	s.fail <- err
}

// packet takes the picture's packets.
func (s *session) packet(p *rtp.Packet) error {
	pts, ok := s.client.PacketPTS(s.media, p)
	if !ok {
		return nil
	}
	if err := s.follow(p); err != nil {
		return err
	}
	if s.torn {
		return nil
	}
	au, err := s.decode(p)
	if err != nil {
		s.bad.Add(1)
		return nil
	}
	if len(au) == 0 {
		return nil
	}
	at, wrong, reported := s.taken(p, pts)
	err = s.take(au, pts, pipe.Frame{Kind: pipe.KindFragment, Track: pipe.Picture, At: at, Error: wrong, Reported: reported})
	if errors.Is(err, errDamaged) {
		s.bad.Add(1)
		s.missed = true
		s.damaged.Add(1)
		return nil
	}
	return err
}

// follow notices that packets are missing. The library has put them in order
// before; what is still missing here never comes. The picture that misses
// them is not shown, and neither are those that build on it.
func (s *session) follow(p *rtp.Packet) (err error) {
	gap := uint16(int(p.SequenceNumber) - s.sequence)
	first := s.sequence < 0
	same := p.Timestamp == s.stamp
	s.sequence, s.stamp = int(p.SequenceNumber+1), p.Timestamp
	if first || gap == 0 {
		s.torn = s.torn && same
		return nil
	}
	s.lost.Add(uint64(gap))
	s.torn = same
	if s.decode, err = s.decoder(); err != nil {
		return err
	}
	s.segments.lose()
	s.missed = true
	return nil
}

// taken tells when a picture was taken.
func (s *session) taken(p *rtp.Packet, pts int64) (at time.Time, wrong time.Duration, reported bool) {
	camera, reported := s.client.PacketNTP(s.media, p)
	if !reported {
		camera = time.Unix(0, 0).Add(time.Duration(pts) * (time.Second / clockRate))
	}
	at, wrong = s.wall.take(camera, reported, time.Now())
	return at, wrong, reported
}

// take sends one access unit to the hall and to the players.
func (s *session) take(au [][]byte, pts int64, f pipe.Frame) error {
	now := time.Now()
	u, err := s.segments.feed(au, pts, now)
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
		s.good.Add(1)
		s.silence.Heard()
	}
	if u.fragment == nil {
		if u.picture && s.missed {
			s.damaged.Add(1)
		}
		return nil
	}
	s.missed = false
	if !s.keyed.Swap(true) {
		s.began = now
		if err := s.serve(s.segments.params); err != nil {
			return err
		}
	}
	s.lived = now.Sub(s.began)
	if err := s.look(u, now); err != nil {
		return err
	}
	s.out.write(u.nalus, u.pts, u.key, f.At)
	f.Key, f.Payload = u.key, u.fragment
	return s.send(f)
}

// heard takes the sound's packets. There is no sound before a picture, which
// the timeline belongs to.
func (s *session) heard(p *rtp.Packet) error {
	pts, ok := s.client.PacketPTS(s.sound.media, p)
	if !ok || !s.keyed.Load() {
		return nil
	}
	frames, err := s.sound.decode(p)
	if err != nil || len(frames) == 0 {
		return nil // a damaged sound is not heard; it costs nobody a picture
	}
	clock := int64(s.sound.track.Clock)
	fragment, at := s.sound.place(frames, pts+s.segments.shift*clock/clockRate)
	if fragment == nil {
		return nil
	}
	now := time.Now()
	s.out.writeSound(frames, at, now)
	return s.send(pipe.Frame{Kind: pipe.KindFragment, Track: pipe.Sound, Key: true, At: now, Payload: fragment})
}

// look tells the hall how the camera is, by what it shows. A picture that
// stands still may come from an encoder that hangs, so the camera is asked
// again, at longer and longer intervals.
func (s *session) look(u unit, now time.Time) error {
	p := s.segments.params
	since, code := s.judge.look(u.size, u.key, p.width*p.height/macroblock, now, s.timing.still)
	if code == pipe.Live {
		s.revival = s.timing.revive.first
		if s.segments.codec.name == pipe.H265 {
			return s.say(pipe.Status{Code: pipe.Unsupported,
				Why: "The camera sends H.265, which few browsers show. Players get it over RTSP; for the live page set its stream to H.264."})
		}
		return s.say(pipe.Status{Code: pipe.Live})
	}
	status := pipe.Status{Code: code, Why: "The picture stands still, although the camera sends."}
	if code == pipe.Black {
		status.Why = "The picture is black or of one colour. Is the lens covered?"
	}
	if now.Sub(s.began) > s.timing.still+s.revival && now.Sub(since) > s.timing.still+s.revival {
		s.revival = s.timing.revive.next(s.revival)
		return trouble{status}
	}
	return s.say(status)
}

// serve offers the camera to players with these parameter sets.
func (s *session) serve(p *params) (err error) {
	if s.rtsp == nil {
		return nil
	}
	s.out.close()
	s.out, err = s.rtsp.open(s.source.ID, p.format(), s.sound, &s.missedByPlayers)
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
	start, err := p.start(s.sound)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(start)
	if err != nil || bytes.Equal(payload, s.announced) {
		return err
	}
	s.announced = payload
	return s.send(pipe.Frame{Kind: pipe.KindStart, Payload: payload})
}

// watch waits until the session is over and says why.
func (s *session) watch(ctx context.Context) error {
	over := make(chan error, 1)
	go func() { over <- s.client.Wait() }()
	began := time.Now()
	tick := time.NewTicker(s.timing.look())
	defer tick.Stop()
	keyless := pipe.NewPatience(s.timing.look(), began)
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
			if s.silence.Tick(now) >= s.timing.stall {
				return errStalled
			}
			if keyless.Tick(now) >= s.timing.firstKey && !s.keyed.Load() {
				return troublef(pipe.Failed, "The camera sends no key picture.")
			}
			if now.Sub(judged) >= s.timing.judge {
				judged = now
				if bad, good := s.bad.Swap(0), s.good.Swap(0); bad > good {
					return troublef(pipe.Failed, "The camera sends data that is not video.")
				}
				if err := s.tell(); err != nil {
					return err
				}
			}
		}
	}
}

// tell sends what was measured.
func (s *session) tell() error {
	f := pipe.Figures{Lost: s.lost.Load(), Damaged: s.damaged.Load(), Missed: s.missedByPlayers.Load()}
	s.mu.Lock()
	f.Offset, f.Error, f.Reported = s.wall.offset()
	s.mu.Unlock()
	return s.send(pipe.Frame{Kind: pipe.KindFigures, Payload: pipe.Encode(f)})
}

// errStalled names no time: the state says since when, in the hall's own zone.
var errStalled = troublef(pipe.Stalled, "No picture comes; the connection is open.")

// transport makes a session that failed for want of TCP the last one with it.
func (s *session) transport(err error) error {
	var bad liberrors.ErrClientBadStatusCode
	var wantsUDP liberrors.ErrClientServerRequestedUDP
	refused := errors.As(err, &bad) && bad.Code == base.StatusUnsupportedTransport || errors.As(err, &wantsUDP)
	s.udp = refused && !s.udp && !s.source.UDP
	if err == nil {
		err = errors.New("the stream ended")
	}
	return err
}
