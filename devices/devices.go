// Package devices says what a device of the hall can do and what a driver is
// given. It holds small interfaces and plain values; nothing here opens
// anything, and nothing here knows what a queue is.
//
// A driver lives in devices/<family>/<model>, is built on a Wire (or on
// Topics) that somebody else opened, never talks to the hardware in its
// constructor, and never retries: it returns its error, and wire.Keep, which
// owns the wire, opens it again.
package devices

import (
	"context"
	"errors"
	"image"
	"io"
	"time"
)

// Wire carries the bytes between a driver and its device. A driver does not
// own its wire: it must neither close it nor keep it after its call returned.
//
// Read returns os.ErrDeadlineExceeded when the read deadline passes, and
// ErrGone when the other end is away for good; it never returns 0, nil.
type Wire interface {
	io.ReadWriter
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}

// ErrGone says that the wire's other end is away: unplugged, closed, reset.
// Nothing but opening the wire again helps.
var ErrGone = errors.New("device is gone")

// ErrSwapped says that the wire leads to another device than the configuration
// says: two of a kind had their plugs exchanged. Nothing was sent to it that
// belongs to the other.
var ErrSwapped = errors.New("another device answers")

// ErrMute says that a device of this model, or on this cable, never answers:
// what it was sent it may have done or not, and nobody can ask it.
var ErrMute = errors.New("the device never answers")

// ErrTooLong says that a ticket has more digits than the board, which is there
// and was made dark: no number is better than a wrong one.
var ErrTooLong = errors.New("the ticket has more digits than the board")

// ErrUnspeakable says that a phrase was said but for words that the speaker has
// no sound for. To say it again would change nothing.
var ErrUnspeakable = errors.New("some words cannot be said")

// Decode fills a driver's option struct from the configuration, strictly: an
// unknown key is an error that names file, line and column.
type Decode func(into any) error

// Open makes the driver D on a wire. It is what the catalogue of a family
// holds. It checks the options and never talks to the device, so the wire may
// be nil where only the options are to be validated.
type Open[D any] func(w Wire, options Decode) (D, error)

// Unit is one addressed device on a wire that several devices share.
type Unit struct {
	Name    string // as in the configuration, unique on its wire
	Options Decode // the unit's own options, among them its address
}

// OpenBus makes the one driver that owns a shared wire and polls its units.
// Like Open it never talks to the devices, and the wire may be nil.
type OpenBus[D any] func(w Wire, units []Unit) (D, error)

// Printer puts slips on paper, one at a time.
type Printer interface {
	// Print sends one slip and reports what is known about the paper. The
	// outcome is valid even when the error is not nil: a wire that broke in the
	// middle of a slip gives Unconfirmed and the reason.
	Print(ctx context.Context, s Slip) (Outcome, error)
}

// PaperSensor is a printer that can be asked about itself between slips.
type PaperSensor interface {
	Paper(ctx context.Context) (Paper, error)
}

// Outcome is what is known about a slip after its bytes were sent.
type Outcome string

// The three outcomes. There is no fourth: "probably" is Unconfirmed.
const (
	// Printed: the printer itself said that the slip is done.
	Printed Outcome = "printed"
	// Unconfirmed: bytes were sent and nobody can tell what became of them.
	Unconfirmed Outcome = "unconfirmed"
	// Failed: certainly no slip came out.
	Failed Outcome = "failed"
)

// Paper is a printer's own word about its state.
type Paper struct {
	NearEnd bool // some paper left, to be changed soon
	Out     bool // no paper
	Cover   bool // cover open
	Fault   bool // cutter, head or another fault that needs a person
}

// Ready says whether a slip can be printed now.
func (p Paper) Ready() bool { return !p.Out && !p.Cover && !p.Fault }

// Slip is one laid-out slip: blocks from top to bottom. It knows nothing of
// the printer's language; each driver turns it into that language's bytes.
type Slip struct {
	ID     string // for logs and for print confirmation, e.g. "2026-11-23/M045"
	Blocks []Block
}

// Block is one element of a slip. Exactly one of Text, Pair, Image, QR, Rule
// and Feed is set; Beside belongs to QR.
type Block struct {
	Text    string          // one line (the driver wraps what is too long)
	Pair    [2]string       // one line with a left and a right part
	Image   *image.Paletted // 1-bit picture, index 1 is black; width at most the paper's
	QR      string          // ASCII content of a QR code
	Beside  []string        // lines at the right of the QR code, or below it
	Rule    bool            // a dashed line over the whole width
	Feed    int             // empty lines
	Align   Align
	Scale   int // character magnification 1 to 4; 0 means 1
	Size    int // height of the letters in dots where they are drawn; 0 means 24 times the magnification
	Bold    bool
	Reverse bool // white on black
}

// Align places a block between the margins.
type Align int

// The alignments; the zero value is left.
const (
	Left Align = iota
	Center
	Right
)

// Board shows what one window has to say. Showing the same frame twice is
// harmless, and only the newest frame matters.
type Board interface {
	Show(ctx context.Context, f Frame) error
}

// Prober is a device that can be asked whether it is there without changing
// what it shows.
type Prober interface {
	Probe(ctx context.Context) error
}

// Frame is the wanted content of one window board. A board shows as much of
// it as it can: digits show Ticket, text boards show Text.
type Frame struct {
	Ticket string // "M045"; empty when nobody is at the window
	Window string // "12"
	Text   string // the whole line for people, "请M045号到12号窗口"
	Blink  bool   // a fresh call
}

// Speaker says phrases aloud, one at a time.
type Speaker interface {
	// Say returns when the phrase has been spoken to its end.
	Say(ctx context.Context, p Phrase) error
}

// Phrase is one announcement.
type Phrase struct {
	Text string // plain text without any voice module's marks
	Lang string // BCP 47: zh-CN, zh-TW, en
}

// Input is a device with keys. Run blocks until the context ends or the wire
// breaks, and calls emit for every press exactly once, from one goroutine.
// When emit returns an error the press is not acknowledged to the device,
// which will report it again.
type Input interface {
	Run(ctx context.Context, emit func(context.Context, Signal) error) error
}

// Signal is one press.
type Signal struct {
	Unit   string        // which unit on the wire pressed, as named in the options
	ID     string        // unique for this press for ever: unit, boot and event number
	Key    Key           // which key
	Digits string        // what was typed before the key, if anything
	Ago    time.Duration // time since the press when it was reported
}

// Key names a key by its function. Buttons of a button kiosk are numbered
// "1", "2", ….
type Key string

// The functions of a call box.
const (
	KeyNext     Key = "next"
	KeyRecall   Key = "recall"
	KeyArrive   Key = "arrive"
	KeyFinish   Key = "finish"
	KeyNoShow   Key = "no_show"
	KeyPause    Key = "pause"
	KeyHold     Key = "hold"
	KeyTransfer Key = "transfer"
	KeyCallHeld Key = "call_held" // goes on with the ticket that rests at the window
	KeyServed   Key = "served"    // came and is done, on boxes without a key for arrive
)

// Teller is an input with a small display or lamp of its own, on which the
// person who pressed sees the answer.
type Teller interface {
	Tell(ctx context.Context, unit, text string) error
}

// Shower is an input on whose wire window boards sit as well: they show frames
// as a Board does. Show returns at once, and the newest frame wins.
type Shower interface {
	Show(ctx context.Context, unit string, f Frame) error
}

// Scanner reads codes that are held before it. Run blocks until the context
// ends or the wire breaks, and calls emit for every code from one goroutine.
type Scanner interface {
	Run(ctx context.Context, emit func(context.Context, Scan)) error
}

// Scan is one code: printable ASCII, at most 128 characters; or what was wrong
// with it, which the person who holds it should hear.
type Scan struct {
	Text    string
	Trouble ScanTrouble
}

// ScanTrouble is why a code cannot be used; empty for none.
type ScanTrouble string

// The troubles of codes.
const (
	ScanTooLong ScanTrouble = "too_long" // more than any code of ours
	ScanBinary  ScanTrouble = "binary"   // bytes that are no ASCII text
	ScanNoEnd   ScanTrouble = "no_end"   // the line was not ended: the scanner is set wrongly
)

// CardReader reads identity cards. Run blocks until the context ends or the
// wire breaks, and calls emit for every card from one goroutine.
type CardReader interface {
	Run(ctx context.Context, emit func(context.Context, Card)) error
}

// Card is what is told of an identity card: who holds it, as a keyed hash, or
// that it could not be read. Nothing else of a card leaves its driver.
type Card struct {
	Holder string
	Unread bool
}

// Hash makes the keyed hash of a card's number. It must not keep the number.
type Hash func(number []byte) string

// OpenCardReader makes a card reader on a wire, as Open does.
type OpenCardReader func(w Wire, hash Hash, options Decode) (CardReader, error)

// State is the health of a device as far as Lobby can know it.
type State string

// The health states, as in the feed.
const (
	Unknown  State = "unknown"
	Up       State = "up"
	Degraded State = "degraded"
	Down     State = "down"
)

// Report tells the owner of the device list how a unit is. Why is a sentence
// for people; it is empty for Up.
type Report func(unit string, s State, why string)

// Topics is what a driver of a messaging device is given.
type Topics interface {
	// Subscribe calls f for every message below the filter, from one goroutine,
	// until the context ends. It subscribes again by itself after a reconnect.
	Subscribe(ctx context.Context, filter string, f func(Message)) error
	// Publish returns when the broker has acknowledged the message (QoS 1).
	Publish(ctx context.Context, topic string, retained bool, payload []byte) error
}

// Message is one received message.
type Message struct {
	Topic    string
	Payload  []byte
	Retained bool // a stored message delivered on subscription, not a fresh one
}
