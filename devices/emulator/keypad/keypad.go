// Package keypad emulates satisfaction keypads, written from
// hardware-docs/mqtt.md. Each keypad is a real MQTT client with a connection, a
// session and a last will of its own; it keeps its presses through power cuts
// of the network and forgets a press only when it has been answered.
package keypad

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
	"lobby/devices/wire/mqtt"
)

// Unit is one keypad: its name is its user at the broker.
type Unit struct {
	Name     string
	Password string
	Key      []byte // for the MAC; none if empty
	Flash    Flash  // where presses are kept; in memory only if nil
}

// Options say where the keypads live.
type Options struct {
	Hall   string
	Broker string // tcp://host:port or ssl://host:port
	CA     string // PEM file, for ssl
	// Dial, when set, reaches the broker without the network.
	Dial  func(ctx context.Context) (net.Conn, error)
	Units []Unit
}

// Keypads are some keypads of one hall.
type Keypads struct {
	*emulator.Switches
	options Options
	log     *slog.Logger
	units   []*unit
}

// The fault switches.
const (
	offline    = "offline"    // no network: the line is cut and stays away
	duplicate  = "duplicate"  // every event is sent twice
	forgedMAC  = "forged_mac" // the MAC is wrong
	late       = "late"       // a press is held back for lateBy before it is sent
	lateBy     = 30 * time.Second
	resendTime = 2 * time.Second
	thanksTime = 5 * time.Second
	// bufferSize is how many presses a keypad keeps; the oldest go first.
	bufferSize = 200
)

// New makes the keypads, switched off; Run switches them on.
func New(o Options, log *slog.Logger) (*Keypads, error) {
	k := &Keypads{
		Switches: emulator.NewSwitches("keypad emulator", offline, duplicate, forgedMAC, late),
		options:  o, log: log,
	}
	for _, u := range o.Units {
		kp, err := newUnit(k, u)
		if err != nil {
			return nil, fmt.Errorf("keypad emulator: %s: %w", u.Name, err)
		}
		k.units = append(k.units, kp)
	}
	return k, nil
}

// Run has the keypads powered until the context ends. What they remember stays
// over several calls; each call is a new boot.
func (k *Keypads) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, u := range k.units {
		wg.Go(func() { u.run(ctx) })
	}
	wg.Wait()
	return ctx.Err()
}

// Press presses a key, "5" to "1". The digits are not used: a keypad has none.
func (k *Keypads) Press(name string, key devices.Key, _ string) error {
	for _, u := range k.units {
		if u.Name != name {
			continue
		}
		if len(key) != 1 || key < "1" || key > "5" {
			return fmt.Errorf("keypad emulator: no key %q", key)
		}
		return u.press(int(key[0]-'0'), nil)
	}
	return fmt.Errorf("keypad emulator: no keypad %q", name)
}

// Rate is Press on a keypad with a screen, which can ask for reasons.
func (k *Keypads) Rate(name string, level int, reasons []string) error {
	for _, u := range k.units {
		if u.Name == name {
			return u.press(level, reasons)
		}
	}
	return fmt.Errorf("keypad emulator: no keypad %q", name)
}

// SetFault switches a fault of all keypads.
func (k *Keypads) SetFault(name string, on bool) error {
	if err := k.Switches.SetFault(name, on); err != nil {
		return err
	}
	for _, u := range k.units {
		u.wake()
	}
	return nil
}

// View is what stands on the desks.
type View struct {
	Kind  string     `json:"kind"` // keypad
	Units []UnitView `json:"units"`
}

// UnitView is one keypad as the citizen sees it, and what its memory holds.
type UnitView struct {
	Name    string   `json:"name"`
	Prompt  string   `json:"prompt"` // nonce; empty when the keys are dark
	Ticket  string   `json:"ticket"`
	Window  string   `json:"window"`
	Staff   string   `json:"staff,omitempty"`
	Service string   `json:"service,omitempty"`
	Reasons []Reason `json:"reasons,omitempty"` // that may be given with a level
	Left    int      `json:"left,omitempty"`    // seconds until the keys go dark
	Queued  int      `json:"queued"`
	Online  bool     `json:"online"`
	Thanked bool     `json:"thanked"`
	Beeps   int      `json:"beeps"`
	Last    string   `json:"last"` // the last answer, "8f3a-119 ok"
}

// View returns a copy of what is to be seen.
func (k *Keypads) View() any {
	v := View{Kind: "keypad", Units: make([]UnitView, 0, len(k.units))}
	for _, u := range k.units {
		v.Units = append(v.Units, u.view())
	}
	return v
}

// errCut ends a session because the network is away.
var errCut = errors.New("network is away")

// topics of one keypad.
func (k *Keypads) topic(name, leaf string) string {
	return "lobby/" + k.options.Hall + "/keypad/" + name + "/" + leaf
}

// client makes the MQTT client of a keypad.
func (k *Keypads) client(u *unit) (*mqtt.Client, error) {
	return mqtt.New(mqtt.Options{
		Broker: k.options.Broker, CA: k.options.CA, Dial: k.options.Dial,
		ClientID: u.Name, User: u.Name, Password: u.Password,
		// A clean session: a prompt that waited is worth nothing.
		Clean: true, Will: u.will, State: u.link,
	}, k.log.With("keypad", u.Name))
}
