package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"

	"lobby/queue"
	"lobby/queue/forecast"
	"lobby/queue/simulate"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/export"
)

// simulateOptions are the flags of a simulation.
type simulateOptions struct {
	hall, out, from string
	days            int
	seed            uint64
	tickets         float64
	blind           bool
}

func simulateCommand() *cobra.Command {
	var o simulateOptions
	c := &cobra.Command{
		Use: "simulate --hall FILE --days N --seed S --out FILE", Short: "Live through days of a hall in virtual time and write their trail", Args: cobra.NoArgs,
		Long: "Live through days of a hall in virtual time: citizens with their patience, staff with their rosters, windows\n" +
			"that close unannounced. The real queue decides. The same seed gives the same bytes, whose key follows\n" +
			"from the seed, so that they prove nothing to anybody.",
	}
	f := c.Flags()
	f.StringVar(&o.hall, "hall", "", "hall file")
	f.StringVar(&o.out, "out", "", "file to write, - for the standard output")
	f.IntVar(&o.days, "days", 1, "working days")
	f.Uint64Var(&o.seed, "seed", 1, "of everything that is left to chance")
	f.Float64Var(&o.tickets, "tickets", 0, "numbers taken on a usual day (default 30 for each window)")
	f.StringVar(&o.from, "from", "2026-01-05", "the first day")
	f.BoolVar(&o.blind, "blind", false, "forecast nothing, which is quicker")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if o.hall == "" || o.out == "" || o.days < 1 {
			return usageError{errors.New("simulate: --hall FILE, --days N and --out FILE are needed")}
		}
		return simulateHall(c.Context(), o, c.OutOrStdout(), c.ErrOrStderr())
	}
	return c
}

// simulateHall writes the file and says how long it took.
func simulateHall(ctx context.Context, o simulateOptions, stdout, errOut io.Writer) error {
	file, err := load(o.hall)
	if err != nil {
		return usageError{err}
	}
	s, err := file.scenario()
	if err != nil {
		return err
	}
	if s.First, err = time.ParseInLocation(time.DateOnly, o.from, s.Location); err != nil {
		return usageError{fmt.Errorf("simulate: --from %q should be a day, 2006-01-02", o.from)}
	}
	s.Tickets = cmp.Or(o.tickets, s.Tickets)
	begin := time.Now()
	var sum simulated
	err = outFile{path: o.out}.write(ctx, stdout, func(w io.Writer) error { return o.play(file.Hall.ID, s, w, &sum) })
	if err != nil {
		return err
	}
	took := time.Since(begin)
	fmt.Fprintf(errOut, "%d days, %d numbers, %d records in %.1f s: %.0f numbers a second\n",
		o.days, sum.numbers, sum.records, took.Seconds(), float64(sum.numbers)/took.Seconds())
	fmt.Fprintf(errOut, "key: %s\n", sum.key)
	return nil
}

// scenario is the hall of a file with people who come and work there.
func (h *hallFile) scenario() (s simulate.Scenario, err error) {
	s.Config = h.description().Rules(h.Rules)
	if s.Location, err = time.LoadLocation(h.Hall.Timezone); err != nil {
		return s, err
	}
	for text, clock := range map[string]*queue.Clock{h.Hall.Opens: &s.Opens, h.Hall.Closes: &s.Closes} {
		if text == "" {
			continue
		}
		if *clock, err = queue.ParseClock(text); err != nil {
			return s, err
		}
	}
	return s, nil
}

// simulated counts what came out.
type simulated struct {
	numbers, records int
	key              string // by which the file can be verified
}

// play lives through the days and writes their trail.
func (o simulateOptions) play(hall string, s simulate.Scenario, w io.Writer, sum *simulated) error {
	s = s.WithDefaults()
	key, err := simulatedKey(hall, o.seed)
	if err != nil {
		return err
	}
	sum.key = key.Verifier()
	salts := rand.NewChaCha8(simulatedSeed(o.seed))
	out := export.NewWriter(w, export.Options{Hall: hall, Epoch: fmt.Sprintf("%08x", o.seed), Signer: key, Salts: salts})
	h := simulate.NewHall(o.seed)
	h.Write = func(r queue.Record) error {
		sum.records++
		if _, ok := r.Event.(queue.TicketIssued); ok {
			sum.numbers++
		}
		return out.Write(r)
	}
	if !o.blind {
		h.Forecaster = forecast.New(forecast.Options{Seed: o.seed, Paths: simulatedPaths, Location: s.Location, Closes: s.Closes})
	}
	if err := h.Activate(s.Config, s.Opens.On(s.Date(0)).Add(-time.Hour)); err != nil {
		return err
	}
	bar := progress("simulate", int64(o.days))
	defer bar.end()
	for n := range o.days {
		bar.add(1)
		if err := h.Play(s.Day(o.seed, n)); err != nil {
			return err
		}
	}
	return out.Close()
}

// simulatedPaths is fewer than a hall has, because a simulation foresees anew
// for every number and not once a second.
const simulatedPaths = 60

// simulatedSeed is the seed of keys and salts.
func simulatedSeed(seed uint64) (long [32]byte) {
	copy(long[:], "lobby simulate")
	binary.BigEndian.PutUint64(long[24:], seed)
	return long
}

// simulatedKey is the key that a simulation signs with.
func simulatedKey(hall string, seed uint64) (checkpoint.Key, error) {
	return checkpoint.KeyOf(hall, simulatedSeed(seed))
}
