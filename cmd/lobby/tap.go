package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"lobby/devices"
	"lobby/devices/wire"
	bridge "lobby/firmware-bridge"
)

func tapCommand() *cobra.Command {
	var hb1 bool
	c := &cobra.Command{
		Use: "tap PORT…", Short: "Record what is said on wires, with times", Args: cobra.MinimumNArgs(1),
		Long: "Tap listens and never speaks. A PORT is a wire URL (serial:///dev/ttyUSB0?baud=9600) or a device path.\n" +
			"To record both directions of a wire, give one receiving port for each.",
	}
	c.Flags().BoolVar(&hb1, "hb1", false, "also explain HB1 frames")
	c.RunE = func(c *cobra.Command, ports []string) error {
		t := &tap{out: c.OutOrStdout(), began: time.Now(), hb1: hb1}
		g := newGroup(c.Context())
		for i, port := range ports {
			u, err := portURL(port)
			if err != nil {
				return usageError{err}
			}
			open, err := (&wires{ctx: g.ctx, log: logger(os.Stderr, slog.LevelInfo)}).opener(u, port, "", nil)
			if err != nil {
				return usageError{err}
			}
			g.add(func(ctx context.Context) error { return t.listen(ctx, i+1, open) })
		}
		return g.wait()
	}
	return c
}

// portURL reads a wire URL or a plain device path.
func portURL(port string) (wire.URL, error) {
	if strings.HasPrefix(port, "/") {
		port = "serial://" + port
	}
	u, err := wire.Parse(port)
	if err == nil && u.Scheme == wire.Emulated {
		err = fmt.Errorf("tap %q: an emulated wire is tapped by the path that /hardware shows", port)
	}
	return u, err
}

// tap writes one line for each piece of bytes.
type tap struct {
	began time.Time
	hb1   bool

	mu  sync.Mutex
	out io.Writer
}

// listen reads one port until the context ends or the port goes.
func (t *tap) listen(ctx context.Context, n int, open wire.Opener) error {
	w, err := open(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	defer context.AfterFunc(ctx, func() { w.Close() })()
	buf := make([]byte, 4096)
	var pending []byte // HB1 bytes that are no whole frame yet
	for {
		k, err := w.Read(buf)
		if k > 0 {
			t.note(n, buf[:k])
			if t.hb1 {
				pending = t.explain(n, append(pending, buf[:k]...))
			}
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, devices.ErrGone):
			return fmt.Errorf("tap: port %d: %w", n, err)
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("tap: port %d: %w", n, err)
		}
	}
}

// note writes "seconds port bytes".
func (t *tap) note(n int, b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "%12.6f %d % x\n", time.Since(t.began).Seconds(), n, b)
}

// explain writes the frames at the beginning of b and returns the rest.
func (t *tap) explain(n int, b []byte) []byte {
	for {
		k, p, err := bridge.Next(b)
		switch {
		case k == 0:
			return b
		case k < 0:
			k = -k
			if err != nil {
				t.say(n, err.Error())
			}
		default:
			t.say(n, p.String())
		}
		b = b[k:]
	}
}

func (t *tap) say(n int, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "%12s %d # %s\n", "", n, text)
}
