package keypad

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"lobby/devices"
	"lobby/devices/wire/mqtt"
)

// The messages, from hardware-docs/mqtt.md.
type (
	stateMessage struct {
		S       string `json:"s"`
		Boot    string `json:"boot"`
		N       int    `json:"n"`
		Session int    `json:"session"`
	}
	infoMessage struct {
		Model    string         `json:"model"`
		Hardware string         `json:"hardware"`
		Firmware string         `json:"firmware"`
		Battery  *int           `json:"battery"`
		Keys     map[string]int `json:"keys"`
		Screen   bool           `json:"screen"`
	}
	eventMessage struct {
		V      int    `json:"v"`
		ID     string `json:"id"`
		K      int    `json:"k"`
		Prompt string `json:"prompt"`
		Ago    int64  `json:"ago"`
		Up     int64  `json:"up"`
		MAC    string `json:"mac,omitempty"`
		// Reasons are the codes that a citizen touched on a screen.
		Reasons []string `json:"reasons,omitempty"`
	}
	ackMessage struct {
		ID string `json:"id"`
		R  string `json:"r"`
	}
	commandMessage struct {
		C       string   `json:"c"`
		Prompt  string   `json:"prompt"`
		Ticket  string   `json:"ticket"`
		Window  string   `json:"window"`
		TTL     int      `json:"ttl"`
		Staff   string   `json:"staff"`
		Service string   `json:"service"`
		Reasons []Reason `json:"reasons"`
	}
)

// Reason is one that the prompt offers behind a level.
type Reason struct {
	Code  string            `json:"code"`
	Level int               `json:"level"`
	Name  string            `json:"name"`
	Names map[string]string `json:"names"`
}

func eventID(boot string, n int) string { return boot + "-" + strconv.Itoa(n) }

// mustJSON encodes our own messages, which cannot fail.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// will is asked at every connect and names the session that is to come.
func (u *unit) will() mqtt.Will {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.session++
	return mqtt.Will{
		Topic: u.all.topic(u.Name, "state"), Retained: true,
		Payload: mustJSON(stateMessage{S: "offline", Boot: u.boot, N: u.counter, Session: u.session}),
	}
}

// work does what is due: say who we are, then send the oldest press.
func (u *unit) work(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, resendTime)
	defer cancel()
	if !u.introduce(ctx) {
		return
	}
	e, due := u.due(time.Now())
	if !due {
		return
	}
	times := 1
	if u.all.On(duplicate) {
		times = 2
	}
	for range times {
		// An error means a broken line; the press stays and is sent again.
		_ = u.client.Publish(ctx, u.all.topic(u.Name, "event"), false, mustJSON(e))
	}
}

// introduce publishes state and info after a connect and says whether the
// keypad is online and known.
func (u *unit) introduce(ctx context.Context) bool {
	u.mu.Lock()
	online, announce := u.online, u.announce
	state := stateMessage{S: "online", Boot: u.boot, N: u.counter, Session: u.session}
	u.mu.Unlock()
	if !online || !announce {
		return online
	}
	info := infoMessage{
		Model: "Lobby emulated keypad", Hardware: "none", Firmware: "1",
		Keys:   map[string]int{"非常满意": 5, "满意": 4, "基本满意": 3, "不满意": 2, "非常不满意": 1},
		Screen: true,
	}
	if u.client.Publish(ctx, u.all.topic(u.Name, "state"), true, mustJSON(state)) != nil ||
		u.client.Publish(ctx, u.all.topic(u.Name, "info"), true, mustJSON(info)) != nil {
		return false
	}
	u.mu.Lock()
	u.announce = u.session != state.Session
	u.mu.Unlock()
	return true
}

// due gives the oldest press if it is to be sent now. One is on its way at a
// time.
func (u *unit) due(now time.Time) (eventMessage, bool) {
	held, forged := u.all.On(late), u.all.On(forgedMAC)
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.queue) == 0 {
		return eventMessage{}, false
	}
	p := &u.queue[0]
	if !p.sent.IsZero() && now.Sub(p.sent) < resendTime || held && now.Sub(p.At) < lateBy {
		return eventMessage{}, false
	}
	p.sent = now
	e := eventMessage{
		V: 1, ID: p.ID, K: p.Level, Prompt: p.Prompt, Reasons: p.Reasons,
		Ago: max(0, now.Sub(p.At).Milliseconds()), Up: now.Sub(u.started).Milliseconds(),
	}
	if len(u.Key) > 0 {
		e.MAC = sign(u.Key, e, forged)
	}
	return e, true
}

// sign makes the MAC, or a wrong one.
func sign(key []byte, e eventMessage, forged bool) string {
	if forged {
		key = append([]byte("not "), key...)
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(e.ID + "|" + e.Prompt + "|" + strconv.Itoa(e.K)))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// onAck forgets a press that was answered, whatever the answer is.
func (u *unit) onAck(m devices.Message) {
	var a ackMessage
	if json.Unmarshal(m.Payload, &a) != nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for i, p := range u.queue {
		if p.ID == a.ID {
			u.queue = append(u.queue[:i:i], u.queue[i+1:]...)
			if err := u.keep(u.counter, u.queue); err != nil {
				u.all.log.Warn("an answered press stays in the flash and will be sent again", "keypad", u.Name, "err", err)
			}
			u.last = a.ID + " " + a.R
			u.wake()
			return
		}
	}
}

// onCommand does as it is told. It passes over what it does not know, and the
// time, which it does not show.
func (u *unit) onCommand(m devices.Message) {
	var c commandMessage
	if m.Retained || json.Unmarshal(m.Payload, &c) != nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now()
	switch c.C {
	case "prompt":
		ttl := time.Duration(min(max(c.TTL, 0), 3600)) * time.Second
		u.prompt = prompt{c.Prompt, c.Ticket, c.Window, c.Staff, c.Service, c.Reasons, now.Add(ttl)}
		u.thanked = time.Time{}
	case "thank":
		u.prompt, u.thanked = prompt{}, now
	case "beep":
		u.beeps++
	}
}
