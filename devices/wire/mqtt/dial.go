package mqtt

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
)

// open makes the connection to the broker, with TLS where the address says so.
func (o Options) open(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if o.Dial != nil {
		return o.Dial(ctx)
	}
	address, secure, err := o.address()
	if err != nil {
		return nil, err
	}
	if !secure {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	roots, err := o.roots()
	if err != nil {
		return nil, err
	}
	d := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("mqtt: dial %s: %w", address, err)
	}
	return conn, nil
}
