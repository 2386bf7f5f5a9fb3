package child

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"

	"lobby/devices/camera/pipe"
)

// maxDials bounds the connections of one session: a camera may send us from
// one address of its own to another, but not round in circles.
const maxDials = 4

// client makes a client that connects to the configured host only, whatever
// address a camera may redirect it to.
func (c *camera) client(u *base.URL) *gortsplib.Client {
	dials := 0
	dial := c.network.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: c.timing.answer}).DialContext
	}
	protocol := gortsplib.ProtocolTCP
	if c.udp || c.source.UDP {
		protocol = gortsplib.ProtocolUDP
	}
	asked := base.Method("")
	client := &gortsplib.Client{
		Scheme: u.Scheme, Host: u.Host, Protocol: &protocol,
		ReadTimeout: c.timing.answer, WriteTimeout: c.timing.answer,
		UserAgent: "lobby", ListenPacket: c.network.listen, TLSConfig: security(c.source),
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials++; dials > maxDials {
				return nil, troublef(pipe.Failed, "The camera sends us round in circles.")
			}
			if host, _, _ := net.SplitHostPort(addr); host != (*url.URL)(u).Hostname() {
				return nil, troublef(pipe.Failed, "The camera sends us to another address, %s, which is not configured.", clean(addr, nil))
			}
			return dial(ctx, network, addr)
		},
		OnRequest: func(r *base.Request) { asked = r.Method },
		// Without these the library writes to the standard logger.
		OnPacketsLost:     func(uint64) {},
		OnDecodeError:     func(error) {},
		OnTransportSwitch: func(error) {},
	}
	// The library counts time in which this process did not run as a camera's
	// silence. Whether a camera that plays is silent is judged by Patience. Both
	// callbacks run in the goroutine that reads the timeout.
	client.OnResponse = func(*base.Response) {
		if asked == base.Play {
			client.ReadTimeout = endless
		}
	}
	return client
}

// endless is longer than this program runs.
const endless = 100 * 365 * 24 * time.Hour

// security accepts exactly the certificate with the fingerprint, or those that
// the camera's own authority signed for the host; with neither the certificate
// must be valid for the host as everywhere.
func security(c pipe.Camera) *tls.Config {
	if c.Fingerprint != "" {
		return pinned(c.Fingerprint)
	}
	if c.CA == "" {
		return nil
	}
	own := x509.NewCertPool()
	own.AppendCertsFromPEM([]byte(c.CA)) // an empty pool trusts nobody
	return &tls.Config{RootCAs: own}
}

func pinned(fingerprint string) *tls.Config {
	want := strings.ToLower(strings.ReplaceAll(fingerprint, ":", ""))
	return &tls.Config{
		InsecureSkipVerify: true, // the comparison below is stricter
		VerifyConnection: func(s tls.ConnectionState) error {
			sum := sha256.Sum256(s.PeerCertificates[0].Raw)
			if hex.EncodeToString(sum[:]) != want {
				return troublef(pipe.BadCertificate, "The camera shows another certificate than the configured one.")
			}
			return nil
		},
	}
}

// address is the source's URL with its sign-in.
func address(c pipe.Camera) (*base.URL, error) {
	u, err := url.Parse(c.URL)
	if err != nil || (u.Scheme != "rtsp" && u.Scheme != "rtsps") || u.Host == "" {
		return nil, troublef(pipe.Failed, "The camera's address is not an rtsp:// or rtsps:// address.")
	}
	if c.User != "" {
		u.User = url.UserPassword(c.User, c.Password)
	}
	b, err := base.ParseURL(u.String())
	if err != nil {
		// The error would quote the address with its password.
		return nil, troublef(pipe.Failed, "The camera's address cannot be used.")
	}
	return b, nil
}

// hostOf is what people are told of an address.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "its address"
	}
	return fmt.Sprintf("%q", u.Host)
}
