// Package syn6288 is the other end of a wire with a SYN6288 speech module on
// it: it takes frames, speaks for as long as a text takes, and remembers what
// people would have heard. It was written from the maker's data sheet
// (hardware-docs/speakers/syn6288.md), not from the driver.
package syn6288

import (
	"context"
	"fmt"
	"io"
	"slices"
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
	Said     []Said `json:"said"` // the last texts, the newest at the end
}

// Said is one text.
type Said struct {
	Text  string    `json:"text"`            // without marks and chime
	Chime string    `json:"chime,omitempty"` // the sound before it
	At    time.Time `json:"at"`              // when it began
	Cut   bool      `json:"cut,omitempty"`   // interrupted by another text or by a stop
}

// kept is how many texts are remembered.
const kept = 50

// The fault switches.
const (
	faultSilent = "silent"  // no answers and no sound, as with a cut wire
	faultReject = "reject"  // every text is found wrong
	faultNoIdle = "no_idle" // the end of a text is not reported
)

// options are the driver's, of which only the rate matters here.
type options struct {
	Volume *int    `yaml:"volume"`
	Speed  *int    `yaml:"speed"`
	Chime  string  `yaml:"chime"`
	Rate   float64 `yaml:"rate"` // characters in a second
}

// Emulator is one module.
type Emulator struct {
	*emulator.Switches
	name     string
	rate     float64
	envelope envelope

	mu     sync.Mutex
	said   []Said
	ends   time.Time     // when the text being spoken is over, zero when idle
	rest   time.Duration // of a paused text
	paused bool
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes a SYN6288 on a wire, which has room for one.
func New(units []devices.Unit) (emulator.Emulator, error) { return made(units, syn) }

// NewXFS5152 makes an XFS5152CE, which has the same commands in another
// envelope (hardware-docs/speakers/xfs5152.md).
func NewXFS5152(units []devices.Unit) (emulator.Emulator, error) { return made(units, xfs) }

func made(units []devices.Unit, v envelope) (emulator.Emulator, error) {
	if len(units) != 1 {
		return nil, fmt.Errorf("syn6288 emulator: %d modules on one wire", len(units))
	}
	o := options{Rate: 5}
	if err := units[0].Options(&o); err != nil {
		return nil, fmt.Errorf("syn6288 emulator: unit %s: %w", units[0].Name, err)
	}
	if !(o.Rate > 0) {
		return nil, fmt.Errorf("syn6288 emulator: unit %s: rate %v", units[0].Name, o.Rate)
	}
	return &Emulator{
		Switches: emulator.NewSwitches("syn6288 emulator", faultSilent, faultReject, faultNoIdle),
		name:     units[0].Name, rate: o.Rate, envelope: v,
	}, nil
}

// betweenBytes is the longest pause inside a frame before the rest is given
// up. The module itself bears 8 ms, but a line made of software passes bytes
// on in pieces, and a busy machine adds to that.
const betweenBytes = 250 * time.Millisecond

// Serve implements emulator.Emulator. A line is served once; what the devices
// remember stays for the next one.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		return e.talk(ctx, heard, line)
	})
}

// talk answers frames and says when a text is over.
func (e *Emulator) talk(ctx context.Context, heard <-chan []byte, line io.Writer) error {
	r := receiver{envelope: e.envelope}
	gap, end := time.NewTimer(time.Hour), time.NewTimer(time.Hour)
	defer gap.Stop()
	defer end.Stop()
	for {
		var answer []byte
		select {
		case <-ctx.Done():
			return nil
		case <-gap.C:
			if r.started() {
				answer = e.reply(answerRejected)
			}
			r = receiver{envelope: e.envelope}
		case <-end.C:
			answer = e.finish()
		case piece := <-heard:
			for _, c := range piece {
				if frame := r.take(c); frame != nil {
					answer = append(answer, e.obey(frame)...)
				}
			}
			gap.Reset(betweenBytes)
		}
		end.Reset(e.left())
		if len(answer) == 0 {
			continue
		}
		if _, err := line.Write(answer); err != nil {
			return err
		}
	}
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	said := append([]Said{}, e.said...)
	return View{Kind: "speaker", Name: e.name, Speaking: e.speaking(), Said: said}
}

// reply is an answer byte, unless the wire is cut.
func (e *Emulator) reply(b ...byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.answer(b...)
}

// answer is reply for those who hold the lock.
func (e *Emulator) answer(b ...byte) []byte {
	if e.On(faultSilent) {
		return nil
	}
	return b
}

// remember adds a text to what was heard.
func (e *Emulator) remember(s Said) {
	e.said = append(e.said, s)
	if extra := len(e.said) - kept; extra > 0 {
		e.said = slices.Delete(e.said, 0, extra)
	}
}
