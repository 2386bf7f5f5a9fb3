package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"lobby/queue"
	"lobby/queue/trail"
)

// trailSource is where a report's records come from: a hall's data directory or
// an export, and the business days that it is about.
type trailSource struct{ data, from, to string }

func newTrailSource(c *cobra.Command) *trailSource {
	s := &trailSource{}
	c.Flags().StringVar(&s.data, "data", os.Getenv("LOBBY_DATA"), "data directory of the hall (or LOBBY_DATA)")
	c.Flags().StringVar(&s.from, "from", "", "first business day, 2006-01-02")
	c.Flags().StringVar(&s.to, "to", "", "last business day")
	return s
}

// check says what is wrong with the command line.
func (s *trailSource) check(c *cobra.Command, files []string) error {
	if (s.data == "") == (len(files) == 0) {
		return usageError{fmt.Errorf("trail %s: name a data directory or an export, and not both", c.Name())}
	}
	for _, day := range []string{s.from, s.to} {
		if _, err := time.Parse(time.DateOnly, day); err != nil && day != "" {
			return usageError{fmt.Errorf("trail %s: the day %q should be written 2006-01-02", c.Name(), day)}
		}
	}
	if s.to != "" && s.to < s.from {
		return usageError{fmt.Errorf("trail %s: --from %s is after --to %s", c.Name(), s.from, s.to)}
	}
	return nil
}

// each hands on the records that the days are made of, in order: all of an
// export, and of a data directory those since the month of the first day began.
func (s *trailSource) each(files []string, apply func(queue.Record) error) error {
	if len(files) > 0 {
		return eachRecord(files[0], apply)
	}
	r, err := trail.Read(s.data)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.From(s.from, apply)
}
