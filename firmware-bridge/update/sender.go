package update

import (
	"errors"
	"fmt"
	"time"

	bridge "lobby/firmware-bridge"
)

// Order is what a Sender wants done next: wait, then ask.
type Order struct {
	Wait    time.Duration
	Type    bridge.Type
	Payload []byte
}

// phase is how far an update is.
type phase int

const (
	greeting phase = iota // who is there, and what does it run
	beginning
	sending
	ending
	booting
	returning // it boots; does it come back with the new version
	keeping
	done
)

// Pauses and patience of a Sender (hardware-docs/firmware-update.md, "Timing").
const (
	busyPause   = 50 * time.Millisecond
	returnPause = 500 * time.Millisecond
	// returnPatience is below the 60 s after which the board falls back, so
	// that an update that counts as failed does not succeed later.
	returnPatience = 50 * time.Second
	busyPatience   = 2 * time.Minute // a whole flash erased, a signature checked
	maxRestarts    = 5               // reboots of the board during one update
	silencePause   = time.Second
	maxSilences    = 6
)

var (
	// ErrFellBack says that the board gave the new image up by itself.
	ErrFellBack = errors.New("the board went back to its old firmware")
	// ErrRefused says that the board does not take this update.
	ErrRefused = errors.New("the board refuses")
)

// Sender is one update of one board. It decides and does nothing: Next says
// what to ask, and one of Heard and Silence tells it what came of it.
type Sender struct {
	image    Image
	again    bool
	phase    phase
	next     int           // bytes that the board has
	waited   time.Duration // in this phase, for a busy or booting board
	busy     bool          // it said so to the last question
	restarts int
	silences int            // in a row
	was      bridge.Version // what ran before
	epoch    byte           // of the boot that was heard last
	ordered  bool           // the board said that it will boot the new image
}

// NewSender begins an update. A board that runs the image's version already is
// only told to keep it, for it may be on trial since a host was cut off; again
// sends the image all the same.
func NewSender(i Image, again bool) *Sender { return &Sender{image: i, again: again} }

// Progress says how many bytes of the image the board has.
func (s *Sender) Progress() (sent, size int) { return s.next, len(s.image.Data) }

// Before is the version that ran before the update; it is known after the
// first answer.
func (s *Sender) Before() bridge.Version { return s.was }

// Done says that the board runs the new image and keeps it.
func (s *Sender) Done() bool { return s.phase == done }

// Next says what is to be done now. It must not be called when all is done.
func (s *Sender) Next() Order {
	var o Order
	switch s.phase {
	case greeting, returning:
		o.Type = bridge.TypeHello
	case beginning:
		o.Type, o.Payload = bridge.TypeFWBegin, s.image.Payload()
	case sending:
		end := min(s.next+bridge.MaxFirmwareData, len(s.image.Data))
		o.Type, o.Payload = bridge.TypeFWData, bridge.FirmwareData{Offset: uint32(s.next), Data: s.image.Data[s.next:end]}.Payload()
	case ending:
		o.Type = bridge.TypeFWEnd
	case booting:
		o.Type, o.Payload = bridge.TypeFWBoot, bridge.FirmwareBoot{}.Payload()
	case keeping:
		o.Type, o.Payload = bridge.TypeFWBoot, bridge.FirmwareBoot{Keep: true}.Payload()
	}
	switch {
	case s.busy:
		o.Wait = busyPause
	case s.silences > 0 && s.phase != returning:
		o.Wait = silencePause
	case s.phase == returning:
		o.Wait = returnPause
	}
	s.waited += o.Wait
	return o
}

// Silence tells that the board did not answer, however often it was asked.
func (s *Sender) Silence() error {
	switch {
	case s.phase == returning && s.waited < returnPatience:
		return nil
	case s.phase == booting:
		// It may have booted before its answer was on the line.
		s.ordered = false
		s.enter(returning)
		return nil
	case s.phase != returning && s.silences < maxSilences:
		s.silences++ // it may be booting
		return nil
	}
	return fmt.Errorf("update: %w; what it has is kept, the same command goes on from there", ErrSilent)
}

// ErrSilent says that the board does not answer.
var ErrSilent = errors.New("the board does not answer")

// Heard tells the board's answer, an ACK or NAK to the last order.
func (s *Sender) Heard(p bridge.Packet) error {
	s.silences = 0
	if p.Kind == bridge.Nak {
		return s.refused(bridge.ParseNak(p.Payload))
	}
	s.busy = false
	if s.phase == keeping && p.Epoch != s.epoch {
		return s.restart(greeting) // it booted meanwhile, and who knows what
	}
	if s.phase < returning {
		s.epoch = p.Epoch
	}
	switch s.phase {
	case greeting, returning:
		return s.greeted(p)
	case beginning, sending:
		return s.wanted(p)
	case ending:
		s.enter(booting)
	case booting:
		s.ordered = true
		s.enter(returning)
	case keeping:
		s.enter(done)
	}
	return nil
}

func (s *Sender) enter(p phase) { s.phase, s.waited, s.busy = p, 0, false }

// restart goes back, because the board booted in the middle. It remembers in
// its flash what it has.
func (s *Sender) restart(p phase) error {
	if s.restarts++; s.restarts > maxRestarts {
		return errors.New("update: the board boots again and again; check its supply")
	}
	s.enter(p)
	return nil
}

// greeted takes an introduction, before the update or after the boot.
func (s *Sender) greeted(p bridge.Packet) error {
	h, err := bridge.ParseHello(p.Payload)
	if err != nil {
		return fmt.Errorf("update: its introduction: %w", err)
	}
	if err := s.image.Fits(h); err != nil {
		return err
	}
	now := bridge.Version(h.Firmware)
	switch {
	case s.phase == greeting:
		if s.was = now; now == s.image.Version && !s.again {
			s.next = len(s.image.Data)
			s.enter(keeping)
		} else {
			s.enter(beginning)
		}
	case now == s.image.Version && p.Epoch != s.epoch:
		s.epoch = p.Epoch
		s.enter(keeping)
	case p.Epoch != s.epoch && !s.ordered:
		return s.restart(beginning) // the order was lost, not the image
	case s.waited >= returnPatience || p.Epoch != s.epoch:
		return fmt.Errorf("update: %w: it runs %v, not %v; if its power failed at the first start, give the command again, else the image is no good for this board", ErrFellBack, now, s.image.Version)
	}
	return nil
}

// wanted takes the offset that the board asks for.
func (s *Sender) wanted(p bridge.Packet) error {
	n, err := bridge.ParseFirmwareNext(p.Payload)
	if err != nil || int64(n) > int64(len(s.image.Data)) {
		return fmt.Errorf("update: the board wants byte %d of %d (%v)", n, len(s.image.Data), err)
	}
	s.next = int(n)
	if s.next == len(s.image.Data) {
		s.enter(ending)
	} else {
		s.enter(sending)
	}
	return nil
}

// refused takes a NAK.
func (s *Sender) refused(c bridge.Code) error {
	switch {
	case c == bridge.Busy && s.waited < busyPatience:
		s.busy = true
		return nil
	case c == bridge.WrongState && s.phase == booting:
		// A repeated order met the new image, or the old one after a boot.
		s.ordered = false
		s.enter(returning)
		return nil
	case c == bridge.WrongState && (s.phase == sending || s.phase == ending):
		return s.restart(beginning)
	}
	return fmt.Errorf("update: %w: %w", ErrRefused, Refusal(c))
}

// Refusal is a board's reason.
type Refusal bridge.Code

// Error says it with the remedy.
func (r Refusal) Error() string {
	remedy := map[bridge.Code]string{
		bridge.Busy:        "it was busy for minutes; reset it",
		bridge.BadArgument: "it does not understand the announcement; its boot loader may be older than this program",
		bridge.Unsupported: "it cannot be updated over the line; use its programming port",
		bridge.NoMemory:    "the image is larger than its flash",
		bridge.FlashFault:  "its flash does not take what is written; replace the board",
		bridge.WrongState:  "it does not expect that now; if it has an image on trial, run the command without --again to keep it, or wait a minute",
		bridge.BadSign:     "the image is not signed by the key that the board trusts, or was damaged on its way; check the key with `lobby firmware verify`",
		bridge.WrongBoard:  "the image was made for another board",
	}
	if say := remedy[bridge.Code(r)]; say != "" {
		return bridge.Code(r).String() + ": " + say
	}
	return bridge.Code(r).String()
}
