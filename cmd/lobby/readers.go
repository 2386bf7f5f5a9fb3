package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/idcard"
	"lobby/display/api"
	"lobby/queue"
	"lobby/queue/hall"
)

// Identity says how people are told apart without knowing them.
type Identity struct {
	KeyFile string `yaml:"key_file"` // 64 hexadecimal digits; without it cards have no readers
}

// hash is the hall's keyed hash of a card's number: HMAC-SHA256 in hex.
func (i Identity) hash() (devices.Hash, error) {
	text := nonce() + nonce() // of this run alone, for halls of software
	if i.KeyFile != "" {
		var err error
		if text, err = readSecret(i.KeyFile); err != nil {
			return nil, fmt.Errorf("identity: %w", err)
		}
		if key, err := hex.DecodeString(text); err != nil || len(key) < sha256.Size {
			return nil, fmt.Errorf("identity: %s does not hold 64 hexadecimal digits; run: openssl rand -hex 32 > %s", i.KeyFile, i.KeyFile)
		}
	}
	key := sha256.Sum256([]byte(text))
	return keyed(key[:]), nil
}

// keyed hashes under a key.
func keyed(key []byte) devices.Hash {
	return func(number []byte) string {
		mac := hmac.New(sha256.New, key)
		mac.Write(number)
		return hex.EncodeToString(mac.Sum(nil))
	}
}

// holdsFor is how long the holder of a card may take to choose a service.
const holdsFor = time.Minute

// holders are whose card was read last at each kiosk.
type holders struct {
	mu sync.Mutex
	at map[string]holder
}

type holder struct {
	person string
	until  time.Time
}

func newHolders() *holders { return &holders{at: map[string]holder{}} }

func (h *holders) set(kiosk, person string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[kiosk] = holder{person, now.Add(holdsFor)}
}

// Holder implements api.Holders: who stands at a kiosk, as far as a card said.
func (h *holders) Holder(kiosk string, now time.Time) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if who, ok := h.at[kiosk]; ok && now.Before(who.until) {
		return who.person
	}
	delete(h.at, kiosk)
	return ""
}

// Gone implements api.Holders: the number was taken.
func (h *holders) Gone(kiosk string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.at, kiosk)
}

// cards turn cards into arrivals and into the holders of numbers.
type cards struct {
	hall    *hall.Hall
	kiosks  *kioskScans
	holders *holders
	log     *slog.Logger
}

// read acts on one card. Neither the hash nor anything else of it is logged.
func (c cards) read(ctx context.Context, kiosk string, card devices.Card) {
	if card.Unread || card.Holder == "" {
		c.kiosks.tell(kiosk, api.Scan{Problem: "card"})
		return
	}
	var code string
	err := c.hall.Read(ctx, func(s *queue.State) { code = s.ExpectedPerson(card.Holder) })
	if err != nil {
		c.log.Warn("a card was read while the hall stops", "kiosk", kiosk, "err", err)
		return
	}
	if code == "" {
		c.holders.set(kiosk, card.Holder, time.Now())
		c.kiosks.tell(kiosk, api.Scan{Card: true})
		return
	}
	scans{c.hall, c.kiosks, c.log}.arrive(ctx, kiosk, code)
}

// startReaders starts the card readers of kiosks.
func (l *lobby) startReaders() error {
	if len(l.file.Readers) == 0 {
		return nil
	}
	hash, err := l.file.Identity.hash()
	if err != nil {
		return err
	}
	for _, name := range sorted(l.file.Readers) {
		c, id := l.file.Readers[name], "reader/"+name
		l.kioskScans.open(c.Kiosk)
		act := cards{l.hall, l.kioskScans, l.holders, l.log.With("device", id)}
		use := func(ctx context.Context, w devices.Wire) error {
			driver, err := idcard.Catalog[c.Model](w, hash, c.Options.decode())
			if err != nil {
				return err
			}
			if p, ok := driver.(devices.Prober); ok {
				if err := p.Probe(ctx); err != nil {
					return err
				}
			}
			l.health.report(id, devices.Up, "")
			return driver.Run(ctx, func(ctx context.Context, card devices.Card) { act.read(ctx, c.Kiosk, card) })
		}
		if err := l.attach(name, id, c, use); err != nil {
			return err
		}
	}
	return nil
}

// readers checks the card readers.
func (c checker) readers(bad func(path, format string, args ...any), claim func(path string, a Attached)) {
	for _, name := range sorted(c.Readers) {
		r, path := c.Readers[name], "$.readers."+name
		claim(path, r)
		c.attached(bad, path, r)
		open, ok := idcard.Catalog[r.Model]
		if !ok {
			bad(path+".model", "no model %q; known are %v", r.Model, sorted(idcard.Catalog))
			continue
		}
		if _, err := open(nil, nil, r.Options.decode()); err != nil {
			bad(path+".options", "%s", stripPlace(err))
		}
		if c.Identity.KeyFile == "" && r.Wire.Scheme != "emu" {
			bad(path, "reader %s: write identity: {key_file: …}, the key under which the numbers of cards are hashed", name)
		}
	}
}
