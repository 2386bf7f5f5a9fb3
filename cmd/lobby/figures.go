package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lobby/queue/figures"
)

func trailFiguresCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "figures (--data DIR | FILE)", Short: "Work out the figures for reports from the trail or an export of it", Args: cobra.MaximumNArgs(1),
		Long: "Work out the figures for reports: how many came and what became of them, waits and services, by day, hour,\n" +
			"service, item, class, window and staff. The same records give the same figures everywhere.",
	}
	source := newTrailSource(c)
	asCSV := c.Flags().Bool("csv", false, "print a table instead of JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := source.check(c, args); err != nil {
			return err
		}
		books := figures.New(source.from, source.to)
		if err := source.each(args, books.Apply); err != nil {
			return err
		}
		return printReport(books.Report(), *asCSV, c.OutOrStdout())
	}
	return c
}

func printReport(r figures.Report, asCSV bool, out io.Writer) error {
	if r.Balance.Received != r.Balance.Sum() {
		return fmt.Errorf("trail figures: %d numbers were received and %d are accounted for", r.Balance.Received, r.Balance.Sum())
	}
	if asCSV {
		return r.WriteCSV(out)
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
