package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
	"lobby/queue/trail"
)

func TestWhatIsPersonalIsForgottenAfterAMonth(t *testing.T) {
	tr, err := trail.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	h, err := hall.Open(hall.Options{Trail: tr, Now: time.Now, Nonce: nonce, Location: time.UTC, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	s := &storage{trail: tr, hall: h, days: 30, log: slog.New(slog.DiscardHandler)}
	halltest.Must(ctx, t, h, queue.Activate{Config: halltest.Config()})
	for _, day := range []string{"2026-01-05", "2026-02-04", "2026-02-05"} { // 30 and 31 days later
		halltest.Must(ctx, t, h, queue.DayOpen{Day: day})
		halltest.Must(ctx, t, h, queue.Take{Service: "social"})
		for range 2 { // once more does no harm
			if err := s.erase(ctx); err != nil {
				t.Fatal(err)
			}
		}
		issued, erased := tokens(t, tr)
		if want := day >= "2026-02-05"; issued["2026-01-05"] == want {
			t.Errorf("on %s the token of 2026-01-05 is there: %t", day, issued["2026-01-05"])
		}
		if !issued[day] || erased > len(issued) {
			t.Errorf("on %s there are the tokens of %v after %d times", day, issued, erased)
		}
		halltest.Must(ctx, t, h, queue.DayClose{})
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// tokens tells of which days there is a token, and how often something was
// erased.
func tokens(t *testing.T, tr *trail.Trail) (issued map[string]bool, erased int) {
	t.Helper()
	rs, err := tr.Since(0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	issued = map[string]bool{}
	for _, r := range rs {
		switch e := r.Event.(type) {
		case queue.TicketIssued:
			issued[r.Day] = e.Token != ""
		case queue.PersonalErased:
			erased++
		}
	}
	return issued, erased
}
