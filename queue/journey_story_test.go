package queue_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/queue"
)

// Stories of journeys are told like the story of one day, in a hall with
// chains; "journey M001" shows where one stands.
func TestStoriesOfJourneys(t *testing.T) {
	paths, err := filepath.Glob("testdata/journeys/*.story")
	warned, _ := filepath.Glob("testdata/warnings/*.story")
	paths = append(paths, warned...)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) { tellFile(t, newEstate(t), path) })
	}
}

// tellFile tells a story and compares it with how it went before.
func tellFile(t *testing.T, s *stage, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	for line := range strings.Lines(string(data)) {
		switch {
		case strings.HasPrefix(line, "#"), line == "\n":
			told.WriteString(line)
		case strings.HasPrefix(line, "> journey "):
			told.WriteString(line)
			s.describeJourney(&told, strings.TrimSpace(line[len("> journey "):]))
		case strings.HasPrefix(line, "> pass "):
			told.WriteString(line)
			s.passing(t, &told, strings.TrimSpace(line[len("> pass "):]))
		case strings.HasPrefix(line, "> config "):
			told.WriteString(line)
			s.reconfigure(t, &told, line[len("> config "):])
		case strings.HasPrefix(line, "> chain "):
			told.WriteString(line)
			s.rechain(t, &told, line)
		case strings.HasPrefix(line, "> "):
			told.WriteString(line)
			s.tell(t, &told, strings.TrimSpace(line[2:]))
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(told.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := told.String(); got != string(data) {
		t.Errorf("the day went otherwise, accept it with -update if it is right:\n%s", firstDifference(got, string(data)))
	}
}

// passing lets time go by and tells what it alone brings about.
func (s *stage) passing(t *testing.T, told *strings.Builder, words string) {
	t.Helper()
	d, err := time.ParseDuration(words)
	if err != nil {
		t.Fatal(err)
	}
	before := len(s.records)
	s.pass(t, d)
	for _, r := range s.records[before:] {
		fmt.Fprintf(told, "  %s #%d %s %s\n", r.At.Format(time.TimeOnly), r.Seq, r.Event.Name(), mustJSON(nil, r.Event))
	}
}

// reconfigure asks for a configuration that differs a little from the hall's.
func (s *stage) reconfigure(t *testing.T, told *strings.Builder, words string) {
	t.Helper()
	var w struct {
		Version          int
		From             time.Time
		Author, Approver string
		Without          string            // a service
		Prefix           map[string]string // by service
	}
	if err := json.Unmarshal([]byte(words), &w); err != nil {
		t.Fatal(err)
	}
	c := estateHall(t)
	c.Services = slices.DeleteFunc(c.Services, func(svc queue.Service) bool { return svc.ID == w.Without })
	for i, svc := range c.Services {
		if p, ok := w.Prefix[svc.ID]; ok {
			c.Services[i].Prefix = p
		}
	}
	for i, win := range c.Windows {
		c.Windows[i].Services = slices.DeleteFunc(win.Services, func(id string) bool { return id == w.Without })
	}
	if w.Without != "" {
		c.Chains = nil
	}
	out, err := s.do(queue.Activate{Config: c, Hash: fmt.Sprint("v", w.Version), Version: w.Version, From: w.From, Author: w.Author, Approver: w.Approver})
	for _, e := range out.Events {
		fmt.Fprintf(told, "  #%d %s\n", s.state.Seq(), e.Name())
	}
	if err != nil {
		fmt.Fprintf(told, "  refused: %v\n", err)
	}
	told.WriteString("  configuration " + mustJSON(nil, s.state.View().Config) + "\n")
}

// rechain puts a configuration in force in which a chain, under a version,
// lacks a step.
func (s *stage) rechain(t *testing.T, told *strings.Builder, line string) {
	t.Helper()
	var id, step string
	var version int
	if _, err := fmt.Sscanf(line, "> chain %s %d without %s", &id, &version, &step); err != nil {
		t.Fatal(err)
	}
	c := estateHall(t)
	for i := range c.Chains {
		if k := &c.Chains[i]; k.ID == id {
			k.Version = version
			k.Steps = slices.DeleteFunc(k.Steps, func(p queue.Step) bool { return p.ID == step })
			for i, p := range k.Steps {
				k.Steps[i].After = slices.DeleteFunc(p.After, func(after string) bool { return after == step })
			}
		}
	}
	if _, err := s.do(queue.Activate{Config: c, Hash: fmt.Sprint("without ", step, version)}); err != nil {
		fmt.Fprintf(told, "  refused: %v\n", err)
		return
	}
	told.WriteString("  the configuration is in force\n")
}

// describeJourney shows a journey in words.
func (s *stage) describeJourney(told *strings.Builder, number string) {
	v := s.state.Journey(number)
	fmt.Fprintf(told, "  %s version %d %s, began %s", v.Name, v.Version, v.State, v.Started.Format(time.TimeOnly))
	if !v.Finish.IsZero() {
		fmt.Fprintf(told, ", to end %s", v.Finish.Format(time.TimeOnly))
	}
	if !v.Deadline.IsZero() {
		fmt.Fprintf(told, ", limit %s", v.Deadline.Format(time.TimeOnly))
	}
	told.WriteString("\n")
	if n := v.Next; n != nil {
		fmt.Fprintf(told, "  next: %s at %s", n.Step, n.Service)
		if n.Window != "" {
			fmt.Fprintf(told, ", window %s", n.Window)
		}
		if n.Walk > 0 {
			fmt.Fprintf(told, ", %v to walk", time.Duration(n.Walk))
		}
		told.WriteString("\n")
	}
	for _, p := range v.Steps {
		fmt.Fprintf(told, "  %s %s (%s) %s %v", p.ID, p.Name, p.Mode, p.State, time.Duration(p.Took))
		if p.Phase != "" {
			fmt.Fprintf(told, ", %s since %s", p.Phase, p.Since.Format(time.TimeOnly))
		}
		told.WriteString("\n")
	}
}
