package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
)

// needs fails the test when a foreign program is missing.
func needs(t testing.TB, programs map[string]string) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	for program, pkg := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is missing: install the Debian package %s", program, pkg)
		}
	}
}

// background starts a program that is killed at the end of the test.
func background(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(cmd) })
	return cmd
}

func stop(cmd *exec.Cmd) {
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()
}

func freeTCP(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func listens(port string) bool {
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err == nil {
		c.Close()
	}
	return err == nil
}

// realHall is `lobby run` with all of its wires in other hands.
type realHall struct {
	*program
	t         *testing.T
	dir       string
	mqtt      string
	camera    string
	rtsp      string
	printer   *recorder
	voice     *recorder
	far       map[string]emulator.Emulator
	socats    map[string]*exec.Cmd
	gstreamer *exec.Cmd
	mosquitto *exec.Cmd
}

// recorder is the far end of a wire that keeps what was said on it.
type recorder struct {
	io.ReadWriter
	mu    sync.Mutex
	heard bytes.Buffer
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.ReadWriter.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard.Write(p[:n])
	return n, err
}

func (r *recorder) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.heard.Bytes())
}

func startRealHall(t *testing.T) *realHall {
	h := &realHall{t: t, dir: t.TempDir(), mqtt: freeTCP(t), camera: freeTCP(t), rtsp: freeTCP(t), far: map[string]emulator.Emulator{}, socats: map[string]*exec.Cmd{}}
	h.write("secret", "secret")
	h.startMosquitto()
	h.startCamera()
	for _, wire := range []string{"printer", "onbon", "digits", "boxes", "voice"} {
		h.plug(wire)
	}
	config := h.writeConfig()
	file, err := load(config)
	if err != nil {
		t.Fatal(err)
	}
	h.printer = h.emulate("printer", "escpos", []devices.Unit{{Name: "front", Options: file.Printers["front"].Options.decode()}})
	h.emulate("onbon", "onbon", file.Boards["signs"].units())
	h.emulate("boxes", "hb1", file.Callboxes["boxes"].units())
	h.voice = h.emulate("voice", "syn6288", []devices.Unit{{Name: "voice", Options: file.Speakers["voice"].Options.decode()}})
	h.program = startLobby(t, "run", "--config", config)
	h.must(t, "day", "day_open", nil)
	return h
}

func (h *realHall) path(name string) string { return filepath.Join(h.dir, name) }

func (h *realHall) write(name, text string) string {
	h.t.Helper()
	if err := os.WriteFile(h.path(name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return h.path(name)
}

func (h *realHall) writeConfig() string {
	template, err := os.ReadFile("testdata/foreign.yaml.txt")
	if err != nil {
		h.t.Fatal(err)
	}
	r := strings.NewReplacer("DIR", h.dir, "MQTT", h.mqtt, "CAMERA", h.camera, "RTSP", h.rtsp)
	head, body, _ := strings.Cut(string(template), "hall:") // the comment names the words too
	return h.write("hall.yaml", head+r.Replace("hall:"+body))
}

// plug makes a pair of pseudo terminals: NAME is Lobby's end, NAME.far the
// device's.
func (h *realHall) plug(name string) {
	h.t.Helper()
	h.socats[name] = background(h.t, "socat", "pty,raw,echo=0,link="+h.path(name), "pty,raw,echo=0,link="+h.path(name+".far"))
	until(h.t, "socat made "+name, 20*time.Second, func() bool {
		_, near := os.Stat(h.path(name))
		_, far := os.Stat(h.path(name + ".far"))
		return near == nil && far == nil
	})
}

// emulate serves an emulator on the far end of a pair.
func (h *realHall) emulate(wire, model string, units []devices.Unit) *recorder {
	h.t.Helper()
	em, err := emulatorCatalog[model](units)
	if err != nil {
		h.t.Fatal(err)
	}
	file, err := os.OpenFile(h.path(wire+".far"), os.O_RDWR, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	r := &recorder{ReadWriter: file}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = em.Serve(ctx, r) // ends with the wire or the test
	}()
	h.t.Cleanup(func() {
		cancel()
		file.Close()
		stop(h.socats[wire])
		<-ended
	})
	h.far[wire] = em
	return r
}

func (h *realHall) startCamera() {
	h.t.Helper()
	pipeline := "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1 ! x264enc tune=zerolatency key-int-max=15 ! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96"
	h.gstreamer = background(h.t, "/usr/bin/python3", "../../devices/camera/testdata/gst_camera.py", h.camera, pipeline)
	until(h.t, "GStreamer listens; are python3-gi and gir1.2-gst-rtsp-server-1.0 installed?", 30*time.Second, func() bool { return listens(h.camera) })
}

func (h *realHall) startMosquitto() {
	h.t.Helper()
	page, err := os.ReadFile("../../hardware-docs/mqtt.md")
	if err != nil {
		h.t.Fatal(err)
	}
	acl := regexp.MustCompile("(?s)```acl\n(.*?)```").FindSubmatch(page)
	if acl == nil {
		h.t.Fatal("hardware-docs/mqtt.md has no list of rights for mosquitto")
	}
	h.write("acl", strings.ReplaceAll(string(acl[1]), "/h1/", "/foreign/"))
	h.write("passwd", "")
	for _, user := range []string{"lobby", "kp-1", "kp-2"} {
		if out, err := exec.Command("mosquitto_passwd", "-b", h.path("passwd"), user, "secret").CombinedOutput(); err != nil {
			h.t.Fatalf("mosquitto_passwd: %v %s", err, out)
		}
	}
	conf := h.write("mosquitto.conf", fmt.Sprintf("listener %s 127.0.0.1\nlog_dest none\nallow_anonymous false\npassword_file %s\nacl_file %s\nuser root\n", h.mqtt, h.path("passwd"), h.path("acl")))
	h.mosquitto = background(h.t, "mosquitto", "-c", conf)
	until(h.t, "mosquitto listens", 20*time.Second, func() bool { return listens(h.mqtt) })
}

func (h *realHall) mqttArgs(user string, more ...string) []string {
	return append([]string{"-h", "127.0.0.1", "-p", h.mqtt, "-u", user, "-P", "secret", "-q", "1"}, more...)
}

// state reads the feed's state.
func (h *realHall) state() (s struct {
	State struct {
		Windows []struct{ ID, State, Ticket string }
		Devices []struct{ ID, State, Why string }
		Figures struct {
			Ratings map[string]int
		}
	}
}) {
	h.get(h.t, "/api/v1/state", &s)
	return s
}

func (h *realHall) device(id string) string {
	for _, d := range h.state().State.Devices {
		if d.ID == id {
			return d.State
		}
	}
	return "missing"
}

// TestForeignHall runs `lobby run` against programs nobody here wrote.
func TestForeignHall(t *testing.T) {
	needs(t, map[string]string{
		"socat": "socat", "mosquitto": "mosquitto", "mosquitto_pub": "mosquitto-clients", "zbarimg": "zbar-tools",
		"iconv": "libc-bin", "ffprobe": "ffmpeg", "/usr/bin/python3": "python3",
	})
	h := startRealHall(t)
	for _, step := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"Slip", h.slip}, {"CallBoxToBoardsAndVoice", h.call}, {"Digits", h.digits}, {"KeypadIsMosquitto", h.rate},
		{"CameraIsGStreamer", h.video}, {"WindowSoftwareInPython", h.window}, {"AnythingMayGo", h.losses},
	} {
		if !t.Run(step.name, step.run) {
			return
		}
	}
}

// slip: zbar reads the paper's QR code, iconv its Chinese.
func (h *realHall) slip(t *testing.T) {
	until(t, "the printer is up", 30*time.Second, func() bool { return h.device("printer/front") == "up" })
	res := h.must(t, "slip", "take", map[string]any{"service": "social", "kiosk": "k1"})
	if res["print"] != "printed" {
		t.Fatalf("the slip is %v", res["print"])
	}
	drawer := h.far["printer"].(emulator.Drawer)
	_, next := drawer.Pictures()
	file, err := os.Create(h.path("slip.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := drawer.PNG(file, next-1); err != nil {
		t.Fatal(err)
	}
	file.Close()
	out, err := exec.Command("zbarimg", "-q", "--raw", file.Name()).Output()
	if want := fmt.Sprintf("%s/t/%s", h.url, res["token"]); err != nil || strings.TrimSpace(string(out)) != want {
		t.Errorf("zbar reads %q (%v), want %q", out, err, want)
	}
	iconv := exec.Command("iconv", "-f", "UTF-8", "-t", "GB18030")
	iconv.Stdin = strings.NewReader("社会保险")
	gb, err := iconv.Output()
	if err != nil || !bytes.Contains(h.printer.bytes(), gb) {
		t.Errorf("the service's name is not on the wire as iconv writes it (%v)", err)
	}
}

// call: one press travels to board, voice and feed.
func (h *realHall) call(t *testing.T) {
	until(t, "the call box is up", 30*time.Second, func() bool { return h.device("callbox/box-1") == "up" })
	if err := h.far["boxes"].(emulator.Presser).Press("box-1", devices.KeyNext, ""); err != nil {
		t.Fatal(err)
	}
	until(t, "the board shows the number", 30*time.Second, func() bool { return strings.Contains(mustText(t, h.far["onbon"].View()), "请M001号到1号窗口") })
	until(t, "the number is spoken", 30*time.Second, func() bool { return strings.Contains(mustText(t, h.far["voice"].View()), "请M001号") })
	iconv := exec.Command("iconv", "-f", "UTF-8", "-t", "GBK")
	iconv.Stdin = strings.NewReader("请M001号，到1号窗口办理")
	if gb, err := iconv.Output(); err != nil || !bytes.Contains(h.voice.bytes(), gb) {
		t.Errorf("the phrase is not on the wire as iconv writes it (%v)", err)
	}
	if w := h.state().State.Windows[0]; w.State != "calling" || w.Ticket != "M001" {
		t.Errorf("window 1 is %+v", w)
	}
}

// mustText is a view as text, whatever its type.
func mustText(t *testing.T, view any) string {
	t.Helper()
	data, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// digits: a Modbus unit of pymodbus shows the number.
func (h *realHall) digits(t *testing.T) {
	slave := exec.Command("/usr/bin/python3", "../../devices/board/modbus/testdata/slave.py", h.path("digits.far"), "1")
	out := &recorder{}
	slave.Stdout, slave.Stderr = writerOf{out}, os.Stderr
	if err := slave.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(slave) })
	until(t, "pymodbus serves; is python3-pymodbus installed?", 30*time.Second, func() bool { return bytes.Contains(out.bytes(), []byte("ready")) })
	h.must(t, "open-2", "window_open", map[string]any{"window": "2"})
	h.must(t, "take-2", "take", map[string]any{"service": "social"})
	h.must(t, "call-2", "call_next", map[string]any{"window": "2"})
	// Function 16 wrote the characters M002 into registers 0 to 3.
	until(t, "the digits show M002", 40*time.Second, func() bool { return bytes.Contains(out.bytes(), []byte("16 77 48 48 50")) })
}

// writerOf writes into a recorder.
type writerOf struct{ r *recorder }

func (w writerOf) Write(p []byte) (int, error) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	return w.r.heard.Write(p)
}

// rate: mosquitto_sub hears the prompt, mosquitto_pub presses.
func (h *realHall) rate(t *testing.T) {
	until(t, "the broker is up", 30*time.Second, func() bool { return h.device("broker/mqtt") == "up" })
	heard := &recorder{}
	sub := exec.Command("mosquitto_sub", h.mqttArgs("kp-1", "-i", "kp-1", "-v", "-t", "lobby/foreign/keypad/kp-1/cmd", "-t", "lobby/foreign/keypad/kp-1/ack")...)
	sub.Stdout = writerOf{heard}
	if err := sub.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(sub) })
	h.must(t, "arrive-1", "arrive", map[string]any{"window": "1"})
	h.publish(t, "kp-1", "state", `{"s":"online","boot":"8f3a","n":1}`, "-r")
	until(t, "the keypad is up", 30*time.Second, func() bool { return h.device("keypad/kp-1") == "up" })
	h.must(t, "finish-1", "finish", map[string]any{"window": "1"})
	prompt := regexp.MustCompile(`"prompt":"([^"]+)"`)
	until(t, "the prompt arrives", 30*time.Second, func() bool { return prompt.Match(heard.bytes()) })
	nonce := prompt.FindSubmatch(heard.bytes())[1]
	event := func(id string, k int) string {
		return fmt.Sprintf(`{"v":1,"id":%q,"k":%d,"prompt":%q,"ago":40,"up":1000}`, id, k, nonce)
	}
	for _, c := range []struct{ id, want string }{{"8f3a-1", "ok"}, {"8f3a-1", "dup"}, {"8f3a-2", "dup"}} {
		heard.mu.Lock()
		heard.heard.Reset()
		heard.mu.Unlock()
		h.publish(t, "kp-1", "event", event(c.id, 5))
		want := regexp.MustCompile(`"id":"` + c.id + `","r":"` + c.want + `"`)
		until(t, "event "+c.id+" is answered "+c.want, 30*time.Second, func() bool { return want.Match(heard.bytes()) })
	}
	if got := h.state().State.Figures.Ratings; got["5"] != 1 || len(got) != 1 {
		t.Errorf("ratings %v, want one 5", got)
	}
}

func (h *realHall) publish(t *testing.T, device, leaf, payload string, more ...string) {
	t.Helper()
	args := h.mqttArgs(device, append([]string{"-t", "lobby/foreign/keypad/" + device + "/" + leaf, "-m", payload}, more...)...)
	if out, err := exec.Command("mosquitto_pub", args...).CombinedOutput(); err != nil {
		t.Fatalf("mosquitto_pub: %v %s", err, out)
	}
}

// video: ffprobe plays what Lobby relays from GStreamer.
func (h *realHall) video(t *testing.T) {
	until(t, "the camera is up", 60*time.Second, func() bool { return h.device("camera/cam") == "up" })
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-read_intervals", "%+#20", "-count_frames",
		"-show_entries", "stream=codec_name,width,height,nb_read_frames", "-of", "csv=p=0", "rtsp://127.0.0.1:"+h.rtsp+"/cam").CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "h264,320,240,") {
		t.Errorf("ffprobe: %v %s", err, out)
	}
}

// window: Python's websockets follows the feed through a lost connection.
func (h *realHall) window(t *testing.T) {
	h.must(t, "close-1", "window_close", map[string]any{"window": "1"})
	url := strings.Replace(h.url, "http", "ws", 1) + "/api/v1/feed"
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/usr/bin/python3", "testdata/window.py", url, "1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("window.py: %v (is python3-websockets installed?)", err)
	}
	var got struct {
		First   uint64
		Seen    []uint64
		Events  []string
		Called  string
		Repeat  string
		Refusal string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("window.py said %s", out)
	}
	for i, seq := range got.Seen {
		if seq != got.First+uint64(i)+1 {
			t.Fatalf("records %v after %d: one is missing or doubled", got.Seen, got.First)
		}
	}
	if got.Called != "M003" || got.Repeat != "M003" || got.Refusal != "window_busy" || len(got.Seen) < 12 {
		t.Errorf("called %s, repeated take gives %s, second press %s, %d records", got.Called, got.Repeat, got.Refusal, len(got.Seen))
	}
}

// losses: printer, broker and camera go and come back; the hall goes on.
func (h *realHall) losses(t *testing.T) {
	stop(h.socats["printer"])
	stop(h.mosquitto)
	stop(h.gstreamer)
	res := h.must(t, "lost", "take", map[string]any{"service": "social", "kiosk": "k1"})
	if res["print"] == "printed" {
		t.Error("a slip was printed without a printer")
	}
	h.must(t, "keep", "keep", map[string]any{"ticket": res["ticket"]})
	h.must(t, "done-2", "arrive", map[string]any{"window": "2"})
	for _, id := range []string{"printer/front", "broker/mqtt", "camera/cam"} {
		until(t, id+" is down", 60*time.Second, func() bool { return h.device(id) != "up" })
	}
	for _, link := range []string{"printer", "printer.far"} {
		_ = os.Remove(h.path(link)) // socat removes its links when it can
	}
	h.plug("printer")
	h.emulate("printer", "escpos", []devices.Unit{{Name: "front", Options: func(any) error { return nil }}})
	h.startMosquitto()
	h.startCamera()
	for _, id := range []string{"printer/front", "broker/mqtt", "camera/cam"} {
		until(t, id+" is back", 90*time.Second, func() bool { return h.device(id) == "up" })
	}
	if res := h.must(t, "back", "take", map[string]any{"service": "social", "kiosk": "k1"}); res["print"] != "printed" {
		t.Errorf("after its return the printer's slip is %v", res["print"])
	}
}
