package wire

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The schemes of wires.
const (
	Serial   = "serial" // serial:///dev/lobby/printer1?baud=19200&mode=8N1
	TCP      = "tcp"    // tcp://10.0.0.9:9100
	LP       = "lp"     // lp:///dev/usb/lp0
	SPI      = "spi"    // spi:///dev/spidev0.0
	I2C      = "i2c"    // i2c:///dev/i2c-1?address=27
	Input    = "input"  // input:///dev/input/by-id/usb-Keypad-event-kbd
	Sound    = "sound"  // sound:plughw:CARD=Device
	Page     = "page"   // page:main, the sound of a wall's own screen
	Emulated = "emu"    // emu:printer/front?baud=19200
)

// Baud is the speed of a serial line in bits per second.
type Baud int

// Mode is the frame of a serial line in the usual short form: data bits (5 to
// 8), parity (N, E, O, M for mark, S for space), stop bits (1 or 2).
type Mode string

// The line settings of a serial URL that names none.
const (
	DefaultBaud Baud = 9600
	DefaultMode Mode = "8N1"
)

// The limits of what adapters can do. A number outside is a typing error.
const (
	minBaud Baud = 50
	maxBaud Baud = 4_000_000
)

// URL is the address of a wire as it stands in the configuration.
type URL struct {
	Scheme string // Serial, TCP, LP, Input, SPI, I2C, Sound, Page or Emulated
	Path   string // the device's path, the sound card's, the wall's or the emulator's name
	Host   string // host:port of a TCP wire
	Baud   Baud   // of a serial or emulated wire; 0 is as fast as possible
	Mode   Mode   // only of a serial wire, else empty

	// Address is the chip's on an I2C wire, 3 to 119, written in hex; else 0.
	Address int
}

// Parse reads a wire URL. A serial wire without baud or mode gets DefaultBaud
// and DefaultMode; an emulated one without baud is as fast as possible.
// Parameters that a scheme does not know are errors, because a mistyped "buad"
// must not run the device at the wrong speed.
func Parse(s string) (URL, error) {
	u, err := parse(s)
	if err != nil {
		return URL{}, fmt.Errorf("wire: %q: %w", s, err)
	}
	return u, nil
}

func parse(s string) (URL, error) {
	raw, err := url.Parse(s)
	if err != nil {
		return URL{}, errors.Unwrap(err)
	}
	if raw.User != nil || raw.Fragment != "" {
		return URL{}, errors.New("a wire has no user and no fragment")
	}
	u, known := URL{}, []string(nil)
	switch raw.Scheme {
	case Serial:
		u, err = devicePath(raw)
		u.Baud, u.Mode, known = DefaultBaud, DefaultMode, []string{"baud", "mode"}
	case LP, SPI, Input:
		u, err = devicePath(raw)
	case I2C:
		u, err = devicePath(raw)
		known = []string{"address"}
		if err == nil && !raw.Query().Has("address") {
			err = errors.New("want the chip's address in hex, as in i2c:///dev/i2c-1?address=27")
		}
	case Sound:
		u, err = parseSound(raw)
	case Page:
		u, err = parsePage(raw)
	case TCP:
		u, err = parseTCP(raw)
	case Emulated:
		u, err = parseEmulated(raw)
		known = []string{"baud"}
	default:
		err = errors.New("want serial:///dev/…, tcp://host:port, lp:///dev/…, input:///dev/…, spi:///dev/…, i2c:///dev/…, sound:card, page:wall or emu:name")
	}
	if err != nil {
		return URL{}, err
	}
	err = u.settings(raw.RawQuery, known)
	return u, err
}

// devicePath reads the part that serial and lp wires share.
func devicePath(raw *url.URL) (URL, error) {
	if raw.Host != "" || raw.Opaque != "" || !strings.HasPrefix(raw.Path, "/") || raw.Path == "/" {
		return URL{}, fmt.Errorf("want three slashes and the device's whole path, as in %s:///dev/lobby/name", raw.Scheme)
	}
	return URL{Scheme: raw.Scheme, Path: raw.Path}, nil
}

// settings reads the parameters that the scheme knows.
func (u *URL) settings(raw string, known []string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return err
	}
	for key, values := range query {
		if !slices.Contains(known, key) {
			return fmt.Errorf("unknown parameter %q; of a %s wire: %q", key, u.Scheme, known)
		}
		if len(values) != 1 {
			return fmt.Errorf("parameter %q is given twice", key)
		}
		switch key {
		case "baud":
			u.Baud, err = parseBaud(values[0])
		case "address":
			u.Address, err = parseAddress(values[0])
		default:
			u.Mode, err = parseMode(values[0])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseBaud(s string) (Baud, error) {
	n, err := strconv.Atoi(s)
	if err != nil || Baud(n) < minBaud || Baud(n) > maxBaud {
		return 0, fmt.Errorf("baud %q is not a number from %d to %d", s, minBaud, maxBaud)
	}
	return Baud(n), nil
}

// parseAddress reads the address of a chip, which all data sheets give in hex.
// Those outside are reserved (I2C-bus specification 3.1.12).
func parseAddress(s string) (int, error) {
	n, err := strconv.ParseUint(s, 16, 8)
	if err != nil || n < 0x03 || n > 0x77 {
		return 0, fmt.Errorf("address %q is not hex from 03 to 77", s)
	}
	return int(n), nil
}

func parseMode(s string) (Mode, error) {
	m := Mode(strings.ToUpper(s))
	if len(m) != 3 || !strings.Contains("5678", s[:1]) ||
		!strings.Contains("NEOMS", string(m[1])) || !strings.Contains("12", s[2:]) {
		return "", fmt.Errorf("mode %q is not like 8N1: data bits 5-8, parity N E O M S, stop bits 1 or 2", s)
	}
	return m, nil
}

func parseTCP(raw *url.URL) (URL, error) {
	host, port, err := net.SplitHostPort(raw.Host)
	if err != nil || host == "" || (raw.Path != "" && raw.Path != "/") {
		return URL{}, errors.New("want tcp://host:port and nothing behind it")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return URL{}, fmt.Errorf("port %q is not a number from 1 to 65535", port)
	}
	return URL{Scheme: TCP, Host: raw.Host}, nil
}

func parseSound(raw *url.URL) (URL, error) {
	name, err := url.PathUnescape(raw.Opaque)
	if err != nil || name == "" || strings.HasPrefix(name, "-") {
		return URL{}, errors.New("want sound:name with the card as aplay -L lists it, as in sound:plughw:CARD=Device")
	}
	return URL{Scheme: Sound, Path: name}, nil
}

func parsePage(raw *url.URL) (URL, error) {
	if raw.Opaque == "" {
		return URL{}, errors.New("want page:wall with the wall's id, as in page:main")
	}
	return URL{Scheme: Page, Path: raw.Opaque}, nil
}

func parseEmulated(raw *url.URL) (URL, error) {
	if raw.Opaque == "" {
		return URL{}, errors.New("want emu:name without slashes in front, as in emu:printer/front")
	}
	return URL{Scheme: Emulated, Path: raw.Opaque}, nil
}

// String gives the URL back, with the defaults written out.
func (u URL) String() string {
	switch u.Scheme {
	case Serial:
		return fmt.Sprintf("serial://%s?baud=%d&mode=%s", (&url.URL{Path: u.Path}).EscapedPath(), u.Baud, u.Mode)
	case LP, SPI, Input:
		return u.Scheme + "://" + (&url.URL{Path: u.Path}).EscapedPath()
	case I2C:
		return fmt.Sprintf("i2c://%s?address=%02x", (&url.URL{Path: u.Path}).EscapedPath(), u.Address)
	case TCP:
		return (&url.URL{Scheme: TCP, Host: u.Host}).String()
	case Sound:
		return "sound:" + u.Path
	case Page:
		return "page:" + u.Path
	case Emulated:
		if u.Baud > 0 {
			return fmt.Sprintf("emu:%s?baud=%d", u.Path, u.Baud)
		}
		return "emu:" + u.Path
	}
	return ""
}

// UnmarshalText reads the URL where it stands in a configuration.
func (u *URL) UnmarshalText(text []byte) (err error) {
	*u, err = Parse(string(text))
	return err
}

// MarshalText writes what String says.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// DataBits, Parity and StopBits take a mode apart. Parity is one of N, E, O, M
// and S. A Mode that did not come from Parse is read as DefaultMode where it is
// too short.
func (m Mode) DataBits() int { return int(m.full()[0] - '0') }

// Parity is one of the letters N, E, O, M and S.
func (m Mode) Parity() byte { return m.full()[1] }

// StopBits is 1 or 2.
func (m Mode) StopBits() int { return int(m.full()[2] - '0') }

func (m Mode) full() Mode {
	if len(m) != len(DefaultMode) {
		return DefaultMode
	}
	return m
}

// bits is the length of one byte on the line: start, data, parity and stop.
func (m Mode) bits() int {
	n := 1 + m.DataBits() + m.StopBits()
	if m.Parity() != 'N' {
		n++
	}
	return n
}

// Time is how long n bytes of mode 8N1 occupy a serial line: ten bits each, so
// 1.04 ms a byte at 9600 baud. It is 0 where no speed is known.
func Time(n int, baud Baud) time.Duration { return URL{Baud: baud}.Time(n) }

// Time is how long n bytes occupy this wire; 0 where the wire has no baud.
func (u URL) Time(n int) time.Duration {
	if u.Baud <= 0 || n <= 0 {
		return 0
	}
	return time.Duration(n) * time.Duration(u.Mode.bits()) * time.Second / time.Duration(u.Baud)
}

// Pauses says how long to wait between two attempts to open this wire. Looking
// for a local device costs nothing, so one that was plugged in again serves
// within five seconds; a network is asked less often.
func (u URL) Pauses() Pauses {
	if u.Scheme == TCP {
		return Pauses{}
	}
	return Pauses{Max: 4 * time.Second}
}
