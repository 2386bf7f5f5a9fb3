package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"lobby/deploy/halls"
	"lobby/devices"
	"lobby/devices/emulator/engine"
	"lobby/devices/emulator/hb1"
	"lobby/devices/emulator/modbus"
	"lobby/devices/emulator/onbon"
	"lobby/devices/emulator/syn6288"
	"lobby/display/paper"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
)

// stage is the small hall under a fake clock: everything between the wires
// and the trail is the program's own, but there is no network.
type stage struct {
	t       *testing.T
	lobby   *lobby
	n       int // commands so far
	records hall.Watcher
	seen    map[string]string // what was visible when news were told last
	spoken  map[string]int    // phrases told already, by speaker
	slips   map[string]int    // slips told already, by printer
	said    []string          // refusals since the last news
}

// newStage opens the hall at 08:00; the day is open, nobody is there.
func newStage(t *testing.T) *stage {
	t.Helper()
	return furnished(t)
}

// furnished is newStage with other devices: each edit is what stands in the hall
// file and what takes its place.
func furnished(t *testing.T, edits ...[2]string) *stage {
	t.Helper()
	file := edited(t, edits...)
	file.emulate()
	file.Public = "https://fuchun.example"
	location, err := time.LoadLocation(file.Hall.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	s := &stage{t: t, seen: map[string]string{}, spoken: map[string]int{}, slips: map[string]int{}}
	l := &lobby{file: file, log: log, location: location, health: newHealth(file.description().Devices), emulators: newEmulators(log, file.models), kioskScans: newKioskScans(), holders: newHolders()}
	s.lobby = l
	l.emulators.memory = true
	nonces := 0
	l.hall, err = hall.Open(hall.Options{
		Trail: &halltest.Memory{}, Now: time.Now, Location: location, Log: log,
		Nonce: func() string { nonces++; return fmt.Sprintf("nonce-%020d", nonces) },
	})
	if err != nil {
		t.Fatal(err)
	}
	l.group = newGroup(context.Background())
	l.wires = &wires{ctx: l.group.ctx, emulators: l.emulators, log: log}
	l.inputs = newInputs(file.Config, l.hall, l.health, log)
	l.stopHall = l.runHall(context.Background())
	s.begin()
	return s
}

// edited is the small hall's file after edits.
func edited(t testing.TB, edits ...[2]string) *hallFile {
	t.Helper()
	file, err := editedFile(t, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// editedFile is edited with what is wrong with the file then.
func editedFile(t testing.TB, edits ...[2]string) (*hallFile, error) {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"small.yaml", "small-items.yaml"} {
		data, err := halls.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	text := string(files["small.yaml"].Data)
	for _, e := range edits {
		if !strings.Contains(text, e[0]) {
			t.Fatalf("the small hall has no %q", e[0])
		}
		text = strings.Replace(text, e[0], e[1], 1)
	}
	files["small.yaml"].Data = []byte(text)
	return loadFS(files, "small.yaml", "small.yaml")
}

// begin starts the devices and waits until all of them are up.
func (s *stage) begin() {
	s.t.Helper()
	l := s.lobby
	if err := l.activate(); err != nil {
		s.t.Fatal(err)
	}
	if err := paper.Settle(l.group.ctx, l.hall); err != nil {
		s.t.Fatal(err)
	}
	l.group.add(func(ctx context.Context) error { return l.health.run(ctx, l.hall) })
	for _, start := range []func() error{l.startPrinters, l.startBoards, l.startSpeakers, l.startInputs, l.startScanners, l.startReaders} {
		if err := start(); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := l.openDay(); err != nil {
		s.t.Fatal(err)
	}
	s.settle(10 * time.Second)
	var err error
	if s.records, err = l.hall.Watch(l.group.ctx, 4096); err != nil {
		s.t.Fatal(err)
	}
	for _, d := range s.records.View.Devices {
		if d.State != "up" {
			s.t.Fatalf("%s is %s: %s", d.ID, d.State, d.Why)
		}
	}
	s.news() // how the day begins goes without saying
}

// end stops everything; the bubble insists on it.
func (s *stage) end() {
	s.lobby.group.cancel()
	_ = s.lobby.group.wait() // whatever ended first
	s.lobby.stopHall()
	s.settle(time.Second) // emulators finish what they are saying
}

// settle lets time pass and everybody finish what it brought.
func (s *stage) settle(d time.Duration) {
	time.Sleep(d) // virtual
	synctest.Wait()
}

// until waits for a time of the day.
func (s *stage) until(args []string) error {
	now := time.Now().In(s.lobby.location)
	at, err := time.ParseInLocation("2006-01-02 15:04:05", now.Format("2006-01-02 ")+strings.Join(args, ""), s.lobby.location)
	if err == nil && at.Before(now) {
		err = fmt.Errorf("it is %s already", now.Format(time.TimeOnly))
	}
	s.settle(time.Until(at))
	return err
}

func (s *stage) take(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("write: take KIOSK SERVICE [CLASS]")
	}
	c := queue.Take{Kiosk: args[0], Service: args[1]}
	if len(args) > 2 {
		c.Class = args[2]
	}
	return s.send("kiosk:"+args[0], c)
}

func (s *stage) press(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("write: press UNIT KEY [DIGITS]")
	}
	box := (&actors{lobby: s.lobby}).box(args[0])
	return s.lobby.emulators.Press(box, args[0], devices.Key(args[1]), strings.Join(args[2:], ""))
}

// do sends a command as pages do.
func (s *stage) do(args []string) error {
	members := map[string]string{"type": args[0]}
	for _, a := range args[1:] {
		k, v, _ := strings.Cut(a, "=")
		members[k] = v
	}
	data, err := json.Marshal(members)
	if err != nil {
		return err
	}
	c, err := queue.DecodeCommand(data)
	if err != nil {
		return err
	}
	return s.send("page", c)
}

// send carries out a command and keeps its refusal for the news.
func (s *stage) send(actor string, c queue.Command) error {
	s.n++
	answer, err := s.lobby.hall.Do(s.lobby.group.ctx, hall.Request{ID: fmt.Sprint("story-", s.n), Actor: actor, Command: c})
	if err == nil && answer.Refusal != nil {
		s.said = append(s.said, "refused: "+answer.Refusal.Code)
	}
	return err
}

// news are what happened and what can be seen and heard since the last ones.
func (s *stage) news() string {
	s.t.Helper()
	lines := append(s.recorded(), s.said...)
	s.said = nil
	lines = append(lines, s.heard()...)
	visible := s.visible()
	for _, id := range sorted(visible) {
		if visible[id] != s.seen[id] {
			lines = append(lines, id+": "+visible[id])
		}
	}
	s.seen = visible
	if len(lines) == 0 {
		lines = []string{"(nothing)"}
	}
	return strings.Join(lines, "\n") + "\n"
}

// telling are the members of events that stories tell, in this order. What a
// nonce or an estimate decides is left out.
var telling = []string{"ticket", "service", "class", "window", "to_window", "to_service", "kiosk", "outcome", "reason", "copy"}

// recorded are the new records about the queue. When devices report is a
// matter of chance; their states are told as what is visible.
func (s *stage) recorded() (lines []string) {
	for {
		select {
		case rs := <-s.records.Records:
			for _, r := range rs {
				if r.Event.Topic() != queue.TopicQueue || r.Event.Name() == "forecast.given" {
					continue
				}
				lines = append(lines, fmt.Sprint(r.At.In(s.lobby.location).Format(time.TimeOnly), " ", r.Event.Name(), members(s.t, r.Event)))
			}
		default:
			return lines
		}
	}
}

func members(t *testing.T, e queue.Event) (text string) {
	t.Helper()
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	for _, k := range telling {
		if v, ok := m[k]; ok && v != "" && v != 0.0 {
			text += fmt.Sprintf(" %s=%v", k, v)
		}
	}
	return text
}

// heard are the slips that fell into the tray and the phrases that were spoken.
func (s *stage) heard() (lines []string) {
	for _, e := range s.lobby.emulators.List() {
		switch v := e.View.(type) {
		case engine.View:
			for _, slip := range v.Slips {
				if slip.N >= s.slips[e.ID] {
					lines = append(lines, e.ID+" prints "+read(slip.Lines))
				}
			}
			s.slips[e.ID] = v.Printed
		case syn6288.View:
			for _, p := range v.Said[min(s.spoken[e.ID], len(v.Said)):] {
				lines = append(lines, fmt.Sprintf("%s says %q", e.ID, p.Text))
			}
			s.spoken[e.ID] = len(v.Said)
		}
	}
	return lines
}

// read gives the words of a slip, without rules and the room between them.
func read(lines []string) string {
	var words []string
	for _, l := range lines {
		if l = strings.Join(strings.Fields(l), " "); strings.Trim(l, "-") != "" {
			words = append(words, l)
		}
	}
	return strings.Join(words, " / ")
}

// visible is what stands on boards and call boxes, who waits, and which
// devices are not well.
func (s *stage) visible() map[string]string {
	seen := map[string]string{}
	for _, e := range s.lobby.emulators.List() {
		switch v := e.View.(type) {
		case onbon.View:
			for _, u := range v.Units {
				seen["board "+u.Name] = strings.ReplaceAll(u.Text, "\n", " / ")
			}
		case modbus.View:
			for _, u := range v.Units {
				seen["board "+u.Name] = u.Text
			}
		case hb1.View:
			for _, u := range v.Units {
				seen["box "+u.Name] = u.Shown
			}
		}
	}
	v, err := s.lobby.hall.View(s.lobby.group.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range v.Devices {
		seen["device "+d.ID] = strings.TrimSpace(d.State + " " + d.Why)
	}
	var waiting []string
	for _, w := range v.Waiting {
		waiting = append(waiting, strings.TrimSuffix(w.Ticket+" "+string(w.State), " waiting"))
	}
	slices.Sort(waiting)
	seen["waiting"] = strings.Join(waiting, ", ")
	return seen
}
