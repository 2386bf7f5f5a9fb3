package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lobby/queue/forecast"
	"lobby/queue/simulate"
)

const smallHall = "../../deploy/halls/small.yaml"

// simulateSmall lives through some days of the small hall.
func simulateSmall(t *testing.T, path, seed, days string) (said string) {
	t.Helper()
	return mustRun(t, "simulate", "--hall", smallHall, "--days", days, "--seed", seed, "--out", path)
}

// TestSimulatedTrailsAreTrails: two runs of one seed are the same bytes, a
// verifier finds them in order, every call is decided the same again, and
// every forecast can be judged.
func TestSimulatedTrailsAreTrails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b, other := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "other")
	said := simulateSmall(t, a, "7", "6")
	simulateSmall(t, b, "7", "6")
	simulateSmall(t, other, "8", "1")
	one, _ := os.ReadFile(a)
	two, _ := os.ReadFile(b)
	if len(one) == 0 || !bytes.Equal(one, two) {
		t.Errorf("the same seed gave %d and %d bytes that differ", len(one), len(two))
	}
	if third, _ := os.ReadFile(other); bytes.HasPrefix(one, third[:1000]) {
		t.Error("another seed gave the same records")
	}
	_, key, _ := strings.Cut(said, "key: ")
	mustRun(t, "trail", "verify", "--key", mustWrite(t, filepath.Join(dir, "key"), key), a)
	if said := mustRun(t, "trail", "replay", a); !strings.Contains(said, ", 0 different") {
		t.Errorf("replayed with %q", said)
	}
	var report forecast.Report
	if err := json.Unmarshal([]byte(mustRun(t, "trail", "forecast-report", "--json", "--plots", dir, a)), &report); err != nil {
		t.Fatal(err)
	}
	if report.Promises < 300 || report.Coverage80 < 0.7 || report.WidthMinutes <= 0 || len(report.Groups) == 0 || report.Baselines["QL"].LossMinutes <= report.LossMinutes {
		t.Errorf("judged %+v", report)
	}
	for _, plot := range []string{"coverage.svg", "quantiles.svg", "loss.svg"} {
		if svg, err := os.ReadFile(filepath.Join(dir, plot)); err != nil || !bytes.Contains(svg, []byte("</svg>")) {
			t.Errorf("%s: %v", plot, err)
		}
	}
}

// TestOtherRulesOnARecordedDay: with first come first served nobody is
// overtaken, and who had priority waits longer.
func TestOtherRulesOnARecordedDay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "trail")
	simulateSmall(t, path, "7", "4")
	hall, err := os.ReadFile(smallHall)
	if err != nil {
		t.Fatal(err)
	}
	items, err := os.ReadFile("../../deploy/halls/small-items.yaml")
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "small-items.yaml"), string(items))
	rules := mustWrite(t, filepath.Join(dir, "fifo.yaml"), strings.Replace(string(hall), "\nrules:\n", "\nrules:\n  order: fifo\n", 1))
	var ways []struct{ Classes []simulate.ClassWaits }
	if err := json.Unmarshal([]byte(mustRun(t, "trail", "replay", "--with-rules", rules, "--json", path)), &ways); err != nil {
		t.Fatal(err)
	}
	was, again, fifo := class(t, ways[0].Classes, "priority"), class(t, ways[1].Classes, "priority"), class(t, ways[2].Classes, "priority")
	if again.MeanMinutes < was.MeanMinutes*0.7 || again.MeanMinutes > was.MeanMinutes*1.4 {
		t.Errorf("priority waited %.1f min, and %.1f when the same days are lived again", was.MeanMinutes, again.MeanMinutes)
	}
	if fifo.MeanMinutes <= again.MeanMinutes {
		t.Errorf("priority waits %.1f min first come first served, and %.1f by its rate", fifo.MeanMinutes, again.MeanMinutes)
	}
	if normal := class(t, ways[2].Classes, "normal"); normal.Overtaken > class(t, ways[1].Classes, "normal").Overtaken/2 {
		t.Errorf("%d normal ones are overtaken first come first served", normal.Overtaken)
	}
}

func class(t *testing.T, all []simulate.ClassWaits, id string) simulate.ClassWaits {
	t.Helper()
	for _, c := range all {
		if c.Class == id {
			return c
		}
	}
	t.Fatalf("nobody of the class %s was called", id)
	return simulate.ClassWaits{}
}
