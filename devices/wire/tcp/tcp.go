// Package tcp opens wires over the network: printers on port 9100 and serial
// device servers.
package tcp

import (
	"context"
	"fmt"
	"net"
	"time"

	"lobby/devices/wire"
)

// dialTimeout bounds one attempt; a device in the same building answers within
// milliseconds or not at all.
const dialTimeout = 5 * time.Second

// Open gives the opener of the TCP wire u. A device that vanished without a
// word, its cable pulled, is noticed after about half a minute of silence.
func Open(u wire.URL) wire.Opener {
	dialer := net.Dialer{
		Timeout: dialTimeout,
		KeepAliveConfig: net.KeepAliveConfig{
			Enable:   true,
			Idle:     15 * time.Second,
			Interval: 5 * time.Second,
			Count:    3,
		},
	}
	return func(ctx context.Context) (wire.Conn, error) {
		conn, err := dialer.DialContext(ctx, "tcp", u.Host)
		if err != nil {
			return nil, fmt.Errorf("tcp: %s does not answer: is it switched on and is the address right? (%w)", u.Host, err)
		}
		return wire.Wrap(u.Host, conn), nil
	}
}
