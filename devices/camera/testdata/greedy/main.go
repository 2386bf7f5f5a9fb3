// Command greedy is the camera process with a camera named greedy, which takes
// memory without end. It is built without the race detector, whose own memory
// leaves no room for a limit.
package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"runtime/pprof"

	"lobby/devices/camera/child"
)

func main() {
	// The limit holds before a camera is asked for anything; the first word about
	// one is late enough.
	out := &planted{Writer: os.Stdout}
	if err := child.Run(context.Background(), os.Stdin, out, slog.New(slog.NewTextHandler(os.Stderr, nil))); err != nil {
		slog.Error("camera process", "err", err)
		os.Exit(1)
	}
}

// planted is the pipe to the hall. It takes memory with the first picture that
// the greedy camera, which is the second one, sends.
type planted struct{ io.Writer }

// Write implements io.Writer; it is called with one frame at a time.
func (p *planted) Write(frame []byte) (int, error) {
	const fragment, second = 4, 1
	if frame[4] == fragment && frame[7] == second {
		pprof.Do(context.Background(), pprof.Labels(child.LabelCamera, "greedy"), func(context.Context) { eat() })
	}
	return p.Writer.Write(frame)
}

// eat takes some gigabytes; without a limit it lives.
func eat() {
	var all [][]byte
	for range 200 {
		all = append(all, bytes.Repeat([]byte{1}, 16<<20))
	}
	slog.Info("all that memory was given", "pieces", len(all))
}
