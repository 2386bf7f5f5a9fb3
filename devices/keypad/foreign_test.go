package keypad_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lobby/devices/keypad"
	"lobby/devices/wire/mqtt"
)

const password = "secret"

// program finds a program of a Debian package.
func program(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if _, err := os.Stat("/usr/sbin/" + name); err == nil {
		return "/usr/sbin/" + name
	}
	t.Fatalf("install the Debian package %s: %v", pkg, err)
	return ""
}

// mosquitto is Debian's broker with the rights of hardware-docs/mqtt.md.
type mosquitto struct {
	t    *testing.T
	dir  string
	port string
	stop func()
}

// mustMosquitto writes the configuration and starts the broker.
func mustMosquitto(t *testing.T) *mosquitto {
	t.Helper()
	m := &mosquitto{t: t, dir: t.TempDir(), port: freePort(t)}
	page, err := os.ReadFile("../../hardware-docs/mqtt.md")
	if err != nil {
		t.Fatal(err)
	}
	acl := regexp.MustCompile("(?s)```acl\n(.*?)```").FindSubmatch(page)
	if acl == nil {
		t.Fatal("the page has no list of rights for mosquitto")
	}
	m.write("acl", string(acl[1]))
	m.write("passwd", "")
	for _, user := range []string{"lobby", "kp-1", "kp-2"} {
		out, err := exec.Command(program(t, "mosquitto_passwd", "mosquitto"), "-b", m.dir+"/passwd", user, password).CombinedOutput()
		if err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	m.write("conf", fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous false\npassword_file %s/passwd\nacl_file %s/acl\nuser %s\n",
		m.port, m.dir, m.dir, owner()))
	m.start()
	t.Cleanup(func() { m.stop() })
	return m
}

// owner is whom mosquitto may stay: the test's own user, whose files it reads.
func owner() string {
	if u := os.Getenv("USER"); u != "" {
		return u
	}
	return "root"
}

func (m *mosquitto) write(name, text string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// start starts the broker and waits until it takes connections.
func (m *mosquitto) start() {
	m.t.Helper()
	cmd := exec.Command(program(m.t, "mosquitto", "mosquitto"), "-c", m.dir+"/conf")
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		m.stop = func() {}
	}
	waitFor(m.t, "mosquitto", func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+m.port)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// waitFor polls until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.After(20 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("no %s after 20 s", what)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func (m *mosquitto) args(user string, more ...string) []string {
	return append([]string{"-h", "127.0.0.1", "-p", m.port, "-u", user, "-P", password, "-q", "1"}, more...)
}

// publish is a key of a keypad made of mosquitto_pub.
func (m *mosquitto) publish(user, topic, payload string, more ...string) {
	m.t.Helper()
	args := m.args(user, append([]string{"-t", topic, "-m", payload}, more...)...)
	ctx, cancel := context.WithTimeout(m.t.Context(), 60*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program(m.t, "mosquitto_pub", "mosquitto-clients"), args...).CombinedOutput(); err != nil {
		m.t.Fatalf("mosquitto_pub: %v %s", err, out)
	}
}

// listen is the ear of a keypad made of mosquitto_sub: lines "topic payload".
func (m *mosquitto) listen(user string) <-chan string {
	m.t.Helper()
	root := "lobby/h1/keypad/" + user + "/"
	ctx, cancel := context.WithCancel(context.Background())
	// stdbuf: into a pipe mosquitto_sub would keep its lines to itself.
	args := append([]string{"-oL", program(m.t, "mosquitto_sub", "mosquitto-clients")},
		m.args(user, "-v", "-d", "-t", root+"ack", "-t", root+"cmd")...)
	cmd := exec.CommandContext(ctx, program(m.t, "stdbuf", "coreutils"), args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	lines, ready := make(chan string, 100), make(chan struct{})
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			if strings.HasPrefix(s.Text(), "Subscribed") {
				close(ready)
			}
			if rest, ok := strings.CutPrefix(s.Text(), root); ok {
				lines <- rest
			}
		}
	}()
	m.t.Cleanup(func() {
		cancel()
		for range lines { // until mosquitto_sub has ended
		}
		_ = cmd.Wait()
	})
	select {
	case <-ready:
	case <-time.After(10 * time.Second):
		m.t.Fatal("mosquitto_sub did not subscribe")
	}
	return lines
}

func next(t *testing.T, lines <-chan string, want string) {
	t.Helper()
	select {
	case got := <-lines:
		if got != want {
			t.Errorf("the keypad heard %q instead of %q", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Errorf("the keypad did not hear %q", want)
	}
}

// mustDriver runs the driver on the foreign broker.
func mustDriver(t *testing.T, m *mosquitto, judge keypad.Judge) *keypad.Keypads {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	up := make(chan bool, 1000)
	link, err := mqtt.New(mqtt.Options{
		Broker: "tcp://127.0.0.1:" + m.port, ClientID: "h1-test", User: "lobby", Password: password,
		State: func(is bool, _ string) { up <- is },
	}, log)
	if err != nil {
		t.Fatal(err)
	}
	k := keypad.New(link, "h1", map[string]keypad.Unit{"kp-1": {}, "kp-2": {Key: []byte("kp-3 example key")}}, log)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- k.Run(ctx, judge) }()
	go func() { done <- link.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("run: %v", err)
			}
		}
	})
	for !<-up {
	}
	return k
}

func TestForeignBrokerAndKeypad(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	m := mustMosquitto(t)
	judge := func(_ context.Context, p keypad.Press) (keypad.Verdict, error) {
		if p.Prompt == "" {
			return keypad.Verdict{Result: keypad.Late, Why: "no prompt"}, nil
		}
		return keypad.Verdict{Result: keypad.OK}, nil
	}
	k := mustDriver(t, m, judge)
	ear := m.listen("kp-2")
	const root = "lobby/h1/keypad/kp-2/"

	m.publish("kp-2", root+"state", `{"s":"online","boot":"8f3a","n":118}`, "-r")
	m.publish("kp-2", root+"info", `{"model":"two shells"}`, "-r")
	waitFor(t, "info", func() bool { i, ok := k.Info("kp-2"); return ok && i.Model == "two shells" })
	if err := k.Prompt(t.Context(), "kp-2", keypad.Prompt{Nonce: "n-7c21", Ticket: "M037", Window: "12", TTL: 20 * time.Second}); err != nil {
		t.Fatal(err)
	}
	next(t, ear, `cmd {"c":"prompt","prompt":"n-7c21","ticket":"M037","window":"12","ttl":20}`)
	press := `{"v":1,"id":"8f3a-119","k":5,"prompt":"n-7c21","ago":40,"up":934211,"mac":"48320330ec8f5ad6"}`
	m.publish("kp-2", root+"event", press)
	next(t, ear, `ack {"id":"8f3a-119","r":"ok"}`)
	m.publish("kp-2", root+"event", press)
	next(t, ear, `ack {"id":"8f3a-119","r":"dup"}`)
	m.publish("kp-2", root+"event", strings.Replace(press, `"k":5`, `"k":1`, 1))
	next(t, ear, `ack {"id":"8f3a-119","r":"refused","why":"mac is wrong"}`)
	m.publish("kp-2", root+"event", `{"v":1,"id":"8f3a-120","k":1,"prompt":"","mac":"2c6898b138b2d696"}`)
	next(t, ear, `ack {"id":"8f3a-120","r":"late","why":"no prompt"}`)
	m.publish("kp-1", root+"event", press) // the broker's rights: it goes nowhere
	m.publish("kp-2", root+"event", `{"v":1,"id":"8f3a-121","k":7}`)
	next(t, ear, `ack {"id":"8f3a-121","r":"refused","why":"keypad: event 8f3a-121: k is no whole number from 1 to 5"}`)
}

func TestFaultF19_ForeignBrokerRestart(t *testing.T) {
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	m := mustMosquitto(t)
	presses := make(chan string, 10)
	judge := func(_ context.Context, p keypad.Press) (keypad.Verdict, error) {
		presses <- p.ID
		return keypad.Verdict{Result: keypad.OK}, nil
	}
	mustDriver(t, m, judge)
	m.stop() // killed, and it keeps nothing
	m.start()
	began := time.Now()
	waitFor(t, "press", func() bool {
		m.publish("kp-1", "lobby/h1/keypad/kp-1/event", `{"v":1,"id":"a-1","k":5}`)
		return len(presses) > 0
	})
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("subscribed again only after %v", d)
	}
}
