package onvif

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// envelope wraps a request (SOAP 1.2) with all the prefixes that our requests use.
func envelope(header, body string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` +
		`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"` +
		` xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"` +
		` xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema">` +
		`<s:Header>` + header + `</s:Header><s:Body>` + body + `</s:Body></s:Envelope>`)
}

// usernameToken is a sign-in by digest: the password itself is not sent, and
// the device refuses what was made by another clock than its own.
func usernameToken(user, password string, at time.Time) string {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	created := at.UTC().Format("2006-01-02T15:04:05.000Z")
	return fmt.Sprintf(`<wsse:Security s:mustUnderstand="1"`+
		` xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"`+
		` xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">`+
		`<wsse:UsernameToken><wsse:Username>%s</wsse:Username>`+
		`<wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest">%s</wsse:Password>`+
		`<wsse:Nonce EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">%s</wsse:Nonce>`+
		`<wsu:Created>%s</wsu:Created></wsse:UsernameToken></wsse:Security>`,
		escape(user), digest(nonce, created, password), base64.StdEncoding.EncodeToString(nonce), created)
}

// digest is Base64(SHA-1(nonce + created + password)), section 3.1 of the
// UsernameToken profile.
func digest(nonce []byte, created, password string) string {
	sum := sha1.Sum(append(append(append([]byte{}, nonce...), created...), password...))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}

// faultAnswer is an answer as far as it is a fault (SOAP 1.2, section 5.4).
type faultAnswer struct {
	XMLName xml.Name
	Fault   *struct {
		Codes  []string `xml:"Code>Subcode>Value"`
		Deeper []string `xml:"Code>Subcode>Subcode>Value"`
		Reason string   `xml:"Reason>Text"`
	} `xml:"Body>Fault"`
}

func (f faultAnswer) err() error {
	if f.Fault == nil {
		return nil
	}
	// The subcodes of the ONVIF Core specification, section 5.8.
	codes := strings.Join(append(f.Fault.Codes, f.Fault.Deeper...), " ")
	switch {
	case strings.Contains(codes, "NotAuthorized"), strings.Contains(codes, "FailedAuthentication"), strings.Contains(codes, "FailedCheck"):
		return fmt.Errorf("onvif: %w", ErrSignIn)
	case strings.Contains(codes, "ActionNotSupported"), strings.Contains(codes, "UnknownAction"):
		return fmt.Errorf("onvif: %w", ErrUnsupported)
	}
	return fmt.Errorf("onvif: the camera refuses: %q", line(f.Fault.Reason))
}
