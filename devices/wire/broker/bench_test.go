package broker

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/wire/mqtt"
)

// The load of the benchmark: so many keypads, each with so many presses, one on
// its way at a time, as keypads do.
const (
	benchKeypads = 20
	benchPresses = 400
)

// BenchmarkRatings brings the same ratings from keypads to the hall through the
// embedded broker and through mosquitto, in turn, over TCP with passwords and
// rights. The ratio is how many times as many a second the embedded one passes
// on; nothing is stored by either.
func BenchmarkRatings(b *testing.B) {
	embedded, mosquitto := benchEmbedded(b), benchMosquitto(b)
	var ours, theirs time.Duration
	for b.Loop() {
		ours += passRatings(b, embedded)
		theirs += passRatings(b, mosquitto)
	}
	n := float64(b.N * benchKeypads * benchPresses)
	b.ReportMetric(n/ours.Seconds(), "embedded/s")
	b.ReportMetric(n/theirs.Seconds(), "mosquitto/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// benchUsers are the hall and its keypads.
func benchUsers() []string {
	users := []string{"lobby"}
	for i := range benchKeypads {
		users = append(users, fmt.Sprintf("kp-%d", i))
	}
	return users
}

func benchEmbedded(b *testing.B) string {
	b.Helper()
	hash, err := HashPassword(password)
	if err != nil {
		b.Fatal(err)
	}
	o := Options{Listen: "127.0.0.1:0", Hall: "h1", DeviceRate: 1 << 20}
	for _, user := range benchUsers() {
		o.Accounts = append(o.Accounts, Account{User: user, Password: hash, Role: Device})
	}
	o.Accounts[0].Role = Hall
	broker, err := New(o, func(context.Context, string, []byte, bool) error { return nil }, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	if err := broker.Listen(); err != nil {
		b.Fatal(err)
	}
	benchRun(b, broker.Run)
	return broker.Addr()
}

func benchMosquitto(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	var words strings.Builder
	for _, user := range benchUsers() {
		fmt.Fprintf(&words, "%s:%s\n", user, password)
	}
	files := map[string]string{
		"passwd": words.String(),
		"acl":    "user lobby\ntopic readwrite lobby/h1/#\n\npattern write lobby/h1/keypad/%u/event\npattern read lobby/h1/keypad/%u/ack\n",
		"conf":   fmt.Sprintf("listener %s 127.0.0.1\nlog_dest none\nallow_anonymous false\npassword_file %s/passwd\nacl_file %s/acl\nuser root\n", addr[len("127.0.0.1:"):], dir, dir),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	if out, err := exec.Command("mosquitto_passwd", "-U", filepath.Join(dir, "passwd")).CombinedOutput(); err != nil {
		b.Fatalf("mosquitto_passwd, of the Debian package mosquitto: %v %s", err, out)
	}
	cmd := exec.Command("mosquitto", "-c", filepath.Join(dir, "conf"))
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return addr
}

// benchRun runs something until the benchmark ends.
func benchRun(b *testing.B, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	b.Cleanup(func() {
		cancel()
		<-done
	})
}

// passRatings is how long it takes until all presses are acknowledged and the
// hall has them all. Connecting is not counted.
func passRatings(b *testing.B, addr string) time.Duration {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	client := func(user string) *mqtt.Client {
		up := make(chan struct{}, 16)
		c, err := mqtt.New(mqtt.Options{Broker: "tcp://" + addr, ClientID: user, User: user, Password: password, Clean: true, State: func(ok bool, _ string) {
			if ok {
				up <- struct{}{}
			}
		}}, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		running.Go(func() { _ = c.Run(ctx) })
		<-up
		return c
	}
	all := make(chan struct{}, benchKeypads*benchPresses)
	hall := client("lobby")
	running.Go(func() {
		_ = hall.Subscribe(ctx, "lobby/h1/keypad/+/event", func(devices.Message) { all <- struct{}{} })
	})
	press := []byte(`{"v":1,"id":"8f3a-119","k":5,"prompt":"n-7c21","ago":40,"up":934211,"mac":"48320330ec8f5ad6"}`)
	var keypads []*mqtt.Client
	for _, user := range benchUsers()[1:] {
		keypads = append(keypads, client(user))
	}
	// The hall listens once it hears the first.
	for heard := false; !heard; {
		if err := keypads[0].Publish(ctx, "lobby/h1/keypad/kp-0/event", false, press); err != nil {
			b.Fatal(err)
		}
		select {
		case <-all:
			heard = true
		case <-time.After(50 * time.Millisecond):
		}
	}
	began := time.Now()
	var pressing sync.WaitGroup
	for i, c := range keypads {
		pressing.Go(func() {
			for range benchPresses {
				if err := c.Publish(ctx, fmt.Sprintf("lobby/h1/keypad/kp-%d/event", i), false, press); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	pressing.Wait()
	for range benchKeypads * benchPresses {
		<-all
	}
	return time.Since(began)
}
