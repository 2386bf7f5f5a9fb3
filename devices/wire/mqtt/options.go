package mqtt

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
)

// Options say which broker to use and as whom.
type Options struct {
	// Broker is tcp://host:port or, with TLS, ssl://host:port. Without a port
	// it is 1883 and 8883.
	Broker string
	// ClientID is fixed for this hall and host. Two clients with one id throw
	// each other out for ever.
	ClientID string
	User     string // empty for a broker that knows no users
	Password string
	// CA is a PEM file with the certificates that may vouch for the broker;
	// empty means those of the system.
	CA string
	// Clean makes the broker forget this client whenever it is away. Keypads set
	// it, because yesterday's prompt is worth nothing, and Lobby at a broker that
	// is not its own, because what waits there does not say for how long.
	Clean bool
	// Will, when set, is asked at every connect for the message that the broker
	// is to publish when this client is lost. A client with a will ends by
	// dropping its line, so that the broker does publish it.
	Will func() Will
	// State, when set, is told when the client comes up, and why it is down,
	// the latter after every vain attempt.
	// It is called from Run and must not block.
	State func(up bool, why string)
	// Dial, when set, opens the connection instead of the network: a pipe to an
	// embedded broker, a line that a test can cut.
	Dial func(ctx context.Context) (net.Conn, error)
}

// Will is the message that the broker publishes when a client is lost.
type Will struct {
	Topic    string
	Payload  []byte
	Retained bool
}

// Validate reports everything that is wrong with the options, at once.
func (o Options) Validate() error {
	var errs []error
	if _, _, err := o.address(); err != nil && o.Dial == nil {
		errs = append(errs, err)
	}
	if o.ClientID == "" {
		errs = append(errs, errors.New("mqtt: client id is empty"))
	}
	if o.Password != "" && o.User == "" {
		errs = append(errs, errors.New("mqtt: password without a user"))
	}
	if _, err := o.roots(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// LogValue keeps the password out of every log.
func (o Options) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("broker", o.Broker),
		slog.String("client", o.ClientID),
		slog.String("user", o.User),
	)
}

// address gives host:port of the broker and whether it wants TLS.
func (o Options) address() (hostPort string, secure bool, err error) {
	u, err := url.Parse(o.Broker)
	if err != nil {
		return "", false, fmt.Errorf("mqtt: broker address: %w", err)
	}
	port := "1883"
	switch strings.ToLower(u.Scheme) {
	case "tcp", "mqtt":
	case "ssl", "tls", "mqtts":
		secure, port = true, "8883"
	default:
		return "", false, fmt.Errorf("mqtt: broker %q is neither tcp:// nor ssl://", o.Broker)
	}
	if u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return "", false, fmt.Errorf("mqtt: broker address wants host and port only, and is %q", u.Redacted())
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port), secure, nil
}

// roots reads the CA file; nil means the system's certificates.
func (o Options) roots() (*x509.CertPool, error) {
	if o.CA == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(o.CA)
	if err != nil {
		return nil, fmt.Errorf("mqtt: read CA: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("mqtt: no certificate in %s", o.CA)
	}
	return pool, nil
}
