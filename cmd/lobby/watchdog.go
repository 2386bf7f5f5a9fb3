package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"lobby/queue"
)

// watchdog tells systemd that the hall is ready, and then that it lives: each
// sign of life has gone through the hall's own goroutine, so that a hall that
// is stuck gives none and is started again. See sd_notify(3) and the settings
// Type=notify and WatchdogSec= of systemd.service(5).
type watchdog struct {
	socket *net.UnixConn
	every  time.Duration // between two signs; 0 for none
	read   func(context.Context, func(*queue.State)) error
}

// startWatchdog does nothing unless systemd has asked for it.
func (l *lobby) startWatchdog() error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	socket, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("NOTIFY_SOCKET: %w", err)
	}
	w := &watchdog{socket: socket, read: l.hall.Read}
	if limit, err := strconv.Atoi(os.Getenv("WATCHDOG_USEC")); err == nil {
		w.every = time.Duration(limit) * time.Microsecond / 3
	}
	l.group.add(enduring(l.log, "watchdog", nil, w.run))
	return nil
}

func (w *watchdog) run(ctx context.Context) error {
	if err := w.say("READY=1"); err != nil {
		return err
	}
	if w.every <= 0 {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := w.look(ctx); err != nil {
			return err
		}
	}
}

// look gives a sign of life if the hall answers in time.
func (w *watchdog) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, w.every)
	defer cancel()
	err := w.read(ctx, func(*queue.State) {})
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return nil
	case err != nil:
		return err
	}
	return w.say("WATCHDOG=1")
}

// say never waits for long: systemd may itself be busy.
func (w *watchdog) say(what string) error {
	err := w.socket.SetWriteDeadline(time.Now().Add(time.Second))
	if err == nil {
		_, err = w.socket.Write([]byte(what))
	}
	return err
}
