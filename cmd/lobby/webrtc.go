package main

import (
	"context"
	"log/slog"
	"net"
	"os"

	"github.com/spf13/cobra"

	"lobby/devices/camera"
	"lobby/devices/camera/gateway"
	"lobby/devices/camera/gateway/peer"
)

// WebRTC says where browsers' media arrive, in UDP.
type WebRTC struct {
	Listen string `yaml:"listen"`
}

func webrtcCommand() *cobra.Command {
	var level slog.Level
	var listen string
	c := &cobra.Command{
		Use: "webrtc", Short: "Internal: the process that speaks WebRTC with browsers", Args: cobra.NoArgs, Hidden: true,
		RunE: func(c *cobra.Command, _ []string) error {
			return peer.Run(c.Context(), os.Stdin, os.Stdout, listen, logger(os.Stderr, level))
		},
	}
	c.Flags().TextVar(&level, "log", slog.LevelInfo, "least level of the log; the hall gives its own")
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "host and port for media, UDP")
	return c
}

// startGateway lets browsers watch by WebRTC. Its process starts with the
// first of them.
func (l *lobby) startGateway(relay *camera.Relay) (*gateway.Gateway, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	g := gateway.New(gateway.Options{
		Cameras: whole{relay}, Command: []string{self, "webrtc", "--listen", l.mediaAddress(), "--log", l.logLevel().String()},
		Log: l.log.With("family", "camera"), Stderr: os.Stderr,
	})
	l.group.add(enduring(l.log, "webrtc", nil, g.Run))
	return g, nil
}

// whole fits the camera relay to the gateway, which takes every sound.
type whole struct{ relay *camera.Relay }

// Watch implements gateway.Cameras.
func (c whole) Watch(ctx context.Context, id string) (gateway.Source, error) {
	v, err := c.relay.Watch(ctx, id, camera.Wish{Every: true})
	if err != nil {
		return nil, err
	}
	return viewer{v}, nil
}

// mediaAddress is the configured one, else a free port where the pages are.
func (l *lobby) mediaAddress() string {
	if l.file.WebRTC.Listen != "" {
		return l.file.WebRTC.Listen
	}
	host, _, err := net.SplitHostPort(l.listener.Addr().String())
	if err != nil {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, "0")
}
