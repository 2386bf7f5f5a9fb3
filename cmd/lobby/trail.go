package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lobby/queue"
	"lobby/queue/audit"
	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/verify"
)

// trailCommand groups what can be done with a trail while no hall runs on it,
// or beside one that does.
func trailCommand() *cobra.Command {
	c := &cobra.Command{Use: "trail", Short: "Export, sign and verify the record of a hall", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(trailFiguresCommand(), trailRatingsCommand(), trailKeyCommand(), trailExportCommand(), trailVerifyCommand(), trailReplayCommand(), trailReportCommand())
	for _, sub := range c.Commands() {
		strict(sub)
	}
	return c
}

// dataFlag adds --data, which may also come from LOBBY_DATA.
func dataFlag(c *cobra.Command) *string {
	dir := c.Flags().String("data", os.Getenv("LOBBY_DATA"), "data directory of the hall (or LOBBY_DATA)")
	c.PreRunE = func(*cobra.Command, []string) error {
		if *dir == "" {
			return usageError{fmt.Errorf("%s: --data DIR is missing", c.CommandPath())}
		}
		return nil
	}
	return dir
}

func trailKeyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "key --data DIR", Short: "Print the public keys by which the hall's trail is verified", Args: cobra.NoArgs,
		Long: "Print the public keys by which the hall's trail is verified, one a line, in the verifier format of signed notes.\n" +
			"The last is the one in use; the others are those it follows.",
	}
	dir := dataFlag(c)
	rotate := c.Flags().Bool("rotate", false, "make a new key first and have the old one hand over to it; an open hall that runs is asked to, of another it is said how")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *rotate {
			keys, err := rotateKeys(c.Context(), *dir)
			if err == nil {
				_, err = io.WriteString(c.OutOrStdout(), keys)
			}
			return err
		}
		key, err := presentKey(*dir)
		if err != nil {
			return err
		}
		for _, v := range key.Verifiers {
			fmt.Fprintln(c.OutOrStdout(), v)
		}
		return nil
	}
	return c
}

func trailExportCommand() *cobra.Command {
	c := &cobra.Command{Use: "export --data DIR --out FILE", Short: "Write the trail, or a part of it, for others to verify", Args: cobra.NoArgs,
		Long: "Write the trail, or a part of it, for others to verify, also while the hall runs.\n\n" +
			"With --personal what is personal leaves the house: --by and --reason say who takes it and why, and that is\n" +
			"a record of the trail before the file is written, access.noted. A hall that runs is asked to; one with\n" +
			"sign-in gives the file to a manager or supervisor, and it is said how."}
	dir := dataFlag(c)
	out := c.Flags().String("out", "", "file to write, - for the standard output")
	var want trail.Selection
	c.Flags().StringVar(&want.Day, "day", "", "only the records of a business day, 2006-01-02")
	ticket := c.Flags().String("ticket", "", "only the records of one ticket, 2006-01-02/M001")
	c.Flags().BoolVar(&want.Personal, "personal", false, "with what is personal, where it has not been erased; needs --by and --reason")
	by := c.Flags().String("by", "", "badge of whoever takes what is personal")
	reason := c.Flags().String("reason", "", "why they do")
	c.MarkFlagsMutuallyExclusive("day", "ticket")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *out == "" {
			return usageError{errors.New("trail export: --out FILE is missing")}
		}
		if c.Flags().Changed("ticket") {
			if err := selectTicket(*ticket, &want); err != nil {
				return usageError{err}
			}
		}
		if _, err := time.Parse(time.DateOnly, want.Day); err != nil && (want.Day != "" || c.Flags().Changed("day")) {
			return usageError{fmt.Errorf("trail export: --day %q is no day, write it as 2006-01-02", want.Day)}
		}
		if !want.Personal {
			return exportTrail(c.Context(), *dir, *out, want, c.OutOrStdout())
		}
		if *by == "" || *reason == "" {
			return usageError{errors.New("trail export: --personal takes what is personal out of the house; say who does and why with --by BADGE and --reason TEXT")}
		}
		return exportPersonal(c.Context(), *dir, *out, want, queue.NoteExport{By: *by, Reason: *reason, Day: want.Day, Ticket: want.Ticket}, c.OutOrStdout())
	}
	return c
}

// selectTicket reads DAY/NUMBER.
func selectTicket(ticket string, want *trail.Selection) error {
	const dayLength = len(time.DateOnly)
	if len(ticket) < dayLength+2 || ticket[dayLength] != '/' {
		return fmt.Errorf("trail export: --ticket %q should be a day and a number, 2006-01-02/M001", ticket)
	}
	want.Day, want.Ticket = ticket[:dayLength], ticket[dayLength+1:]
	return nil
}

// exportPersonal has it recorded who takes what is personal, and writes the file
// then. A hall that runs does both.
func exportPersonal(ctx context.Context, dir, out string, want trail.Selection, who queue.NoteExport, stdout io.Writer) error {
	if _, err := presentKey(dir); err != nil {
		return err
	}
	_, err := tellOnce(ctx, dir, func(*trail.Trail) (queue.Command, error) { return who, nil })
	var running *trail.InUse
	switch {
	case errors.As(err, &running):
		return outFile{out, true}.write(ctx, stdout, func(w io.Writer) error { return askToExport(ctx, running, who, w) })
	case err != nil:
		return fmt.Errorf("record that what is personal leaves the house: %w", err)
	}
	return exportTrail(ctx, dir, out, want, stdout)
}

// askToExport asks a hall that runs.
func askToExport(ctx context.Context, hall *trail.InUse, who queue.NoteExport, w io.Writer) error {
	said, err := json.Marshal(map[string]string{"by": who.By, "reason": who.Reason, "day": who.Day, "ticket": who.Ticket})
	if err != nil {
		return err
	}
	body, err := askRunning(ctx, hall, "/api/v1/trail/export", string(said), "gives what is personal to a manager or supervisor who asks for it")
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err := io.Copy(w, body); err != nil {
		return fmt.Errorf("the hall at %s broke off: %w", hall.At, err)
	}
	return nil
}

// exportTrail writes the file.
func exportTrail(ctx context.Context, dir, out string, want trail.Selection, stdout io.Writer) error {
	bar := progress("export", -1)
	defer bar.end()
	want.Progress = func(uint64) { bar.add(1) }
	return outFile{out, want.Personal}.write(ctx, stdout, func(w io.Writer) error { return writeExport(dir, w, want) })
}

// writeExport reads a trail, also while a hall runs on it.
func writeExport(dir string, w io.Writer, want trail.Selection) error {
	key, err := presentKey(dir)
	if err != nil {
		return err
	}
	r, err := trail.Read(dir)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := r.Export(w, key.Name(), key, want); err != nil {
		return err
	}
	if now, err := presentKey(dir); err != nil || now.Verifier() != key.Verifier() {
		return errors.Join(errors.New("the key changed meanwhile; export again"), err)
	}
	return nil
}

func trailVerifyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "verify --key FILE [--checkpoint FILE] FILE", Short: "Verify an export, with nothing but the file and the hall's public key", Args: cobra.ExactArgs(1),
		Long: "Verify an export: its records, the tree over them, who signed its checkpoints, that an older checkpoint belongs\n" +
			"to the same history, and for a whole trail that the rules of the queue were kept at every record.\n" +
			"The format is described in hardware-docs/trail-format.md; deploy/verify/verify.py is another verifier.",
	}
	key := c.Flags().String("key", "", "file with the hall's public key, as lobby trail key prints it")
	older := c.Flags().String("checkpoint", "", "file with a checkpoint that somebody kept, from a closing slip or a window")
	c.RunE = func(c *cobra.Command, args []string) error {
		if *key == "" {
			return usageError{errors.New("trail verify: --key FILE is missing")}
		}
		o, err := verifyOptions(*key, *older)
		if err != nil {
			return err
		}
		r, err := verifyFile(args[0], o)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		fmt.Fprintln(c.OutOrStdout(), inWords(r)+compared(*older))
		return nil
	}
	return c
}

// verifyOptions are the key and the checkpoint that a file is held against.
func verifyOptions(keyPath, olderPath string) (o verify.Options, err error) {
	text, err := os.ReadFile(keyPath)
	if err != nil {
		return o, fmt.Errorf("read the key: %w", err)
	}
	if o.Keys, err = checkpoint.ReadKeys(string(text)); err != nil {
		return o, fmt.Errorf("%s: %w", keyPath, err)
	}
	if olderPath == "" {
		return o, nil
	}
	older, err := os.ReadFile(olderPath)
	if err != nil {
		return o, fmt.Errorf("read the checkpoint: %w", err)
	}
	if o.Older = string(older); strings.TrimSpace(o.Older) == "" {
		return o, fmt.Errorf("%s: there is no checkpoint in it to compare with", olderPath)
	}
	return o, nil
}

func verifyFile(path string, o verify.Options) (verify.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return verify.Report{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return verify.Report{}, err
	}
	o.Check = rulesKept()
	bar := progress("verify", info.Size())
	defer bar.end()
	o.Progress = bar.add
	return verify.File(f, info.Size(), o)
}

// rulesKept holds records against what a hall promises.
func rulesKept() func(queue.Record) error {
	auditor := audit.New()
	return func(r queue.Record) error {
		err := auditor.Check(r)
		var fault *audit.Fault
		if errors.As(err, &fault) {
			return fmt.Errorf("it breaks %s: %s", fault.Promise, fault.Say)
		}
		return err
	}
}

// inWords says what was verified, and plainly what was not.
func inWords(r verify.Report) string {
	s := fmt.Sprintf("%s: %d records, %d checkpoints: all in order", r.Hall, r.Records, r.Checkpoints)
	switch {
	case r.Records < r.Size:
		s += fmt.Sprintf("; %d of the trail's %d records are not in the file and only their hashes were used", r.Size-r.Records, r.Size)
	case r.Replayed:
		s += "; the rules of the queue were kept at every record"
	}
	return s
}

// compared says that the history is that of an older checkpoint.
func compared(older string) string {
	if older == "" {
		return ""
	}
	return "; it is the history of the checkpoint in " + older
}

// bar shows how far a long work is, at a terminal only.
type bar struct{ shown *progressbar.ProgressBar }

// progress begins a bar on the standard error; below 0 the end is not known.
func progress(what string, end int64) bar {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return bar{}
	}
	return bar{progressbar.NewOptions64(end, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
}

func (b bar) add(n int64) {
	if b.shown != nil {
		_ = b.shown.Add64(n) // only decoration
	}
}

// set says how much is done in all.
func (b bar) set(done int) {
	if b.shown != nil {
		_ = b.shown.Set(done) // only decoration
	}
}

func (b bar) end() {
	if b.shown != nil {
		_ = b.shown.Clear()
	}
}
