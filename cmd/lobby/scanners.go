package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"lobby/devices"
	"lobby/devices/scanner"
	"lobby/display/api"
	"lobby/queue"
	"lobby/queue/hall"
)

// The grammar of what people hold before a scanner. A slip carries an address
// that ends in /t/ and its token; an appointment a short code.
var (
	tokenText = regexp.MustCompile(`^[0-9A-Za-z-]{20,64}$`)
	codeText  = regexp.MustCompile(`^[0-9A-Za-z-]{4,19}$`)
)

// problemUnknown is that of a code that is neither a slip's nor an appointment's.
const problemUnknown = "unknown"

// tokenOf is the token that a code carries, if it is a slip's.
func tokenOf(text string) string {
	if tokenText.MatchString(text) {
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	token, ok := strings.CutPrefix(u.Path, "/t/")
	if !ok || !tokenText.MatchString(token) {
		return ""
	}
	return token
}

// kioskScans are what happened at the scanners of kiosks. Their pages wait for
// it; nothing of it is written down but the commands that come of it.
type kioskScans struct {
	mu     sync.Mutex
	newest map[string]api.Scan
	news   map[string]chan struct{} // closed when there is something newer
}

func newKioskScans() *kioskScans {
	return &kioskScans{newest: map[string]api.Scan{}, news: map[string]chan struct{}{}}
}

// open makes a kiosk known.
func (k *kioskScans) open(kiosk string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.news[kiosk] == nil {
		k.news[kiosk] = make(chan struct{})
	}
}

// tell says what happened. Who has not asked for the one before never hears of it.
func (k *kioskScans) tell(kiosk string, s api.Scan) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s.N = k.newest[kiosk].N + 1
	k.newest[kiosk] = s
	close(k.news[kiosk])
	k.news[kiosk] = make(chan struct{})
}

// Scan implements api.Scans.
func (k *kioskScans) Scan(ctx context.Context, kiosk string, after uint64, wait bool) (api.Scan, bool, error) {
	for {
		k.mu.Lock()
		s, news := k.newest[kiosk], k.news[kiosk]
		k.mu.Unlock()
		switch {
		case news == nil:
			return s, false, nil
		case !wait:
			return api.Scan{N: s.N}, true, nil // the page begins; what was before is not its business
		case s.N > after:
			return s, true, nil
		}
		select {
		case <-ctx.Done():
			return api.Scan{}, true, ctx.Err()
		case <-news:
		}
	}
}

// scans turn codes into what a kiosk does.
type scans struct {
	hall   *hall.Hall
	kiosks *kioskScans
	log    *slog.Logger
}

// read acts on one code that was held before a kiosk's scanner. The code itself
// is never logged: a token is its holder's alone.
func (s scans) read(ctx context.Context, kiosk string, c devices.Scan) {
	token := tokenOf(c.Text)
	switch {
	case c.Trouble != "":
		s.kiosks.tell(kiosk, api.Scan{Problem: string(c.Trouble)})
	case token != "":
		s.progress(ctx, kiosk, token)
	case codeText.MatchString(c.Text):
		s.arrive(ctx, kiosk, c.Text)
	default:
		s.kiosks.tell(kiosk, api.Scan{Problem: problemUnknown})
	}
}

// progress shows where the ticket of a slip stands.
func (s scans) progress(ctx context.Context, kiosk, token string) {
	var number string
	err := s.hall.Read(ctx, func(state *queue.State) {
		if t, ok := state.TicketByToken(token); ok {
			number = t.Number
		}
	})
	switch {
	case err != nil:
		s.log.Warn("a slip was scanned while the hall stops", "kiosk", kiosk, "err", err)
	case number == "":
		s.kiosks.tell(kiosk, api.Scan{Problem: problemUnknown})
	default:
		s.kiosks.tell(kiosk, api.Scan{Ticket: number})
	}
}

// arrive checks an appointment in. Who holds the code before the scanner twice
// is told that the number was given already.
func (s scans) arrive(ctx context.Context, kiosk, code string) {
	answer, err := s.hall.Do(ctx, hall.Request{ID: "scan:" + nonce(), Actor: "kiosk:" + kiosk, Command: queue.CheckIn{Code: code, Kiosk: kiosk}})
	if err != nil {
		s.log.Warn("an appointment cannot arrive", "kiosk", kiosk, "err", err)
		s.kiosks.tell(kiosk, api.Scan{Problem: "not_durable"})
		return
	}
	told := api.Scan{Refusal: answer.Refusal}
	if answer.Refusal == nil {
		told.Taken = json.RawMessage(answer.Result)
	}
	s.kiosks.tell(kiosk, told)
}

// startScanners starts the scanners of kiosks.
func (l *lobby) startScanners() error {
	for _, name := range sorted(l.file.Scanners) {
		c, id := l.file.Scanners[name], "scanner/"+name
		l.kioskScans.open(c.Kiosk)
		act := scans{l.hall, l.kioskScans, l.log.With("device", id)}
		use := func(ctx context.Context, w devices.Wire) error {
			driver, err := scanner.Catalog[c.Model](w, c.Options.decode())
			if err != nil {
				return err
			}
			l.health.report(id, devices.Up, "")
			return driver.Run(ctx, func(ctx context.Context, scan devices.Scan) { act.read(ctx, c.Kiosk, scan) })
		}
		if err := l.attach(name, id, c, use); err != nil {
			return err
		}
	}
	return nil
}

// attach keeps the wire of a kiosk's device open and in use.
func (l *lobby) attach(name, id string, c Attached, use func(context.Context, devices.Wire) error) error {
	units := []devices.Unit{{Name: name, Options: c.Options.decode()}}
	keep, err := l.wires.keep(c.Wire, id, c.Model, units, l.health.wire(id), use)
	if err != nil {
		return err
	}
	l.group.add(keep)
	return nil
}

// attached checks the devices of kiosks.
func (c checker) attached(bad func(path, format string, args ...any), path string, a Attached) {
	for _, k := range c.Kiosks {
		if k.ID == a.Kiosk {
			return
		}
	}
	bad(path+".kiosk", "no kiosk %q; the device has to stand at one of them", a.Kiosk)
}

// atKiosk is the name of a kiosk for people.
func (c Config) atKiosk(id string) string {
	for _, k := range c.Kiosks {
		if k.ID == id {
			return fmt.Sprintf("（%s）", k.Name)
		}
	}
	return ""
}

// scansAt tells whether a kiosk has a scanner or a card reader.
func (c Config) scansAt(kiosk string) bool {
	for _, s := range c.Scanners {
		if s.Kiosk == kiosk {
			return true
		}
	}
	for _, r := range c.Readers {
		if r.Kiosk == kiosk {
			return true
		}
	}
	return false
}
