package child

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/auth"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"
	"github.com/pion/rtp"

	"lobby/devices/camera/pipe"
)

// server offers the cameras as rtsp://HOST:PORT/{camera}, interleaved in TCP.
// It sends access units that this process took apart, never a camera's own
// packets, so that a hostile camera cannot reach the players.
type server struct {
	users []pipe.User
	log   *slog.Logger
	srv   *gortsplib.Server

	mu      sync.Mutex
	outputs map[string]*output
	players map[*gortsplib.ServerSession]*player
	asked   map[*gortsplib.ServerConn]*gortsplib.ServerSession // to play, and are answered now
	shut    map[string]bool                                    // for privacy
}

// serve starts the server and tells the hall where it listens, or why not. A
// taken port is a message and not an error: the live pages need no RTSP.
func serve(c pipe.Config, log *slog.Logger) (*server, pipe.Listen) {
	s := &server{
		users: c.Users, log: log,
		outputs: map[string]*output{}, players: map[*gortsplib.ServerSession]*player{}, asked: map[*gortsplib.ServerConn]*gortsplib.ServerSession{},
	}
	err := s.start(c.Listen)
	taken := errors.Is(err, syscall.EADDRINUSE)
	if taken && c.Fallback {
		host := c.Listen[:max(0, strings.LastIndexByte(c.Listen, ':'))]
		err = s.start(host + ":0")
	}
	if err != nil {
		return nil, pipe.Listen{Taken: taken, Why: fmt.Sprintf("Cameras are not offered over RTSP: %s.", clean(err.Error(), nil))}
	}
	l := pipe.Listen{Addr: s.srv.NetListener().Addr().String(), Taken: taken}
	if taken {
		l.Why = fmt.Sprintf("Another program has %s, so cameras are offered at %s.", c.Listen, l.Addr)
	}
	return s, l
}

func (s *server) start(addr string) error {
	s.srv = &gortsplib.Server{
		Handler: s, RTSPAddress: addr, WriteQueueSize: playerQueue, Listen: listenCounted,
		// Digest with MD5 is what players speak; a password in clear is not asked for.
		AuthMethods: []auth.VerifyMethod{auth.VerifyMethodDigestMD5},
	}
	return s.srv.Start()
}

func (s *server) run(ctx context.Context) {
	<-ctx.Done()
	s.srv.Close()
}

// find returns the stream for a request, or the refusal.
func (s *server) find(c *gortsplib.ServerConn, r *base.Request, path string) (*base.Response, *output, error) {
	if !s.allowed(c, r) {
		return &base.Response{StatusCode: base.StatusUnauthorized}, nil, liberrors.ErrServerAuth{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.outputs[strings.Trim(path, "/")]
	if o == nil || s.shut[o.id] {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
	}
	return &base.Response{StatusCode: base.StatusOK}, o, nil
}

func (s *server) allowed(c *gortsplib.ServerConn, r *base.Request) bool {
	for _, u := range s.users {
		if c.VerifyCredentials(r, u.Name, u.Password) {
			return true
		}
	}
	return len(s.users) == 0
}

// OnDescribe is called by the library.
func (s *server) OnDescribe(x *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	res, o, err := s.find(x.Conn, x.Request, x.Path)
	if o == nil {
		return res, nil, err
	}
	return res, o.stream, nil
}

// OnSetup is called by the library.
func (s *server) OnSetup(x *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	res, o, err := s.find(x.Conn, x.Request, x.Path)
	if o == nil {
		return res, nil, err
	}
	p, err := s.player(x.Session, o)
	if err != nil {
		return &base.Response{StatusCode: base.StatusNotFound}, nil, err
	}
	return res, p.stream, nil
}

// player is who has a session, for all of its tracks.
func (s *server) player(session *gortsplib.ServerSession, o *output) (*player, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.players[session]; p != nil {
		return p, nil
	}
	p := &player{output: o, stream: o.newStream()}
	if err := p.stream.Initialize(); err != nil {
		return nil, err
	}
	session.SetUserData(p)
	s.players[session] = p
	return p, nil
}

// OnPlay is called by the library.
func (s *server) OnPlay(x *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, p := s.outputs[strings.Trim(x.Path, "/")], s.players[x.Session]
	if o == nil || s.shut[o.id] || p == nil || p.output != o {
		return &base.Response{StatusCode: base.StatusNotFound}, nil
	}
	s.asked[x.Conn] = x.Session
	return &base.Response{StatusCode: base.StatusOK}, nil
}

// OnResponse is called by the library. Not before an answer does it send what is
// written for a player.
func (s *server) OnResponse(c *gortsplib.ServerConn, _ *base.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.players[s.asked[c]]; p != nil { // the session may have ended meanwhile
		p.output.join(p, c.NetConn())
	}
	delete(s.asked, c)
}

// shutter closes cameras for privacy and opens all others. Who plays one that
// is closed is cut off at once, and nobody gets it until it is open again. A
// nil server has nobody to cut off.
func (s *server) shutter(shut map[string]bool) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = shut
	for _, o := range s.outputs {
		o.shut.Store(shut[o.id])
	}
	for session, p := range s.players {
		if shut[p.output.id] {
			session.Close()
		}
	}
}

// OnSessionClose is called by the library.
func (s *server) OnSessionClose(x *gortsplib.ServerHandlerOnSessionCloseCtx) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.players[x.Session]; p != nil {
		p.output.leave(p)
		delete(s.players, x.Session)
	}
}

// OnStreamWriteError is called when a player is too slow for a packet, while it
// is written.
func (s *server) OnStreamWriteError(x *gortsplib.ServerHandlerOnStreamWriteErrorCtx) {
	if p, ok := x.Session.UserData().(*player); ok {
		p.refused.Add(1)
	}
}

// OnDecodeError is called when a player sends nonsense.
func (s *server) OnDecodeError(*gortsplib.ServerHandlerOnDecodeErrorCtx) {}

// OnPacketsLost is called when a player's own packets are missing.
func (s *server) OnPacketsLost(*gortsplib.ServerHandlerOnPacketsLostCtx) {}

// output is one camera as players see it, for as long as the camera keeps its
// connection and its picture format.
type output struct {
	server  *server
	id      string
	picture *description.Media
	sound   *description.Media      // nil without
	stream  *gortsplib.ServerStream // describes; each player has one of its own
	encode  func(au [][]byte) ([]*rtp.Packet, error)
	pack    func(frames []pipe.Sample) ([]*rtp.Packet, error)
	shut    atomic.Bool    // for privacy
	missed  *atomic.Uint64 // packets that slow players did not get

	count   atomic.Int32 // of the players
	mu      sync.Mutex   // guards players; is locked after the server's
	players []*player
}

// open offers a camera, replacing what was offered under its name.
func (s *server) open(id string, f format.Format, sound *sound, missed *atomic.Uint64) (*output, error) {
	o := &output{server: s, id: id, missed: missed, picture: &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{f}}}
	err := o.encoder(f)
	if err == nil && sound != nil {
		f := sound.offer()
		o.sound = &description.Media{Type: description.MediaTypeAudio, Formats: []format.Format{f}}
		o.pack, err = encoder(f)
	}
	if err != nil {
		return nil, fmt.Errorf("child: offer %s: %w", id, err)
	}
	o.stream = o.newStream()
	if err := o.stream.Initialize(); err != nil {
		return nil, fmt.Errorf("child: offer %s: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o.shut.Store(s.shut[id])
	s.outputs[id] = o
	return o, nil
}

// newStream has the camera's tracks, and nobody who gets them.
func (o *output) newStream() *gortsplib.ServerStream {
	medias := []*description.Media{o.picture}
	if o.sound != nil {
		medias = append(medias, o.sound)
	}
	return &gortsplib.ServerStream{Server: o.server.srv, Desc: &description.Session{Title: o.id, Medias: medias}}
}

// join lets a player have what comes from now on.
func (o *output) join(p *player, c net.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if slices.Contains(o.players, p) { // PLAY may be said twice
		return
	}
	p.play(c)
	o.players = append(o.players, p)
	o.count.Store(int32(len(o.players)))
}

func (o *output) leave(p *player) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.players = slices.DeleteFunc(o.players, func(other *player) bool { return other == p })
	o.count.Store(int32(len(o.players)))
}

func (o *output) encoder(f format.Format) error {
	switch f := f.(type) {
	case *format.H264:
		e, err := f.CreateEncoder()
		if err != nil {
			return err
		}
		o.encode = e.Encode
	case *format.H265:
		e, err := f.CreateEncoder()
		if err != nil {
			return err
		}
		o.encode = e.Encode
	}
	return nil
}

// idle tells whether there is nobody to write to.
func (o *output) idle() bool { return o == nil || o.count.Load() == 0 || o.shut.Load() }

// write sends one access unit to whoever plays; without players it costs
// nothing. A nil output takes everything.
func (o *output) write(au [][]byte, pts int64, key bool, at time.Time) {
	if o.idle() {
		return
	}
	packets, err := o.encode(au)
	if err != nil {
		return
	}
	for _, p := range packets {
		p.Timestamp = uint32(pts)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.players {
		p.picture(o.picture, packets, key, at)
	}
}

// writeSound sends frames whose first belongs at pts on the timeline, in
// units of the sound's clock.
func (o *output) writeSound(frames []pipe.Sample, pts int64, at time.Time) {
	if o.idle() || o.sound == nil {
		return
	}
	packets, err := o.pack(frames)
	if err != nil {
		return
	}
	for _, p := range packets {
		p.Timestamp += uint32(pts)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.players {
		p.sound(o.sound, packets, at)
	}
}

// close ends the players' sessions. It is harmless for a nil output.
func (o *output) close() {
	if o == nil {
		return
	}
	o.server.mu.Lock()
	defer o.server.mu.Unlock()
	if o.server.outputs[o.id] == o {
		delete(o.server.outputs, o.id)
	}
	for _, p := range o.server.players {
		if p.output == o {
			p.stream.Close()
		}
	}
	o.stream.Close()
}
