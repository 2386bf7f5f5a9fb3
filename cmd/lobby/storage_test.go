package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lobby/devices"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
	"lobby/queue/trail"
)

// Days of three months move to their parts, and the oldest of them goes when
// its time is over, with a record that says so. The clock of this machine is
// years ahead, which removes nothing.
func TestMonthsThatNeedNotBeKeptAreDropped(t *testing.T) {
	tr, err := trail.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	now := time.Date(2016, 9, 30, 9, 0, 0, 0, time.UTC)
	n := 0
	h, err := hall.Open(hall.Options{
		Trail: tr, Now: func() time.Time { return now }, Location: time.UTC, Log: slog.New(slog.DiscardHandler),
		Nonce: func() string { n++; return fmt.Sprintf("nonce-%020d", n) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	defer func() {
		stop()
		<-ended
	}()
	halltest.Must(ctx, t, h, queue.Activate{Config: halltest.Config()})
	for _, day := range []string{"2016-09-30", "2016-10-01", "2016-11-02", "2016-12-03"} {
		halltest.Must(ctx, t, h, queue.DayOpen{Day: day})
		halltest.Must(ctx, t, h, queue.Take{Service: "social"})
		halltest.Must(ctx, t, h, queue.DayClose{})
	}
	said := map[devices.State]bool{}
	s := &storage{
		trail: tr, hall: h, months: 1, log: slog.New(slog.DiscardHandler),
		report: func(_ string, state devices.State, _ string) { said[state] = true },
	}
	for range 8 {
		s.tidy(ctx)
	}
	s.look()
	parts, err := tr.Parts()
	got := ""
	for _, p := range parts {
		got += fmt.Sprintf("%s %t, ", p.Name, p.Gone)
	}
	if err != nil || got != "2016-09 true, 2016-10 true, 2016-11 false, " {
		t.Errorf("the parts are %s%v", got, err)
	}
	rs, err := tr.Since(0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	dropped := ""
	for _, r := range rs {
		if e, ok := r.Event.(queue.TrailDropped); ok {
			dropped += fmt.Sprintf("%s %d-%d, ", e.Part, e.First, e.Last)
		}
		if r.Day < "2016-11" {
			t.Errorf("record %d of %s is still there", r.Seq, r.Day)
		}
	}
	if want := fmt.Sprintf("2016-09 1-%d, 2016-10 %d-%d, ", parts[0].Last, parts[1].First, parts[1].Last); dropped != want {
		t.Errorf("the trail says that it dropped %s, want %s", dropped, want)
	}
	if len(said) != 1 || said[devices.Down] {
		t.Errorf("the disk was said to be %v", said)
	}
}

// With a sign too many, months and tokens of the open day would be removed.
func TestRecordsAreKeptForNoNegativeTime(t *testing.T) {
	for line, say := range map[string]string{
		"trail: {keep_months: -1}":        "keep_months is -1; write how many whole months",
		"trail: {keep_personal_days: -3}": "keep_personal_days is -3; write for how many days",
	} {
		if _, err := load(hallWith(t, line)); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
