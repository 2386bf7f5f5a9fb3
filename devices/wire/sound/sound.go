// Package sound opens wires to a sound card of this computer. One write is one
// sound, a whole WAVE file, and returns when it has been played to its end by
// aplay, which is run as a program. Nothing is ever read from such a wire.
package sound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/wire"
	"lobby/devices/wire/pipe"
)

// player is the program; tests have their own.
const player = "aplay"

// Open gives the opener of a sound card, named as ALSA names it:
// plughw:CARD=Device. A number would be another card after the next start.
func Open(u wire.URL) wire.Opener { return open(u, player) }

func open(u wire.URL, program string) wire.Opener {
	return func(context.Context) (wire.Conn, error) {
		path, err := exec.LookPath(program)
		if err != nil {
			return nil, fmt.Errorf("sound: %s is not installed: apt-get install alsa-utils (%w)", program, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		nothing, _ := pipe.New(0)
		return &card{Conn: nothing, name: u.Path, program: path, life: ctx, end: cancel}, nil
	}
}

// card is a wire whose reads are those of an end at which nothing arrives.
type card struct {
	wire.Conn
	name, program string
	life          context.Context
	end           func()

	mu      sync.Mutex
	until   time.Time  // write deadline
	cut     func()     // ends what is being played
	playing sync.Mutex // one sound at a time
}

// Write implements devices.Wire: it plays one sound.
func (c *card) Write(p []byte) (int, error) {
	c.playing.Lock()
	defer c.playing.Unlock()
	ctx, cancel := c.begin()
	defer cancel()
	var complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, c.program, "-q", "-D", c.name, "-")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(p), &complaint
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch {
	case c.life.Err() != nil:
		return 0, devices.ErrGone
	case ctx.Err() != nil:
		return 0, os.ErrDeadlineExceeded
	case err == nil:
		return len(p), nil
	}
	return 0, fault(c.name, complaint.String(), err)
}

// fault says what aplay complained about. A card that is away is a device that
// is gone.
func fault(name, complaint string, err error) error {
	line, _, _ := strings.Cut(strings.TrimSpace(complaint), "\n")
	if strings.Contains(complaint, "No such device") || strings.Contains(complaint, "No such file") || strings.Contains(complaint, "Unknown PCM") {
		return fmt.Errorf("sound: %s: %w (%s)", name, devices.ErrGone, line)
	}
	return fmt.Errorf("sound: %s: %s: %w", name, line, err)
}

// begin makes the context of one sound, which SetWriteDeadline can end.
func (c *card) begin() (context.Context, context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithCancel(c.life)
	c.cut = cancel
	if c.until.IsZero() {
		return ctx, cancel
	}
	return context.WithDeadline(ctx, c.until)
}

// SetWriteDeadline implements devices.Wire. One that has passed ends the sound
// that is being played.
func (c *card) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.Err() != nil {
		return devices.ErrGone
	}
	c.until = t
	if c.cut != nil && !t.IsZero() && !t.After(time.Now()) {
		c.cut()
	}
	return nil
}

// Close implements io.Closer. It ends the sound that is being played.
func (c *card) Close() error {
	c.end()
	return errors.Join(c.Conn.Close())
}
