package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"lobby/devices"
	emukeypad "lobby/devices/emulator/keypad"
	"lobby/devices/keypad"
	"lobby/devices/wire/broker"
	"lobby/devices/wire/mqtt"
	"lobby/queue"
	"lobby/queue/hall"
)

// keypads ask citizens for ratings and count what they press.
type keypads struct {
	lobby  *lobby
	driver *keypad.Keypads
	units  map[string]keypad.Unit
	window map[string]string // keypad of each window
	names  map[string]string // of services, for keypads with a screen
	broker *broker.Broker    // nil with an external one
}

// startKeypads starts the broker if it is ours, the client and the driver.
func (l *lobby) startKeypads() error {
	if len(l.file.Keypads) == 0 {
		return nil
	}
	k := &keypads{lobby: l, units: map[string]keypad.Unit{}, window: map[string]string{}, names: map[string]string{}}
	for id, c := range l.file.Keypads {
		k.units[id] = keypad.Unit{Key: c.key, Levels: c.Levels}
	}
	for _, w := range l.file.Windows {
		k.window[w.ID] = w.Keypad
	}
	for _, s := range l.file.Services {
		k.names[s.ID] = s.Name
	}
	options, err := k.client()
	if err != nil {
		return err
	}
	options.State = func(up bool, why string) {
		if k.driver != nil {
			k.driver.Link(up, why)
		}
		l.health.report("broker/mqtt", map[bool]devices.State{true: devices.Up, false: devices.Down}[up], why)
	}
	client, err := mqtt.New(options, l.log.With("device", "broker/mqtt"))
	if err != nil {
		return err
	}
	k.driver = keypad.New(client, l.file.Hall.ID, k.units, l.log.With("family", "keypad"))
	k.driver.Health(l.health.of("keypad"))
	denied := newDenials()
	k.driver.Refused(func(device, _, why string) { denied.add(denial{device, why}) })
	l.group.add(enduring(l.log, "denials", nil, func(ctx context.Context) error { return denied.run(ctx, l.hall) }))
	l.keypads = k
	down := func(why error) { l.health.report("broker/mqtt", devices.Down, why.Error()) }
	l.group.add(enduring(l.log, "mqtt", down, client.Run))
	l.group.add(enduring(l.log, "keypads", down, func(ctx context.Context) error { return k.driver.Run(ctx, k.judge) }))
	l.group.add(k.prompt)
	return k.emulate(options)
}

// client says how Lobby itself reaches the broker, and starts ours.
func (k *keypads) client() (mqtt.Options, error) {
	c := k.lobby.file.MQTT
	host, _ := os.Hostname() // only part of a name
	o := mqtt.Options{ClientID: "lobby-" + k.lobby.file.Hall.ID + "-" + host, Broker: c.Broker, User: c.User, CA: c.CAFile}
	if !c.Embedded {
		// A press that waited at the broker would seem to be as young as when it
		// was sent. Its keypad sends it again, with its true age.
		o.Clean = true
		var err error
		if c.PasswordFile != "" {
			o.Password, err = readSecret(c.PasswordFile)
		}
		return o, err
	}
	o.User, o.Password = "lobby", nonce()
	if err := k.startBroker(c.Listen, o); err != nil {
		return o, err
	}
	o.Broker = "tcp://" + k.broker.Addr()
	if c.CertFile != "" {
		o.Broker, o.CA = "ssl://"+k.broker.Addr(), cmp.Or(c.CAFile, c.CertFile)
	}
	o.Dial = k.broker.Dial
	return o, nil
}

// startBroker opens the embedded broker. A device without a password has no
// account.
func (k *keypads) startBroker(listen string, hallUser mqtt.Options) error {
	hash, err := broker.HashPassword(hallUser.Password)
	if err != nil {
		return err
	}
	accounts := []broker.Account{{User: hallUser.User, Password: hash, Role: broker.Hall}}
	for _, id := range sorted(k.lobby.file.Keypads) {
		c := k.lobby.file.Keypads[id]
		if c.password == "" {
			continue
		}
		if hash, err = broker.HashPassword(c.password); err != nil {
			return err
		}
		accounts = append(accounts, broker.Account{User: id, Password: hash, Role: broker.Device})
	}
	o := broker.Options{Listen: listen, Hall: k.lobby.file.Hall.ID, Accounts: accounts}
	if o.TLS, err = k.lobby.file.MQTT.tls(); err != nil {
		return err
	}
	if k.broker, err = broker.New(o, k.intake, k.lobby.log.With("device", "broker/mqtt")); err != nil {
		return err
	}
	if err := k.broker.Listen(); err != nil {
		return fmt.Errorf("mqtt: %w", err)
	}
	k.lobby.group.add(enduring(k.lobby.log, "broker", nil, k.broker.Run))
	return nil
}

// tls is the embedded broker's certificate; nil where it has none.
func (m MQTT) tls() (*tls.Config, error) {
	if m.CertFile == "" && m.KeyFile == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(m.CertFile, m.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("mqtt: the broker's certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

// intake makes a good event durable before the broker acknowledges it. What
// is wrong with others is for the driver to say.
func (k *keypads) intake(ctx context.Context, device string, payload []byte, retained bool) error {
	p, err := k.driver.Read(device, payload, retained, time.Now())
	if err != nil {
		return nil
	}
	_, err = k.judge(ctx, p)
	return err
}

// judge asks the queue. The same event always gets the same verdict.
func (k *keypads) judge(ctx context.Context, p keypad.Press) (keypad.Verdict, error) {
	answer, err := k.lobby.hall.Do(ctx, hall.Request{
		ID: "rate:" + p.Device + "/" + p.ID, Actor: "keypad:" + p.Device,
		Command: queue.Rate{Device: p.Device, Prompt: p.Prompt, Level: p.Level, Scale: p.Scale, Reasons: p.Reasons, Pressed: p.At.UTC()},
	})
	if err != nil {
		return keypad.Verdict{}, err
	}
	if answer.Refusal != nil {
		return keypad.Verdict{Result: keypad.Refused, Why: answer.Refusal.Code}, nil
	}
	var res queue.RateResult
	if err := json.Unmarshal(answer.Result, &res); err != nil {
		return keypad.Verdict{}, fmt.Errorf("keypad: read the verdict: %w", err)
	}
	return keypad.Verdict{Result: keypad.Result(res.R), Why: res.Why}, nil
}

// prompt asks for a rating whenever a leg is done, and thanks for it.
func (k *keypads) prompt(ctx context.Context) error {
	for ctx.Err() == nil {
		w, err := k.lobby.hall.Watch(ctx, 256)
		if err != nil {
			break
		}
		for rs := range w.Records {
			for _, r := range rs {
				k.tell(ctx, r)
			}
		}
	}
	return nil
}

func (k *keypads) tell(ctx context.Context, r queue.Record) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var err error
	switch e := r.Event.(type) {
	case queue.TicketDone:
		if err = k.ask(ctx, keypad.Prompt{Nonce: e.Prompt, Ticket: e.Ticket, Window: e.Window, Staff: e.Staff, Service: k.names[e.Service], TTL: time.Until(e.Until)}); err == nil {
			_, err = k.lobby.hall.Do(ctx, hall.Request{Actor: "lobby", Command: queue.Asked{Prompt: e.Prompt, Device: k.window[e.Window]}})
		}
	case queue.RatingInvited:
		if e.By == queue.InvitedByStaff {
			err = k.ask(ctx, keypad.Prompt{Nonce: e.Prompt, Ticket: e.Ticket, Window: e.Window, Staff: e.Staff, Service: k.names[e.Service], TTL: time.Until(e.Until)})
		}
	case queue.RatingGiven:
		if e.Device != "" {
			err = k.driver.Thank(ctx, e.Device)
		}
	}
	if errors.Is(err, errNoKeypad) {
		return
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		k.lobby.log.Warn("keypad was not told", "event", r.Event.Name(), "err", err)
	}
}

// errNoKeypad says that there is nobody to ask, or no time left for it.
var errNoKeypad = errors.New("no keypad to ask")

// ask lights the keys at a window.
func (k *keypads) ask(ctx context.Context, q keypad.Prompt) error {
	id := k.window[q.Window]
	if id == "" || q.TTL < time.Second {
		return errNoKeypad
	}
	var d queue.Standard
	if err := k.lobby.hall.Read(ctx, func(s *queue.State) { d = s.StandardFor(q.Nonce) }); err != nil {
		return err
	}
	q.Standard, q.Reasons = d.Version, reasons(d)
	return k.driver.Prompt(ctx, id, q)
}

// reasons are those that are asked for: behind the bad levels.
func reasons(d queue.Standard) (list []keypad.Reason) {
	for _, l := range d.Levels {
		if l.Level > queue.BadLevel {
			continue
		}
		for _, r := range l.Reasons {
			list = append(list, keypad.Reason{Code: r.Code, Level: l.Level, Name: r.Name, Names: r.Names})
		}
	}
	return list
}

// emulate starts the keypads made of software, which speak to the broker over
// the network like any other.
func (k *keypads) emulate(o mqtt.Options) error {
	for _, id := range sorted(k.lobby.file.Keypads) {
		c := k.lobby.file.Keypads[id]
		if !c.Emulated {
			continue
		}
		options := emukeypad.Options{
			Hall: k.lobby.file.Hall.ID, Broker: o.Broker, CA: o.CA,
			Units: []emukeypad.Unit{{Name: id, Password: c.password, Key: c.key}},
		}
		e, err := emukeypad.New(options, k.lobby.log.With("emulator", "keypad/"+id))
		if err != nil {
			return err
		}
		k.lobby.emulators.add("keypad/"+id, e)
		k.lobby.group.add(enduring(k.lobby.log, "keypad emulator", nil, e.Run))
	}
	return nil
}

// readKeypadSecrets reads passwords and keys; an emulated keypad gets fresh
// ones. A keypad whose secret cannot be read stays away, the hall does not.
func (l *lobby) readKeypadSecrets() {
	for id, c := range l.file.Keypads {
		if c.Emulated {
			c.password, c.key = nonce(), []byte(nonce())
		} else if err := c.openSecrets(); err != nil {
			l.health.report("keypad/"+id, devices.Down, err.Error())
		}
		l.file.Keypads[id] = c
	}
}

// openSecrets reads the secrets. Where that fails the keypad has no account and
// a key that nobody holds: without one its presses would count unsigned.
func (k *Keypad) openSecrets() error {
	err := k.readSecrets()
	if err != nil {
		k.password, k.key = "", []byte(nonce())
	}
	return err
}

func (k *Keypad) readSecrets() (err error) {
	if k.PasswordFile != "" {
		if k.password, err = readSecret(k.PasswordFile); err != nil {
			return err
		}
	}
	if k.KeyFile == "" {
		return nil
	}
	text, err := readSecret(k.KeyFile)
	if err != nil {
		return err
	}
	if k.key, err = hex.DecodeString(text); err != nil {
		return fmt.Errorf("secret: %s is not hex: %w", k.KeyFile, err)
	}
	if len(k.key) == 0 {
		return fmt.Errorf("secret: %s is empty", k.KeyFile)
	}
	return nil
}
