package pipe

import (
	"encoding/json"
	"fmt"
)

// Codec names how a track is encoded.
type Codec string

// The codecs that are carried.
const (
	H264 Codec = "h264"
	H265 Codec = "h265"
	AAC  Codec = "aac"
	Opus Codec = "opus"
	PCMA Codec = "pcma" // G.711 A-law
	PCMU Codec = "pcmu" // G.711 µ-law
)

// Picture and Sound are the numbers of the two tracks that there can be.
const (
	Picture = 1
	Sound   = 2
)

// Track describes one track of a camera. Its pictures and sounds come in
// fragments, G.711 too, although no browser takes that from a fragment.
type Track struct {
	ID       uint8    `json:"id"` // Picture or Sound
	Codec    Codec    `json:"codec"`
	Clock    int      `json:"clock"`              // units of the fragments' times in a second
	Sets     [][]byte `json:"sets,omitempty"`     // parameter sets: SPS, PPS; for H.265 VPS, SPS, PPS
	Width    int      `json:"width,omitempty"`    // in pixels
	Height   int      `json:"height,omitempty"`   // in pixels
	Channels int      `json:"channels,omitempty"` // of sound
	Config   []byte   `json:"config,omitempty"`   // AudioSpecificConfig of AAC
}

// View is what a browser must know before the first fragment.
type View struct {
	MIME string `json:"mime"` // video/mp4; codecs="avc1.4D401F"
	Init []byte `json:"init"` // ftyp and moov
}

// Start says what the fragments of a camera hold from now on. Whoever took
// earlier ones must start again.
type Start struct {
	Tracks []Track `json:"tracks"`
	// Silent is the picture alone, Sounding picture and sound. A browser that
	// was told of a sound shows nothing while no sound comes, so that is for
	// those who ask for it; it is absent when the camera has no sound that
	// browsers take.
	Silent   View  `json:"silent"`
	Sounding *View `json:"sounding,omitempty"`
}

// maxMIME is longer than any type this program writes.
const maxMIME = 128

// ParseStart reads the payload of a start frame.
func ParseStart(p []byte) (Start, error) {
	var s Start
	if err := json.Unmarshal(p, &s); err != nil {
		return Start{}, fmt.Errorf("pipe: start: %w", ErrFrame)
	}
	views := []View{s.Silent}
	if s.Sounding != nil {
		views = append(views, *s.Sounding)
	}
	for _, v := range views {
		if err := v.check(); err != nil {
			return Start{}, err
		}
	}
	if len(s.Tracks) == 0 || len(s.Tracks) > 2 {
		return Start{}, fmt.Errorf("pipe: start with %d tracks: %w", len(s.Tracks), ErrFrame)
	}
	for i, t := range s.Tracks {
		if int(t.ID) != i+1 || t.Clock <= 0 {
			return Start{}, fmt.Errorf("pipe: start with track %d, clock %d: %w", t.ID, t.Clock, ErrFrame)
		}
	}
	return s, nil
}

// check refuses a type that is not one: it is sent to browsers as it is.
func (v View) check() error {
	if v.MIME == "" || len(v.MIME) > maxMIME || len(v.Init) == 0 {
		return fmt.Errorf("pipe: start with a type of %d bytes: %w", len(v.MIME), ErrFrame)
	}
	for _, c := range []byte(v.MIME) {
		if c < ' ' || c > '~' {
			return fmt.Errorf("pipe: start with byte %#x in its type: %w", c, ErrFrame)
		}
	}
	return nil
}
