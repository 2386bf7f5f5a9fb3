package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lobby/deploy/halls"
	"lobby/devices/wire"
)

// patient is a hall on emulated wires in a directory of its own, in health.
func patient(t *testing.T) *hallFile {
	t.Helper()
	file, err := loadFS(halls.Files, "bench.yaml", "bench.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file.emulate()
	file.Data, file.Listen, file.MQTT.Listen = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"
	return file
}

// examined is what the doctor finds when the patient has been harmed. Ill is
// called with the emulators when the wires are open to them.
func examined(t *testing.T, file *hallFile, ill func(e *emulators)) []finding {
	t.Helper()
	e := newEmulators(slog.New(slog.DiscardHandler), file.models)
	d := newDoctor(t.Context(), file, e)
	t.Cleanup(func() { d.group.cancel() })
	if ill == nil { // a fault of the machine, which no wire knows of
		d.machine()
		d.addresses()
		return d.found
	}
	d.ready = func() { ill(e) }
	return d.examine()
}

func find(found []finding, subject, say string) (finding, bool) {
	for _, f := range found {
		if f.Subject == subject && f.Level != levelOK && strings.Contains(f.Say+" "+f.Remedy, say) {
			return f, true
		}
	}
	return finding{}, false
}

// A hall in health has no finding but the boards of which nobody can know.
func TestDoctorFindsNothingInAHealthyHall(t *testing.T) {
	for _, f := range examined(t, patient(t), func(*emulators) {}) {
		if f.Level != levelOK && f.Subject != "clock" && f.Subject != "data" && !strings.Contains(f.Say, "never answer") {
			t.Errorf("%+v", f)
		}
	}
}

// plant is a fault with what the doctor has to say of it.
type plant struct {
	name, subject, remedy string
	harm                  func(t *testing.T, f *hallFile)
	ill                   [2]string // an emulated device and its fault
}

func plants() []plant {
	printerAt := func(path string) func(*testing.T, *hallFile) {
		return func(_ *testing.T, f *hallFile) {
			p := f.Printers["p1"]
			p.Wire = wire.URL{Scheme: wire.Serial, Path: path, Baud: 9600, Mode: "8N1"}
			f.Printers["p1"] = p
		}
	}
	net9100 := func(host string) func(*testing.T, *hallFile) {
		return func(_ *testing.T, f *hallFile) {
			p := f.Printers["p1"]
			p.Wire = wire.URL{Scheme: wire.TCP, Host: host}
			f.Printers["p1"] = p
		}
	}
	return []plant{
		{name: "not plugged in", subject: "printer/p1", remedy: "udev rule is missing", harm: printerAt("/dev/lobby/printer-k1")},
		{name: "a name that changes", subject: "printer/p1", remedy: "deploy/udev", harm: printerAt("/dev/ttyUSB7")},
		{name: "a plain file", subject: "printer/p1", remedy: "ls -l", harm: func(t *testing.T, f *hallFile) {
			path := filepath.Join(t.TempDir(), "file")
			_ = os.WriteFile(path, nil, 0o600)
			printerAt(path)(t, f)
		}},
		{name: "refused connection", subject: "printer/p1", remedy: "ping 127.0.0.1", harm: net9100("127.0.0.1:1")},
		{name: "two names of one device", subject: "speaker/module", remedy: "correct one of the two paths", harm: func(t *testing.T, f *hallFile) {
			a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			_ = os.WriteFile(a, nil, 0o600)
			_ = os.Symlink(a, b)
			printerAt(a)(t, f)
			s := f.Speakers["module"]
			s.Wire = wire.URL{Scheme: wire.Serial, Path: b, Baud: 9600, Mode: "8N1"}
			f.Speakers["module"] = s
		}},
		{name: "silent printer", subject: "printer/p1", remedy: "look at its cable", ill: [2]string{"printer/p1", "silent"}},
		{name: "paper out", subject: "printer/p1", remedy: "put a new roll in", ill: [2]string{"printer/p1", "paper_out"}},
		{name: "little paper", subject: "printer/p1b", remedy: "before the hall opens", ill: [2]string{"printer/p1b", "paper_near_end"}},
		{name: "open cover", subject: "printer/p1", remedy: "close the cover", ill: [2]string{"printer/p1", "cover_open"}},
		{name: "wrong speed", subject: "printer/p1", remedy: "something answers, but not in this way", ill: [2]string{"printer/p1", "garbage"}},
		{name: "dead board", subject: "board/2", remedy: "compare its address", ill: [2]string{"board/modbus", "silent"}},
		{name: "noise on a bus", subject: "board/2", remedy: "noise on the line", ill: [2]string{"board/modbus", "noise"}},
		{name: "dead card", subject: "board/1", remedy: "compare its address", ill: [2]string{"board/onbon", "silent"}},
		{name: "dead voice", subject: "speaker/module", remedy: "RX and TX crossed", ill: [2]string{"speaker/module", "silent"}},
		{name: "no such sound card", subject: "speaker/card", remedy: "aplay -L", harm: func(_ *testing.T, f *hallFile) {
			s := f.Speakers["card"]
			s.Wire = wire.URL{Scheme: wire.Sound, Path: "plughw:CARD=Nowhere"}
			f.Speakers["card"] = s
		}},
		{name: "missing pin of a lamp", subject: "output/lamp-1", remedy: "gpioinfo", harm: func(_ *testing.T, f *hallFile) {
			o := f.Outputs["lamp-1"]
			o.Pin = "GPIO99"
			f.Outputs["lamp-1"] = o
		}},
		{name: "missing pin of a paper sensor", subject: "paper/p1b-out", remedy: "gpioinfo", harm: func(_ *testing.T, f *hallFile) {
			p := f.Paper["p1b-out"]
			p.Pin = "GPIO99"
			f.Paper["p1b-out"] = p
		}},
		{name: "no I2C", subject: "board/text", remedy: "raspi-config", harm: func(_ *testing.T, f *hallFile) {
			b := f.Boards["text"]
			b.Wire = wire.URL{Scheme: wire.I2C, Path: "/dev/i2c-99", Address: 0x27}
			f.Boards["text"] = b
		}},
		{name: "two boards with one address", subject: "board/2", remedy: "an address of its own", harm: func(_ *testing.T, f *hallFile) {
			b := f.Boards["modbus"]
			b.Units["1"] = b.Units["2"]
		}},
		{name: "no data directory", subject: "data", remedy: "install -d", harm: func(_ *testing.T, f *hallFile) { f.Data = "/nowhere/lobby" }},
		{name: "data is a file", subject: "data", remedy: "chown", harm: func(t *testing.T, f *hallFile) {
			f.Data = filepath.Join(t.TempDir(), "file")
			_ = os.WriteFile(f.Data, nil, 0o600)
		}},
		{name: "web port taken", subject: "web", remedy: "another listen", harm: func(t *testing.T, f *hallFile) { f.Listen = taken(t) }},
		{name: "broker port taken", subject: "mqtt", remedy: "another listen", harm: func(t *testing.T, f *hallFile) { f.MQTT.Listen = taken(t) }},
		{name: "broker away", subject: "mqtt", remedy: "start the broker", harm: func(_ *testing.T, f *hallFile) {
			f.MQTT = MQTT{Broker: "mqtt://127.0.0.1:1"}
		}},
		{name: "broker without an address", subject: "mqtt", remedy: "mqtt://10.0.0.5:1883", harm: func(_ *testing.T, f *hallFile) { f.MQTT = MQTT{Broker: "here"} }},
		{name: "secret missing", subject: "keypad/kp-1", remedy: "chmod 600", harm: func(_ *testing.T, f *hallFile) {
			k := f.Keypads["kp-1"]
			k.KeyFile = "/nowhere/key"
			f.Keypads["kp-1"] = k
		}},
		{name: "key that is no key", subject: "keypad/kp-1", remedy: "openssl rand -hex 16", harm: func(t *testing.T, f *hallFile) {
			k := f.Keypads["kp-1"]
			k.KeyFile = filepath.Join(t.TempDir(), "key")
			_ = os.WriteFile(k.KeyFile, []byte("kp-1 example key"), 0o600)
			f.Keypads["kp-1"] = k
		}},
		{name: "secret readable by all", subject: "mqtt", remedy: "chmod 600", harm: func(t *testing.T, f *hallFile) {
			f.MQTT.PasswordFile = filepath.Join(t.TempDir(), "password")
			_ = os.WriteFile(f.MQTT.PasswordFile, []byte("x"), 0o600)
			_ = os.Chmod(f.MQTT.PasswordFile, 0o644)
		}},
		{name: "camera away", subject: "camera/cam-1", remedy: "switch the camera on", harm: func(_ *testing.T, f *hallFile) {
			c := f.Cameras["cam-1"]
			c.Emulated, c.Source = false, "rtsp://127.0.0.1:1/x"
			f.Cameras["cam-1"] = c
		}},
		{name: "missing pin", subject: "panel/k1-1", remedy: "gpioinfo", harm: func(_ *testing.T, f *hallFile) {
			f.Kiosks[0].Pins = map[string]string{"1": "GPIO99"}
		}},
	}
}

// plant makes the emulated device fail. It is nil for what is wrong with the
// machine and not with a wire.
func (p plant) plant(t *testing.T) func(e *emulators) {
	kind, _ := cutID(p.subject)
	if !slices.Contains([]string{"printer", "board", "speaker"}, kind) || p.name == "two boards with one address" {
		return nil
	}
	return func(e *emulators) {
		if p.ill[0] == "" {
			return
		}
		if err := e.SetFault(p.ill[0], p.ill[1], true); err != nil {
			t.Error(err)
		}
	}
}

// taken is an address that somebody listens on.
func taken(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// Each planted fault is found where it is, with its remedy in one line.
func TestDoctorFindsPlantedFaults(t *testing.T) {
	t.Parallel()
	all := plants()
	if len(all) < 20 {
		t.Fatalf("only %d faults", len(all))
	}
	for _, p := range all {
		t.Run(strings.ReplaceAll(p.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			p.examine(t)
		})
	}
}

// examine plants one fault and looks for it.
func (p plant) examine(t *testing.T) {
	file := patient(t)
	if p.harm != nil {
		p.harm(t, file)
	}
	found := examined(t, file, p.plant(t))
	f, ok := find(found, p.subject, p.remedy)
	if !ok || f.Remedy == "" || strings.Contains(f.Remedy, "\n") {
		t.Errorf("not found; there was %+v", only(found, p.subject))
	}
}

// planted is the fault of that name.
func planted(t *testing.T, name string) plant {
	t.Helper()
	all := plants()
	i := slices.IndexFunc(all, func(p plant) bool { return p.name == name })
	if i < 0 {
		t.Fatalf("no fault %q", name)
	}
	return all[i]
}

func TestFaultF12_TwoBoardsWithOneAddress(t *testing.T) {
	planted(t, "two boards with one address").examine(t)
}

func TestFaultF15_AnotherSpeedIsNamed(t *testing.T) { planted(t, "wrong speed").examine(t) }

func only(found []finding, subject string) (some []finding) {
	for _, f := range found {
		if f.Subject == subject {
			some = append(some, f)
		}
	}
	return some
}

// What is told of a wire that cannot be opened, without opening one.
func TestFaultF09_RemediesFollowTheError(t *testing.T) {
	words := fmt.Errorf("serial: /dev/lobby/x is not there: is it plugged in? (%w)", &fs.PathError{Op: "open", Path: "/dev/lobby/x", Err: fs.ErrNotExist})
	if got := plain(words); got != "serial: /dev/lobby/x is not there: is it plugged in?" {
		t.Errorf("the installer reads %q", got)
	}
	if got := openRemedy(wire.URL{Scheme: wire.Input, Path: "/dev/input/by-id/x"}, words); !strings.Contains(got, "ls -l /dev/input/by-id/") {
		t.Errorf("a keypad that is not there: %q", got)
	}
	for want, err := range map[string]error{
		"usermod -aG dialout":            fs.ErrPermission,
		"fuser -v /dev/lobby/x":          syscall.EBUSY,
		"correct the name printer.local": &net.DNSError{Name: "printer.local"},
	} {
		u := wire.URL{Scheme: wire.Serial, Path: "/dev/lobby/x"}
		if got := openRemedy(u, fmt.Errorf("open: %w", err)); !strings.Contains(got, want) {
			t.Errorf("%v: %q", err, got)
		}
	}
}

// A clock that was never set, and a hall file that cannot be read.
func TestDoctorLooksAtClockAndFile(t *testing.T) {
	d := newDoctor(t.Context(), patient(t), newEmulators(slog.New(slog.DiscardHandler), nil))
	defer d.group.cancel()
	d.clock(time.Date(1970, 1, 1, 0, 0, 9, 0, time.UTC))
	if f, ok := find(d.found, "clock", "set-ntp"); !ok || f.Level != levelError {
		t.Errorf("%+v", d.found)
	}
	found := diagnose(t.Context(), "testdata/broken.yaml")
	if f, ok := find(found, "config", "lobby check"); !ok || !strings.Contains(f.Say, "broken.yaml:") {
		t.Errorf("%+v", found)
	}
}

// The report is for people, or for programs.
func TestDoctorReports(t *testing.T) {
	found := []finding{{"printer/p1", levelError, "the paper is out", "put a new roll in"}, {"clock", levelOK, "the clock is set", ""}}
	var text, machine bytes.Buffer
	if err := report(&text, found, false); err != nil {
		t.Fatal(err)
	}
	if err := report(&machine, found, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[1], "ERROR   printer/p1         the paper is out -> put a new roll in") {
		t.Errorf("%q", lines)
	}
	var back struct{ Findings []finding }
	if err := json.Unmarshal(machine.Bytes(), &back); err != nil || fmt.Sprint(back.Findings) != fmt.Sprint(found) {
		t.Errorf("%v, %v", back, err)
	}
}
