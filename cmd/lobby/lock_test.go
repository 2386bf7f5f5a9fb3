package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPagesLockAfterTheMinutesOfTheHallFile(t *testing.T) {
	for line, want := range map[string]time.Duration{
		"":                       15 * time.Minute,
		"access: {file: a.json}": 15 * time.Minute,
		"access: {file: a.json, lock_minutes: 10}": 10 * time.Minute,
		"access: {file: a.json, lock_minutes: 0}":  0,
	} {
		h, err := load(hallWith(t, line))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if got := h.Access.idleLock(); got != want {
			t.Errorf("%q locks after %v, want %v", line, got, want)
		}
	}
	if _, err := load(hallWith(t, "access: {file: a.json, lock_minutes: -1}")); err == nil || !strings.Contains(err.Error(), "lock_minutes is -1") {
		t.Errorf("minus one minute: %v", err)
	}
}

// hallWith writes the small hall's file with one more line.
func hallWith(t *testing.T, line string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"small.yaml", "small-items.yaml"} {
		text, err := os.ReadFile(filepath.Join("../../deploy/halls", name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "small.yaml" {
			text = append(text, "\n"+line+"\n"...)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "small.yaml")
}
