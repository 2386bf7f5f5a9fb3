// Package camera is a camera made of software: an RTSP server that plays
// short films of a hall round and round, over the same protocol and with the
// same troubles as cameras of glass and metal.
package camera

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/auth"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
)

// Options of the emulated cameras.
type Options struct {
	Listen   string            // "127.0.0.1:0" takes a free port
	Streams  map[string]string // path in the address to the name of a clip
	User     string            // empty: no sign-in
	Password string
	Log      *slog.Logger
	// Seed makes the noise of the fault garbage.
	Seed uint64
	// Sent, if there is one, hears of every picture when its last packet is on
	// its way, by the path of its camera.
	Sent func(path string)
}

// The faults of one camera.
const (
	FaultDead          = "dead"           // ends every connection without a word
	FaultSilent        = "silent"         // keeps the connection and sends nothing
	FaultGarbage       = "garbage"        // sends packets full of noise
	FaultFrozen        = "frozen"         // sends one and the same picture
	FaultWrongPassword = "wrong_password" // refuses every sign-in
)

func faultNames() []string {
	return []string{FaultDead, FaultSilent, FaultGarbage, FaultFrozen, FaultWrongPassword}
}

// Cameras are all emulated cameras behind one address.
type Cameras struct {
	options Options
	units   []*unit // sorted by path
	srv     *gortsplib.Server

	mu      sync.Mutex
	playing map[*gortsplib.ServerSession]*unit
}

// unit is one camera. Its clip and its stream are never changed.
type unit struct {
	path   string
	clip   *Clip
	media  *description.Media
	stream *gortsplib.ServerStream

	// The rest is guarded by Cameras.mu.
	faults  map[string]bool
	viewers int
	frames  uint64
}

// New opens the listener, so that Addr is known, and reads the clips. Run
// must follow: it plays them and closes the listener at its end.
func New(o Options) (*Cameras, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Cameras{options: o, playing: map[*gortsplib.ServerSession]*unit{}}
	for _, p := range slices.Sorted(maps.Keys(o.Streams)) {
		clip, err := LoadClip(o.Streams[p])
		if err != nil {
			return nil, err
		}
		c.units = append(c.units, &unit{path: strings.Trim(p, "/"), clip: clip, faults: map[string]bool{}})
	}
	c.srv = &gortsplib.Server{
		Handler: c, RTSPAddress: o.Listen, WriteQueueSize: 1024,
		AuthMethods: []auth.VerifyMethod{auth.VerifyMethodDigestMD5},
	}
	if err := c.srv.Start(); err != nil {
		return nil, fmt.Errorf("emulator/camera: listen on %s: %w", o.Listen, err)
	}
	for _, u := range c.units {
		if err := u.open(c.srv); err != nil {
			c.srv.Close()
			return nil, fmt.Errorf("emulator/camera: %s: %w", u.path, err)
		}
	}
	return c, nil
}

// Addr is the address of the cameras, host and port.
func (c *Cameras) Addr() string { return c.srv.NetListener().Addr().String() }

// Run plays the clips until the context ends.
func (c *Cameras) Run(ctx context.Context) error {
	var players sync.WaitGroup
	for i, u := range c.units {
		noise := rand.New(rand.NewPCG(c.options.Seed, uint64(i)))
		players.Go(func() { c.play(ctx, u, noise) })
	}
	players.Wait()
	c.srv.Close()
	return nil
}

// View is what the page of emulated devices shows.
type View struct {
	Kind  string     `json:"kind"` // "camera"
	Units []UnitView `json:"units"`
}

// UnitView is one camera.
type UnitView struct {
	Name    string `json:"name"`
	Path    string `json:"path"`
	Clip    string `json:"clip"`
	Viewers int    `json:"viewers"`
	Frames  uint64 `json:"frames"`
}

// View tells what every camera does.
func (c *Cameras) View() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := View{Kind: "camera", Units: []UnitView{}}
	for _, u := range c.units {
		v.Units = append(v.Units, UnitView{u.path, u.path, u.clip.Name, u.viewers, u.frames})
	}
	return v
}

// Faults lists the switches, named camera/fault, as in "entrance/silent".
func (c *Cameras) Faults() map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]bool{}
	for _, u := range c.units {
		for _, f := range faultNames() {
			all[u.path+"/"+f] = u.faults[f]
		}
	}
	return all
}

// SetFault switches a fault of one camera, named camera/fault. A camera that
// falls dead or refuses the password also ends the connections it has.
func (c *Cameras) SetFault(name string, on bool) error {
	path, fault := name, ""
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		path, fault = name[:i], name[i+1:]
	}
	u := c.find(path)
	if u == nil || !slices.Contains(faultNames(), fault) {
		return fmt.Errorf("emulator/camera: no fault %q", name)
	}
	var gone []*gortsplib.ServerSession
	c.mu.Lock()
	u.faults[fault] = on
	if on && (fault == FaultDead || fault == FaultWrongPassword) {
		for s, of := range c.playing {
			if of == u {
				gone = append(gone, s)
			}
		}
	}
	c.mu.Unlock()
	for _, s := range gone {
		s.Close()
	}
	return nil
}

func (c *Cameras) find(path string) *unit {
	path = strings.Trim(path, "/")
	for _, u := range c.units {
		if u.path == path {
			return u
		}
	}
	return nil
}

func (c *Cameras) fault(u *unit, name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return u.faults[name]
}

// frameTime is when picture n is due, counted from the first one.
func frameTime(n int64) time.Duration {
	return time.Duration(float64(n) / FrameRate * float64(time.Second))
}
