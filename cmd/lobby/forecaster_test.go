package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"lobby/deploy/halls"
	"lobby/queue"
	"lobby/queue/forecast"
	"lobby/queue/hall"
	"lobby/queue/trail"
)

// TestAHallIsToldWhatToExpect: the forecaster learns the past, and a number
// that is taken afterwards carries minutes; after a restart it learns the same
// from the trail alone.
func TestAHallIsToldWhatToExpect(t *testing.T) {
	t.Parallel()
	file, err := loadFS(halls.Files, "small.yaml", "small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(file.Hall.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	for run := range 2 {
		tr, err := trail.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		h, err := hall.Open(hall.Options{Trail: tr, Now: time.Now, Nonce: nonce, Location: zone, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		go func() { ended <- h.Run(ctx) }()
		do := func(c queue.Command) queue.Answer {
			answer, err := h.Do(ctx, hall.Request{Actor: "test", Command: c})
			if err != nil {
				t.Fatal(err)
			}
			return answer
		}
		if run == 0 {
			do(queue.Activate{Config: file.description().Rules(file.Rules), Hash: "x"})
			do(queue.DayOpen{})
			do(queue.WindowOpen{Window: "1"})
			do(queue.Take{Service: "social"})
			do(queue.CallNext{Window: "1"})
		}
		f := &forecaster{Forecaster: forecast.New(forecast.Options{Seed: 1, Location: zone}), hall: h, trail: tr, past: file.rehearse}
		go func() { ended <- f.run(ctx) }()
		until(t, "minutes are told", patience, func() bool {
			var told queue.Forecast
			if err := h.Read(ctx, func(s *queue.State) { told = s.View().Services[0].Forecast }); err != nil {
				t.Fatal(err)
			}
			return told.High != nil
		})
		var res queue.TakeResult
		if err := json.Unmarshal(do(queue.Take{Service: "social"}).Result, &res); err != nil {
			t.Fatal(err)
		}
		if res.Forecast.High == nil || res.Forecast.Before.IsZero() {
			t.Errorf("run %d: the citizen is told %+v", run, res.Forecast)
		}
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Errorf("run %d: %v", run, err)
			}
		}
		if err := tr.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
