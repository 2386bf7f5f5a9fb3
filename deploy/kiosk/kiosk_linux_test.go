package kiosk_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const address = "http://hall.local:8080"

func run(t *testing.T, script string, env ...string) string {
	t.Helper()
	cmd := exec.Command("./" + script)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// The policy is JSON that allows the hall's pages and nothing else.
func TestPolicyAllowsTheHallAlone(t *testing.T) {
	dir := t.TempDir()
	run(t, "policy.sh", "LOBBY_HALL=https://hall.example:8443", "LOBBY_POLICIES="+dir)
	data, err := os.ReadFile(filepath.Join(dir, "lobby.json"))
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		AutoplayAllowlist, URLAllowlist, URLBlocklist []string
		DeveloperToolsAvailability                    int
	}
	if err := json.Unmarshal(data, &policy); err != nil {
		t.Fatalf("the policy is no JSON: %v\n%s", err, data)
	}
	hall := []string{"https://hall.example:8443"}
	if !slices.Equal(policy.AutoplayAllowlist, hall) || !slices.Equal(policy.URLAllowlist, hall) || !slices.Equal(policy.URLBlocklist, []string{"*"}) || policy.DeveloperToolsAvailability != 2 {
		t.Errorf("policy: %+v", policy)
	}
}

// Chromium is started on the page of the hall, with what keeps people in it.
func TestScreenStartsTheHallsPage(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "chromium"), []byte("#!/bin/sh\nprintf '%s\\n' \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(run(t, "screen.sh", "PATH="+bin+":"+os.Getenv("PATH"), "LOBBY_HALL=https://hall.example:8443", "LOBBY_PAGE=/wall/main"))
	for _, want := range []string{"--kiosk", "--app=https://hall.example:8443/wall/main", "--autoplay-policy=no-user-gesture-required", "--noerrdialogs", "--disable-pinch", "--overscroll-history-navigation=0"} {
		if !slices.Contains(got, want) {
			t.Errorf("chromium %v lacks %s", got, want)
		}
	}
}

// A hall that moves is changed in one file.
func TestAddressStandsInOnePlace(t *testing.T) {
	files, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, ".go") && strings.Contains(string(data), "://") {
			found = append(found, name)
			if !strings.Contains(string(data), "LOBBY_HALL="+address+"\n") {
				t.Errorf("%s names another address than %s", name, address)
			}
		}
	}
	if !slices.Equal(found, []string{"screen.env"}) {
		t.Errorf("addresses stand in %v, want in screen.env alone", found)
	}
}
