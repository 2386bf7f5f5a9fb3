package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	emuonvif "lobby/devices/emulator/onvif"
)

// Two cameras answer: one with a sub-stream and a clock of yesterday, one
// with H.265 alone. What is printed goes into a hall file as it is.
func TestFoundCamerasAreAHallFilesSection(t *testing.T) {
	t.Parallel()
	at := func(o emuonvif.Options) string {
		srv := httptest.NewUnstartedServer(nil)
		o.Address = srv.Listener.Addr().String()
		o.RTSP, o.User, o.Password, o.Name = "127.0.0.1:554", "viewer", "canary-7", "大厅"
		srv.Config.Handler = emuonvif.New(o)
		srv.Start()
		t.Cleanup(srv.Close)
		return o.Address
	}
	good := at(emuonvif.Options{Now: func() time.Time { return time.Now().Add(-24 * time.Hour) }, Profiles: []emuonvif.Profile{
		{Token: "0", Name: "main", Path: "main", Codec: "H264", Width: 1920, Height: 1080, Rate: 25, Kbits: 4096, Gov: 50},
		{Token: "1", Name: "sub", Path: "sub?a=1&b=2", Codec: "H264", Width: 640, Height: 360, Rate: 12, Kbits: 512, Gov: 24},
	}})
	newer := at(emuonvif.Options{Profiles: []emuonvif.Profile{{Token: "0", Name: "main", Path: "main", Codec: "H265", Width: 1920, Height: 1080}}})
	dir := t.TempDir()
	password := mustWrite(t, filepath.Join(dir, "password"), "canary-7\n")
	said := mustRun(t, "camera", "find", "--probe", good, "--probe", newer, "--probe", "127.0.0.1:1", "--user", "viewer", "--password-file", password)
	for _, want := range []string{"1 of 3 cameras", `source: "rtsp://127.0.0.1:554/sub?a=1&b=2"`, " behind (", "NTP", "main: H264 1920×1080", "every 2.0 s; taken", "no stream in H.264", "connection refused"} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s", want)
		}
	}
	if strings.Contains(said, "canary") {
		t.Error("a password is printed")
	}
	t.Log(said)
	hall, err := os.ReadFile("../../deploy/halls/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(hall), "\ncameras:\n")
	_, after, _ := strings.Cut(rest, "\n\n")
	items, err := os.ReadFile("../../deploy/halls/small-items.yaml")
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "small-items.yaml"), string(items))
	file := mustWrite(t, filepath.Join(dir, "hall.yaml"), strings.ReplaceAll(before, ", camera: cam-1", "")+"\n"+said+"\n"+after)
	if checked := mustRun(t, "check", "--config", file); !strings.Contains(checked, "1 cameras") {
		t.Error(checked)
	}
}

func TestCameraFindRefusesHalfASignIn(t *testing.T) {
	if code, said := lobbyRun(t, "camera", "find", "--user", "viewer"); code != 2 || !strings.Contains(said, "--password-file") {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, said := lobbyRun(t, "camera", "find", "--interface", "none0"); code != 2 || !strings.Contains(said, "none0") {
		t.Errorf("exit %d: %s", code, said)
	}
}
