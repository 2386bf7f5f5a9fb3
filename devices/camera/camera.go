// Package camera shows the hall's cameras: it gives viewers live pictures as
// fragmented MP4 and knows how every camera is.
//
// Nothing in this package reads a byte that a camera wrote. That is done by
// the camera process (package child), which this package starts, watches and
// starts again; between the two lies package pipe, where every length is
// bounded. So the worst a camera can do to the hall is to show no picture.
package camera

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"lobby/devices"
	"lobby/devices/camera/pipe"
)

// Source is one camera as configured.
type Source struct {
	ID          string // in addresses: letters, digits, dot, dash, underscore
	URL         string // rtsp://host:port/path or rtsps://…; may hold user and password
	User        string // overrides the one in URL
	Password    string
	Fingerprint string // SHA-256 of the certificate of an rtsps camera, hex; empty: a valid certificate
	CA          string // PEM certificates that an rtsps camera's must be signed by; empty: those of the system
	UDP         bool   // packets over UDP; else in the connection, and over UDP when the camera refuses that
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Validate tells what is wrong with a source, without ever quoting a password.
func (s Source) Validate() error {
	if !idPattern.MatchString(s.ID) {
		return fmt.Errorf("camera: id %q: use letters, digits, dot, dash and underscore", s.ID)
	}
	if _, err := s.plain(); err != nil {
		return fmt.Errorf("camera: %s: %w", s.ID, err)
	}
	if f := strings.ReplaceAll(s.Fingerprint, ":", ""); f != "" && !regexp.MustCompile(`^[0-9A-Fa-f]{64}$`).MatchString(f) {
		return fmt.Errorf("camera: %s: fingerprint is not 64 hex digits", s.ID)
	}
	if s.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(s.CA)) {
		return fmt.Errorf("camera: %s: its certificate authority is not a certificate in PEM", s.ID)
	}
	return nil
}

// plain moves user and password out of the URL, so that the URL can be shown.
func (s Source) plain() (Source, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		// The error quotes the URL, and with it a password.
		return s, errors.New("the URL cannot be read")
	}
	if (u.Scheme != "rtsp" && u.Scheme != "rtsps") || u.Hostname() == "" {
		return s, errors.New("the URL must be rtsp://host/path or rtsps://host/path")
	}
	if s.User == "" && u.User != nil {
		s.User = u.User.Username()
		s.Password, _ = u.User.Password()
	}
	u.User = nil
	s.URL = u.String()
	return s, nil
}

// CameraState is how one camera is, and what it has done so far.
type CameraState struct {
	ID        string
	State     devices.State // up, degraded, down; unknown until the first try has ended
	Code      string        // for programs, as in package pipe: connecting, live, stalled, …
	Why       string        // a sentence for people, empty when up
	Since     time.Time     // when State and Why became so
	LastFrame time.Time     // when the last picture arrived, zero when there was none
	Viewers   int
	Frames    uint64       // pictures since the start
	Bytes     uint64       // of those pictures
	Dropped   uint64       // pictures that slow viewers did not get
	Tracks    []pipe.Track // what it sends, empty until the first try
	Figures   pipe.Figures
}

// Fragment is one picture, or some frames of sound, as one moof and mdat. Its
// bytes are shared by all viewers and must not be changed; pipe.ParseFragment
// takes them apart.
type Fragment struct {
	Bytes []byte
	Track uint8     // pipe.Picture or pipe.Sound
	Key   bool      // a viewer can start here
	At    time.Time // by the hall's clock: when the picture was taken; of sound, when it arrived
	// Error is how far At may be wrong, and Reported whether it was reckoned
	// from the camera's own clock.
	Error    time.Duration
	Reported bool
	// Ahead is how far the camera's own clock was ahead, which is taken off At
	// already; Told says that it is known.
	Ahead time.Duration
	Told  bool
}

// Wish is what a viewer can make use of.
type Wish struct {
	H265  bool // pictures of that codec too; few browsers show them
	Sound bool // the sound too, when there is one and it comes
	// Every asks for the sound as it is, also of codecs that no browser takes
	// from a fragment, and says nothing of them in MIME and Init. Recorders
	// and gateways ask for it.
	Every bool
}

var (
	// ErrUnknown says that there is no camera of this name.
	ErrUnknown = errors.New("no such camera")
	// ErrRestart says that the viewer must ask again: the camera's picture
	// format changed, or its process was started again.
	ErrRestart = errors.New("the picture starts again")
	// ErrH265 says that the camera's pictures are of a codec that the viewer
	// has not asked for.
	ErrH265 = errors.New("the camera sends H.265, which this viewer does not show")
	// ErrClosed says that the viewer was closed.
	ErrClosed = errors.New("viewer is closed")
)
