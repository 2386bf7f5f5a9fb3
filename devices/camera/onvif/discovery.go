package onvif

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"
)

// Multicast is where devices listen for probes (WS-Discovery 2005/04, section 2.4).
const Multicast = "239.255.255.250:3702"

const (
	maxDatagram = 64 << 10
	// maxFound bounds the devices of one search; anything in the network may
	// answer as often as it likes.
	maxFound = 1000
	// repeatPause is the time between the probes, which may get lost
	// (SOAP over UDP: a multicast is repeated within 50 to 250 ms).
	repeatPause = 200 * time.Millisecond
)

// Match is a device that answered a probe.
type Match struct {
	Endpoint string     // its name for ever, urn:uuid:…
	From     netip.Addr // who answered
	XAddrs   []string   // where it says its device service is
	Name     string     // from its scopes, as are the next two
	Hardware string
	Location string
}

// Service is the address of the device service. A device may give an address
// of an earlier network; it is asked where it answered from.
func (m Match) Service() *url.URL {
	for _, a := range m.XAddrs {
		if u, err := url.Parse(a); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			return rebase(u, m.From.String())
		}
	}
	return ServiceOf(m.From.String())
}

// ServiceOf is the address that the ONVIF Core specification, section 5.1.1,
// prescribes for the device service of a host or host:port.
func ServiceOf(host string) *url.URL {
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() {
		host = "[" + host + "]"
	}
	return &url.URL{Scheme: "http", Host: host, Path: "/onvif/device_service"}
}

// rebase puts a host in an address's place and keeps port and path.
func rebase(u *url.URL, host string) *url.URL {
	r := *u
	if port := u.Port(); port != "" {
		r.Host = net.JoinHostPort(host, port)
	} else if strings.Contains(host, ":") {
		r.Host = "[" + host + "]"
	} else {
		r.Host = host
	}
	return &r
}

// Search probes for devices at an address, usually Multicast, and gathers
// answers until the context's deadline. The socket stays the caller's.
func Search(ctx context.Context, conn net.PacketConn, to net.Addr) ([]Match, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil, errors.New("onvif: a search needs a deadline")
	}
	if err := conn.SetReadDeadline(deadline); err != nil {
		return nil, fmt.Errorf("onvif: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	sent := make(chan error, 1)
	go func() { sent <- probe(ctx, conn, to) }()
	found, err := gather(conn)
	return found, errors.Join(<-sent, err)
}

// probe sends what cameras answer to and what all ONVIF devices answer to,
// each twice.
func probe(ctx context.Context, conn net.PacketConn, to net.Addr) error {
	for range 2 {
		for _, types := range []string{"dn:NetworkVideoTransmitter", "tds:Device"} {
			if _, err := conn.WriteTo(probeMessage(types), to); err != nil {
				return fmt.Errorf("onvif: probe: %w", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(repeatPause):
		}
	}
	return nil
}

func probeMessage(types string) []byte {
	id := make([]byte, 16)
	_, _ = rand.Read(id)                            // never fails
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // a random UUID, RFC 9562
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>`+
		`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"`+
		` xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">`+
		`<s:Header><a:MessageID>urn:uuid:%x-%x-%x-%x-%x</a:MessageID>`+
		`<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>`+
		`<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>`+
		`<s:Body><d:Probe><d:Types>%s</d:Types></d:Probe></s:Body></s:Envelope>`, id[:4], id[4:6], id[6:8], id[8:10], id[10:], types)
}

// gather reads answers until the socket's deadline.
func gather(conn net.PacketConn) ([]Match, error) {
	var found []Match
	seen := map[string]bool{}
	buf := make([]byte, maxDatagram)
	for len(found) < maxFound {
		n, from, err := conn.ReadFrom(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			return found, fmt.Errorf("onvif: read answers: %w", err)
		}
		at, err := netip.ParseAddrPort(from.String())
		if err != nil {
			continue
		}
		for _, m := range parseMatches(buf[:n], at.Addr().Unmap()) {
			if !seen[m.Endpoint] && len(found) < maxFound {
				seen[m.Endpoint] = true
				found = append(found, m)
			}
		}
	}
	return found, nil
}

// parseMatches reads one datagram; what is no answer has no matches.
func parseMatches(b []byte, from netip.Addr) []Match {
	var answer struct {
		Matches []struct {
			Endpoint string `xml:"EndpointReference>Address"`
			XAddrs   string `xml:"XAddrs"`
			Scopes   string `xml:"Scopes"`
		} `xml:"Body>ProbeMatches>ProbeMatch"`
	}
	if xml.Unmarshal(b, &answer) != nil {
		return nil
	}
	var all []Match
	for _, a := range answer.Matches {
		m := Match{Endpoint: line(a.Endpoint), From: from, XAddrs: strings.Fields(a.XAddrs)}
		if m.Endpoint == "" {
			m.Endpoint = from.String()
		}
		m.scopes(a.Scopes)
		all = append(all, m)
	}
	return all
}

// scopes reads what a device tells of itself (ONVIF Core, section 7.3.3.2).
func (m *Match) scopes(scopes string) {
	for _, s := range strings.Fields(scopes) {
		rest, ok := strings.CutPrefix(s, "onvif://www.onvif.org/")
		if !ok {
			continue
		}
		kind, value, _ := strings.Cut(rest, "/")
		if plain, err := url.PathUnescape(value); err == nil {
			value = line(plain)
		}
		switch kind {
		case "name":
			m.Name = value
		case "hardware":
			m.Hardware = value
		case "location":
			m.Location = value
		}
	}
}
