package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lobby/queue"
)

// TestTheRulesAreSetInTheHallFile: orders, limits, offsets and preferences are
// a matter of the file alone.
func TestTheRulesAreSetInTheHallFile(t *testing.T) {
	text, err := os.ReadFile("../../deploy/halls/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	hall := string(text)
	for old, with := range map[string]string{
		"rules:\n": "rules:\n  order: ratio\n  ratio: [{class: normal, turns: 2}, {class: priority, turns: 1}]\n  hold_for: 10m\n",
		"department: land, floor: 1, area: A}": `department: land, floor: 1, area: A, first: 500, last: 799, quota: 120, max_wait: 30m,
      slices: [{from: "09:00", to: "10:00", quota: 20}]}`,
		"services: [social, family, trade, building], ": "services: [social, family, trade, building], prefer: [[building]], ",
		"rate: 2.5}": "rate: 2.5, offset: 2m}",
	} {
		if !strings.Contains(hall, old) {
			t.Fatalf("the small hall has no %q", old)
		}
		hall = strings.Replace(hall, old, with, 1)
	}
	dir := t.TempDir()
	for name, data := range map[string]string{"small.yaml": hall, "small-items.yaml": mustRead(t, "../../deploy/halls/small-items.yaml")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := load(filepath.Join(dir, "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rules := c.description().Rules(c.Rules)
	building, green, everything := rules.Services[3], rules.Classes[2], rules.Windows[3]
	if building.First != 500 || building.Quota != 120 || building.MaxWait != queue.Duration(30*time.Minute) || building.Slices[0].Quota != 20 {
		t.Errorf("the limits of the service are %+v", building.Limits)
	}
	if green.Offset != queue.Duration(2*time.Minute) || everything.Prefer[0][0] != "building" || rules.Rules.Ratio[0].Turns != 2 || rules.Rules.HoldFor != queue.Duration(10*time.Minute) {
		t.Errorf("%+v %+v %+v", green, everything, rules.Rules)
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A hall file need not name a class: then all are of one and wait alike, and
// numbers are given.
func TestAHallWithoutClassesHasOneForEverybody(t *testing.T) {
	bare := strings.Replace(bareHall, "classes: [{id: normal, name: 普通, rate: 1}]\n", "", 1)
	if bare == bareHall {
		t.Fatal("the bare hall names no class")
	}
	dir := t.TempDir()
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(dir, "hall.yaml"), bare), "--data", filepath.Join(dir, "data"))
	p.must(t, "open", "day_open", nil)
	if got := p.must(t, "take", "take", map[string]any{"service": "social"}); got["ticket"] != "M001" {
		t.Errorf("the first number is %v", got["ticket"])
	}
}

// A hall shows no device that it has not.
func TestABareHallHasNoDevices(t *testing.T) {
	dir := t.TempDir()
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(dir, "hall.yaml"), bareHall), "--data", filepath.Join(dir, "data"))
	var said struct {
		State struct {
			Devices []any
			Windows []struct{ Devices map[string]string }
		}
	}
	if err := json.Unmarshal([]byte(fetch(t, p.url+"/api/v1/state")), &said); err != nil {
		t.Fatal(err)
	}
	state := said.State
	if len(state.Devices) > 0 || len(state.Windows) == 0 || len(state.Windows[0].Devices) > 0 {
		t.Errorf("a hall without devices shows %v, and its windows %v", state.Devices, state.Windows)
	}
}
