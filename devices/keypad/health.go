package keypad

import (
	"encoding/json"
	"fmt"
	"sync"

	"lobby/devices"
)

// Info is what a keypad says of itself.
type Info struct {
	Model    string         `json:"model"`
	Hardware string         `json:"hardware"`
	Firmware string         `json:"firmware"`
	Battery  *int           `json:"battery"` // per cent; nil for a keypad on the mains
	Keys     map[string]int `json:"keys"`    // label of a key to its level
	Screen   bool           `json:"screen"`  // it can ask for reasons
}

// lowBattery is the charge, in per cent, below which somebody should come.
const lowBattery = 15

// The limits of state and info.
const (
	maxState = 512
	maxInfo  = 4096
)

// presence is the payload of state.
type presence struct {
	online  bool
	boot    string
	session int64
}

// parseState reads the payload of state.
func parseState(payload []byte) (presence, error) {
	f, err := parseObject(payload, maxState)
	if err != nil {
		return presence{}, fmt.Errorf("keypad: state: %w", err)
	}
	s, err := f.name("s", true)
	if err != nil || s != "online" && s != "offline" && s != "sleep" {
		return presence{}, fmt.Errorf("keypad: state: s is none of online, offline and sleep")
	}
	boot, err := f.name("boot", s == "online")
	if err != nil {
		return presence{}, fmt.Errorf("keypad: state: %w", err)
	}
	session, err := f.number("session", 0, 1<<53, false)
	if err != nil {
		return presence{}, fmt.Errorf("keypad: state: %w", err)
	}
	return presence{online: s == "online", boot: boot, session: session}, nil
}

// health knows which keypads are there. The report is called under its lock,
// so that reports come in the order of the facts.
type health struct {
	mu     sync.Mutex
	report devices.Report
	units  map[string]*condition
}

// condition is what is known of one keypad.
type condition struct {
	seen    presence // the last online, or the zero value
	offline bool
	info    Info
	state   devices.State
	why     string
}

func (h *health) init(units map[string]Unit) {
	h.units = make(map[string]*condition, len(units))
	for name := range units {
		h.units[name] = &condition{state: devices.Unknown, why: "not heard of yet"}
	}
}

// Health names who is told how the keypads are. The report must not block and
// must not call the driver.
func (k *Keypads) Health(report devices.Report) {
	k.health.mu.Lock()
	defer k.health.mu.Unlock()
	k.health.report = report
}

// Link tells that the broker came or went. While it is away nothing is known of
// any keypad; when it is back the keypads' own states arrive again.
func (k *Keypads) Link(up bool, why string) {
	if up {
		return
	}
	k.health.mu.Lock()
	defer k.health.mu.Unlock()
	for name, c := range k.health.units {
		c.seen, c.offline = presence{}, false
		k.health.tell(name, c, devices.Unknown, "no link to the broker: "+why)
	}
}

// Info returns what a keypad said of itself, and whether it did.
func (k *Keypads) Info(device string) (Info, bool) {
	k.health.mu.Lock()
	defer k.health.mu.Unlock()
	c, known := k.health.units[device]
	if !known || c.info.Model == "" {
		return Info{}, false
	}
	return c.info, true
}

func (k *Keypads) onState(m devices.Message) {
	device := k.device(m.Topic)
	p, err := parseState(m.Payload)
	if err != nil {
		k.log.Warn("state not understood", "device", device, "error", err)
		return
	}
	if !k.health.appeared(device, p) {
		k.log.Info("late or foreign state ignored", "device", device, "boot", p.boot)
	}
}

func (k *Keypads) onInfo(m devices.Message) {
	device := k.device(m.Topic)
	var i Info
	if len(m.Payload) > maxInfo {
		k.log.Warn("info is too long", "device", device, "bytes", len(m.Payload))
		return
	}
	if err := json.Unmarshal(m.Payload, &i); err != nil {
		k.log.Warn("info not understood", "device", device, "error", err)
		return
	}
	k.health.described(device, i)
}

// appeared takes in a state and says whether it counted. The last will of an
// earlier session may arrive after the keypad is back; it names that session,
// and so it is known for what it is. A will without a boot id is taken for the
// present session's.
func (h *health) appeared(device string, p presence) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, known := h.units[device]
	if !known {
		return false
	}
	named := p.boot != "" && c.seen.boot != ""
	if !p.online && named && (p.boot != c.seen.boot || p.session != c.seen.session) {
		return false
	}
	c.offline = !p.online
	if p.online {
		c.seen = p
	}
	h.judge(device, c)
	return true
}

// described takes in an info.
func (h *health) described(device string, i Info) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, known := h.units[device]; known {
		c.info = i
		h.judge(device, c)
	}
}

// heard notes that a keypad has just spoken, whatever its state says.
func (h *health) heard(device string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.units[device]; c.offline || !c.seen.online {
		c.offline, c.seen.online = false, true
		h.judge(device, c)
	}
}

// judge makes a state of what is known; the lock must be held.
func (h *health) judge(device string, c *condition) {
	switch {
	case c.offline:
		h.tell(device, c, devices.Down, "keypad is offline")
	case !c.seen.online:
		// Info alone may be days old.
	case c.info.Battery != nil && *c.info.Battery < lowBattery:
		h.tell(device, c, devices.Degraded, fmt.Sprintf("battery at %d %%", *c.info.Battery))
	default:
		h.tell(device, c, devices.Up, "")
	}
}

// tell reports a change; the lock must be held.
func (h *health) tell(device string, c *condition, s devices.State, why string) {
	if c.state == s && c.why == why {
		return
	}
	c.state, c.why = s, why
	if h.report != nil {
		h.report(device, s, why)
	}
}

func (h *health) state(device string) devices.State {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, known := h.units[device]; known {
		return c.state
	}
	return devices.Unknown
}
