package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

// finding is one thing that the doctor saw.
type finding struct {
	Subject string `json:"subject"` // a device as "kind/name", or config, data, clock, web, mqtt
	Level   string `json:"level"`   // ok, warning or error
	Say     string `json:"say"`
	Remedy  string `json:"remedy,omitempty"` // one line, what to do
}

// The levels of findings.
const (
	levelOK      = "ok"
	levelWarning = "warning"
	levelError   = "error"
)

// errSick ends the command with exit code 1.
var errSick = errors.New("the doctor found errors; each line above says what to do")

func doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "doctor --config FILE", Short: "Test ports, rights, devices, disk, clock and broker, with a remedy for each fault", Args: cobra.NoArgs,
		Long: "Doctor opens every wire of the hall file and asks each device whether it is there.\n" +
			"Stop the hall first: a wire has one owner. Nothing is printed, shown or said.",
	}
	config := configFlag(c)
	c.Flags().BoolVar(&asJSON, "json", false, "write the findings as JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		found := diagnose(c.Context(), *config)
		if err := report(c.OutOrStdout(), found, asJSON); err != nil {
			return err
		}
		sick := func(f finding) bool { return f.Level == levelError }
		switch {
		case slices.ContainsFunc(found, func(f finding) bool { return sick(f) && f.Subject == "config" }):
			return usageError{errSick}
		case slices.ContainsFunc(found, sick):
			return errSick
		}
		return nil
	}
	return c
}

// report writes one line a finding, the bad ones last where they are seen.
func report(w io.Writer, found []finding, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(map[string][]finding{"findings": found})
	}
	marks := map[string]string{levelOK: "ok     ", levelWarning: "warning", levelError: "ERROR  "}
	for _, level := range []string{levelOK, levelWarning, levelError} {
		for _, f := range found {
			if f.Level != level {
				continue
			}
			line := fmt.Sprintf("%s %-18s %s", marks[level], f.Subject, f.Say)
			if f.Remedy != "" {
				line += " -> " + f.Remedy
			}
			if _, err := fmt.Fprintln(w, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// diagnose reads the hall file and looks at everything that it names.
func diagnose(ctx context.Context, path string) []finding {
	file, err := load(path)
	if err != nil {
		remedy := "correct this line, then: lobby check --config " + path
		if _, there := os.Stat(path); there != nil {
			remedy = "name a hall file that can be read"
		}
		var found []finding
		for _, line := range strings.Split(err.Error(), "\n") {
			found = append(found, finding{"config", levelError, line, remedy})
		}
		return found
	}
	d := newDoctor(ctx, file, newEmulators(slog.New(slog.DiscardHandler), file.models))
	defer d.group.cancel()
	return d.examine()
}

// doctor is one examination.
type doctor struct {
	group *group
	file  *hallFile
	wires *wires

	ready func() // called when every wire can be opened; nil does nothing

	mu    sync.Mutex
	found []finding
}

func newDoctor(ctx context.Context, file *hallFile, e *emulators) *doctor {
	g := newGroup(ctx)
	return &doctor{group: g, file: file, wires: &wires{ctx: g.ctx, emulators: e, log: slog.New(slog.DiscardHandler)}}
}

// examination bounds the examination of one wire.
const examination = 20 * time.Second

// examine looks at everything, the wires side by side, and returns the findings
// by subject.
func (d *doctor) examine() []finding {
	d.machine()
	d.names()
	d.addresses()
	looks := d.devices()
	if d.ready != nil {
		d.ready()
	}
	var all sync.WaitGroup
	for _, look := range looks {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(d.group.ctx, examination)
			defer cancel()
			look(ctx)
		})
	}
	all.Wait()
	slices.SortStableFunc(d.found, func(a, b finding) int { return strings.Compare(a.Subject, b.Subject) })
	return d.found
}

func (d *doctor) note(subject, level, say, remedy string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.found = append(d.found, finding{subject, level, say, remedy})
}
