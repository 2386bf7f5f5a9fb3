package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lobby/queue"
	"lobby/queue/hall"
)

// What is no request of ours is told as every other error, with the reason.
func TestAStrangersMistakeIsAProblemThatSaysWhichOne(t *testing.T) {
	a, _ := footageAPI(nothing{})
	for _, c := range []struct {
		method, path, body string
		status             int
		code, allow        string
	}{
		{"GET", "/api/v1/commands", "", http.StatusMethodNotAllowed, "wrong_method", "POST"},
		{"POST", "/api/v1/state", "{}", http.StatusMethodNotAllowed, "wrong_method", "GET, HEAD"},
		{"DELETE", "/api/v1/tickets/2026-11-26/A012", "", http.StatusMethodNotAllowed, "wrong_method", "GET, HEAD"},
		{"POST", "/healthz", "", http.StatusMethodNotAllowed, "wrong_method", "GET, HEAD"},
		{"GET", "/api/v1/nowhere", "", http.StatusNotFound, "unknown_path", ""},
		{"GET", "/api/v1/feed", "", http.StatusUpgradeRequired, "websocket_only", ""},
		{"GET", "/api/v1/cameras/c1/live", "", http.StatusUpgradeRequired, "websocket_only", ""},
		{"POST", "/api/v1/commands", `{"id":"` + "\xff" + `","type":"take"}`, http.StatusBadRequest, "bad_command", ""},
	} {
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
		var p struct{ Code, Say string }
		err := json.Unmarshal(w.Body.Bytes(), &p)
		if err != nil || w.Code != c.status || p.Code != c.code || p.Say == "" || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q, %s", c.method, c.path, w.Code, w.Header().Get("Allow"), w.Body)
		}
		if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%s %s is told as %s", c.method, c.path, kind)
		}
	}
}

// noCameras shows nothing of any camera.
type noCameras struct{ Cameras }

func (noCameras) Watch(context.Context, string, Wish) (Viewer, error) {
	return nil, errors.New("no picture")
}

// Only a camera that the hall has can be down.
func TestAnUnknownCameraIsNotFound(t *testing.T) {
	a, _ := footageAPI(nothing{})
	a.Cameras = noCameras{}
	for path, want := range map[string]int{"/api/v1/cameras/c1/live": http.StatusServiceUnavailable, "/api/v1/cameras/nope/live": http.StatusNotFound} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
		a.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d %s, want %d", path, w.Code, w.Body, want)
		}
	}
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, httptest.NewRequest("POST", "/api/v1/cameras/nope/webrtc", strings.NewReader("")))
	if w.Code != http.StatusNotFound {
		t.Errorf("a call to an unknown camera: %d %s", w.Code, w.Body)
	}
}

// A hall that gives no number says so to whoever watches over it.
func TestAHallIsReadyOnlyWhileItGivesNumbers(t *testing.T) {
	a, h := footageAPI(nothing{})
	for _, c := range []struct {
		disk   string
		status int
		code   string
	}{{"up", http.StatusOK, ""}, {"down", http.StatusServiceUnavailable, queue.CodeDiskFull}, {"degraded", http.StatusOK, ""}} {
		report := queue.DeviceReport{Device: queue.DiskDevice, Kind: "disk", State: c.disk, Why: "disk is " + c.disk}
		if _, err := h.Do(t.Context(), hall.Request{Command: report}); err != nil {
			t.Fatal(err)
		}
		w := get(a, "/readyz")
		var p struct{ Code, Say string }
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status || p.Code != c.code || (p.Say == "") != (c.code == "") {
			t.Errorf("disk %s: %d %s", c.disk, w.Code, w.Body)
		}
	}
}
