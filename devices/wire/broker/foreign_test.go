package broker

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// mosquitto runs one of Debian's clients against the broker and returns what it
// printed, both streams, and how it ended.
func mosquitto(t *testing.T, b *Broker, program string, args ...string) (string, error) {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("install the Debian package mosquitto-clients: %v", err)
	}
	host, port, err := net.SplitHostPort(b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, append([]string{"-h", host, "-p", port}, args...)...).CombinedOutput()
	return string(out), err
}

func login(user string) []string {
	return []string{"-u", user, "-P", password, "-i", user}
}

func TestForeignPublisher(t *testing.T) {
	for _, version := range []string{"mqttv311", "mqttv5"} {
		t.Run(version, func(t *testing.T) {
			var taken inbox
			b := mustNew(t, "127.0.0.1:0", func(_ context.Context, device string, payload []byte, _ bool) error {
				if string(payload) == "bad disk" {
					return errors.New("disk is full")
				}
				taken.add(messageOf(device, payload))
				return nil
			})
			mustListen(t, b)
			pub := func(user, topic, payload string, more ...string) error {
				args := append(login(user), "-V", version, "-q", "1", "-t", topic, "-m", payload)
				out, err := mosquitto(t, b, "mosquitto_pub", append(args, more...)...)
				t.Logf("%s %s: %v %s", user, topic, err, out)
				if err == nil && strings.Contains(out, "failed") {
					err = errors.New(out)
				}
				return err
			}
			if err := pub("kp-1", "lobby/h1/keypad/kp-1/event", "press"); err != nil {
				t.Errorf("own event: %v", err)
			}
			if pub("kp-1", "lobby/h1/keypad/kp-1/event", "bad disk") == nil {
				t.Error("an event that could not be stored was acknowledged")
			}
			if err := pub("lobby", "lobby/h1/keypad/kp-2/cmd", "beep"); err != nil {
				t.Errorf("Lobby's command: %v", err)
			}
			for _, topic := range []string{
				"lobby/h1/keypad/kp-2/event", "lobby/h1/keypad/kp-1/ack", "lobby/h1/keypad/kp-1/cmd",
				"lobby/h2/keypad/kp-1/event", "x",
			} {
				if pub("kp-1", topic, "forged") == nil {
					t.Errorf("kp-1 may publish on %s", topic)
				}
			}
			if got := taken.all(); len(got) != 1 || string(got[0].Payload) != "press" {
				t.Errorf("taken in: %v", got)
			}
		})
	}
}

func TestForeignStrangers(t *testing.T) {
	b := mustNew(t, "127.0.0.1:0", nil)
	mustListen(t, b)
	for name, args := range map[string][]string{
		"anonymous":      {},
		"wrong password": {"-u", "kp-1", "-P", "guess"},
		"unknown":        {"-u", "root", "-P", password},
	} {
		args = append(args, "-t", "lobby/h1/keypad/kp-1/event", "-m", "x", "-q", "1")
		out, err := mosquitto(t, b, "mosquitto_pub", args...)
		if err == nil || !strings.Contains(strings.ToLower(out), "refused") && !strings.Contains(out, "authoris") {
			t.Errorf("%s: %v %s", name, err, out)
		}
	}
}

func TestForeignSubscriber(t *testing.T) {
	b := mustNew(t, "127.0.0.1:0", nil)
	mustListen(t, b)
	state := "lobby/h1/keypad/kp-2/state"
	if out, err := mosquitto(t, b, "mosquitto_pub", append(login("kp-2"), "-r", "-q", "1", "-t", state, "-m", "online")...); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	for _, filter := range []string{"#", "+/+/+/+/+", "lobby/#", "lobby/h1/keypad/kp-2/cmd", state, "$SYS/#", "$share/x/" + state} {
		out, err := mosquitto(t, b, "mosquitto_sub", append(login("kp-1"), "-W", "2", "-q", "1", "-C", "1", "-t", filter)...)
		if !strings.Contains(out, "denied") || strings.Contains(out, "online") {
			t.Errorf("kp-1 reads %s: %v %s", filter, err, out)
		}
	}
	out, err := mosquitto(t, b, "mosquitto_sub", append(login("lobby"), "-W", "5", "-C", "1", "-t", "lobby/h1/#")...)
	if err != nil || strings.TrimSpace(out) != "online" {
		t.Errorf("Lobby reads the retained state: %v %q", err, out)
	}
}
