package hb1

import (
	bridge "lobby/firmware-bridge"
)

// want is what a board shall show. Version 0 is nothing.
type want struct {
	show    bridge.Show
	sign    bool // it is a display for citizens: its lamp and buzzer follow
	version int
}

// outputs are the orders under way to one board.
type outputs struct {
	version int           // of the want that they bring
	todo    []order       // still to be obeyed, the next one first
	sent    bridge.Packet // the next one, if it was sent and not answered
	rung    int           // version whose call was heard; a boot does not ring again
	lacks   map[bridge.Type]bool
}

// order is one order without its number.
type order struct {
	typ     bridge.Type
	payload []byte
}

// forget is what a boot of the board means.
func (o *outputs) forget() { *o = outputs{rung: o.rung} }

// aim begins to bring a want, if it is not the one under way or done already.
func (o *outputs) aim(w want, h bridge.Hello) {
	if o.version == w.version {
		return
	}
	o.version, o.todo, o.sent = w.version, nil, bridge.Packet{}
	if h.Cols > 0 && h.Rows > 0 {
		o.todo = append(o.todo, order{bridge.TypeShow, fit(w.show, h).Payload()})
	}
	if !w.sign {
		return
	}
	call := w.show.Style == bridge.Blink
	o.todo = append(o.todo, order{bridge.TypeLight, lamp(call).Payload()})
	if call && o.rung != w.version {
		o.todo = append(o.todo, order{bridge.TypeBeep, chime.Payload()})
	}
}

// lamp is how lamp 0 of a display goes with a fresh call. It goes out by itself
// should Lobby not come back.
func lamp(call bool) bridge.Light {
	if !call {
		return bridge.Light{}
	}
	return bridge.Light{Colour: [3]byte{255, 0, 0}, Pattern: 2, TTL: 30}
}

// chime is how a display sounds with a fresh call.
var chime = bridge.Beep{Pattern: 2, Volume: 255, Count: 1}

// show brings what is wanted to the board, if it does not have it yet. An order
// that is not answered is repeated under its number in the board's next turn, so
// that a bad line does not hold up the others.
func (b *Bus) show(u *unit) error {
	b.mu.Lock()
	want := u.want
	b.mu.Unlock()
	o := &u.outputs
	o.aim(want, u.hello)
	for len(o.todo) > 0 {
		next := o.todo[0]
		if o.lacks[next.typ] {
			o.todo = o.todo[1:]
			continue
		}
		if o.sent.Kind == bridge.Reliable {
			o.sent.Retry = true
		} else {
			o.sent = u.send.Reliable(next.typ, next.payload)
		}
		got, err := b.question(u, o.sent, answers(o.sent))
		if err != nil {
			return err
		}
		if len(o.todo) == 0 {
			return nil // the answer told of a boot, and all of this begins anew
		}
		o.sent = bridge.Packet{}
		if got.Kind == bridge.Nak && bridge.ParseNak(got.Payload) == bridge.Busy {
			return nil // later, under a new number
		}
		o.done(got)
	}
	return nil
}

// done takes the answer to the next order. What a board cannot do it is not
// asked for again.
func (o *outputs) done(got bridge.Packet) {
	typ := o.todo[0].typ
	o.todo = o.todo[1:]
	if got.Kind == bridge.Nak && bridge.ParseNak(got.Payload) == bridge.Unsupported {
		if o.lacks == nil {
			o.lacks = map[bridge.Type]bool{}
		}
		o.lacks[typ] = true
	}
	if typ == bridge.TypeBeep {
		o.rung = o.version
	}
}
