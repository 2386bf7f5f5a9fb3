// Package clips is a sound card made of software: it takes WAVE files, plays
// each for as long as it lasts, and remembers what people would have heard,
// which stands in a file's comment. It was written from the description of the
// format (hardware-docs/speakers/clips.md), not from the driver.
package clips

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
)

// View is what can be heard.
type View struct {
	Kind     string `json:"kind"` // always "speaker"
	Name     string `json:"name"`
	Speaking bool   `json:"speaking"`
	Said     []Said `json:"said"` // the last sounds, the newest at the end
}

// Said is one sound.
type Said struct {
	Text  string        `json:"text"` // the comment of the file
	At    time.Time     `json:"at"`   // when it began
	Lasts time.Duration `json:"-"`
	Loud  bool          `json:"-"`             // it is not silence
	Cut   bool          `json:"cut,omitempty"` // interrupted by the next one
}

// kept is how many sounds are remembered, longest how large a file may be.
const (
	kept    = 50
	longest = 8 << 20
)

// faultSilent is a card whose plug was pulled.
const faultSilent = "silent"

// options are the driver's; none of them matters here.
type options struct {
	Clips  string `yaml:"clips"`
	Yao    bool   `yaml:"yao"`
	Silent bool   `yaml:"silent"`
	Espeak string `yaml:"espeak"`
}

// Emulator is one card.
type Emulator struct {
	*emulator.Switches
	name string

	mu   sync.Mutex
	held []byte
	said []Said
	ends time.Time
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the card on a wire.
func New(units []devices.Unit) (emulator.Emulator, error) {
	name, err := emulator.Only("clips", units, &options{})
	if err != nil {
		return nil, err
	}
	return &Emulator{Switches: emulator.NewSwitches("clips emulator", faultSilent), name: name}, nil
}

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Listen(ctx, line, e.take)
}

// take plays every file that is whole.
func (e *Emulator) take(piece []byte) {
	if e.On(faultSilent) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = append(e.held, piece...)
	for len(e.held) >= 8 {
		size := 8 + int(binary.LittleEndian.Uint32(e.held[4:]))
		if string(e.held[:4]) != "RIFF" || size > longest {
			e.held = e.held[1:]
			continue
		}
		if len(e.held) < size {
			return
		}
		e.play(e.held[:size])
		e.held = append([]byte(nil), e.held[size:]...)
	}
}

// play begins a sound; one that is being played is cut off.
func (e *Emulator) play(file []byte) {
	if n := len(e.said); n > 0 && time.Now().Before(e.ends) {
		e.said[n-1].Cut = true
	}
	s := Said{At: time.Now()}
	perSecond := 0
	for rest := file[min(len(file), 12):]; len(rest) >= 8; {
		id, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:min(len(rest), 8+size)]
		switch {
		case id == "fmt " && len(body) >= 12:
			perSecond = int(binary.LittleEndian.Uint32(body[8:]))
		case id == "LIST" && len(body) > 12:
			s.Text = strings.TrimRight(string(body[12:]), "\x00")
		case id == "data" && perSecond > 0:
			s.Lasts = time.Duration(float64(len(body)) / float64(perSecond) * float64(time.Second))
			s.Loud = slices.ContainsFunc(body, func(b byte) bool { return b != 0 })
		}
		rest = rest[min(len(rest), 8+size+size%2):]
	}
	e.said = append(e.said, s)
	if extra := len(e.said) - kept; extra > 0 {
		e.said = slices.Delete(e.said, 0, extra)
	}
	e.ends = s.At.Add(s.Lasts)
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	return View{Kind: "speaker", Name: e.name, Speaking: time.Now().Before(e.ends), Said: append([]Said{}, e.said...)}
}
