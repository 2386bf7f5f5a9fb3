package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
)

// patience is for a loaded machine; nothing here is about speed.
const patience = 60 * time.Second

// foreignHall is `lobby run` with all of its wires in other hands.
type foreignHall struct {
	*program
	dir                string
	mqtt, camera, rtsp string                       // ports
	far                map[string]emulator.Emulator // by wire
	socats             map[string]*exec.Cmd         // by wire
	printer, voice     *recorder
	digits             transcript // of the Modbus unit
	gstreamer          *exec.Cmd
	mosquitto          *exec.Cmd
}

// TestForeignHall runs `lobby run` against programs nobody here wrote.
func TestForeignHall(t *testing.T) {
	t.Parallel()
	needs(t, map[string]string{
		"socat": "socat", "mosquitto": "mosquitto", "mosquitto_passwd": "mosquitto", "mosquitto_pub": "mosquitto-clients",
		"mosquitto_sub": "mosquitto-clients", "stdbuf": "coreutils", "zbarimg": "zbar-tools", "iconv": "libc-bin",
		"ffprobe": "ffmpeg", python: "python3",
	})
	needsModules(t, map[string]string{
		"import pymodbus": "python3-pymodbus", "import websockets": "python3-websockets", "import gi": "python3-gi",
		"import gi; gi.require_version('GstRtspServer','1.0')": "gir1.2-gst-rtsp-server-1.0",
	})
	h := startForeignHall(t)
	for _, step := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"WindowSoftwareInPython", h.window}, {"SlipByZbarAndIconv", h.slip}, {"Panel", h.panel},
		{"CallToBoardsAndVoice", h.call}, {"KeypadIsMosquitto", h.rate}, {"CameraIsGStreamer", h.video},
		{"AnythingMayGo", h.losses},
	} {
		if !t.Run(step.name, step.run) {
			return // the later steps stand on the earlier ones
		}
	}
	for _, bad := range []string{"DATA RACE", "panic"} {
		if strings.Contains(h.log(), bad) {
			t.Errorf("lobby said %s:\n%s", bad, h.log())
		}
	}
}

func startForeignHall(t *testing.T) *foreignHall {
	h := &foreignHall{dir: t.TempDir(), mqtt: freeTCP(t), camera: freeTCP(t), rtsp: freeTCP(t), far: map[string]emulator.Emulator{}, socats: map[string]*exec.Cmd{}}
	h.write(t, "secret", "secret")
	h.startMosquitto(t)
	h.startCamera(t)
	for _, wire := range []string{"printer", "onbon", "digits", "boxes", "voice"} {
		h.plug(t, wire)
	}
	config := h.writeConfig(t)
	file, err := load(config)
	if err != nil {
		t.Fatal(err)
	}
	h.emulate(t, file)
	h.printer, h.voice = h.serve(t, "printer"), h.serve(t, "voice")
	h.serve(t, "onbon")
	h.serve(t, "boxes")
	background(t, &h.digits, python, "../../devices/board/modbus/testdata/slave.py", h.path("digits.far"), "1")
	until(t, "pymodbus serves", patience, func() bool { return h.digits.has("ready") })
	h.program = startLobby(t, "run", "--config", config)
	return h
}

// emulate makes the devices for which there is no foreign program.
func (h *foreignHall) emulate(t *testing.T, file *hallFile) {
	t.Helper()
	for _, d := range []struct {
		wire, model string
		units       []devices.Unit
	}{
		{"printer", "escpos", []devices.Unit{{Name: "front", Options: file.Printers["front"].Options.decode()}}},
		{"voice", "syn6288", []devices.Unit{{Name: "voice", Options: file.Speakers["voice"].Options.decode()}}},
		{"onbon", "onbon", file.Boards["signs"].units()},
		{"boxes", "hb1", file.Callboxes["boxes"].units()},
	} {
		em, err := emulatorCatalog[d.model](d.units)
		if err != nil {
			t.Fatal(err)
		}
		h.far[d.wire] = em
	}
}

func (h *foreignHall) path(name string) string { return filepath.Join(h.dir, name) }

func (h *foreignHall) write(t testing.TB, name, text string) string {
	t.Helper()
	if err := os.WriteFile(h.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return h.path(name)
}

func (h *foreignHall) writeConfig(t testing.TB) string {
	t.Helper()
	template, err := os.ReadFile("testdata/foreign.yaml.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := strings.NewReplacer("DIR", h.dir, "MQTT", h.mqtt, "CAMERA", h.camera, "RTSP", h.rtsp)
	head, body, _ := strings.Cut(string(template), "hall:") // the comment names the words too
	return h.write(t, "hall.yaml", head+r.Replace("hall:"+body))
}

// hallState is what the test reads of the feed's state.
type hallState struct {
	Windows []struct{ ID, State, Ticket string }
	Devices []struct{ ID, State, Why, Effect string }
	Figures struct{ Ratings map[string]int }
}

func (h *foreignHall) state(t testing.TB) hallState {
	t.Helper()
	var s struct{ State hallState }
	h.get(t, "/api/v1/state", &s)
	return s.State
}

// until waits until all these devices are in a state.
func (h *foreignHall) until(t testing.TB, state string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		until(t, fmt.Sprintf("%s is %s", id, state), patience, func() bool {
			for _, d := range h.state(t).Devices {
				if d.ID == id {
					return d.State == state
				}
			}
			return false
		})
	}
}

// registers is a number as pymodbus prints the registers that hold it.
func registers(ticket string) string {
	return strings.Trim(fmt.Sprint([]byte(ticket)), "[]")
}
