// Package halltest makes small halls for tests of what listens to a hall: a
// real hall with its rules, on a trail in memory.
package halltest

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
)

// Memory is a trail that keeps nothing on disk.
type Memory struct{ records []queue.Record }

// Append implements hall.Trail.
func (m *Memory) Append(pieces iter.Seq[queue.Batch]) error {
	for p := range pieces {
		m.records = append(m.records, p.Records...)
	}
	return nil
}

// Keep implements hall.Trail.
func (m *Memory) Keep(uint64, []byte) error { return nil }

// Replay implements hall.Trail.
func (m *Memory) Replay(_ func([]byte) error, apply func(queue.Record) error) error {
	for _, r := range m.records {
		if err := apply(r); err != nil {
			return err
		}
	}
	return nil
}

// Answers implements hall.Trail.
func (m *Memory) Answers(string) (map[string]queue.Answer, error) {
	return map[string]queue.Answer{}, nil
}

// Config is a hall of two windows, one service and one kiosk with the printer
// "p1".
func Config() queue.Config {
	return queue.Config{
		Services: []queue.Service{{ID: "social", Name: "社会保险", Prefix: "M"}},
		Classes:  []queue.Class{{ID: "normal", Rate: 1}},
		Windows:  []queue.Window{{ID: "1", Services: []string{"social"}}, {ID: "2", Services: []string{"social"}}},
		Kiosks:   []queue.Kiosk{{ID: "k1", Printer: "p1"}},
		Rules:    queue.Rules{AutoFinish: true},
	}
}

// Start runs a hall with an open day until the context ends.
func Start(ctx context.Context, t testing.TB) *hall.Hall {
	t.Helper()
	n := 0
	h, err := hall.Open(hall.Options{
		Trail: &Memory{}, Now: time.Now, Location: time.UTC, Log: slog.New(slog.DiscardHandler),
		Nonce: func() string { n++; return fmt.Sprintf("nonce-%020d", n) },
	})
	if err != nil {
		t.Fatal(err)
	}
	go h.Run(ctx)
	Must(ctx, t, h, queue.Activate{Config: Config()})
	Must(ctx, t, h, queue.DayOpen{})
	return h
}

// Must carries out a command that has to succeed.
func Must(ctx context.Context, t testing.TB, h *hall.Hall, c queue.Command) queue.Answer {
	t.Helper()
	a, err := h.Do(ctx, hall.Request{Command: c})
	if err != nil || !a.OK {
		t.Fatalf("%#v: %v, %v", c, a.Refusal, err)
	}
	return a
}
