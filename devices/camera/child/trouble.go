package child

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/liberrors"

	"lobby/devices/camera/pipe"
)

// trouble is an error that already knows what people should be told.
type trouble struct{ status pipe.Status }

func (t trouble) Error() string { return t.status.Why }

func troublef(code pipe.Code, format string, args ...any) error {
	return trouble{pipe.Status{Code: code, Why: fmt.Sprintf(format, args...)}}
}

// explain turns the end of a session into a status. Nothing in it can hold a
// password: texts of the libraries, which may quote addresses, are cleaned.
func explain(err error, host string, secrets ...string) pipe.Status {
	var t trouble
	var bad liberrors.ErrClientBadStatusCode
	var auth liberrors.ErrClientAuthSetup
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &t):
		return t.status
	case errors.As(err, &cert):
		return pipe.Status{Code: pipe.BadCertificate, Why: explainCertificate(cert)}
	case errors.As(err, &bad):
		return explainCode(bad.Code)
	case errors.As(err, &auth):
		return pipe.Status{Code: pipe.WrongPassword, Why: "The camera asks for a sign-in of a kind that is not known."}
	case errors.As(err, &op) && op.Op == "dial":
		return pipe.Status{Code: pipe.Unreachable, Why: explainDial(op, host)}
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return pipe.Status{Code: pipe.Failed, Why: "The camera ended the connection."}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return pipe.Status{Code: pipe.Unreachable, Why: "The camera at " + host + " accepts the connection and then does not answer."}
	}
	return pipe.Status{Code: pipe.Failed, Why: "Trouble with the camera's stream: " + clean(err.Error(), secrets) + "."}
}

func explainDial(op *net.OpError, host string) string {
	var dns *net.DNSError
	switch {
	case errors.As(op, &dns):
		return "The name of the camera's address " + host + " cannot be resolved."
	case errors.Is(op, syscall.ECONNREFUSED):
		return "Nothing listens at " + host + "."
	}
	return "No camera answers at " + host + "."
}

func explainCertificate(err *tls.CertificateVerificationError) string {
	switch {
	case errors.As(err, new(x509.HostnameError)):
		return "The camera's certificate is for another address."
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "The camera's certificate is signed by nobody we know. Configure its fingerprint or its certificate authority."
	}
	return "The camera's certificate is not valid: " + clean(err.Err.Error(), nil) + "."
}

func explainCode(code base.StatusCode) pipe.Status {
	switch code {
	case base.StatusUnauthorized, base.StatusForbidden:
		return pipe.Status{Code: pipe.WrongPassword, Why: "The camera refuses the user name or password."}
	case base.StatusNotFound:
		return pipe.Status{Code: pipe.NotFound, Why: "The camera has no stream of this name (404)."}
	case base.StatusNotEnoughBandwidth, base.StatusServiceUnavailable:
		return pipe.Status{Code: pipe.Failed, Why: fmt.Sprintf("The camera has no room for another viewer (%d).", code)}
	}
	return pipe.Status{Code: pipe.Failed, Why: fmt.Sprintf("The camera refuses the stream with RTSP code %d.", code)}
}

// clean makes a library's text fit for a status: short, one line, no secret,
// and nothing of what a camera made of it, which begins where the text leaves
// plain English.
func clean(text string, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	const most = 160
	end := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
	if end < 0 && len(text) <= most {
		return text
	}
	if end < 0 || end > most {
		end = most
	}
	return text[:end] + "…"
}

// pauses says how long to wait before the next try.
type pauses struct{ first, most time.Duration }

// next doubles the pause from first to most.
func (p pauses) next(last time.Duration) time.Duration {
	return min(max(2*last, p.first), p.most)
}
