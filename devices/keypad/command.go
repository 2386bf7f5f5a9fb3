package keypad

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lobby/devices"
)

// ErrUnknown says that the hall has no such keypad.
var ErrUnknown = errors.New("unknown keypad")

// ErrDown says that the keypad is known to be offline. A prompt is not kept for
// it: when it comes back the citizen has left.
var ErrDown = errors.New("keypad is offline")

// Prompt asks the citizen at a window for a rating.
type Prompt struct {
	Nonce  string        // binds the press to this prompt; at most 64 of A-Z a-z 0-9 . _ -
	Ticket string        // "M037", for the keypad's display
	Window string        // "12"
	TTL    time.Duration // how long the keys are lit, in whole seconds from 1 s to 1 h
	// Staff and Service are for a keypad with a screen; either may be empty.
	Staff, Service string
	// Standard is the version of the list that Reasons are from.
	Standard string
	// Reasons are offered by a keypad that said in its info that it has a
	// screen; others are not told of them.
	Reasons []Reason
}

// Reason is what a citizen may touch after a level.
type Reason struct {
	Code  string            `json:"code"`
	Level int               `json:"level"`
	Name  string            `json:"name"`
	Names map[string]string `json:"names,omitempty"` // in other languages
}

// command is the payload of cmd.
type command struct {
	Command  string   `json:"c"`
	Prompt   string   `json:"prompt,omitempty"`
	Ticket   string   `json:"ticket,omitempty"`
	Window   string   `json:"window,omitempty"`
	TTL      int      `json:"ttl,omitempty"`
	Staff    string   `json:"staff,omitempty"`
	Service  string   `json:"service,omitempty"`
	Standard string   `json:"standard,omitempty"`
	Reasons  []Reason `json:"reasons,omitempty"`
	Unix     int64    `json:"unix,omitempty"`
}

// Prompt lights the keys of a keypad. It returns when the broker has the
// message; only a press tells that the keypad had it too.
func (k *Keypads) Prompt(ctx context.Context, device string, p Prompt) error {
	if !isName(p.Nonce) {
		return fmt.Errorf("keypad: prompt %s: nonce %q is no identifier", device, p.Nonce)
	}
	if p.TTL < time.Second || p.TTL > time.Hour {
		return fmt.Errorf("keypad: prompt %s: %v is not from 1 s to 1 h", device, p.TTL)
	}
	c := command{
		Command: "prompt", Prompt: p.Nonce, Ticket: p.Ticket, Window: p.Window, TTL: int(p.TTL / time.Second),
		Staff: p.Staff, Service: p.Service,
	}
	if i, told := k.Info(device); told && i.Screen {
		c.Standard, c.Reasons = p.Standard, p.Reasons
	}
	return k.command(ctx, device, c)
}

// Thank shows the thanks and puts the keys out.
func (k *Keypads) Thank(ctx context.Context, device string) error {
	return k.command(ctx, device, command{Command: "thank"})
}

// Beep lets the keypad be found.
func (k *Keypads) Beep(ctx context.Context, device string) error {
	return k.command(ctx, device, command{Command: "beep"})
}

// Time tells the keypad the time.
func (k *Keypads) Time(ctx context.Context, device string, t time.Time) error {
	return k.command(ctx, device, command{Command: "time", Unix: t.Unix()})
}

func (k *Keypads) command(ctx context.Context, device string, c command) error {
	if k.units[device] == nil {
		return fmt.Errorf("keypad: %s %s: %w", c.Command, device, ErrUnknown)
	}
	if k.health.state(device) == devices.Down {
		return fmt.Errorf("keypad: %s %s: %w", c.Command, device, ErrDown)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("keypad: %s %s: %w", c.Command, device, err)
	}
	if err := k.topics.Publish(ctx, k.root+device+"/cmd", false, payload); err != nil {
		return fmt.Errorf("keypad: %s %s: %w", c.Command, device, err)
	}
	return nil
}
