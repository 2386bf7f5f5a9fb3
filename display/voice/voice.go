// Package voice says calls aloud: in order, one at a time in each zone, none cut
// and none lost that is not stale. Calls that are late are said together; a call
// whose citizen has come meanwhile is not said any more, and in a crowd
// repetitions go first.
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
	lateAfter  = 12 * time.Second       // then those behind are said in one breath with it
	together   = 3                      // calls in one phrase; people cannot follow more
	crowded    = 6                      // more phrases than this waiting drops repetitions
	sayTimeout = 3 * time.Minute        // the drivers know how long a phrase takes and end sooner; three calls in English take half a minute
	gap        = 800 * time.Millisecond // between two phrases
	again      = 6 * time.Second        // before a phrase that failed is said once more: it may have been heard, and must not be cut
	attempts   = 2                      // for one phrase; a module that is heard and cannot answer repeats itself no more than that
	stale      = 2 * time.Minute        // is a call that a module was mute for: by then staff have called again, or given the citizen up
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
	spoken  []saying      // what is being said
	wake    chan struct{} // one token: something waits
}

// saying is one call that waits.
type saying struct {
	call   display.Announcement
	taken  bool // the call was a wrong key: the citizen is asked to wait on
	lang   string
	repeat bool
	at     time.Time
	failed int // how often it was tried in vain
}

// NewZone makes a zone; the caller fills in its fields.
func NewZone() *Zone { return &Zone{wake: make(chan struct{}, 1)} }

// Run hands calls to the zones until the context ends.
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
	s := saying{at: now}
	switch e := r.Event.(type) {
	case queue.TicketCalled:
		s.call = display.Announcement{Ticket: e.Ticket, Window: e.Window}
	case queue.TicketRecalled:
		s.call, s.repeat = display.Announcement{Ticket: e.Ticket, Window: e.Window}, true
	case queue.CommandUndone:
		if e.Event == (queue.TicketCalled{}).Name() {
			withdraw(ctx, h, zones, e, now)
		}
		return
	case queue.TicketArrived, queue.TicketDone, queue.TicketNoShow, queue.TicketHeld, queue.TicketTransferred, queue.TicketCancelled:
		forget(zones, e)
		return
	default:
		return
	}
	s.lang = language(ctx, h, s.call.Ticket)
	for _, z := range zones {
		if z.Covers(s.call.Window) {
			z.add(s)
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
			z.add(saying{call: display.Announcement{Ticket: e.Ticket}, taken: true, lang: language(ctx, h, e.Ticket), at: now})
		}
	}
}

// forget takes back what waits for a ticket: its citizen has come, or will not.
func forget(zones []*Zone, e queue.Event) {
	if about, ok := e.(queue.Subject); ok {
		for _, z := range zones {
			z.drop(about.TicketNumber())
		}
	}
}

// drop takes back what waits about a ticket, and tells whether anything did.
func (z *Zone) drop(ticket string) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.clear(ticket)
}

// clear is drop for who holds mu. What is being said is not stopped, but it will
// not be said again.
func (z *Zone) clear(ticket string) bool {
	about := func(s saying) bool { return s.call.Ticket == ticket }
	waiting := len(z.waiting)
	z.waiting, z.spoken = slices.DeleteFunc(z.waiting, about), slices.DeleteFunc(z.spoken, about)
	return len(z.waiting) < waiting
}

// add queues a call. The same ticket's older call is replaced; in a crowd
// repetitions go first.
func (z *Zone) add(s saying) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.clear(s.call.Ticket)
	z.waiting = append(z.waiting, s)
	if len(z.waiting) > crowded {
		z.waiting = slices.DeleteFunc(z.waiting, func(o saying) bool { return o.repeat })
	}
	select {
	case z.wake <- struct{}{}:
	default:
	}
}

// next takes the oldest call, and where it is late, others of its language with
// it.
func (z *Zone) next(now time.Time) []saying {
	z.mu.Lock()
	defer z.mu.Unlock()
	if len(z.waiting) == 0 {
		return nil
	}
	first := z.waiting[0]
	most := 1
	if now.Sub(first.at) > lateAfter && !first.taken {
		most = together
	}
	var these, later []saying
	for _, s := range z.waiting {
		if len(these) < most && s.lang == first.lang && s.taken == first.taken {
			these = append(these, s)
			continue
		}
		later = append(later, s)
	}
	z.waiting, z.spoken = later, slices.Clone(these)
	return these
}

// settle ends what next began: calls that nobody has heard are said again, but
// for those that were taken back meanwhile. A module that was mute and answers
// again is given one more try, with what is not stale.
func (z *Zone) settle(err error, mute bool, now time.Time) {
	z.mu.Lock()
	defer z.mu.Unlock()
	calls := z.spoken
	z.spoken = nil
	if err == nil || errors.Is(err, devices.ErrUnspeakable) {
		return
	}
	most := attempts
	if mute {
		most++
	}
	if !errors.Is(err, devices.ErrGone) {
		for i := range calls {
			calls[i].failed++
		}
		calls = slices.DeleteFunc(calls, func(s saying) bool { return s.failed >= most })
	}
	z.waiting = append(calls, z.waiting...)
	if mute {
		z.waiting = slices.DeleteFunc(z.waiting, func(s saying) bool { return now.Sub(s.at) >= stale })
	}
}

// phrase joins calls of one language.
func phrase(calls []saying) devices.Phrase {
	if calls[0].taken {
		return display.Withdrawn(calls[0].call.Ticket, calls[0].lang)
	}
	var all []display.Announcement
	for _, s := range calls {
		all = append(all, s.call)
	}
	return display.Phrase(calls[0].lang, all...)
}

// Use is one session on the speaker's wire. What waited for it is said first.
func (z *Zone) Use(ctx context.Context, w devices.Wire) error {
	speaker, err := z.Open(w)
	if err != nil {
		return err
	}
	z.Report(devices.Up, "")
	for ctx.Err() == nil {
		if calls := z.next(time.Now()); calls != nil {
			if err := z.say(ctx, speaker, phrase(calls)); err != nil {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-z.wake:
		}
	}
	return nil
}

// say speaks one phrase. Only a wire that is gone ends the session.
func (z *Zone) say(ctx context.Context, s devices.Speaker, p devices.Phrase) error {
	saying, cancel := context.WithTimeout(ctx, sayTimeout)
	defer cancel()
	err := s.Say(saying, p)
	switch {
	case err == nil:
		z.Report(devices.Up, "")
	case ctx.Err() != nil || errors.Is(err, devices.ErrGone):
	default:
		z.Log.Warn("speaker does not speak", "phrase", p.Text, "err", err)
		z.Report(devices.Down, "语音模块没有应答")
		mute, gone := z.awaken(ctx, s)
		if gone != nil {
			err = gone
		}
		z.settle(err, mute, time.Now())
		return gone
	}
	z.settle(err, false, time.Now())
	if ctx.Err() == nil && err != nil {
		return err
	}
	rest(ctx, gap)
	return nil
}

// awaken waits while a module does not answer that can be asked, and tells
// whether that was so. What nobody hears is not said; it waits.
func (z *Zone) awaken(ctx context.Context, s devices.Speaker) (mute bool, gone error) {
	prober, ok := s.(devices.Prober)
	for rest(ctx, again) && ok {
		err := prober.Probe(ctx)
		switch {
		case errors.Is(err, devices.ErrGone):
			return mute, err
		case err == nil, errors.Is(err, devices.ErrMute):
			if mute {
				z.Report(devices.Up, "")
			}
			return mute, nil
		}
		mute = true
	}
	return mute, nil
}

// rest is false when the context ends before the pause does.
func rest(ctx context.Context, d time.Duration) bool {
	pause := time.NewTimer(d)
	defer pause.Stop()
	select {
	case <-pause.C:
		return true
	case <-ctx.Done():
		return false
	}
}
