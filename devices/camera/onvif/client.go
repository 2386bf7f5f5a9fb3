// Package onvif finds cameras in the network and asks them for their streams,
// so that nobody has to look an address up in a manual: WS-Discovery, the
// device's clock, its profiles, and their stream and snapshot addresses. It is
// used when a hall is set up, by `lobby camera find`, and never by a running
// hall.
//
// Written from the ONVIF Core and Media specifications (ver 22.06), OASIS
// WS-Discovery 2005/04 and the WSS UsernameToken profile 1.0. Whatever answers
// may be lying: every answer is bounded, and neither sign-in nor stream goes
// to another host than the one that was asked.
package onvif

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxAnswer bounds one answer, in bytes. A camera with 32 profiles sends 200 KiB.
const maxAnswer = 2 << 20

var (
	// ErrSignIn says that the camera wants a sign-in or refuses the one it got.
	ErrSignIn = errors.New("the camera refuses the user name or password, or wants one")
	// ErrNotONVIF says that what answers does not speak ONVIF.
	ErrNotONVIF = errors.New("what answers there is no ONVIF device; ONVIF may be switched off in the camera")
	// ErrUnsupported says that the device does not know a request.
	ErrUnsupported = errors.New("the camera does not know this request")
)

// Doer sends HTTP requests, as *http.Client does.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Client asks devices. User is empty for devices without sign-in.
type Client struct {
	HTTP     Doer
	User     string
	Password string
	Now      func() time.Time
}

// call is one service of one device, signed by that device's clock.
type call struct {
	*Client
	ahead time.Duration // the device's clock minus ours
}

// ask posts a request and decodes the answer into the given value.
func (c *call) ask(ctx context.Context, to *url.URL, body string, signed bool, into any) error {
	var token string
	if signed && c.User != "" {
		token = usernameToken(c.User, c.Password, c.Now().Add(c.ahead))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(envelope(token, body)))
	if err != nil {
		return fmt.Errorf("onvif: %w", err)
	}
	r.Header.Set("Content-Type", "application/soap+xml; charset=utf-8")
	res, err := c.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("onvif: %w", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("onvif: %w", err)
	}
	if res.StatusCode == http.StatusUnauthorized {
		return fmt.Errorf("onvif: %w", ErrSignIn)
	}
	return decode(b, into)
}

// decode reads an answer, which may be a fault.
func decode(b []byte, into any) error {
	var f faultAnswer
	if err := xml.Unmarshal(b, &f); err != nil || f.XMLName.Local != "Envelope" {
		return fmt.Errorf("onvif: %w", ErrNotONVIF)
	}
	if err := f.err(); err != nil {
		return err
	}
	if err := xml.Unmarshal(b, into); err != nil {
		return fmt.Errorf("onvif: %w", ErrNotONVIF)
	}
	return nil
}
