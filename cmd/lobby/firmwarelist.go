package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lobby/devices/wire"
	bridge "lobby/firmware-bridge"
	firmware "lobby/firmware-bridge/update"
)

func listFirmwareCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "list [--config FILE [NAME…] | --wire URL --address N]", Short: "Ask boards which firmware they run",
		Long: "The hall must not run meanwhile, because it owns the wires.",
	}
	places := placeFlags(c)
	c.RunE = func(c *cobra.Command, names []string) error {
		boards, _, err := places.find(names)
		if err != nil {
			return err
		}
		return listFirmware(c.Context(), c.OutOrStdout(), boards)
	}
	return c
}

// listFirmware writes a table. A board that does not answer has its line too,
// and makes the command fail at its end.
func listFirmware(ctx context.Context, w io.Writer, boards []chip) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "UNIT\tSERVES\tADDRESS\tBOARD\tHARDWARE\tFIRMWARE\tNAME")
	var errs []error
	for _, b := range boards {
		var h bridge.Hello
		err := onWire(ctx, b.wire, func(w wire.Conn) (err error) {
			l := firmware.Open(ctx, w, b.address)
			defer l.Close()
			h, err = l.Hello(3)
			return err
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", b.name, err))
			fmt.Fprintf(table, "%s\t%s\t%d\t-\t-\t-\tno answer\n", b.name, b.window, b.address)
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%v\t%s\n", b.name, b.window, b.address, h.Board, h.Hardware, bridge.Version(h.Firmware), h.Name)
	}
	return errors.Join(append([]error{table.Flush()}, errs...)...)
}

// onWire opens a wire for one use.
func onWire(ctx context.Context, u wire.URL, use func(wire.Conn) error) error {
	open, err := (&wires{ctx: ctx, log: logger(os.Stderr, slog.LevelInfo)}).opener(u, u.String(), "", nil)
	if err != nil {
		return err
	}
	w, err := open(ctx)
	if err != nil {
		return fmt.Errorf("%w; if the hall runs, stop it first, for it owns its wires", err)
	}
	defer w.Close()
	return use(w)
}
