// Package voice says calls aloud: in order, one at a time in each zone, and
// never a stale one. A phrase that waited too long is dropped, a repetition
// before a first call.
package voice

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"lobby/devices"
	"lobby/display"
	"lobby/queue"
	"lobby/queue/hall"
)

const (
	staleAfter = 30 * time.Second // then the board and the wall have said it long ago
	crowded    = 6                // more phrases than this waiting drops repetitions
	sayTimeout = 20 * time.Second
	gap        = 800 * time.Millisecond // between two phrases
)

// Hall is what the voice needs of the queue's owner.
type Hall interface {
	Read(ctx context.Context, f func(*queue.State)) error
	Watch(ctx context.Context, buffer int) (hall.Watcher, error)
}

// Zone is one speaker and what waits for it.
type Zone struct {
	Open   func(w devices.Wire) (devices.Speaker, error)
	Covers func(window string) bool
	Report func(s devices.State, why string)
	Log    *slog.Logger

	mu      sync.Mutex
	waiting []saying
	wake    chan struct{} // one token: something waits
}

// saying is one phrase that waits.
type saying struct {
	phrase devices.Phrase
	ticket string
	repeat bool
	at     time.Time
}

// NewZone makes a zone; the caller fills in its fields.
func NewZone() *Zone { return &Zone{wake: make(chan struct{}, 1)} }

// Run hands calls to the zones until the context ends. What was missed while
// late is not said: it would be stale.
func Run(ctx context.Context, h Hall, zones []*Zone, now func() time.Time) error {
	for ctx.Err() == nil {
		w, err := h.Watch(ctx, 256)
		if err != nil {
			break
		}
		for rs := range w.Records {
			for _, r := range rs {
				announce(ctx, h, zones, r, now())
			}
		}
	}
	return nil
}

func announce(ctx context.Context, h Hall, zones []*Zone, r queue.Record, now time.Time) {
	var ticket, window string
	repeat := false
	switch e := r.Event.(type) {
	case queue.TicketCalled:
		ticket, window = e.Ticket, e.Window
	case queue.TicketRecalled:
		ticket, window, repeat = e.Ticket, e.Window, true
	case queue.CommandUndone:
		if e.Event == (queue.TicketCalled{}).Name() {
			withdraw(ctx, h, zones, e, now)
		}
		return
	default:
		return
	}
	lang := language(ctx, h, ticket)
	for _, z := range zones {
		if z.Covers(window) {
			z.add(saying{display.Phrase(ticket, window, lang), ticket, repeat, now})
		}
	}
}

// language is that of a ticket's holder.
func language(ctx context.Context, h Hall, ticket string) (lang string) {
	_ = h.Read(ctx, func(s *queue.State) { // a hall that stops has nothing to say
		t, _ := s.Ticket(ticket)
		lang = t.Lang
	})
	return lang
}

// withdraw takes back a call that was a wrong key: it is not said any more, or
// where it was said already, the citizen is asked to wait on.
func withdraw(ctx context.Context, h Hall, zones []*Zone, e queue.CommandUndone, now time.Time) {
	for _, z := range zones {
		if z.Covers(e.Window) && !z.drop(e.Ticket) {
			z.add(saying{display.Withdrawn(e.Ticket, language(ctx, h, e.Ticket)), e.Ticket, false, now})
		}
	}
}

// drop takes back what waits about a ticket, and tells whether anything did.
func (z *Zone) drop(ticket string) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	waiting := len(z.waiting)
	z.waiting = slices.DeleteFunc(z.waiting, func(s saying) bool { return s.ticket == ticket })
	return len(z.waiting) < waiting
}

// add queues a phrase. The same ticket's older phrase is replaced; in a crowd
// repetitions go first.
func (z *Zone) add(s saying) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.waiting = slices.DeleteFunc(z.waiting, func(o saying) bool { return o.ticket == s.ticket })
	z.waiting = append(z.waiting, s)
	if len(z.waiting) > crowded {
		z.waiting = slices.DeleteFunc(z.waiting, func(o saying) bool { return o.repeat })
	}
	select {
	case z.wake <- struct{}{}:
	default:
	}
}

// next takes the oldest phrase that is not stale.
func (z *Zone) next(now time.Time) (devices.Phrase, bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for len(z.waiting) > 0 {
		s := z.waiting[0]
		z.waiting = z.waiting[1:]
		if now.Sub(s.at) <= staleAfter {
			return s.phrase, true
		}
		z.Log.Warn("phrase dropped, it waited too long", "ticket", s.ticket)
	}
	return devices.Phrase{}, false
}

// Use is one session on the speaker's wire.
func (z *Zone) Use(ctx context.Context, w devices.Wire) error {
	speaker, err := z.Open(w)
	if err != nil {
		return err
	}
	z.Report(devices.Up, "")
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-z.wake:
		}
		for p, ok := z.next(time.Now()); ok && ctx.Err() == nil; p, ok = z.next(time.Now()) {
			if err := z.say(ctx, speaker, p); err != nil {
				return err
			}
		}
	}
}

// say speaks one phrase. Only a wire that is gone ends the session.
func (z *Zone) say(ctx context.Context, s devices.Speaker, p devices.Phrase) error {
	saying, cancel := context.WithTimeout(ctx, sayTimeout)
	defer cancel()
	err := s.Say(saying, p)
	switch {
	case err == nil:
		z.Report(devices.Up, "")
	case ctx.Err() != nil:
		return nil
	case errors.Is(err, devices.ErrGone):
		return err
	default:
		z.Log.Warn("speaker does not speak", "phrase", p.Text, "err", err)
		z.Report(devices.Down, "语音模块没有应答")
	}
	pause := time.NewTimer(gap)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
	}
	return nil
}
