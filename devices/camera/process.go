package camera

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"lobby/devices/camera/pipe"
)

const (
	// maxSilence is how long a camera process may say nothing; it says
	// something every 2 s.
	maxSilence = 10 * time.Second
	// silenceLook is how often that is looked at.
	silenceLook = time.Second
	// restartPause is the time between the end of a camera process and the
	// next one, so that a picture is back within 2 s of the trouble.
	restartPause = 500 * time.Millisecond
	// endPause is how long a process may take to end when it is asked to.
	endPause = 2 * time.Second
	// maxFalls is how often a camera may take a shared process down before it
	// gets a process of its own.
	maxFalls = 2
)

// group is the cameras of one process.
type group struct {
	shared  bool
	members []int // indices into Relay.streams
}

func (g *group) has(i int) bool { return slices.Contains(g.members, i) }

// Run starts the camera process and keeps it running until the context ends.
// It returns when every process has ended.
func (r *Relay) Run(ctx context.Context) error {
	if len(r.streams) == 0 {
		<-ctx.Done()
		return nil
	}
	var processes sync.WaitGroup
	processes.Go(func() { r.keepShared(ctx, &processes) })
	processes.Wait()
	return nil
}

// keepShared keeps the process that serves all cameras but those that took it
// down too often; each of those gets a process of its own, which serves no
// players.
func (r *Relay) keepShared(ctx context.Context, processes *sync.WaitGroup) {
	for ctx.Err() == nil {
		g := r.sharedGroup()
		blamed := r.once(ctx, g)
		if i, out := r.blame(blamed); out {
			r.options.Log.Warn("camera gets a process of its own", "camera", r.streams[i].source.ID)
			processes.Go(func() { r.keep(ctx, &group{members: []int{i}}) })
		}
		pause(ctx, restartPause)
	}
}

func (r *Relay) keep(ctx context.Context, g *group) {
	for ctx.Err() == nil {
		r.once(ctx, g)
		pause(ctx, restartPause)
	}
}

func (r *Relay) sharedGroup() *group {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := &group{shared: true}
	for i := range r.streams {
		if !r.alone[i] {
			g.members = append(g.members, i)
		}
	}
	return g
}

// blame counts a fall of the shared process against a camera.
func (r *Relay) blame(id string) (int, bool) {
	i := slices.IndexFunc(r.streams, func(s *stream) bool { return s.source.ID == id })
	if i < 0 {
		return i, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.falls[i]++
	if r.falls[i] < maxFalls || r.alone[i] {
		return i, false
	}
	r.alone[i] = true
	return i, true
}

// once runs one process to its end and returns the camera that its last words
// name, if any.
func (r *Relay) once(ctx context.Context, g *group) (blamed string) {
	trace := &trace{next: r.options.Stderr}
	err := r.process(ctx, g, trace)
	if ctx.Err() != nil {
		return ""
	}
	blamed = trace.camera()
	r.options.Log.Error("camera process ended and is started again", "err", err, "crash", trace.crash(), "camera", blamed)
	why := "The camera process ended and is started again."
	if trace.starved() {
		why = "The camera process took more memory than it may; it was ended and is started again."
	}
	for _, i := range g.members {
		r.set(r.streams[i], pipe.Status{Code: pipe.Failed, Why: why})
	}
	return blamed
}

// process starts one process and reads its frames until it ends, falls silent
// or breaks a rule.
func (r *Relay) process(ctx context.Context, g *group, stderr io.Writer) error {
	cmd := exec.CommandContext(ctx, r.options.Command[0], r.options.Command[1:]...)
	// The trace of a crash then names the camera it happened with.
	cmd.Env = append(os.Environ(), "GODEBUG=tracebacklabels=1")
	cmd.Stderr = stderr
	cmd.WaitDelay = endPause
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("camera: start process: %w", err)
	}
	stdout, ours, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("camera: start process: %w", err)
	}
	defer stdout.Close()
	cmd.Stdout = ours
	// A process that is asked to end closes its cameras' sessions first.
	cmd.Cancel = stdin.Close
	err = cmd.Start()
	ours.Close()
	if err != nil {
		return fmt.Errorf("camera: start process: %w", err)
	}
	changed := r.running(cmd.Process.Pid)
	defer r.over(cmd.Process.Pid)
	ended, end := context.WithCancel(ctx)
	defer end()
	go r.order(ended, stdin, changed, g) // it ends with the process at the latest
	err = r.read(stdout, g)
	if ctx.Err() == nil {
		_ = cmd.Process.Kill()
	}
	if ended := cmd.Wait(); ended != nil && err == io.EOF {
		err = ended
	}
	return err
}

// read takes frames until there are none, or until the process has been
// silent for too long while this one listened.
func (r *Relay) read(stdout *os.File, g *group) error {
	in := bufferedReader(stdout)
	silence := pipe.NewPatience(silenceLook, time.Now())
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		tick := time.NewTicker(silenceLook)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case now := <-tick.C:
				if silence.Tick(now) >= maxSilence {
					_ = stdout.SetReadDeadline(now) // ends the read below
				}
			}
		}
	}()
	for {
		f, err := pipe.Read(in)
		if err != nil {
			return err
		}
		silence.Heard()
		if err := r.take(f, g, silence); err != nil {
			return err
		}
	}
}

// take handles a frame; the time it takes is no silence of the process.
func (r *Relay) take(f pipe.Frame, g *group, silence *pipe.Patience) error {
	defer silence.Work()()
	return r.handle(f, g)
}

// order tells a process what it serves, and which cameras are closed whenever
// that changes.
func (r *Relay) order(ctx context.Context, stdin io.Writer, changed <-chan struct{}, g *group) {
	err := pipe.WriteConfig(stdin, r.config(g))
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			err = pipe.WriteOrders(stdin, r.orders(g))
		}
	}
}

// orders are those for the cameras of a group.
func (r *Relay) orders(g *group) (o pipe.Orders) {
	for _, i := range g.members {
		if r.streams[i].isShut() {
			o.Shut = append(o.Shut, uint16(i))
		}
	}
	return o
}

// running books a process that runs; the channel tells it of new orders.
func (r *Relay) running(pid int) <-chan struct{} {
	changed := make(chan struct{}, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.processes[pid] = changed
	return changed
}

func (r *Relay) over(pid int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.processes, pid)
}

// tellAll has every process told the orders.
func (r *Relay) tellAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, changed := range r.processes {
		select {
		case changed <- struct{}{}:
		default: // it will be told what holds then
		}
	}
}

// config is what a process of this group is told.
func (r *Relay) config(g *group) pipe.Config {
	c := pipe.Config{Orders: r.orders(g), Memory: r.options.memory(len(g.members)), Cameras: []pipe.Camera{}}
	for _, i := range g.members {
		s := r.streams[i].source
		c.Cameras = append(c.Cameras, pipe.Camera{
			Index: uint16(i), ID: s.ID, URL: s.URL, User: s.User, Password: s.Password, Fingerprint: s.Fingerprint,
			CA: s.CA, UDP: s.UDP,
		})
	}
	if !g.shared {
		return c
	}
	c.Listen, c.Fallback = r.options.RTSPListen, r.options.RTSPFallback
	for name, password := range r.options.RTSPUsers {
		c.Users = append(c.Users, pipe.User{Name: name, Password: password})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.Listen != "" && r.rtsp.Addr != "" {
		// A free port that was found once is kept over restarts.
		c.Listen = r.rtsp.Addr
	}
	return c
}

// pause waits, or returns when the context ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func decode(payload []byte, into any) error {
	if err := json.Unmarshal(payload, into); err != nil {
		return fmt.Errorf("camera: message of the camera process: %w", pipe.ErrFrame)
	}
	return nil
}
