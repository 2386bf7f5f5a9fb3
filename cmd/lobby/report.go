package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"lobby/queue"
	"lobby/queue/forecast"
)

func trailReportCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "forecast-report FILE [--json]", Short: "Judge every forecast of an export by what happened", Args: cobra.ExactArgs(1),
		Long: "Judge every forecast of an export by the wait that followed, beside three simple ways of forecasting on the\n" +
			"same waits: QL (queue length over the pace of its windows), LES (wait of the last one called) and HOL (wait\n" +
			"so far of the first in line).",
	}
	asJSON := c.Flags().Bool("json", false, "print JSON")
	plots := c.Flags().String("plots", "", "directory to write plots to, as SVG")
	c.RunE = func(c *cobra.Command, args []string) error {
		f := forecast.New(forecast.Options{})
		if err := eachRecord(args[0], func(r queue.Record) error {
			f.Observe(r)
			return nil
		}); err != nil {
			return err
		}
		report := f.Report()
		if *plots != "" {
			if err := writePlots(*plots, report); err != nil {
				return err
			}
		}
		if *asJSON {
			return json.NewEncoder(c.OutOrStdout()).Encode(report)
		}
		_, err := fmt.Fprint(c.OutOrStdout(), report.Text())
		return err
	}
	return c
}

func writePlots(dir string, r forecast.Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, svg := range r.Plots() {
		if err := os.WriteFile(filepath.Join(dir, name+".svg"), []byte(svg), 0o644); err != nil {
			return err
		}
	}
	return nil
}
