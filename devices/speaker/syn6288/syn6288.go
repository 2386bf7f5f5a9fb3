// Package syn6288 drives the SYN6288 Chinese speech module on a serial wire.
// The module is described in hardware-docs/speakers/syn6288.md, after the
// maker's data sheet.
package syn6288

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
)

var (
	// ErrRejected is the module's 45: it got a frame and found it wrong, mostly
	// because of noise on the wire.
	ErrRejected = errors.New("the module rejected the text")
	// ErrEndless is returned when the module says for far too long that it is
	// still speaking. It was told to stop.
	ErrEndless = errors.New("the module speaks without end")
)

const (
	// silence parts two frames; inside a frame bytes are at most 8 ms apart.
	silence = 10 * time.Millisecond
	// turnaround is how long the module may take for a single byte of answer.
	turnaround = 300 * time.Millisecond
	// defaultRate is the module's speed 4 in characters a second, about.
	defaultRate = 5
	// chimeLength is how long a chime takes, in characters.
	chimeLength = 10
)

// Options of the module.
type Options struct {
	Volume *int    `yaml:"volume"` // 0 to 16; the module's own when left out
	Speed  *int    `yaml:"speed"`  // 0 to 5; the module's own when left out
	Chime  string  `yaml:"chime"`  // sounda to soundy, msga …, ringa …, or none; soundk when left out
	Rate   float64 `yaml:"rate"`   // characters spoken in a second; 5 when left out

	longest int // bytes of a text in one frame; 0 is this module's
}

// Family is what differs between this module and its relatives, which speak the
// same commands and answers.
type Family struct {
	Name    string
	Frame   func(command byte, data ...byte) []byte
	MaxText int            // bytes in one frame
	Chime   string         // when the options name none
	Chimes  *regexp.Regexp // what the options may name
}

// Speaker is one module. It is not safe for several goroutines.
type Speaker struct {
	wire    devices.Wire
	options Options
	family  Family
}

var (
	_ devices.Open[devices.Speaker] = Open
	_ devices.Prober                = (*Speaker)(nil)
)

// Open makes the driver. It only checks the options.
func Open(w devices.Wire, options devices.Decode) (devices.Speaker, error) {
	return OpenFamily(w, options, Family{
		Name: "syn6288", Frame: frame, MaxText: maxText, Chime: "soundk",
		Chimes: regexp.MustCompile(`^(sound|msg|ring)[a-z]$`),
	})
}

// OpenFamily makes the driver of a relative of the module.
func OpenFamily(w devices.Wire, options devices.Decode, f Family) (devices.Speaker, error) {
	o := Options{Chime: f.Chime, Rate: defaultRate}
	if err := options(&o); err != nil {
		return nil, err
	}
	if err := o.validate(f); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	o.longest = f.MaxText
	return &Speaker{wire: w, options: o, family: f}, nil
}

// Say speaks the phrase and returns when it has been spoken to its end. What
// somebody else made the module say is interrupted. When the context ends the
// module is told to be silent. ErrRejected and ErrEndless are the module's
// faults; no answer wraps os.ErrDeadlineExceeded. That the loudspeaker itself
// works cannot be known.
func (s *Speaker) Say(ctx context.Context, p devices.Phrase) error {
	for _, part := range s.options.parts(p.Text) {
		if err := s.speak(ctx, part); err != nil {
			return fmt.Errorf("%s: say %q: %w", s.family.Name, p.Text, err)
		}
	}
	return nil
}

// Probe asks the module whether it is there.
func (s *Speaker) Probe(ctx context.Context) error {
	x := exchange.Begin(ctx, s.wire)
	defer x.End()
	if err := x.Quiet(silence); err != nil {
		return fmt.Errorf("%s: probe: %w", s.family.Name, err)
	}
	if _, err := s.askBusy(x); err != nil {
		return fmt.Errorf("%s: probe: %w", s.family.Name, err)
	}
	return nil
}

// speak says one part and sees to it that an interrupted one is stopped.
func (s *Speaker) speak(ctx context.Context, p part) error {
	x := exchange.Begin(ctx, s.wire)
	err := s.say(x, p)
	x.End()
	if ctx.Err() != nil || errors.Is(err, ErrEndless) {
		s.hush(context.WithoutCancel(ctx))
	}
	return err
}

// hush stops the module. It has a short time of its own, because the context
// of the call is over by then, and nothing can be done about its failure.
func (s *Speaker) hush(ctx context.Context) {
	x := exchange.Begin(ctx, s.wire)
	defer x.End()
	x.Pause(silence) // so that stop is not taken for the rest of a cut frame
	x.Write(s.family.Frame(cmdStop), turnaround)
}

func (s *Speaker) say(x *exchange.Exchange, p part) error {
	if err := x.Quiet(silence); err != nil {
		return err
	}
	frame := s.family.Frame(cmdSpeak, append([]byte{codingGBK}, p.text...)...)
	if err := x.Write(frame, turnaround); err != nil {
		return err
	}
	// Behind a network a write returns before the bytes are on the line, so the
	// time of the text counts as well.
	until := time.Now().Add(exchange.Time(len(frame)) + turnaround)
	if _, err := expect(x, until, accepted); err != nil {
		return err
	}
	return s.awaitIdle(x, p.lasts)
}

// awaitIdle returns when the module has said that it is idle: by itself at the
// end of a text, or when asked because that was overdue. An end that comes far
// too early may belong to the text before and is asked about, too.
func (s *Speaker) awaitIdle(x *exchange.Exchange, estimate time.Duration) error {
	began := time.Now()
	until := began.Add(estimate)
	limit := began.Add(4*estimate + 10*time.Second)
	for {
		_, err := expect(x, until, idle)
		if err == nil && time.Since(began) >= estimate/3 {
			return nil
		}
		if err != nil && (x.Ended() != nil || !errors.Is(err, os.ErrDeadlineExceeded)) {
			return err
		}
		if time.Now().After(limit) {
			return ErrEndless
		}
		busy, err := s.askBusy(x)
		if err != nil || !busy {
			return err
		}
		until = time.Now().Add(max(estimate/4, turnaround))
	}
}

// askBusy queries the module, a second time when it does not answer.
func (s *Speaker) askBusy(x *exchange.Exchange) (bool, error) {
	var err error
	for range 2 {
		if err = x.Write(s.family.Frame(cmdQuery), turnaround); err != nil {
			return false, err
		}
		var b byte
		if b, err = expect(x, time.Now().Add(turnaround), busy, idle); err == nil {
			return b == busy, nil
		}
		if x.Ended() != nil {
			return false, err
		}
	}
	return false, err
}
