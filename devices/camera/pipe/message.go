package pipe

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxConfig bounds the configuration line; 1,000 cameras fit.
const maxConfig = 1 << 20

// Config is what the camera process is told at its start. It goes over the
// pipe and not over the command line, where every user of the machine could
// read the passwords.
type Config struct {
	Listen   string   `json:"listen,omitempty"`   // RTSP address for players, empty for none
	Fallback bool     `json:"fallback,omitempty"` // take a free port when that one is taken
	Users    []User   `json:"users,omitempty"`    // who may play; empty means everybody
	Cameras  []Camera `json:"cameras"`
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
}

// WriteConfig sends the configuration as one line.
func WriteConfig(w io.Writer, c Config) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("pipe: write configuration: %w", err)
	}
	if _, err := w.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("pipe: write configuration: %w", err)
	}
	return nil
}

// ReadConfig reads the configuration line. What follows on r is lost; nothing
// but the end of the pipe, which means that the hall is gone, may follow.
func ReadConfig(r io.Reader) (Config, error) {
	var c Config
	line, err := bufio.NewReader(io.LimitReader(r, maxConfig)).ReadBytes('\n')
	if err != nil {
		return c, fmt.Errorf("pipe: read configuration: %w", err)
	}
	if err := json.Unmarshal(line, &c); err != nil {
		// The error of the decoder may quote the line, which holds passwords.
		return c, errors.New("pipe: read configuration: not the expected JSON")
	}
	return c, nil
}

// Code names a camera's condition for programs.
type Code string

// The conditions of a camera.
const (
	Connecting    Code = "connecting"
	Live          Code = "live"
	Stalled       Code = "stalled"
	WrongPassword Code = "wrong_password"
	NotFound      Code = "not_found"
	Unreachable   Code = "unreachable"
	Unsupported   Code = "unsupported"
	Failed        Code = "failed"
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

// Encode returns v as a frame's payload, cut to what a frame may carry.
func Encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil || len(b) > MaxJSON {
		return []byte(`{}`)
	}
	return b
}

// AppendInit appends the payload of an init frame: the length of the MIME
// type (2, big endian), the MIME type, the initialisation segment.
func AppendInit(b []byte, mime string, segment []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(mime)))
	b = append(b, mime...)
	return append(b, segment...)
}

// maxMIME is longer than any type this program writes.
const maxMIME = 128

// ParseInit takes the payload of an init frame apart. The MIME type is sent
// to browsers as it is, so it may hold nothing but the characters of one.
func ParseInit(p []byte) (mime string, segment []byte, err error) {
	if len(p) < 2 {
		return "", nil, fmt.Errorf("pipe: init of %d bytes: %w", len(p), ErrFrame)
	}
	n := int(binary.BigEndian.Uint16(p))
	if n == 0 || n > maxMIME || len(p) < 2+n {
		return "", nil, fmt.Errorf("pipe: init with a type of %d bytes: %w", n, ErrFrame)
	}
	for _, c := range p[2 : 2+n] {
		if c < ' ' || c > '~' {
			return "", nil, fmt.Errorf("pipe: init with byte %#x in its type: %w", c, ErrFrame)
		}
	}
	return string(p[2 : 2+n]), p[2+n:], nil
}
