// Package pipe is what the hall and its camera process say to each other: a
// configuration as one line of JSON on the process's standard input, and
// frames on its standard output.
//
// The hall trusts nothing that comes out of the camera process, because that
// process reads what cameras send: every length is bounded before anything is
// allocated, and a frame that breaks a rule ends the conversation.
package pipe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"
)

// Kind says what a frame carries.
type Kind uint8

// The kinds of frames.
const (
	KindStatus   Kind = 1 // how a camera is: Status as JSON
	KindListen   Kind = 2 // where players find the cameras: Listen as JSON
	KindStart    Kind = 3 // what the fragments from now on hold: Start as JSON
	KindFragment Kind = 4 // one moof and mdat: Fragment
	KindBeat     Kind = 5 // nothing; the process is alive
	KindFigures  Kind = 6 // what was measured about a camera: Figures as JSON
)

// The largest payload of each kind, in bytes.
const (
	MaxJSON     = 4 << 10
	MaxStart    = 64 << 10
	MaxFragment = 4 << 20
)

// HeaderSize is the length of a frame's header in bytes: length (4, big
// endian) · kind (1) · flags (1) · camera (2) · Unix time in microseconds (8) ·
// error of that time in milliseconds (2) · track (1) · nothing (1).
const HeaderSize = 20

const (
	flagKey      = 1
	flagReported = 2
)

// ErrFrame says that the bytes are not a frame of this protocol.
var ErrFrame = errors.New("not a frame of the camera process")

// Frame is one message from the camera process to the hall.
type Frame struct {
	Kind    Kind
	Key     bool      // a fragment that starts with a key picture
	Camera  uint16    // index in the configuration's list of cameras
	Track   uint8     // of a fragment, as in Start
	At      time.Time // by the hall's clock, to the microsecond: of a fragment, when it was taken
	Payload []byte    // owned by the receiver

	// Reported says that At was reckoned from the camera's own clock in its
	// sender reports, else from its stream's clock and the moments of arrival.
	Reported bool
	// Error is how far At may be wrong, to the millisecond, at most 65.535 s.
	Error time.Duration
}

func limit(k Kind) (int, bool) {
	switch k {
	case KindStatus, KindListen, KindFigures:
		return MaxJSON, true
	case KindStart:
		return MaxStart, true
	case KindFragment:
		return MaxFragment, true
	case KindBeat:
		return 0, true
	}
	return 0, false
}

// Writer writes frames. It is safe for several goroutines, and every frame is
// one Write, so that frames never mix.
type Writer struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
}

// NewWriter writes frames to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write sends one frame; the payload may be used again when it returns. A
// frame beyond its kind's limit is refused and nothing is sent.
func (w *Writer) Write(f Frame) error {
	most, known := limit(f.Kind)
	if !known || len(f.Payload) > most {
		return fmt.Errorf("pipe: write kind %d with %d bytes: %w", f.Kind, len(f.Payload), ErrFrame)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = Append(w.buf[:0], f)
	if _, err := w.w.Write(w.buf); err != nil {
		return fmt.Errorf("pipe: write: %w", err)
	}
	return nil
}

// Append appends the frame's bytes to b.
func Append(b []byte, f Frame) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.Payload)))
	flags := byte(0)
	if f.Key {
		flags = flagKey
	}
	if f.Reported {
		flags |= flagReported
	}
	b = append(b, byte(f.Kind), flags)
	b = binary.BigEndian.AppendUint16(b, f.Camera)
	b = binary.BigEndian.AppendUint64(b, uint64(f.At.UnixMicro()))
	b = binary.BigEndian.AppendUint16(b, uint16(min(max(f.Error.Milliseconds(), 0), math.MaxUint16)))
	b = append(b, f.Track, 0)
	return append(b, f.Payload...)
}

// Read reads one frame. It returns io.EOF only between frames, and ErrFrame
// for bytes that no camera process of ours writes. The payload is a buffer of
// its own that nobody else holds.
func Read(r io.Reader) (Frame, error) {
	var h [HeaderSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return Frame{}, err
	}
	f := Frame{
		Kind:     Kind(h[4]),
		Key:      h[5]&flagKey != 0,
		Reported: h[5]&flagReported != 0,
		Camera:   binary.BigEndian.Uint16(h[6:8]),
		At:       time.UnixMicro(int64(binary.BigEndian.Uint64(h[8:16]))),
		Error:    time.Duration(binary.BigEndian.Uint16(h[16:18])) * time.Millisecond,
		Track:    h[18],
	}
	size := binary.BigEndian.Uint32(h[:4])
	most, known := limit(f.Kind)
	if !known || h[5] > flagKey|flagReported || h[19] != 0 || size > uint32(most) {
		return Frame{}, fmt.Errorf("pipe: read kind %d, flags %#x, %d bytes: %w", h[4], h[5], size, ErrFrame)
	}
	f.Payload = make([]byte, size)
	if _, err := io.ReadFull(r, f.Payload); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Frame{}, err
	}
	return f, nil
}
