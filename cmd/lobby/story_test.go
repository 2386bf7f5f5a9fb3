package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var updateStories = flag.Bool("update-stories", false, "accept what the stories lead to")

// A story is a hall and its people: blocks of things that happen at one
// moment, a line of dashes, and what citizens and staff then see and hear from
// devices on real drivers and in-memory wires. Words are explained at verbs.
func TestStories(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.hall")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".hall"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := string(data)
			synctest.Test(t, func(t *testing.T) { got = tell(t, string(data)) })
			if *updateStories {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got != string(data) {
				t.Errorf("it went otherwise; accept it with -update-stories if it is right:\n%s", firstDifference(got, string(data)))
			}
		})
	}
}

// rule parts what happens from what follows.
const rule = "----\n"

// tell plays a story and writes it again with what really followed.
func tell(t *testing.T, story string) string {
	s := newStage(t)
	defer s.end()
	var told strings.Builder
	following := false
	for line := range strings.Lines(story) {
		switch {
		case line == rule:
			s.settle(usual)
			told.WriteString(rule + s.news())
			following = true
			continue
		case line == "\n":
			following = false
		case following:
			continue // what followed last time
		case !strings.HasPrefix(line, "#"):
			if err := s.act(strings.Fields(line)); err != nil {
				t.Fatalf("%s: %v", strings.TrimSpace(line), err)
			}
		}
		told.WriteString(line)
	}
	return told.String()
}

// usual is how long every block of a story lasts at least: time enough for
// any device to do what it has to.
const usual = 3 * time.Second

// verbs are the words of stories.
var verbs = map[string]func(s *stage, args []string) error{
	// at 09:00:00: it is this time in the hall
	"at": (*stage).until,
	// wait 90s: so much time passes
	"wait": func(s *stage, args []string) error {
		d, err := time.ParseDuration(strings.Join(args, ""))
		s.settle(d)
		return err
	},
	// take k1 social priority: a citizen touches a kiosk, the class is optional
	"take": (*stage).take,
	// press box-1 next 12: a key, with the digits typed before it, if any
	"press": (*stage).press,
	// do transfer window=1 to_service=family: a command of the window's page
	"do": (*stage).do,
	// fault printer/p1 paper_out on: a switch of an emulated wire
	"fault": func(s *stage, args []string) error {
		if len(args) != 3 {
			return fmt.Errorf("write: fault DEVICE FAULT on|off")
		}
		return s.lobby.emulators.SetFault(args[0], args[1], args[2] == "on")
	},
}

func (s *stage) act(words []string) error {
	verb, ok := verbs[words[0]]
	if !ok {
		return fmt.Errorf("no such word")
	}
	return verb(s, words[1:])
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
