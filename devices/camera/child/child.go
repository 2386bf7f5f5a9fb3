// Package child is the camera process: everything that reads what a camera
// sends runs here and nowhere else. It pulls every camera over RTSP, turns
// the pictures into fragments of MP4 for the hall on its standard output, and
// offers the cameras to recorders and players over RTSP.
//
// A camera may send anything. What is caught here costs one camera a new
// connection; what is not caught costs this process its life, and the hall
// starts it again. The hall itself never notices more than a frozen picture.
package child

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/pprof"
	"slices"
	"time"

	"lobby/devices/camera/pipe"
)

// ErrHallGone says that the hall closed the pipe.
var ErrHallGone = errors.New("the hall is gone")

// LabelCamera is the name of the goroutine label that tells in the trace of a
// crash which camera the crashed goroutine worked for. The Go runtime prints
// labels with GODEBUG=tracebacklabels=1, and goroutines inherit them.
const LabelCamera = "camera"

// Run is the whole camera process: it reads the configuration from in, serves
// until in ends or the context does, and writes frames to out. It returns nil
// when it was asked to end.
func Run(ctx context.Context, in io.Reader, out io.Writer, log *slog.Logger) error {
	return run(ctx, in, out, log, realTiming(), network{})
}

func run(ctx context.Context, in io.Reader, out io.Writer, log *slog.Logger, t timing, n network) error {
	told := bufio.NewReader(in)
	config, err := pipe.ReadConfig(told)
	if err != nil {
		return fmt.Errorf("child: %w", err)
	}
	if err := limit(config.Memory); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := pipe.NewWriter(out)
	var tasks tasks
	rtsp, err := listen(ctx, config, w, log, &tasks)
	if err != nil {
		return err
	}
	// The goroutine ends with the process, since a read cannot be interrupted.
	go func() { cancel(obey(told, config, rtsp)) }()
	tasks.start(func() error { return beat(ctx, w, t.beat) }, cancel)
	for _, source := range config.Cameras {
		c := &camera{source: source, timing: t, out: w, rtsp: rtsp, log: log, network: n}
		tasks.start(func() (err error) {
			pprof.Do(ctx, pprof.Labels(LabelCamera, source.ID), func(ctx context.Context) { err = c.run(ctx) })
			return err
		}, cancel)
	}
	<-ctx.Done()
	tasks.Wait()
	if err := context.Cause(ctx); !errors.Is(err, ErrHallGone) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("child: %w", err)
	}
	return nil
}

// obey follows the hall's orders until the hall is gone.
func obey(told *bufio.Reader, config pipe.Config, rtsp *server) error {
	for orders := config.Orders; ; {
		rtsp.shutter(closed(config.Cameras, orders))
		var err error
		if orders, err = pipe.ReadOrders(told); err != nil {
			return ErrHallGone
		}
	}
}

// closed are the ids of the cameras that orders close.
func closed(cameras []pipe.Camera, o pipe.Orders) map[string]bool {
	ids := map[string]bool{}
	for _, c := range cameras {
		if slices.Contains(o.Shut, c.Index) {
			ids[c.ID] = true
		}
	}
	return ids
}

func listen(ctx context.Context, config pipe.Config, w *pipe.Writer, log *slog.Logger, tasks *tasks) (*server, error) {
	if config.Listen == "" {
		return nil, nil
	}
	rtsp, said := serve(config, log)
	if rtsp != nil {
		tasks.Go(func() { rtsp.run(ctx) })
	}
	return rtsp, w.Write(pipe.Frame{Kind: pipe.KindListen, At: time.Now(), Payload: pipe.Encode(said)})
}

// beat tells the hall that this process is alive.
func beat(ctx context.Context, w *pipe.Writer, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := w.Write(pipe.Frame{Kind: pipe.KindBeat, At: time.Now()}); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
