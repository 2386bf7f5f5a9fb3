package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lobby/devices"
	"lobby/devices/camera"
	emucamera "lobby/devices/emulator/camera"
	"lobby/display"
	"lobby/display/access"
	"lobby/display/api"
	"lobby/display/feed"
	"lobby/display/web"
	"lobby/queue"
	"lobby/queue/figures"
	"lobby/queue/hall"
	"lobby/queue/ratings"
)

// heartbeat is how often the feed beats.
const heartbeat = 2 * time.Second

// pongPatience is how long a client of the feed may be too busy to answer a ping.
const pongPatience = 30 * time.Second

// mayListen refuses an address that others can reach without encryption and
// sign-in.
func (c Config) mayListen() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("listen %q: write it as host:port, for example 127.0.0.1:8080", c.Listen)
	}
	if loopback(host) || c.TLS.CertFile != "" && c.Access.File != "" {
		return nil
	}
	return fmt.Errorf("listen %q: an address that others can reach needs TLS and sign-in: write tls (lobby tls init makes the files) "+
		"and access (lobby access add makes the file), or listen on 127.0.0.1", c.Listen)
}

// loopback tells whether only this computer reaches a host.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// listen opens the web listener.
func listen(c Config) (net.Listener, error) {
	if err := c.mayListen(); err != nil {
		return nil, usageError{err}
	}
	address := c.Listen
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen %q: %w; another program uses it, choose another port", address, err)
	}
	return api.NewCallers(l, callersEach), nil // below TLS, so that the server still sees its connections
}

// callersEach is how many connections one address may hold: a page takes up to
// seven, and a whole hall may be behind one proxy.
const callersEach = 1024

// url is where the hall is reached.
func (l *lobby) url() string {
	if l.certificate != nil {
		return "https://" + l.listener.Addr().String()
	}
	return "http://" + l.listener.Addr().String()
}

// startAccess opens the certificate and the book of accounts, where the hall
// has them.
func (l *lobby) startAccess(o *api.Options) (err error) {
	if l.file.TLS.CertFile != "" {
		if l.certificate, err = openCertificate(l.file.TLS, l.log); err != nil {
			return err
		}
		l.listener = l.certificate.encrypted(l.listener)
		l.group.add(l.watchCertificate)
	}
	if l.file.Access.File == "" {
		return nil
	}
	book, err := access.OpenBook(l.file.Access.File)
	if err != nil {
		return err
	}
	o.Gate = access.NewGate(book, l.file.hasPlace, l.log, time.Now)
	o.Gate.IdleLock = l.file.Access.idleLock()
	if err := l.noteAccounts(book); err != nil {
		return err
	}
	arrivals := newArrivals()
	o.Gate.Tell(arrivals.add)
	l.group.add(enduring(l.log, "arrivals", nil, func(ctx context.Context) error { return arrivals.run(ctx, l.hall) }))
	return nil
}

// noteAccounts records who may sign in now and could not when the trail last
// heard of it, and the other way round.
func (l *lobby) noteAccounts(book *access.Book) error {
	var known map[string]queue.AccessNoted
	if err := l.hall.Read(l.group.ctx, func(s *queue.State) { known = s.Accounts() }); err != nil {
		return err
	}
	for _, c := range book.Since(known) {
		c.N = 1
		if _, err := l.hall.Do(l.group.ctx, hall.Request{Actor: "lobby", Command: c}); err != nil {
			return fmt.Errorf("record that the account %s changed: %w", c.Badge, err)
		}
	}
	return nil
}

// hasPlace tells whether the hall has a window, kiosk or wall of that name.
func (h *hallFile) hasPlace(role access.Role, id string) bool {
	switch role {
	case access.Window:
		return slices.ContainsFunc(h.Windows, func(w display.Window) bool { return w.ID == id })
	case access.Kiosk:
		return slices.ContainsFunc(h.Kiosks, func(k display.Kiosk) bool { return k.ID == id })
	case access.Wall:
		return slices.ContainsFunc(h.Walls, func(w display.Wall) bool { return w.ID == id })
	}
	return false
}

// hasPage tells whether the hall has a window, kiosk, wall or ticket of its
// own page. A hall that is stopping denies no ticket.
func (l *lobby) hasPage(ctx context.Context, kind, id string) bool {
	if kind != "token" {
		return l.file.hasPlace(access.Role(kind), id)
	}
	found := false
	err := l.hall.Read(ctx, func(s *queue.State) {
		_, ticket := s.TicketByToken(id)
		_, ballot := s.BallotByToken(id)
		found = ticket || ballot
	})
	return err != nil || found
}

// startWeb starts cameras, feed, API and pages.
func (l *lobby) startWeb() error {
	cameras, err := l.startCameras()
	if err != nil {
		return err
	}
	d := l.file.description()
	guard := api.Guard{Hosts: l.file.Hosts, Origins: l.file.Origins}
	commander := &api.Commander{Hall: l.hall, Items: l.file.items, Holders: l.holders}
	f := feed.New(feed.Options{
		Hall: l.hall, Backlog: l.trail, Commander: commander, Description: d, Build: build(), Heartbeat: heartbeat, Patience: pongPatience,
		Allowed: guard.Allowed, Beat: l.startScreens(), Log: l.log, Now: time.Now,
	})
	options := api.Options{
		Hall: l.hall, Tickets: l.trail, Description: d, Items: l.file.items, Feed: f, Evidence: evidence{l.trail, l.file.Data, l.notary}, Figures: &figuresBook{book[*figures.Books]{records: l.trail, begin: figures.New}},
		Ratings: &ratingsBook{book[*ratings.Tally]{records: l.trail, begin: ratings.New}}, Pages: web.Handler(web.Options{Build: build(), PublicURL: l.file.Public, FrameAncestors: l.file.Origins, Known: l.hasPage}),
		Metrics: promhttp.HandlerFor(l.metrics(), promhttp.HandlerOpts{}), Guard: guard, Log: l.log, Now: time.Now,
	}
	options.Sounds = sounds{l}
	if l.settings != nil {
		options.Settings = renewal{l.settings, l}
	}
	if err := l.startAccess(&options); err != nil {
		return err
	}
	if err := l.trail.Announce(l.url()); err != nil {
		return err
	}
	if cameras != nil {
		options.Cameras = liveCameras{cameras}
		l.startFootage(&options, cameras)
		calls, err := l.startGateway(cameras)
		if err != nil {
			return fmt.Errorf("webrtc: find our own program: %w", err)
		}
		options.Gateway = calls
	}
	if len(l.file.Scanners)+len(l.file.Readers) > 0 {
		options.Scans = l.kioskScans
	}
	if l.emulators.any() {
		options.Emulators = l.emulators
	}
	l.group.add(f.Run)
	l.serve(api.New(options, commander).Handler())
	return nil
}

// watchCertificate warns before the certificate ends. Who has the pages open
// goes on, and the hall does anyway.
func (l *lobby) watchCertificate(ctx context.Context) error {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		say, over := l.certificate.expiry(time.Now())
		state := devices.Up
		switch {
		case over:
			state = devices.Down
		case say != "":
			state = devices.Degraded
		}
		l.health.report("certificate/tls", state, say)
		select {
		case <-ctx.Done():
			return nil
		case <-hourly.C:
		}
	}
}

// serve runs the HTTP server until the group ends.
func (l *lobby) serve(h http.Handler) {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return l.group.ctx },
	}
	l.group.add(func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() {
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			if srv.Shutdown(grace) != nil {
				srv.Close()
			}
		})
		defer stop()
		if err := srv.Serve(l.listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("web: %w", err)
		}
		return nil
	})
}

// cameraPatience is how long a viewer waits for a camera that is not live;
// the page shows why and asks again.
const cameraPatience = 8 * time.Second

// liveCameras fits the camera relay to the API.
type liveCameras struct{ relay *camera.Relay }

// Watch implements api.Cameras.
func (c liveCameras) Watch(ctx context.Context, id string, wish api.Wish) (api.Viewer, error) {
	ctx, cancel := context.WithTimeout(ctx, cameraPatience)
	defer cancel()
	v, err := c.relay.Watch(ctx, id, camera.Wish{H265: wish.H265, Sound: wish.Sound})
	if err != nil {
		return nil, err
	}
	return viewer{v}, nil
}

// Figures implements api.Cameras.
func (c liveCameras) Figures() map[string]api.CameraFigures {
	all := map[string]api.CameraFigures{}
	for _, s := range c.relay.States() {
		f := api.CameraFigures{
			Code: s.Code, Tracks: []api.CameraTrack{}, Viewers: s.Viewers, Pictures: s.Frames, Dropped: s.Dropped,
			Damaged: s.Figures.Damaged, LostPackets: s.Figures.Lost, Missed: s.Figures.Missed,
		}
		for _, t := range s.Tracks {
			f.Tracks = append(f.Tracks, api.CameraTrack{Codec: string(t.Codec), Width: t.Width, Height: t.Height, Channels: t.Channels})
		}
		if !s.LastFrame.IsZero() {
			f.LastPicture = &s.LastFrame
		}
		if s.Figures.Reported {
			f.Clock = &api.CameraClock{AheadMS: s.Figures.Offset.Milliseconds(), ErrorMS: s.Figures.Error.Milliseconds()}
		}
		all[s.ID] = f
	}
	return all
}

// viewer fits a camera viewer to the API.
type viewer struct{ *camera.Viewer }

// Next implements api.Viewer.
func (v viewer) Next(ctx context.Context) ([]byte, error) {
	f, err := v.Viewer.Next(ctx)
	return f.Bytes, err
}

// startCameras starts the camera process and, for emulated cameras, the
// server they are played from.
func (l *lobby) startCameras() (*camera.Relay, error) {
	if len(l.file.Cameras) == 0 {
		return nil, nil
	}
	sources, err := l.cameraSources()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cameras: find our own program: %w", err)
	}
	relay, err := camera.New(camera.Options{
		Sources: sources, Command: []string{self, "camera", "--log", l.logLevel().String()}, RTSPListen: l.file.RTSP.Listen, RTSPUsers: l.players(), RTSPFallback: l.file.emulatedCameras(),
		Log: l.log.With("family", "camera"), Stderr: os.Stderr,
		Report: func(id string, s devices.State, why string) { l.health.report("camera/"+id, s, why) },
	})
	if err != nil {
		return nil, err
	}
	l.relay = relay
	l.group.add(enduring(l.log, "cameras", nil, relay.Run))
	return relay, nil
}

// players are who may play the cameras, with their passwords. One whose
// password cannot be read is kept away: without it nobody would be asked.
func (l *lobby) players() map[string]string {
	all := map[string]string{}
	for name, p := range l.file.RTSP.Users {
		password, err := readSecret(p.PasswordFile)
		if err != nil || password == "" {
			l.log.Error("a player of cameras is kept away, its password cannot be read", "user", name, "file", p.PasswordFile, "error", err)
			password = nonce()
		}
		all[name] = password
	}
	return all
}

// logLevel is the least level that the hall logs.
func (l *lobby) logLevel() slog.Level {
	if l.log.Enabled(context.Background(), slog.LevelInfo) {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// cameraSources lists what the camera process pulls. Emulated cameras are
// pulled from a server of ours, over a real connection.
func (l *lobby) cameraSources() ([]camera.Source, error) {
	var sources []camera.Source
	streams := map[string]string{}
	for _, id := range sorted(l.file.Cameras) {
		c := l.file.Cameras[id]
		s := c.source(id)
		if c.Emulated {
			streams[id] = c.Clip
		} else if err := c.secrets(&s); err != nil {
			l.health.report("camera/"+id, devices.Down, err.Error())
			continue // the hall works on without this camera
		}
		sources = append(sources, s)
	}
	if len(streams) == 0 {
		return sources, nil
	}
	password := nonce()
	emulated, err := emucamera.New(emucamera.Options{Listen: "127.0.0.1:0", Streams: streams, User: "lobby", Password: password, Log: l.log})
	if err != nil {
		return nil, err
	}
	l.emulators.add("camera/rtsp", emulated)
	l.group.add(enduring(l.log, "camera emulator", nil, emulated.Run))
	for i, s := range sources {
		if _, ok := streams[s.ID]; ok {
			sources[i].URL, sources[i].User, sources[i].Password = "rtsp://"+emulated.Addr()+"/"+s.ID, "lobby", password
		}
	}
	return sources, nil
}

// source is the camera as configured, without what stands in files.
func (c Camera) source(id string) camera.Source {
	return camera.Source{ID: id, URL: c.Source, User: c.User, Fingerprint: c.Fingerprint, UDP: c.Transport == "udp"}
}

// secrets reads what stands in files of its own.
func (c Camera) secrets(s *camera.Source) (err error) {
	if c.PasswordFile != "" {
		if s.Password, err = readSecret(c.PasswordFile); err != nil {
			return err
		}
	}
	if c.CAFile == "" {
		return nil
	}
	ca, err := os.ReadFile(c.CAFile)
	if err != nil {
		return fmt.Errorf("the certificate authority of the camera cannot be read: %w", err)
	}
	s.CA = string(ca)
	return s.Validate()
}

func (c Config) emulatedCameras() bool {
	for _, cam := range c.Cameras {
		if cam.Emulated {
			return true
		}
	}
	return false
}
