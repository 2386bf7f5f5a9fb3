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
		report: func(r queue.DeviceReport) { said[devices.State(r.State)] = true },
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

// A disk that fills is told at 80, 90 and 95 per cent, each time more urgently and
// once, and what it says is there in three languages. Numbers are given until it
// is full, and a warning goes back only when there is room again.
func TestFaultF36_ADiskThatFillsIsToldInStages(t *testing.T) {
	var r queue.DeviceReport
	h := newHealth(nil)
	s := &storage{report: func(report queue.DeviceReport) { h.tell(report); r = h.pending[queue.DiskDevice] }}
	const gb = 1 << 30
	for _, c := range []struct {
		held         bool
		used         uint64
		state, level string
		says         string
	}{
		{true, 799, "up", "", ""},
		{true, 800, "degraded", "teal", "80%"},
		{true, 899, "degraded", "teal", "80%"},
		{true, 900, "degraded", "amber", "90%"},
		{true, 892, "degraded", "amber", "90%"},
		{true, 949, "degraded", "amber", "90%"},
		{true, 950, "degraded", "red", "95%"},
		{false, 1000, "down", "red", "磁盘已满"},
		{true, 941, "degraded", "red", "95%"},
		{true, 939, "degraded", "amber", "90%"},
		{true, 791, "degraded", "teal", "80%"},
		{true, 789, "up", "", ""},
		{true, 950, "degraded", "red", "95%"},
	} {
		s.tell(c.held, (1000-c.used)*gb, 1000*gb)
		if r.State != c.state || r.Level != c.level || !strings.Contains(r.Why, c.says) || (r.Effect != "") != (c.state == "down") {
			t.Errorf("at %d per mille, reserve %t, the disk is said to be %+v", c.used, c.held, r)
		}
		if english := inEnglish(r.Why); r.Why != "" && (!strings.HasSuffix(english, " numbers") && c.level != "teal" && c.held || strings.Contains(english, "磁")) {
			t.Errorf("%q is %q in English", r.Why, english)
		}
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
