package hb1

import (
	"time"

	bridge "lobby/firmware-bridge"
)

// inquireEvery is how often a board is asked for its own figures. They serve
// people who look for a bad line, and a line goes bad over days.
const inquireEvery = time.Minute

// Figures is what is known about the line to one unit since the bus began.
type Figures struct {
	Unit    string
	Board   bridge.Hello  // as it last introduced itself; zero before
	Status  bridge.Status // its own figures, up to a minute old; zero before
	Asked   uint64        // questions
	Lost    uint64        // those without a usable answer
	Events  uint64        // that were taken
	Again   uint64        // events that were reported again after they were taken
	Boots   uint64        // the first contact among them
	Slowest time.Duration // from a question to its answer
}

// answered counts a question.
func (f *Figures) answered(well bool, after time.Duration) {
	f.Asked++
	if !well {
		f.Lost++
		return
	}
	f.Slowest = max(f.Slowest, after)
}

// Figures tells about every unit, in the order in which they are polled. It may
// be called at any time.
func (b *Bus) Figures() []Figures {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []Figures
	for _, u := range b.units {
		f := u.figures
		f.Unit = u.name
		all = append(all, f)
	}
	return all
}

// count changes a unit's figures.
func (b *Bus) count(u *unit, change func(*Figures)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&u.figures)
}

// inquire asks the board for its own figures now and then, first a minute after
// it was greeted. A board that has none says so with a NAK.
func (b *Bus) inquire(u *unit) error {
	if time.Now().Before(u.inquiry) {
		return nil
	}
	status := u.send.Reliable(bridge.TypeStatus, nil)
	got, err := b.question(u, status, answers(status))
	if err != nil {
		return err
	}
	u.inquiry = time.Now().Add(inquireEvery)
	if s, err := bridge.ParseStatus(got.Payload); err == nil && got.Kind == bridge.Ack {
		b.count(u, func(f *Figures) { f.Status = s })
	}
	return nil
}
