package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/gorilla/websocket"

	"lobby/devices/emulator/sdt"
	"lobby/display/api"
	"lobby/queue"
)

// Numbers of nobody, with right check digits.
const (
	cardOfOne   = "110101194912310024"
	cardOfOther = "11010519491231002X"
)

// kioskReader puts a card reader at the touch kiosk.
var kioskReader = [][2]string{{"speakers:\n", `identity: {key_file: /etc/lobby/identity.key}
readers:
  k1: {model: sdt, wire: "serial:///dev/lobby/reader-k1?baud=115200", kiosk: k1}

speakers:
`}}

// lay lays a card on the kiosk's reader and returns what its page hears.
func (s *stage) lay(number string) api.Scan {
	s.t.Helper()
	before, _, err := s.lobby.kioskScans.Scan(s.lobby.group.ctx, "k1", 0, false)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.lobby.emulators.Press("reader/k1", "k1", sdt.Key, number); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.lobby.group.ctx, 10*time.Second)
	defer cancel()
	heard, _, err := s.lobby.kioskScans.Scan(ctx, "k1", before.N, true)
	if err != nil {
		s.t.Fatalf("nothing was heard of a card: %v", err)
	}
	return heard
}

// choose takes a number at the touch kiosk as its page does.
func (s *stage) choose(id string) queue.Answer {
	c := api.Commander{Hall: s.lobby.hall, Items: s.lobby.file.items, Holders: s.lobby.holders}
	a, _ := c.Command(s.lobby.group.ctx, "page", []byte(`{"id":"`+id+`","type":"take","service":"social","kiosk":"k1"}`))
	return a
}

func TestACardMakesTheNextNumberItsHoldersAndNoOther(t *testing.T) {
	t.Parallel()
	on(t, kioskReader, func(s *stage) {
		if got := s.lay(cardOfOne); !got.Card {
			t.Fatalf("a card gave %+v", got)
		}
		if a := s.choose("t1"); !a.OK {
			t.Fatalf("refused: %v", a.Refusal)
		}
		s.settle(holdsFor / 2)
		if a := s.choose("t2"); !a.OK {
			t.Errorf("the next citizen, without a card, is taken for the holder: %v", a.Refusal)
		}
		s.settle(time.Minute)
		s.lay(cardOfOne)
		if a := s.choose("t3"); a.OK || a.Refusal.Code != queue.CodeAlreadyWaiting {
			t.Errorf("the holder gets a second number for the same: %+v", a)
		}
		s.settle(holdsFor) // and walks away
		if a := s.choose("t4"); !a.OK {
			t.Errorf("a card counts after its holder went: %v", a.Refusal)
		}
		s.settle(time.Minute)
		s.lay(cardOfOther)
		if a := s.choose("t5"); !a.OK {
			t.Errorf("another card is taken for the first: %v", a.Refusal)
		}
	})
}

func TestACardIsTheArrivalOfAnAppointment(t *testing.T) {
	on(t, kioskReader, func(s *stage) {
		key := keyed([]byte("the hall's key"))
		if key([]byte(cardOfOne)) == key([]byte(cardOfOther)) || key([]byte(cardOfOne)) == keyed([]byte("another"))([]byte(cardOfOne)) {
			t.Fatal("the hash does not tell people or halls apart")
		}
		s.lay(cardOfOne)
		person := s.lobby.holders.Holder("k1", time.Now())
		if err := s.send("page", queue.Book{Code: "APT-9", Service: "trade", Slot: time.Now().Add(time.Minute), Person: person}); err != nil {
			t.Fatal(err)
		}
		var taken queue.TakeResult
		if got := s.lay(cardOfOne); json.Unmarshal(got.Taken, &taken) != nil || taken.Ticket == "" {
			t.Errorf("the card of an appointment gave %+v", got)
		}
		for _, fault := range []string{"unread", "truncated", "bad_digit"} {
			if err := s.lobby.emulators.SetFault("reader/k1", fault, true); err != nil {
				t.Fatal(err)
			}
			if got := s.lay(cardOfOther); got.Problem != "card" {
				t.Errorf("%s: %+v", fault, got)
			}
			if err := s.lobby.emulators.SetFault("reader/k1", fault, false); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Nothing of a card is in the log, in a record, on the feed, in what pages are
// told or in any file of the hall, as text of any coding or as a plain hash.
func TestNothingOfACardIsKept(t *testing.T) {
	t.Parallel()
	file := edited(t, append(kioskReader, [2]string{"listen: 127.0.0.1:8080", "listen: 127.0.0.1:0"})...)
	file.emulate()
	file.Data, file.Cameras, file.MQTT.Listen, file.past = t.TempDir(), nil, "127.0.0.1:0", nil
	for i := range file.Windows {
		file.Windows[i].Camera = ""
	}
	var log bytes.Buffer
	l, err := start(t.Context(), file, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.openDay(); err != nil {
		t.Fatal(err)
	}
	p := &program{url: l.url()}
	feed := p.feed(t, "")
	defer feed.Close()
	var all []byte
	for _, fault := range []string{"", "bad_digit", "bad_sum"} {
		if fault != "" {
			if err := l.emulators.SetFault("reader/k1", fault, true); err != nil {
				t.Fatal(err)
			}
		}
		before, _, err := l.kioskScans.Scan(t.Context(), "k1", 0, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.emulators.Press("reader/k1", "k1", sdt.Key, cardOfOne); err != nil {
			t.Fatal(err)
		}
		if fault == "bad_sum" {
			break // the session ends with an error in the log
		}
		heard, _, err := l.kioskScans.Scan(t.Context(), "k1", before.N, true)
		if err != nil {
			t.Fatal(err)
		}
		told, err := json.Marshal(heard)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, told...)
		if fault == "" {
			all = append(all, p.command(t, "card-1", "take", map[string]any{"service": "social", "kiosk": "k1"}).Result...)
		}
	}
	until(t, "the reader is down", 20*time.Second, func() bool {
		var v json.RawMessage
		p.get(t, "/api/v1/devices", &v)
		return bytes.Contains(v, []byte("sound answer"))
	})
	for _, path := range []string{"/api/v1/state", "/api/v1/devices", "/api/v1/emulators", "/api/v1/alerts"} {
		var v json.RawMessage
		p.get(t, path, &v)
		all = append(all, v...)
	}
	all = append(all, saidOn(t, feed)...)
	l.group.cancel()
	if err := l.wait(); err != nil {
		t.Fatal(err)
	}
	all = append(all, log.Bytes()...)
	err = filepath.WalkDir(file.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all = append(all, data...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(all, []byte("ticket.issued")) || len(all) < 10_000 {
		t.Fatalf("only %d bytes were looked at", len(all))
	}
	for what, secret := range map[string][]byte{
		"the number": []byte(cardOfOne), "the number in UTF-16": utf16le(cardOfOne), "its birth date": []byte(cardOfOne[6:14]),
		"the name": []byte(sdt.Name), "the name in UTF-16": utf16le(sdt.Name), "a plain hash": []byte(hashOf([]byte(cardOfOne))),
	} {
		if bytes.Contains(all, secret) {
			t.Errorf("%s is in what the hall says or keeps", what)
		}
	}
}

func utf16le(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// saidOn is what a feed has said until it is quiet.
func saidOn(t *testing.T, feed *websocket.Conn) (all []byte) {
	t.Helper()
	if err := feed.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		_, m, err := feed.ReadMessage()
		if err != nil {
			return all
		}
		all = append(all, m...)
	}
}
