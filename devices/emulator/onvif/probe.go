package onvif

import (
	"context"
	"encoding/xml"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Answer answers probes on a socket until the context ends. The socket stays
// the caller's.
func (c *Camera) Answer(ctx context.Context, conn net.PacketConn) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	buf := make([]byte, 64<<10)
	for {
		n, from, err := conn.ReadFrom(buf)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("emulator/onvif: %w", err)
		}
		if a := c.match(buf[:n]); a != "" {
			if _, err := conn.WriteTo([]byte(a), from); err != nil {
				return fmt.Errorf("emulator/onvif: %w", err)
			}
		}
	}
}

// match is the answer to a probe, empty for one that asks for other devices.
func (c *Camera) match(b []byte) string {
	var q struct {
		ID    string  `xml:"Header>MessageID"`
		Types *string `xml:"Body>Probe>Types"`
	}
	if xml.Unmarshal(b, &q) != nil || q.ID == "" {
		return ""
	}
	// Prefixes are the sender's choice; both of our types have names of their own.
	if q.Types != nil && *q.Types != "" && !strings.Contains(*q.Types, ":NetworkVideoTransmitter") && !strings.Contains(*q.Types, ":Device") {
		return ""
	}
	header := `<a:MessageID>urn:uuid:00000000-0000-4000-8000-000000000001</a:MessageID><a:RelatesTo>` + q.ID + `</a:RelatesTo>` +
		`<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>` +
		`<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>`
	body := fmt.Sprintf(`<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:%s</a:Address></a:EndpointReference>`+
		`<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>`+
		`<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/%s onvif://www.onvif.org/hardware/E1 onvif://www.onvif.org/location/hall</d:Scopes>`+
		`<d:XAddrs>%s</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>`,
		c.options.Name, url.PathEscape(c.options.Name), c.at("/onvif/device_service"))
	return envelope(header, body)
}
