package queue_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lobby/queue"
)

var update = flag.Bool("update", false, "accept what the story leads to")

// A story is a script of one day with what came of every line. A line that
// begins with "> " is something that happens, at the hour of the last "at";
// what follows it is what the queue made of it.
func TestStoryOfOneDay(t *testing.T) {
	const path = "testdata/day.story"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	var told strings.Builder
	for line := range strings.Lines(string(data)) {
		switch {
		case strings.HasPrefix(line, "#"), line == "\n":
			told.WriteString(line)
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

// tell lets one thing happen.
func (s *stage) tell(t *testing.T, told *strings.Builder, line string) {
	word, rest, _ := strings.Cut(line, " ")
	if word == "at" {
		clock, err := time.Parse(time.TimeOnly, rest)
		if err != nil {
			t.Fatal(err)
		}
		s.at = time.Date(2026, 11, 23, clock.Hour(), clock.Minute(), clock.Second(), 0, time.UTC)
		return
	}
	if word == "hall" {
		s.describe(told)
		return
	}
	out, err := s.do(s.understand(t, word, rest))
	for i, e := range out.Events {
		data, _ := json.Marshal(e)
		fmt.Fprintf(told, "  #%d %s %s\n", s.state.Seq()-uint64(len(out.Events)-1-i), e.Name(), data)
	}
	if err != nil {
		fmt.Fprintf(told, "  refused: %v\n", err)
	}
}

// understand makes a command of a word and its members: JSON as clients write
// it, or the few words of Lobby's own devices.
func (s *stage) understand(t *testing.T, word, rest string) queue.Command {
	t.Helper()
	var a, b, c string
	_, _ = fmt.Sscan(rest, &a, &b, &c)
	switch word {
	case "slip":
		ticket, _ := s.state.Ticket(a)
		return queue.PrintResult{Ticket: a, Copy: ticket.Copies, Outcome: queue.Print(b)}
	case "press":
		level := int(c[0] - '0')
		for i := len(s.records) - 1; i >= 0; i-- {
			if e, ok := s.records[i].Event.(queue.TicketDone); ok && e.Ticket == b {
				return queue.Rate{Device: a, Prompt: e.Prompt, Level: level}
			}
		}
		t.Fatalf("%s was never done", b)
	case "device":
		return queue.DeviceReport{Device: a, Kind: "printer", State: b, Why: c}
	case "tick":
		return queue.Tick{}
	}
	members := `}`
	if rest != "" {
		members = "," + strings.TrimPrefix(rest, "{")
	}
	command, err := queue.DecodeCommand([]byte(`{"type":"` + word + `"` + members))
	if err != nil {
		t.Fatalf("%s %s: %v", word, rest, err)
	}
	return command
}

// describe shows who is where.
func (s *stage) describe(told *strings.Builder) {
	v := s.state.View()
	for _, w := range v.Windows {
		fmt.Fprintf(told, "  window %s %s %s done %d ratings %v\n", w.ID, w.State, w.Ticket, w.Done, w.Ratings)
	}
	for _, w := range v.Waiting {
		fmt.Fprintf(told, "  %s %s for %s\n", w.Ticket, w.State, w.Service)
	}
	for _, svc := range v.Services {
		f, _ := json.Marshal(svc.Forecast)
		fmt.Fprintf(told, "  service %s open %v waiting %d forecast %s\n", svc.ID, svc.Open, svc.Waiting, f)
	}
	fmt.Fprintf(told, "  figures %s\n", mustJSON(nil, v.Figures))
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, g[i], strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
		}
	}
	return "the story should go on"
}
