package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// startMosquitto starts Debian's broker with the rights of the page on MQTT.
// Started again, it remembers nothing.
func (h *foreignHall) startMosquitto(t testing.TB) {
	t.Helper()
	page, err := os.ReadFile("../../hardware-docs/mqtt.md")
	if err != nil {
		t.Fatal(err)
	}
	acl := regexp.MustCompile("(?s)```acl\n(.*?)```").FindSubmatch(page)
	if acl == nil {
		t.Fatal("hardware-docs/mqtt.md has no list of rights for mosquitto")
	}
	h.write(t, "acl", strings.ReplaceAll(string(acl[1]), "/h1/", "/foreign/"))
	h.write(t, "passwd", "")
	for _, user := range []string{"lobby", "kp-1", "kp-2"} {
		if out, err := exec.Command("mosquitto_passwd", "-b", h.path("passwd"), user, "secret").CombinedOutput(); err != nil {
			t.Fatalf("mosquitto_passwd: %v %s", err, out)
		}
	}
	// Started by root it stays root, whose files it reads.
	conf := h.write(t, "mosquitto.conf", fmt.Sprintf("listener %s 127.0.0.1\nlog_dest none\nallow_anonymous false\npassword_file %s\nacl_file %s\nuser root\n",
		h.mqtt, h.path("passwd"), h.path("acl")))
	h.mosquitto = background(t, nil, "mosquitto", "-c", conf)
	mustListen(t, "mosquitto", h.mqtt)
}

// shells is a keypad made of mosquitto_sub and mosquitto_pub.
type shells struct {
	hall *foreignHall
	name string
	ear  transcript
}

// keypad connects a keypad and waits until Lobby knows it and it hears.
func (h *foreignHall) keypad(t testing.TB, name string) *shells {
	t.Helper()
	k := &shells{hall: h, name: name}
	root := "lobby/foreign/keypad/" + name + "/"
	// stdbuf: into a pipe mosquitto_sub would keep its lines to itself.
	background(t, &k.ear, "stdbuf", append([]string{"-oL", "mosquitto_sub", "-i", name + "-ear", "-v", "-d", "-t", root + "ack", "-t", root + "cmd"}, k.login()...)...)
	until(t, name+" has subscribed", patience, func() bool { return k.ear.has("Subscribed") })
	k.publish(t, "state", `{"s":"online","boot":"8f3a","n":1}`, "-r")
	h.until(t, "up", "keypad/"+name)
	return k
}

func (k *shells) login() []string {
	return []string{"-h", "127.0.0.1", "-p", k.hall.mqtt, "-u", k.name, "-P", "secret", "-q", "1"}
}

func (k *shells) publish(t testing.TB, leaf, payload string, more ...string) {
	t.Helper()
	args := append(k.login(), "-t", "lobby/foreign/keypad/"+k.name+"/"+leaf, "-m", payload)
	if out, err := exec.Command("mosquitto_pub", append(args, more...)...).CombinedOutput(); err != nil {
		t.Fatalf("mosquitto_pub: %v %s", err, out)
	}
}

var promptPattern = regexp.MustCompile(`/cmd \{"c":"prompt","prompt":"([^"]+)","ticket":"([^"]+)","window":"([^"]+)","ttl":\d+`)

// prompted waits for the question and returns its nonce.
func (k *shells) prompted(t testing.TB, ticket, window string) (nonce string) {
	t.Helper()
	until(t, k.name+" is prompted", patience, func() bool {
		for _, m := range promptPattern.FindAllSubmatch(k.ear.bytes(), -1) {
			if string(m[2]) == ticket && string(m[3]) == window {
				nonce = string(m[1])
			}
		}
		return nonce != ""
	})
	return nonce
}

// presses sends an event and waits for the answer to it that is new.
func (k *shells) presses(t testing.TB, id, prompt string, level int, answer string) {
	t.Helper()
	pattern := regexp.MustCompile(`/ack \{"id":"` + id + `","r":"` + answer + `"`)
	before := len(pattern.FindAll(k.ear.bytes(), -1))
	k.publish(t, "event", fmt.Sprintf(`{"v":1,"id":%q,"k":%d,"prompt":%q,"ago":40,"up":1000}`, id, level, prompt))
	until(t, k.name+" hears "+answer+" about "+id, patience, func() bool { return len(pattern.FindAll(k.ear.bytes(), -1)) == before+1 })
}

// served ends the service at a window and returns whom it was for.
func (h *foreignHall) served(t testing.TB, id, window string) (ticket string) {
	t.Helper()
	ticket = h.calling(t, window)
	h.must(t, id+"-arrive", "arrive", map[string]any{"window": window})
	h.must(t, id+"-finish", "finish", map[string]any{"window": window})
	return ticket
}

// rate: mosquitto_sub hears the prompt, mosquitto_pub presses; one press
// counts, whatever else is pressed.
func (h *foreignHall) rate(t *testing.T) {
	h.until(t, "up", "broker/mqtt")
	one, two := h.keypad(t, "kp-1"), h.keypad(t, "kp-2")
	nonce := one.prompted(t, h.served(t, "rate-1", "1"), "1")
	two.presses(t, "77aa-1", nonce, 1, "refused") // another window's prompt
	one.presses(t, "8f3a-1", nonce, 5, "ok")
	until(t, "kp-1 is thanked", patience, func() bool { return one.ear.has(`/cmd {"c":"thank"}`) })
	one.presses(t, "8f3a-1", nonce, 5, "(?:ok|dup)") // the same again, as after a lost answer
	one.presses(t, "8f3a-2", nonce, 1, "dup")        // second thoughts
	one.presses(t, "8f3a-3", "", 1, "refused")       // nobody asked
	if got := h.state(t).Figures.Ratings; got["5"] != 1 || len(got) != 1 {
		t.Errorf("ratings %v, want one 5", got)
	}
}
