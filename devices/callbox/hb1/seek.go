package hb1

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	bridge "lobby/firmware-bridge"
)

// The search for boards without an address begins soon after the bus and is
// repeated: somebody who joins a new board to the line should not have to start
// anything. An unanswered question costs the others one timeout.
const (
	seekFirst = 5 * time.Second
	seekEvery = 30 * time.Second
)

// search is where the search stands (hardware-docs/hb1.md, "Finding boards").
// It asks one question in each round, so that a large one delays nobody.
type search struct {
	every time.Duration       // seekEvery, but in tests that have no such time
	next  time.Time           // when it begins again
	open  []bridge.Seek       // questions still to be asked, the next one last
	told  map[bridge.UID]bool // boards that nobody configured, as told
}

// Found lets f hear, once for each, of boards on the wire that have no address
// and whose UID no unit has. It is called from the goroutine that runs Run, and
// must be set before.
func (b *Bus) Found(f func(bridge.Hello)) { b.stranger = f }

// seek asks the next question of the search, if there is one.
func (b *Bus) seek() error {
	s := &b.search
	if len(s.open) == 0 {
		if time.Now().Before(s.next) {
			return nil
		}
		s.open, s.next = append(s.open, bridge.Seek{}), time.Now().Add(s.every)
	}
	q := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	none := bridge.Sender{Self: bridge.Host, Peer: bridge.Unassigned, Epoch: b.epoch}
	got, err := b.ask(none.Plain(bridge.TypeSeek, q.Payload()), func(p bridge.Packet) bool {
		return p.Type == bridge.TypeSeek && p.Kind == bridge.Plain
	})
	switch {
	case errors.Is(err, errNoise):
		s.split(q)
		return nil
	case errors.Is(err, errSilence):
		return nil
	case err != nil:
		return err
	}
	return b.found(q, got)
}

// split halves a question that several boards answered at once.
func (s *search) split(q bridge.Seek) {
	if int(q.Bits) == 8*len(q.UID) {
		return // two boards with one UID: no question sets them apart
	}
	one := q
	one.UID[q.Bits/8] |= 0x80 >> (q.Bits % 8)
	q.Bits++
	one.Bits++
	s.open = append(s.open, one, q)
}

// found gives a board that answered alone its address, if a unit waits for it,
// and asks once more: it may have spoken over a weaker one.
func (b *Bus) found(q bridge.Seek, p bridge.Packet) error {
	who, err := bridge.ParseHello(p.Payload)
	if err != nil {
		return nil // it will not be understood at an address either
	}
	for _, u := range b.units {
		if u.uid == who.UID {
			u.probe = time.Time{}
			b.search.open = append(b.search.open, q)
			return b.assign(u)
		}
	}
	if !b.search.told[who.UID] {
		b.search.told[who.UID] = true
		b.stranger(who)
	}
	return nil
}

// assign tells the board of a unit's UID its address, twice, because nobody
// acknowledges it.
func (b *Bus) assign(u *unit) error {
	none := bridge.Sender{Self: bridge.Host, Peer: bridge.Unassigned, Epoch: b.epoch}
	for range 2 {
		if err := b.say(none.Plain(bridge.TypeAssign, bridge.Assign{UID: u.uid, Address: u.send.Peer}.Payload())); err != nil {
			return err
		}
	}
	return nil
}

// wrongBoard says that another board than the unit's sits at its address.
func (u *unit) wrongBoard(who bridge.Hello) error {
	if u.uid == (bridge.UID{}) || u.uid == who.UID {
		return nil
	}
	return &unanswered{fmt.Sprintf("the board at address %d has the UID %x, not %x; correct one of them", u.send.Peer, who.UID, u.uid), true}
}

// parseUID reads a UID as it is written in a configuration.
func parseUID(text string) (u bridge.UID, err error) {
	if text == "" {
		return u, nil
	}
	n, err := hex.Decode(u[:], []byte(text)[:min(len(text), 2*len(u))])
	if err != nil || n != len(u) || len(text) != 2*n {
		return u, fmt.Errorf("uid %q is not %d hexadecimal digits in quotes", text, 2*len(u))
	}
	return u, nil
}
