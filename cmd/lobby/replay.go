package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lobby/queue"
	"lobby/queue/simulate"
	"lobby/queue/trail/export"
)

func trailReplayCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "replay FILE [--with-rules FILE]", Short: "Decide every call of an export again; or try other rules on its days", Args: cobra.ExactArgs(1),
		Long: "Decide every call of an export again, by the rules that were in force, and compare ticket and reason:\n" +
			"exit 0 when all are the same.\n" +
			"With a hall file, live through each day again under its rules, windows and rosters, with the citizens of\n" +
			"the record, and print what everybody would have waited.",
	}
	rules := c.Flags().String("with-rules", "", "hall file with the rules or rosters to try")
	asJSON := c.Flags().Bool("json", false, "print JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		if *rules == "" {
			return replayTrail(args[0], *asJSON, c.OutOrStdout())
		}
		return tryRules(args[0], *rules, *asJSON, c.OutOrStdout())
	}
	return c
}

// eachRecord reads the records of an export. What is personal is left out.
func eachRecord(path string, each func(queue.Record) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, end, err := export.Notes(f, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	line := 0
	err = export.Each(io.NewSectionReader(f, 0, end), func(p export.Parsed) error {
		line++
		switch {
		case p.Err != nil || p.Personal != nil:
			return p.Err
		case p.Omitted != nil:
			return errors.New("records were left out here; export the whole trail")
		}
		return each(p.Record)
	})
	if err != nil {
		return fmt.Errorf("%s:%d: %w", path, line, err)
	}
	return nil
}

// replayed is the result of a replay for programs.
type replayed struct {
	Calls     int              `json:"calls"`
	Chosen    int              `json:"chosen_by_staff"`
	Different []callDifference `json:"different"`
}

type callDifference struct {
	Seq      uint64    `json:"seq"`
	At       time.Time `json:"at"`
	Window   string    `json:"window"`
	Recorded string    `json:"recorded"`
	Decided  string    `json:"decided"`
}

func replayTrail(path string, asJSON bool, out io.Writer) error {
	r := simulate.NewReplay()
	if err := eachRecord(path, func(record queue.Record) error {
		r.Add(record)
		return nil
	}); err != nil {
		return err
	}
	r.End()
	result := replayed{Calls: r.Calls, Chosen: r.Chosen, Different: []callDifference{}}
	for _, d := range r.Different {
		called := d.Record.Event.(queue.TicketCalled)
		result.Different = append(result.Different, callDifference{d.Record.Seq, d.Record.At, called.Window, called.Ticket, d.Decided})
	}
	if asJSON {
		if err := json.NewEncoder(out).Encode(result); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "%d calls decided again, %d chosen by staff, %d different\n", result.Calls, result.Chosen, len(result.Different))
		for _, d := range result.Different[:min(20, len(result.Different))] {
			fmt.Fprintf(out, "  record %d, window %s: %s was called, the rules call %s\n", d.Seq, d.Window, d.Recorded, d.Decided)
		}
	}
	if len(r.Different) > 0 {
		return fmt.Errorf("%s: %d calls are not what the rules decide; the first is record %d", path, len(r.Different), r.Different[0].Record.Seq)
	}
	return nil
}

// tried is one way of running the days.
type tried struct {
	Name    string                `json:"name"`
	Classes []simulate.ClassWaits `json:"classes"`
}

// tryRules lives through the days of an export three times: as they were,
// simulated under their own rules, and under those of a hall file. The second
// tells how far the simulation can be trusted.
func tryRules(path, rules string, asJSON bool, out io.Writer) error {
	file, err := load(rules)
	if err != nil {
		return usageError{err}
	}
	s, err := file.scenario()
	if err != nil {
		return err
	}
	t := &trial{scenario: s, recorded: simulate.NewWaits(), same: simulate.NewWaits(), other: simulate.NewWaits()}
	if err := eachRecord(path, t.see); err != nil {
		return err
	}
	if err := t.day(); err != nil {
		return err
	}
	results := []tried{{"as it was", t.recorded.Classes()}, {"again, by the same rules", t.same.Classes()}, {"by " + rules, t.other.Classes()}}
	if asJSON {
		return json.NewEncoder(out).Encode(results)
	}
	return printTried(out, results)
}

// trial is a trail that is read day by day.
type trial struct {
	scenario              simulate.Scenario
	recorded, same, other *simulate.Waits
	config                queue.Config // in force
	opened                queue.Config // when the day was opened
	records               []queue.Record
}

func (t *trial) see(r queue.Record) error {
	switch e := r.Event.(type) {
	case queue.ConfigActivated:
		t.config = e.Config
	case queue.DayOpened:
		if err := t.day(); err != nil {
			return err
		}
		t.opened = t.config
	}
	t.recorded.See(r)
	t.records = append(t.records, r)
	if _, ok := r.Event.(queue.DayClosed); ok {
		return t.day()
	}
	return nil
}

// day plays the day that was read under both rules.
func (t *trial) day() error {
	records := t.records
	t.records = nil
	opened := false
	for i, r := range records {
		if _, ok := r.Event.(queue.DayOpened); ok {
			records, opened = records[i:], true
			break
		}
	}
	if !opened {
		return nil // between the days
	}
	closes := t.scenario.Closes.On(records[0].At.In(t.scenario.Location))
	d := simulate.Recorded(records, closes)
	if err := playUnder(t.opened, d, t.same); err != nil {
		return err
	}
	return playUnder(t.scenario.Config, d.Staffed(t.scenario.Config, t.scenario.Location), t.other)
}

func playUnder(c queue.Config, d simulate.Day, waits *simulate.Waits) error {
	h := simulate.NewHall(1)
	h.Write = func(r queue.Record) error {
		waits.See(r)
		return nil
	}
	if err := h.Activate(c, d.Opens); err != nil {
		return err
	}
	return h.Play(d)
}

func printTried(out io.Writer, results []tried) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tclass\tcalled\tmean min\tP95 min\tlongest\tovertaken\tnever called\t")
	for _, r := range results {
		for i, c := range r.Classes {
			name := r.Name
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%.1f\t%.1f\t%.1f\t%d\t%d\t\n", name, c.Class, c.Called, c.MeanMinutes, c.P95Minutes, c.MaxMinutes, c.Overtaken, c.Never)
		}
	}
	return w.Flush()
}
