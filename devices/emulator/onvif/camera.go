// Package onvif is the ONVIF side of a camera made of software: it answers
// probes, tells its clock, wants a sign-in by digest and hands out the
// addresses of its streams. It is written from the ONVIF Core and Media
// specifications (ver 22.06) and WS-Discovery 2005/04, not from our client,
// and is held against a foreign one.
package onvif

import (
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options of a camera.
type Options struct {
	Name     string // "gate"; also part of its endpoint's name
	Address  string // host:port of the device service, as the camera believes
	RTSP     string // host:port of its streams
	User     string // empty: no sign-in
	Password string
	Profiles []Profile
	Now      func() time.Time // the camera's own clock
	// Old makes a camera of before 2011: no GetServices, no second media service.
	Old bool
	// Once refuses a sign-in that was used before, as the UsernameToken profile
	// advises. Most cameras do not, and libonvif's client counts on it.
	Once bool
}

// Profile is one stream.
type Profile struct {
	Token, Name, Path string
	Codec             string // H264, H265, JPEG
	Width, Height     int
	Rate, Kbits, Gov  int
}

// Camera answers requests (it is an http.Handler) and probes (Answer).
type Camera struct {
	options Options

	mu     sync.Mutex
	nonces map[string]bool // that were used
}

// New makes a camera; the caller serves it at Options.Address.
func New(o Options) *Camera {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Camera{options: o, nonces: map[string]bool{}}
}

// maxSkew is how far a sign-in may be from the camera's clock. The
// UsernameToken profile advises five minutes; cameras take some seconds.
const maxSkew = 5 * time.Second

// request is what of a SOAP request matters.
type request struct {
	Token *struct {
		User     string `xml:"Username"`
		Password struct {
			Type  string `xml:"Type,attr"`
			Value string `xml:",chardata"`
		} `xml:"Password"`
		Nonce   string `xml:"Nonce"`
		Created string `xml:"Created"`
	} `xml:"Header>Security>UsernameToken"`
	Body struct {
		Action struct {
			XMLName xml.Name
			Profile string `xml:"ProfileToken"`
		} `xml:",any"`
	} `xml:"Body"`
}

// ServeHTTP answers one request.
func (c *Camera) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var q request
	if err != nil || xml.Unmarshal(b, &q) != nil {
		c.fault(w, "ter:WellFormed", "Well-formed error")
		return
	}
	name := q.Body.Action.XMLName
	a, known := c.answers()[name.Local]
	switch {
	case !known || c.options.Old && (name.Local == "GetServices" || strings.Contains(name.Space, "ver20")):
		c.fault(w, "ter:ActionNotSupported", "Optional Action Not Implemented")
	case !a.open && !c.signedIn(q):
		c.fault(w, "ter:NotAuthorized", "Sender not authorized")
	default:
		c.send(w, http.StatusOK, a.body(q.Body.Action.Profile, strings.Contains(name.Space, "ver20")))
	}
}

// signedIn checks a sign-in by digest.
func (c *Camera) signedIn(q request) bool {
	if c.options.User == "" {
		return true
	}
	t := q.Token
	if t == nil || t.User != c.options.User || !strings.HasSuffix(t.Password.Type, "#PasswordDigest") {
		return false
	}
	created, err := time.Parse(time.RFC3339, strings.TrimSpace(t.Created))
	nonce, err2 := base64.StdEncoding.DecodeString(strings.TrimSpace(t.Nonce))
	if err != nil || err2 != nil || created.Sub(c.options.Now()).Abs() > maxSkew {
		return false
	}
	sum := sha1.Sum([]byte(string(nonce) + strings.TrimSpace(t.Created) + c.options.Password))
	want := base64.StdEncoding.EncodeToString(sum[:])
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.options.Once && c.nonces[t.Nonce] || subtle.ConstantTimeCompare([]byte(want), []byte(strings.TrimSpace(t.Password.Value))) != 1 {
		return false
	}
	c.nonces[t.Nonce] = true
	return true
}

func (c *Camera) fault(w http.ResponseWriter, subcode, reason string) {
	c.send(w, http.StatusBadRequest, fmt.Sprintf(`<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>%s</s:Value></s:Subcode></s:Code>`+
		`<s:Reason><s:Text xml:lang="en">%s</s:Text></s:Reason></s:Fault>`, subcode, reason))
}

func (c *Camera) send(w http.ResponseWriter, code int, body string) {
	w.Header().Set("Content-Type", "application/soap+xml; charset=utf-8")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, envelope("", body)) // who left does not read it
}

func envelope(header, body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` +
		`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"` +
		` xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"` +
		` xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"` +
		` xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error">` +
		`<s:Header>` + header + `</s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
}
