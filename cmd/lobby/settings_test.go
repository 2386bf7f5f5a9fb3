package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lobby/display/settings"
)

// renewed is a small hall whose file is changed while it runs.
type renewed struct {
	t    *testing.T
	path string
	file *hallFile   // as it was read at first
	runs chan string // the address of each hall that runs
	url  string
}

func startRenewed(t *testing.T) *renewed {
	t.Helper()
	data := t.TempDir()
	path, err := layOut(filepath.Join(data, "hall"), "small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("127.0.0.1:8080"), []byte("127.0.0.1:"+freeTCP(t)), 1)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := load(path)
	if err != nil {
		t.Fatal(err)
	}
	file.fit = func(h *hallFile) {
		h.emulate()
		h.Data, h.Cameras, h.MQTT.Listen, h.RTSP.Listen = data, nil, "127.0.0.1:0", "127.0.0.1:0"
	}
	file.fit(file)
	r := &renewed{t: t, path: path, file: file, runs: make(chan string)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- runHalls(ctx, file, slog.New(slog.DiscardHandler), func(l *lobby) error {
			select {
			case r.runs <- l.url():
			case <-ctx.Done():
			}
			return nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the hall ended with %v", err)
		}
	})
	r.url = <-r.runs
	return r
}

// ask sends a request and gives its status, with what it says in into.
func (r *renewed) ask(method, path string, body, into any) int {
	r.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	q, err := http.NewRequest(method, r.url+"/api/v1/"+path, bytes.NewReader(data))
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && into != nil {
		err = json.Unmarshal(said, into)
	}
	if err != nil {
		r.t.Fatalf("%s %s: %v: %s", method, path, err, said)
	}
	return answer.StatusCode
}

func (r *renewed) view() (v settings.View) {
	r.t.Helper()
	if status := r.ask("GET", "settings", nil, &v); status != 200 {
		r.t.Fatalf("settings: %d", status)
	}
	return v
}

// propose changes one place of the hall file.
func (r *renewed) propose(old, next string) (p settings.Proposal, status int) {
	r.t.Helper()
	v := r.view()
	if !strings.Contains(v.Text, old) {
		r.t.Fatalf("the hall file has no %q", old)
	}
	status = r.ask("PUT", "settings/proposal", map[string]string{"text": strings.Replace(v.Text, old, next, 1), "base": v.Hash, "person": "0531", "note": "a test"}, &p)
	return p, status
}

// A manager proposes, another puts in force: the hall goes on with it at once,
// its tickets are where they were, and the trail says who.
func TestAnotherVersionOfTheHallFileIsPutInForce(t *testing.T) {
	r := startRenewed(t)
	r.ask("POST", "commands", map[string]string{"id": "open-1", "type": "day_open"}, nil)
	var took struct {
		Result struct{ Ticket, Token string }
	}
	r.ask("POST", "commands", map[string]string{"id": "take-1", "type": "take", "service": r.service()}, &took)
	if took.Result.Ticket == "" {
		t.Fatal("nobody could take a number")
	}
	p, status := r.propose("name: ", "name: 全新的")
	if status != 200 {
		t.Fatalf("proposed: %d", status)
	}
	if status := r.ask("POST", "settings/activate", map[string]string{"hash": p.Hash, "person": "0531"}, nil); status != 403 {
		t.Errorf("the author alone: %d", status)
	}
	if status := r.ask("POST", "settings/activate", map[string]string{"hash": p.Hash, "person": "0532"}, nil); status != 200 {
		t.Fatalf("put in force: %d", status)
	}
	r.url = <-r.runs
	var now struct {
		State struct{ Hall struct{ Name string } }
	}
	r.ask("GET", "state", nil, &now)
	if !strings.HasPrefix(now.State.Hall.Name, "全新的") {
		t.Errorf("the hall is called %s", now.State.Hall.Name)
	}
	if status := r.ask("GET", "tickets/by-token/"+took.Result.Token, nil, nil); status != 200 {
		t.Errorf("the ticket from before: %d", status)
	}
	v := r.view()
	if v.Loaded != p.Hash || v.Hash != p.Hash || len(v.Versions) != 1 || v.Versions[0].Approver != "0532" {
		t.Errorf("the page shows %+v", v.Versions)
	}
}

// service is one that can be taken.
func (r *renewed) service() string {
	var now struct {
		State struct{ Services []struct{ ID string } }
	}
	r.ask("GET", "state", nil, &now)
	return now.State.Services[0].ID
}

// What is wrong in the text, and what the hall cannot do now, is said before
// anything is kept.
func TestAFaultyHallFileIsNotKept(t *testing.T) {
	r := startRenewed(t)
	var said struct {
		Code   string
		Faults []settings.Fault
	}
	v := r.view()
	text := strings.Replace(v.Text, "listen: ", "lissen: ", 1)
	line := 1 + strings.Count(text[:strings.Index(text, "lissen: ")], "\n")
	if status := r.ask("PUT", "settings/proposal", map[string]string{"text": text, "base": v.Hash, "person": "0531"}, &said); status != 422 || len(said.Faults) != 1 || said.Faults[0].Line != line || said.Faults[0].Column != 1 {
		t.Errorf("an unknown key in line %d: %d %+v", line, status, said)
	}
	said.Faults = nil
	if status := r.ask("POST", "settings/check", map[string]string{"text": v.Text + "\nactivation: {version: 1}\n"}, &said); status != 200 || len(said.Faults) != 1 || said.Faults[0].Line != 0 {
		t.Errorf("a version that the hall is past: %d %+v", status, said)
	}
	if v := r.view(); v.Proposal != nil || len(v.Versions) > 0 {
		t.Errorf("something was kept: %+v", v)
	}
}

// A version that looks well and cannot run, because another program has its
// port, does not close the hall.
func TestAHallThatCannotStartGoesBack(t *testing.T) {
	r := startRenewed(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	before := r.view()
	p, status := r.propose("listen: "+strings.TrimPrefix(r.url, "http://"), "listen: "+taken.Addr().String())
	if status != 200 {
		t.Fatalf("proposed: %d", status)
	}
	if status := r.ask("POST", "settings/activate", map[string]string{"hash": p.Hash, "person": "0532"}, nil); status != 200 {
		t.Fatalf("put in force: %d", status)
	}
	if url := <-r.runs; url != r.url {
		t.Errorf("the hall is at %s, was at %s", url, r.url)
	}
	v := r.view()
	if v.Hash != before.Hash || v.Loaded != before.Hash || !strings.Contains(v.Versions[0].Failed, "another program uses it") {
		t.Errorf("the page shows %+v", v.Versions)
	}
}
