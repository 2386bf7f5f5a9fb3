package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lobby/queue/ratings"
)

func trailRatingsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "ratings (--data DIR | FILE)", Short: "Work out the ratings, and what a supervisor may want to ask", Args: cobra.MaximumNArgs(1),
		Long: "Work out the ratings of the hall, of each window and of each member of staff: who was asked, who voted, and the\n" +
			"interval in which the satisfied share lies. Defaulted ratings are no votes. What is odd is put as a question with\n" +
			"its numbers, and is no verdict.",
	}
	source := newTrailSource(c)
	asJSON := c.Flags().Bool("json", false, "print JSON instead of text")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := source.check(c, args); err != nil {
			return err
		}
		tally := ratings.New(source.from, source.to)
		if err := source.each(args, tally.Apply); err != nil {
			return err
		}
		return printRatings(tally.Report(), *asJSON, c.OutOrStdout())
	}
	return c
}

func printRatings(r ratings.Report, asJSON bool, out io.Writer) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	printRow(out, "hall", r.Hall)
	for _, w := range r.Windows {
		printRow(out, "window "+w.ID, w)
	}
	for _, s := range r.Staff {
		printRow(out, "staff "+s.ID, s)
	}
	for _, q := range r.Questions {
		fmt.Fprintf(out, "window %s: %s\n", q.Window, questionText(q))
	}
	return nil
}

func printRow(out io.Writer, who string, r ratings.Row) {
	fmt.Fprintf(out, "%-12s served %d, asked %d, voted %d; satisfied %d of %d (%.0f to %.0f %%); 5:%d 4:%d 3:%d 2:%d 1:%d; defaulted %d, excluded %d\n",
		who, r.Served, r.Invited.N, r.Votes, r.Satisfied.N, r.Satisfied.Of, 100*r.Satisfied.Low, 100*r.Satisfied.High,
		r.Levels[5], r.Levels[4], r.Levels[3], r.Levels[2], r.Levels[1], r.Defaulted, r.Excluded)
}

// questionText asks, and never judges.
func questionText(q ratings.Question) string {
	ask := map[string]string{
		ratings.AtOnce:   "%d of %d votes were pressed within two seconds, %.0f %% elsewhere. Who pressed?",
		ratings.OneLevel: "%d of %d votes were very satisfied, %.0f %% elsewhere. Were citizens told what to press?",
		ratings.Run:      "%d of %d votes in a row had one level, which %.0f %% elsewhere have. Does the keypad stick?",
		ratings.NotAsked: "%d of %d services had no invitation, %.0f %% elsewhere. Why were the citizens not asked?",
	}
	return fmt.Sprintf(ask[q.Kind], q.N, q.Of, 100*q.Elsewhere)
}
