package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lobby/firmware-bridge/firmwaretest"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail"
)

// workshop is a folder with a maker's keys and images, and a hall file.
type workshop struct {
	t   testing.TB
	dir string
}

func newWorkshop(t testing.TB) *workshop {
	t.Helper()
	w := &workshop{t, t.TempDir()}
	for name, size := range map[string]int{"v1.bin": 3000, "v2.bin": 8000} {
		w.write(name, bytes.Repeat([]byte(name), size/len(name)))
	}
	w.must("keygen", w.path("maker"))
	w.must("keygen", w.path("stranger"))
	w.sign("maker", 7, "1.0.0", "v1.bin", "v1.lfw")
	w.sign("maker", 7, "1.1.0", "v2.bin", "v2.lfw")
	w.sign("maker", 9, "1.1.0", "v2.bin", "other.lfw")
	w.sign("stranger", 7, "1.1.0", "v2.bin", "stranger.lfw")
	return w
}

func (w *workshop) path(name string) string { return filepath.Join(w.dir, name) }

func (w *workshop) write(name string, data []byte) {
	w.t.Helper()
	if err := os.WriteFile(w.path(name), data, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workshop) sign(key string, board int, version, program, image string) {
	w.t.Helper()
	w.must("sign", "--key", w.path(key+".key"), "--board", fmt.Sprint(board), "--version", version, "--build", "test", "--out", w.path(image), w.path(program))
}

// firmware is one `lobby firmware …` and what it writes.
func (w *workshop) firmware(args ...string) (string, error) {
	var out bytes.Buffer
	c := rootCommand()
	c.SetArgs(append([]string{"firmware"}, args...))
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.ExecuteContext(w.t.Context())
	return out.String(), err
}

func (w *workshop) must(args ...string) string {
	w.t.Helper()
	out, err := w.firmware(args...)
	if err != nil {
		w.t.Fatalf("lobby firmware %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// refuses demands that a command fails with a refusal of that code.
func (w *workshop) refuses(code string, args ...string) {
	w.t.Helper()
	_, err := w.firmware(args...)
	var refusal *queue.Refusal
	if !errors.As(err, &refusal) || refusal.Code != code {
		w.t.Errorf("lobby firmware %s: %v, want the refusal %s", strings.Join(args, " "), err, code)
	}
}

func TestImagesAreSignedAndVerified(t *testing.T) {
	w := newWorkshop(t)
	if out := w.must("verify", "--key", w.path("maker.pub"), w.path("v1.lfw"), w.path("v2.lfw")); !strings.Contains(out, `board 7, version 1.1.0, build "test"`) || strings.Count(out, "signed and whole") != 2 {
		t.Errorf("verify says %s", out)
	}
	if info, err := os.Stat(w.path("maker.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the private key: %v, %v", info, err)
	}
	damaged, err := os.ReadFile(w.path("v1.lfw"))
	if err != nil {
		t.Fatal(err)
	}
	damaged[2000]++
	w.write("damaged.lfw", damaged)
	for _, c := range []struct {
		args []string
		say  string
		use  bool
	}{
		{[]string{"verify", "--key", w.path("maker.pub"), w.path("stranger.lfw")}, "the signature is not of this key", false},
		{[]string{"verify", "--key", w.path("maker.pub"), w.path("damaged.lfw")}, "damaged", false},
		{[]string{"verify", "--key", w.path("maker.pub"), w.path("v1.bin")}, "`lobby firmware sign` makes", false},
		{[]string{"verify", "--key", w.path("maker.key"), w.path("v1.lfw")}, "holds no PUBLIC KEY", false},
		{[]string{"verify", "--key", "", w.path("v1.lfw")}, "--key FILE is missing", true},
		{[]string{"verify", "--key", w.path("maker.pub")}, "requires at least 1 arg", true},
		{[]string{"keygen", w.path("maker")}, "is there already", false},
		{[]string{"sign", "--board", "1", "--version", "1.0", "--out", "x", w.path("v1.bin")}, "is not like 1.4.0", true},
		{[]string{"sign", "--board", "1", "--version", "1.0.256", "--out", "x", w.path("v1.bin")}, "is not like 1.4.0", true},
		{[]string{"sign", "--version", "1.0.0", "--out", "x", w.path("v1.bin")}, "--board is missing", true},
		{[]string{"flash", "--key", w.path("maker.pub"), w.path("v1.lfw")}, "which boards?", true},
		{[]string{"flash", "--loader", "stk500", w.path("v1.lfw")}, "there are ", true},
	} {
		_, err := w.firmware(c.args...)
		if err == nil || !strings.Contains(err.Error(), c.say) || errors.As(err, new(usageError)) != c.use {
			t.Errorf("lobby firmware %q: %v, want %q", c.args, err, c.say)
		}
	}
}

// doors is a hall that only says whether its day is open.
func doors(t testing.TB, open bool) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/state" {
			fmt.Fprintf(w, `{"type":"snapshot","seq":1,"state":{"open":%v}}`, open)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// board plugs the C firmware in as a process on a pseudo terminal, and gives
// the wire. The hall file of the workshop has it as box-3.
func (w *workshop) board(t *testing.T) string {
	t.Helper()
	firmwaretest.Needs(t, "gcc")
	needs(t, map[string]string{"socat": "socat"})
	public, err := readPublicKey(w.path("maker.pub"))
	if err != nil {
		t.Fatal(err)
	}
	program := firmwaretest.Build(t, "process")
	background(t, nil, "socat", "pty,raw,echo=0,link="+w.path("bus"), fmt.Sprintf("EXEC:%s %s %x", program, w.path("flash"), []byte(public)))
	until(t, "the board is plugged in", patience, func() bool { return exists(w.path("bus")) })
	hallFile := strings.NewReplacer("DIR", w.dir).Replace(`
hall: {id: workshop, name: 工坊, timezone: Asia/Shanghai}
listen: 127.0.0.1:1
data: DIR/data
departments: [{id: social, name: 社保局}]
classes: [{id: normal, name: 普通, rate: 1}]
services: [{id: social, prefix: M, name: 社会保险, department: social, floor: 1, area: A}]
windows: [{id: "1", name: 一号, floor: 1, area: A, services: [social], callbox: box-3}]
kiosks: [{id: k1, name: 取号机, floor: 1, panel: panel-4, buttons: {"1": social}}]
callboxes:
  bus: {model: hb1, wire: "serial://DIR/bus?baud=115200", units: {box-3: {address: 3}, panel-4: {address: 4, keys: {1: "1"}}}}
`)
	w.write("hall.yaml", []byte(hallFile))
	return "serial://" + w.path("bus") + "?baud=115200"
}

func TestFlashAndItsRefusals(t *testing.T) {
	w := newWorkshop(t)
	wire := w.board(t)
	flash := func(args ...string) []string {
		return append([]string{"flash", "--key", w.path("maker.pub"), "--config", w.path("hall.yaml")}, args...)
	}
	if out := w.must(flash("box-3", w.path("v1.lfw"))...); !strings.Contains(out, "box-3: 0.0.0 → 1.0.0, 3000 bytes") {
		t.Errorf("the first flash says %s", out)
	}
	if out := w.must(flash("box-3", w.path("v1.lfw"))...); !strings.Contains(out, "runs 1.0.0 already") {
		t.Errorf("the same once more says %s", out)
	}
	w.refuses("wrong_board", flash("box-3", w.path("other.lfw"))...)
	w.refuses("same_window", flash("box-3", "box-3", w.path("v2.lfw"))...)
	w.refuses("day_open", flash("--hall", doors(t, true), "box-3", w.path("v2.lfw"))...)
	if _, err := w.firmware(flash("box-3", w.path("stranger.lfw"))...); err == nil || !strings.Contains(err.Error(), "not of this key") {
		t.Errorf("a stranger's image: %v", err)
	}
	if _, err := w.firmware(flash("box-9", w.path("v2.lfw"))...); !errors.As(err, new(usageError)) || !strings.Contains(err.Error(), "there are box-3, panel-4") {
		t.Errorf("a board that is not there: %v", err)
	}
	if _, err := w.firmware(flash("panel-4", "box-3", w.path("v2.lfw"))...); err == nil || !strings.Contains(err.Error(), "not touched: box-3") {
		t.Errorf("a board that does not answer: %v", err)
	}
	if out := w.must(flash("--hall", doors(t, true), "--open", "the keys do not work", "box-3", w.path("v2.lfw"))...); !strings.Contains(out, "1.0.0 → 1.1.0") {
		t.Errorf("with a reason, while the day is open: %s", out)
	}
	w.refuses("downgrade", flash("box-3", w.path("v1.lfw"))...)
	w.must(flash("--downgrade", "the buzzer is too loud", "box-3", w.path("v1.lfw"))...)
	if out, _ := w.firmware("list", "--config", w.path("hall.yaml")); !strings.Contains(out, "box-3    window 1  3        7      1         1.0.0") || !strings.Contains(out, "no answer") {
		t.Errorf("list says\n%s", out)
	}
	if out := w.must("list", "--wire", wire, "--address", "3"); !strings.Contains(out, "1.0.0") {
		t.Errorf("list says\n%s", out)
	}
	book, err := os.ReadFile(w.path("data/firmware/flashed.jsonl"))
	if err != nil || !strings.Contains(string(book), `"from":"1.1.0","to":"1.0.0"`) || !strings.Contains(string(book), `"downgrade":"the buzzer is too loud"`) ||
		!strings.Contains(string(book), `"open":"the keys do not work"`) || !strings.Contains(string(book), `"error":"wrong_board`) {
		t.Errorf("the book says, %v\n%s", err, book)
	}
}

func TestTwoPeopleDoNotFlashOneWindow(t *testing.T) {
	book := newFlashBook(t.TempDir())
	first, err := book.claim(chip{name: "box-1", window: "window 1"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := book.claim(chip{name: "box-2", window: "window 2"})
	if err != nil {
		t.Fatal(err)
	}
	other()
	var refusal *queue.Refusal
	if _, err := book.claim(chip{name: "sign-1", window: "window 1"}); !errors.As(err, &refusal) || refusal.Code != "same_window" {
		t.Errorf("the second one gets %v", err)
	}
	first()
	again, err := book.claim(chip{name: "sign-1", window: "window 1"})
	if err != nil {
		t.Fatalf("when the first one is done: %v", err)
	}
	again()
}

// TestKilledFlashGoesOn: the command is killed in the middle, as by somebody
// who pulls the computer's plug, and given again.
func TestKilledFlashGoesOn(t *testing.T) {
	w := newWorkshop(t)
	wire := w.board(t)
	flash := []string{"flash", "--key", w.path("maker.pub"), "--hall", doors(t, false), "--wire", wire, "--address", "3"}
	w.must(append(flash, w.path("v1.lfw"))...)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{"firmware"}, append(flash, w.path("v2.lfw"))...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	second := bytes.Repeat([]byte("v2.bin"), 100)
	until(t, "a part of the image is in the flash", patience, func() bool {
		flash, err := os.ReadFile(w.path("flash"))
		return err == nil && bytes.Contains(flash, second)
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		return // it was done before it was killed, on a very busy computer
	}
	if out := w.must(append(flash, w.path("v2.lfw"))...); !strings.Contains(out, "1.0.0 → 1.1.0") {
		t.Errorf("then it says %s", out)
	}
}

// TestClosedHallIsReadFromItsTrail: a hall that does not run may have died in
// the middle of its day.
func TestClosedHallIsReadFromItsTrail(t *testing.T) {
	file := &hallFile{Config: Config{Data: filepath.Join(t.TempDir(), "data")}}
	nobody := "http://127.0.0.1:1"
	if open, err := dayOpen(t.Context(), nobody, file); err != nil || open {
		t.Errorf("before the first day: %v, %v", open, err)
	}
	openDayIn(t, file.Data)
	if open, err := dayOpen(t.Context(), nobody, file); err != nil || !open {
		t.Errorf("with an open day: %v, %v", open, err)
	}
	stranger := httptest.NewServer(http.NotFoundHandler())
	defer stranger.Close()
	var refusal *queue.Refusal
	if err := closedDoors(t.Context(), stranger.URL, file); !errors.As(err, &refusal) || refusal.Code != "day_unknown" {
		t.Errorf("a program that is no hall: %v", err)
	}
}

// openDayIn leaves a trail as a hall does that is killed during its day.
func openDayIn(t *testing.T, dir string) {
	t.Helper()
	tr, err := trail.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hall.Open(hall.Options{Trail: tr, Now: time.Now, Nonce: nonce, Location: time.UTC, Log: logger(os.Stderr, 0)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	for _, c := range []queue.Command{queue.Activate{Hash: "x"}, queue.DayOpen{}} {
		answer, err := h.Do(ctx, hall.Request{Actor: "test", Command: c})
		if err != nil || answer.Refusal != nil {
			t.Fatalf("%T: %v, %v", c, err, answer.Refusal)
		}
	}
	stop()
	<-ended
	if err := tr.Close(); err != nil {
		t.Fatal(err)
	}
}
