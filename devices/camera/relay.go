package camera

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/camera/pipe"
)

// Options are what a Relay needs.
type Options struct {
	Sources []Source
	// Command starts the camera process, for example {"/usr/bin/lobby", "camera"}.
	Command []string
	// RTSPListen is where players find the cameras, "0.0.0.0:8554"; empty for nowhere.
	RTSPListen string
	// RTSPFallback takes a free port when that one is taken.
	RTSPFallback bool
	// RTSPUsers maps the names of who may play to their passwords; empty means everybody.
	RTSPUsers map[string]string
	// Memory bounds a camera process, in bytes beyond those it starts with; 0
	// for as much as its cameras can need.
	Memory int64
	Log    *slog.Logger
	// Stderr gets the camera process's log lines; nil drops them.
	Stderr io.Writer
	// Report is told when a camera changes; nil tells nobody. Calls for one
	// camera come one after the other.
	Report devices.Report
}

// What a camera process may use, in bytes, where nothing else is wished: for
// itself with its players, and for each camera: twice the pictures that are
// kept of it. Sixteen cameras of a hall take 60 MB together.
const (
	memoryOfProcess = 256 << 20
	memoryOfCamera  = 16 << 20
)

func (o Options) memory(cameras int) int64 {
	return cmp.Or(o.Memory, memoryOfProcess+int64(cameras)*memoryOfCamera)
}

// Validate tells everything that is wrong with the options.
func (o Options) Validate() error {
	var errs []error
	if len(o.Command) == 0 {
		errs = append(errs, errors.New("camera: no command for the camera process"))
	}
	if len(o.Sources) >= math.MaxUint16 {
		errs = append(errs, fmt.Errorf("camera: %d cameras are too many", len(o.Sources)))
	}
	seen := map[string]bool{}
	for _, s := range o.Sources {
		errs = append(errs, s.Validate())
		if seen[s.ID] {
			errs = append(errs, fmt.Errorf("camera: id %q is there twice", s.ID))
		}
		seen[s.ID] = true
	}
	return errors.Join(errs...)
}

// Relay pulls every camera once and shows it to any number of viewers.
type Relay struct {
	options Options
	streams []*stream // never changed; indexed like Options.Sources
	byID    map[string]*stream

	mu    sync.Mutex
	rtsp  pipe.Listen
	falls map[int]int // how often a camera took a shared process down
	alone map[int]bool
	// processes that run, by id, each with what wakes its orders
	processes map[int]chan struct{}
}

// New makes a relay. Nothing is started before Run.
func New(o Options) (*Relay, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	if o.Report == nil {
		o.Report = func(string, devices.State, string) {}
	}
	r := &Relay{options: o, byID: map[string]*stream{}, falls: map[int]int{}, alone: map[int]bool{}, processes: map[int]chan struct{}{}}
	now := time.Now()
	for _, src := range o.Sources {
		src, err := src.plain()
		if err != nil {
			return nil, fmt.Errorf("camera: %s: %w", src.ID, err)
		}
		s := newStream(src, now)
		r.streams = append(r.streams, s)
		r.byID[src.ID] = s
	}
	return r, nil
}

// Watch makes a viewer of a camera. It waits until the camera shows a
// picture; a camera that is away for long is a reason to give ctx a limit.
// The caller closes the viewer. ErrH265 says that the wish is too small.
func (r *Relay) Watch(ctx context.Context, camera string, wish Wish) (*Viewer, error) {
	s := r.byID[camera]
	if s == nil {
		return nil, fmt.Errorf("camera: watch %q: %w", camera, ErrUnknown)
	}
	v, err := s.watch(ctx, wish)
	if err != nil {
		return nil, fmt.Errorf("camera: watch %s: %w", camera, err)
	}
	return v, nil
}

// States tells how every camera is, in the order of the configuration.
func (r *Relay) States() []CameraState {
	all := make([]CameraState, len(r.streams))
	for i, s := range r.streams {
		all[i] = s.snapshot()
	}
	return all
}

// RTSP tells where players find the cameras, for example "0.0.0.0:8554", and
// in a sentence for people what is wrong with that, if anything: another
// program has the wanted port. Both are empty until the camera process said.
func (r *Relay) RTSP() (addr, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rtsp.Addr, r.rtsp.Why
}

// PIDs are the camera processes that run now.
func (r *Relay) PIDs() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []int
	for pid := range r.processes {
		all = append(all, pid)
	}
	return all
}

// handle takes one frame of a process that serves the given cameras. An error
// means that the process is not to be trusted any more.
func (r *Relay) handle(f pipe.Frame, g *group) error {
	switch f.Kind {
	case pipe.KindBeat:
		return nil
	case pipe.KindListen:
		return r.listening(f.Payload)
	}
	i := int(f.Camera)
	if !g.has(i) {
		return fmt.Errorf("camera: frame for camera %d: %w", i, pipe.ErrFrame)
	}
	s := r.streams[i]
	switch f.Kind {
	case pipe.KindFragment:
		s.add(Fragment{Bytes: f.Payload, Track: f.Track, Key: f.Key, At: f.At, Error: f.Error, Reported: f.Reported})
	case pipe.KindStart:
		st, err := pipe.ParseStart(f.Payload)
		if err != nil {
			return err
		}
		s.start(st)
	case pipe.KindFigures:
		var figures pipe.Figures
		if err := decode(f.Payload, &figures); err != nil {
			return err
		}
		s.measured(figures)
	case pipe.KindStatus:
		var st pipe.Status
		if err := decode(f.Payload, &st); err != nil {
			return err
		}
		r.set(s, st)
	}
	return nil
}

// set stores a camera's status and reports news.
func (r *Relay) set(s *stream, st pipe.Status) {
	if now, news := s.set(st, time.Now()); news {
		r.options.Report(now.ID, now.State, now.Why)
	}
}

func (r *Relay) listening(payload []byte) error {
	var l pipe.Listen
	if err := decode(payload, &l); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rtsp = l
	if l.Why != "" {
		r.options.Log.Warn("rtsp for players", "why", l.Why)
	}
	return nil
}
