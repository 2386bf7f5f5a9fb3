package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"lobby/queue/figures"
	"lobby/queue/trail"
)

func trailFiguresCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "figures (--data DIR | FILE)", Short: "Work out the figures for reports from the trail or an export of it", Args: cobra.MaximumNArgs(1),
		Long: "Work out the figures for reports: how many came and what became of them, waits and services, by day, hour,\n" +
			"service, item, class, window and staff. The same records give the same figures everywhere.",
	}
	data := c.Flags().String("data", os.Getenv("LOBBY_DATA"), "data directory of the hall (or LOBBY_DATA)")
	from := c.Flags().String("from", "", "first business day, 2006-01-02")
	to := c.Flags().String("to", "", "last business day")
	asCSV := c.Flags().Bool("csv", false, "print a table instead of JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		if (*data == "") == (len(args) == 0) {
			return usageError{errors.New("trail figures: name a data directory or an export, and not both")}
		}
		for _, day := range []string{*from, *to} {
			if _, err := time.Parse(time.DateOnly, day); err != nil && day != "" {
				return usageError{fmt.Errorf("trail figures: the day %q should be written 2006-01-02", day)}
			}
		}
		books := figures.New(*from, *to)
		if err := fillBooks(books, *data, args); err != nil {
			return err
		}
		return printReport(books.Report(), *asCSV, c.OutOrStdout())
	}
	return c
}

func fillBooks(books *figures.Books, data string, files []string) error {
	if len(files) > 0 {
		return eachRecord(files[0], books.Apply)
	}
	r, err := trail.Read(data)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Each(0, books.Apply)
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
