package pipe

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// maxConfig bounds the configuration line; 1,000 cameras fit.
const maxConfig = 1 << 20

// Config is what the camera process is told at its start. It goes over the
// pipe and not over the command line, where every user of the machine could
// read the passwords. Orders may follow.
type Config struct {
	Orders
	Listen   string   `json:"listen,omitempty"`   // RTSP address for players, empty for none
	Fallback bool     `json:"fallback,omitempty"` // take a free port when that one is taken
	Users    []User   `json:"users,omitempty"`    // who may play; empty means everybody
	Memory   int64    `json:"memory,omitempty"`   // bytes it may use beyond those of its start; 0 for no bound
	Cameras  []Camera `json:"cameras"`
}

// Orders is what may change while the camera process runs; it is told as a
// whole.
type Orders struct {
	Shut []uint16 `json:"shut,omitempty"` // cameras that are closed for privacy, by index
}

// User may play the cameras over RTSP.
type User struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// Camera is one source to pull.
type Camera struct {
	Index       uint16 `json:"index"` // what the frames of this camera carry
	ID          string `json:"id"`
	URL         string `json:"url"` // rtsp or rtsps, without user and password
	User        string `json:"user,omitempty"`
	Password    string `json:"password,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"` // SHA-256 of an rtsps certificate, hex
	CA          string `json:"ca,omitempty"`          // PEM certificates that an rtsps camera's must be signed by
	UDP         bool   `json:"udp,omitempty"`         // packets over UDP, not in the connection
}

// WriteConfig sends the configuration as one line.
func WriteConfig(w io.Writer, c Config) error { return writeLine(w, c) }

// WriteOrders sends orders as one line, after the configuration.
func WriteOrders(w io.Writer, o Orders) error { return writeLine(w, o) }

func writeLine(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("pipe: write configuration: %w", err)
	}
	if _, err := w.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("pipe: write configuration: %w", err)
	}
	return nil
}

// ReadConfig reads the configuration line.
func ReadConfig(r *bufio.Reader) (c Config, err error) {
	err = readLine(r, &c)
	return c, err
}

// ReadOrders reads the next orders. An error means that the hall is gone.
func ReadOrders(r *bufio.Reader) (o Orders, err error) {
	err = readLine(r, &o)
	return o, err
}

func readLine(r *bufio.Reader, into any) error {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxConfig {
			return errors.New("pipe: read configuration: the line is too long")
		}
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("pipe: read configuration: %w", err)
		}
	}
	if err := json.Unmarshal(line, into); err != nil {
		// The error of the decoder may quote the line, which holds passwords.
		return errors.New("pipe: read configuration: not the expected JSON")
	}
	return nil
}

// Code names a camera's condition for programs.
type Code string

// The conditions of a camera.
const (
	Connecting    Code = "connecting"
	Live          Code = "live"
	Stalled       Code = "stalled"
	Frozen        Code = "frozen" // pictures come, and nothing moves in them
	Black         Code = "black"  // pictures come, all of one colour
	WrongPassword Code = "wrong_password"
	NotFound      Code = "not_found"
	Unreachable   Code = "unreachable"
	// BadCertificate is an rtsps camera that is not the configured one.
	BadCertificate Code = "bad_certificate"
	Unsupported    Code = "unsupported"
	Failed         Code = "failed"
)

// Status tells how a camera is.
type Status struct {
	Code Code   `json:"code"`
	Why  string `json:"why,omitempty"` // a sentence for people, empty when live
}

// Listen tells where players find the cameras, or why they do not.
type Listen struct {
	Addr  string `json:"addr,omitempty"`  // the real address, also after port 0
	Taken bool   `json:"taken,omitempty"` // another program has the wanted port
	Why   string `json:"why,omitempty"`   // a sentence for people
}

// Figures are what was measured about a camera since its process began.
type Figures struct {
	Lost    uint64 `json:"lost,omitempty"`    // packets that never came
	Damaged uint64 `json:"damaged,omitempty"` // pictures that were not shown because a part of them or of an earlier one is missing
	Missed  uint64 `json:"missed,omitempty"`  // packets that players of RTSP were too slow for
	// Reported says that the camera tells its own clock, and Offset how far
	// that is ahead of the hall's, known to within Error.
	Reported bool          `json:"reported,omitempty"`
	Offset   time.Duration `json:"offset,omitempty"`
	Error    time.Duration `json:"error,omitempty"`
}

// Encode returns v as a frame's payload, cut to what a frame may carry.
func Encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil || len(b) > MaxJSON {
		return []byte(`{}`)
	}
	return b
}
