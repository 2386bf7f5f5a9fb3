package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// losable are the devices that the test takes away.
var losable = []string{"broker/mqtt", "camera/cam", "printer/front"}

// losses: printer, broker and camera go and come back; the hall goes on, and a
// pager in Python hears of nothing else.
func (h *foreignHall) losses(t *testing.T) {
	var said transcript
	background(t, &said, python, append([]string{"testdata/alerts.py", h.url}, losable...)...)
	until(t, "the pager hears", patience, func() bool { return said.has("ready\n") })

	h.must(t, "loss-open", "window_open", map[string]any{"window": "3"})

	h.unplug(t, "printer")
	stop(h.mosquitto)
	stop(h.gstreamer)
	h.goesOn(t, "lost")
	h.until(t, "down", losable...)
	h.goesOn(t, "down")
	for _, d := range h.state(t).Devices {
		if slices.Contains(losable, d.ID) && (d.Why == "" || d.Effect == "") {
			t.Errorf("%s is %s without a reason or its effect: %+v", d.ID, d.State, d)
		}
	}

	h.plug(t, "printer")
	h.serve(t, "printer")
	h.startMosquitto(t)
	h.startCamera(t)
	h.until(t, "up", losable...)
	until(t, "the pager has heard that all are well", patience, func() bool { return bytes.Count(said.bytes(), []byte("\n")) == 2 })
	h.paged(t, said.bytes())
	h.worksAgain(t)
}

// goesOn: numbers are given and served without the lost devices.
func (h *foreignHall) goesOn(t testing.TB, id string) {
	t.Helper()
	res := h.must(t, id+"-take", "take", map[string]any{"service": "social", "kiosk": "k1"})
	if res["print"] == "printed" {
		t.Error("a slip was printed without a printer")
	}
	h.must(t, id+"-call", "call_next", map[string]any{"window": "3"})
	h.must(t, id+"-arrive", "arrive", map[string]any{"window": "3"})
	h.must(t, id+"-finish", "finish", map[string]any{"window": "3"})
}

// paged: the alerts of all three came, with skips instead of everything else.
func (h *foreignHall) paged(t testing.TB, said []byte) {
	t.Helper()
	var got struct {
		Raised         map[string]string
		Cleared        []string
		Events         []string
		Skips, Resumed int
	}
	_, line, _ := bytes.Cut(said, []byte("\n"))
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatalf("alerts.py said %s", said)
	}
	for _, id := range losable {
		if got.Raised[id] == "" {
			t.Errorf("no alert about %s: %v", id, got.Raised)
		}
	}
	if got.Skips == 0 || got.Resumed != 1 {
		t.Errorf("%d skips, resumed %d times", got.Skips, got.Resumed)
	}
	for _, e := range got.Events {
		if !strings.HasPrefix(e, "alert.") {
			t.Errorf("%s came with topics=alerts", e)
		}
	}
}

// worksAgain uses each of the three that came back.
func (h *foreignHall) worksAgain(t testing.TB) {
	t.Helper()
	res := h.must(t, "back-take", "take", map[string]any{"service": "social", "kiosk": "k1"})
	if res["print"] != "printed" {
		t.Fatalf("after the printer's return the slip is %v", res["print"])
	}
	if code := h.scan(t); code != h.url+"/t/"+res["token"].(string) {
		t.Errorf("zbar reads %q", code)
	}
	h.plays(t)
	two := h.keypad(t, "kp-2")
	two.presses(t, "77aa-2", two.prompted(t, h.served(t, "back", "2"), "2"), 4, "ok")
	if got := h.state(t).Figures.Ratings; got["5"] != 1 || got["4"] != 1 || len(got) != 2 {
		t.Errorf("ratings %v, want one 5 and one 4", got)
	}
}
