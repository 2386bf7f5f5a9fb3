package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ratedHall is a hall whose only window has a soft keypad on its desk.
type ratedHall struct {
	*program
	config string
	flags  []string // of the keypad
	dir    string
	port   string // of the broker
}

const ratedHallFile = `hall: {id: rated, name: 评价大厅, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
data: %[1]s/data
mqtt: {embedded: true, listen: "127.0.0.1:%[2]s", cert_file: %[1]s/cert.pem, key_file: %[1]s/cert.key}
rules: {rate_within: 10m}
departments: [{id: social, name: 社保局}]
classes: [{id: normal, name: 普通, rate: 1}]
services: [{id: social, prefix: M, name: 社会保险, department: social, floor: 1, area: A}]
windows: [{id: "1", name: 一号, floor: 1, area: A, services: [social], keypad: kp-1}]
kiosks: [{id: k1, name: 取号机, floor: 1}]
walls: [{id: main, name: 大屏}]
keypads: {kp-1: {password_file: %[1]s/password, key_file: %[1]s/key}}
`

func startRatedHall(t *testing.T) *ratedHall {
	t.Helper()
	dir, port := t.TempDir(), freeTCP(t)
	for name, text := range map[string]string{
		"password": "a keypad's own word", "key": "00112233445566778899aabbccddeeff", "hall.yaml": fmt.Sprintf(ratedHallFile, dir, port),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	certify(t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "cert.key"))
	h := &ratedHall{dir: dir, port: port, config: filepath.Join(dir, "hall.yaml"), flags: []string{
		"keypad", "--hall", "rated", "--name", "kp-1", "--broker", "ssl://127.0.0.1:" + port, "--ca", filepath.Join(dir, "cert.pem"), "--listen", "127.0.0.1:0",
		"--password-file", filepath.Join(dir, "password"), "--key-file", filepath.Join(dir, "key"), "--data", filepath.Join(dir, "keypad"),
	}}
	h.program = startLobby(t, "run", "--config", h.config)
	h.must(t, "day", "day_open", nil)
	h.must(t, "open", "window_open", map[string]any{"window": "1", "staff": "0412"})
	return h
}

// certify writes a certificate for 127.0.0.1, which vouches for itself.
func certify(t testing.TB, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// online waits until the hall knows the keypad.
func (h *ratedHall) online(t testing.TB) {
	t.Helper()
	until(t, "the keypad is up", patience, func() bool {
		var s struct {
			State struct{ Devices []struct{ ID, State string } }
		}
		h.get(t, "/api/v1/state", &s)
		for _, d := range s.State.Devices {
			if d.ID == "keypad/kp-1" {
				return d.State == "up"
			}
		}
		return false
	})
}

// serve takes a number, serves it and finishes, so that the keypad asks.
func (h *ratedHall) serve(t testing.TB, id string) (ticket string) {
	t.Helper()
	ticket, _ = h.must(t, id+"-take", "take", map[string]any{"service": "social", "kiosk": "k1"})["ticket"].(string)
	for _, kind := range []string{"call_next", "arrive", "finish"} {
		h.must(t, id+"-"+kind, kind, map[string]any{"window": "1"})
	}
	return ticket
}

func (h *ratedHall) ratings(t testing.TB) map[string]int {
	t.Helper()
	var s struct {
		State struct {
			Figures struct{ Ratings map[string]int }
		}
	}
	h.get(t, "/api/v1/state", &s)
	return s.State.Figures.Ratings
}

// A citizen touches a face on the page, says why, and is counted once.
func TestForeignBrowserRates(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := startRatedHall(t)
	pad := startLobby(t, h.flags...)
	b.open(pad.url+"/", 1024, 600)
	b.sees("the greeting", `return document.querySelector('.idle h1')`)
	h.online(t)
	ticket := h.serve(t, "one")
	b.sees("five faces for "+ticket, `return document.querySelectorAll('.levels button').length===5&&document.body.textContent.includes('`+ticket+`')&&document.body.textContent.includes('0412')`)
	b.picture("rating.png")
	b.sees("a bad level", clickOn("非常不满意"))
	b.sees("the reasons", clickOn("无理由超过法定办理时间"))
	b.sees("the reason chosen", `return document.querySelector('[aria-pressed=true]')`)
	b.picture("rating-reasons.png")
	b.sees("the button that sends", clickOn("提交"))
	b.sees("the thanks", `return document.body.textContent.includes('谢谢您的评价')`)
	until(t, "the rating is counted", patience, func() bool { return h.ratings(t)["1"] == 1 })
	var told struct{ Events []struct{ Event string } }
	h.get(t, "/api/v1/tickets/"+h.day(t)+"/"+ticket, &told)
	if !strings.Contains(fmt.Sprint(told), "rating.given") {
		t.Errorf("the ticket's story has no rating: %+v", told)
	}
	b.quiet()
}

// A bad rating from a phone goes through the work-list to its end.
func TestForeignBrowserPutsABadRatingRight(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	h := startRatedHall(t)
	taken := h.must(t, "take", "take", map[string]any{"service": "social"})
	for _, kind := range []string{"call_next", "arrive", "finish"} {
		h.must(t, kind, kind, map[string]any{"window": "1"})
	}
	b.open(fmt.Sprintf("%s/t/%s?lang=en", h.url, taken["token"]), 420, 900)
	b.sees("five faces on the phone", `return document.querySelectorAll('.faces button').length===5`)
	b.picture("ticket-rating.png")
	b.sees("a bad level", clickOn("Very dissatisfied"))
	b.sees("a reason", clickOn("Rude and slow service"))
	b.sees("the reason chosen", `return document.querySelector('.reasons [aria-pressed=true]')`)
	b.sees("the button that sends", clickOn("Send"))
	b.sees("the thanks", `return document.body.textContent.includes('Thank you')`)
	until(t, "the rating is counted", patience, func() bool { return h.ratings(t)["1"] == 1 })

	b.open(h.url+"/ratings?lang=zh-CN", 1280, 800)
	b.sees("one rating by phone of one service", `return document.querySelectorAll('.sums div')[1]?.textContent.includes('1/ 1')`)
	b.sees("the table by channel", clickOn("按渠道"))
	b.sees("the channel of the rating", `return document.querySelector('tbody th')?.textContent==='小票二维码'`)

	b.open(h.url+"/followups", 1280, 800)
	b.sees("the case", `return document.querySelectorAll('.case').length===1`)
	b.sees("the end that comes too early", clickOn("结束"))
	b.sees("what is missing", `return document.querySelector('.problem')?.textContent.includes('工号')`)
	for i, step := range []string{"核实", "回访", "整改", "反馈"} {
		b.does(`document.querySelector('[name=by]').value='9';document.querySelector('[name=note]').value='办好了'`)
		b.does(`[...document.querySelectorAll('.acts button')].find(e=>e.textContent==='` + step + `').click()`)
		b.sees(step+" is noted", fmt.Sprintf(`return document.querySelectorAll('.log li').length===%d`, i+1))
	}
	b.does(`document.querySelector('[name=by]').value='9'`)
	b.picture("followups.png")
	b.sees("the end", clickOn("结束"))
	b.sees("that it is over", `return document.querySelector('.state')?.textContent==='已结束'`)
	b.quiet()
}

// A keypad of other hands, with another MQTT library, over TLS.
func TestForeignPythonKeypad(t *testing.T) {
	needs(t, map[string]string{"/usr/bin/python3": "python3-paho-mqtt"})
	h := startRatedHall(t)
	said := &transcript{}
	background(t, said, "/usr/bin/python3", "testdata/keypad.py", "rated", "kp-1", h.port, filepath.Join(h.dir, "cert.pem"),
		"a keypad's own word", "00112233445566778899aabbccddeeff", "4")
	until(t, "the keypad is connected", patience, func() bool { return said.has("connected 0") })
	h.online(t)
	ticket := h.serve(t, "one")
	until(t, ticket+" is rated", patience, func() bool { return said.has("ack py-1 ok") && said.has("thank") })
	if got := h.ratings(t); got["4"] != 1 || len(got) != 1 {
		t.Errorf("ratings %v, want one 4", got)
	}
}

// A keypad of yet other hands, on node, over MQTT 5: asked, counted, thanked, and
// known again when it repeats itself.
func TestForeignNodeKeypad(t *testing.T) {
	t.Parallel()
	needs(t, map[string]string{"node": "nodejs"})
	h := startRatedHall(t)
	said := &transcript{}
	background(t, said, "node", "../../deploy/judges/keypad.js", "rated", "kp-1", h.port, filepath.Join(h.dir, "cert.pem"),
		"a keypad's own word", "00112233445566778899aabbccddeeff", "4")
	until(t, "the keypad has subscribed", patience, func() bool { return said.has("connected 1 1") })
	h.online(t)
	ticket := h.serve(t, "one")
	until(t, ticket+" is rated and everything after it is not", patience, func() bool {
		return said.has("ack js-1 ok") && said.has("thank") && said.has("ack js-2 dup already_rated") && bytes.Count(said.bytes(), []byte("ack js-1 ")) == 2
	})
	if !said.has("prompt national-2020 16") {
		t.Errorf("the reasons did not come with the prompt:\n%s", said.bytes())
	}
	if got := h.ratings(t); got["4"] != 1 || len(got) != 1 {
		t.Errorf("ratings %v, want one 4", got)
	}
}

// A touch whose hall is away is on the keypad's disk before the thanks: the
// keypad is killed and started again, and the hall counts it once.
func TestSoftKeypadKeepsAPressOverKills(t *testing.T) {
	h := startRatedHall(t)
	pad := startLobby(t, h.flags...)
	h.online(t)
	h.serve(t, "one")
	prompt := pad.prompt(t)
	h.kill()
	if code := pad.touch(t, prompt, 4); code != http.StatusNoContent {
		t.Fatalf("the touch was answered %d", code)
	}
	if code := pad.touch(t, prompt, 1); code != http.StatusConflict {
		t.Errorf("the second touch for one question was answered %d", code)
	}
	pad.kill()
	startLobby(t, h.flags...)
	h.program = startLobby(t, "run", "--config", h.config)
	until(t, "the rating is counted", patience, func() bool { return h.ratings(t)["4"] == 1 })
	if got := h.ratings(t); len(got) != 1 {
		t.Errorf("ratings %v, want one 4", got)
	}
}

func TestSoftKeypadSaysWhatIsMissing(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(self, "keypad", "--hall", "h1", "--data", t.TempDir()).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), "--name is missing") || !strings.Contains(string(out), "--password-file is missing") {
		t.Errorf("%v: %s", err, out)
	}
}

// prompt waits until the page of a soft keypad is told a question.
func (p *program) prompt(t testing.TB) (nonce string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/keypad/state", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return promptOf(t, res.Body)
}

// promptOf reads what the keypad shows until it asks something.
func promptOf(t testing.TB, stream io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(stream)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		var shown struct{ Prompt string }
		if !ok || json.Unmarshal([]byte(data), &shown) != nil || shown.Prompt == "" {
			continue
		}
		return shown.Prompt
	}
	t.Fatalf("the keypad asks nothing: %v", lines.Err())
	return ""
}

// touch is a finger on the page of a soft keypad.
func (p *program) touch(t testing.TB, prompt string, level int) int {
	t.Helper()
	body := fmt.Sprintf(`{"level":%d,"prompt":%q}`, level, prompt)
	res, err := http.Post(p.url+"/keypad/press", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// day is the business day that is open.
func (h *ratedHall) day(t testing.TB) string {
	t.Helper()
	var s struct{ State struct{ Day string } }
	h.get(t, "/api/v1/state", &s)
	return s.State.Day
}
