package onvif

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lobby/devices/devicetest"
)

// apart says to this test that it runs in a network of its own.
const apart = "LOBBY_TEST_APART"

// onvif-util is libonvif's client: it probes by multicast, signs in by digest
// and asks for the streams. It never hears answers from its own machine, so
// camera and client get a machine each: two network namespaces with a cable,
// which end with their processes.
func TestForeignClientFindsAndReadsTheCamera(t *testing.T) {
	devicetest.Foreign(t, "onvif-util", "onvif-tools")
	if os.Getenv(apart) == "" {
		var out []byte
		err := errors.New("not tried")
		for range 3 { // the client waits less than a second for a camera, which a busy machine may use up
			if out, err = inNetworkOfItsOwn(t); err == nil {
				return
			}
			t.Logf("%v\n%s", err, out)
		}
		t.Fatalf("in a network of its own (unprivileged namespaces must be allowed): %v", err)
	}
	client := exec.CommandContext(t.Context(), "unshare", "--net", "sh", "-c",
		"read cable; ip link set lo up; ip addr add 10.99.7.2/24 dev far; ip link set far up; ip route add default via 10.99.7.1; exec onvif-util -u u -p 'p&<1' 10.99.7.1")
	in, err := client.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	client.Stdout, client.Stderr = &out, &out
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the client's network", func() bool {
		ours, _ := os.Readlink("/proc/self/ns/net")
		theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", client.Process.Pid))
		return err == nil && theirs != ours
	})
	mustRun(t, "ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", fmt.Sprint(client.Process.Pid))
	mustRun(t, "ip", "addr", "add", "10.99.7.1/24", "dev", "near")
	mustRun(t, "ip", "link", "set", "near", "up")
	mustRun(t, "ip", "link", "set", "lo", "up")
	startCamera(t)
	_, _ = io.WriteString(in, "cable\nget time\nget profiles\nget rtsp\nquit\n")
	if err := client.Wait(); err != nil {
		t.Errorf("onvif-util: %v", err)
	}
	t.Log(out.String())
	for _, want := range []string{"found host: 10.99.7.1", "EM0001", "Token 0: main", "rtsp://10.99.7.1:554/stream1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("onvif-util does not say %q", want)
		}
	}
}

func inNetworkOfItsOwn(t *testing.T) (said []byte, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--net", os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), apart+"=1")
	return cmd.CombinedOutput()
}

// startCamera starts a camera whose clock is an hour behind.
func startCamera(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "10.99.7.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{
		Name: "gate", Address: l.Addr().String(), RTSP: "10.99.7.1:554", User: "u", Password: "p&<1",
		Now:      func() time.Time { return time.Now().Add(-time.Hour) },
		Profiles: []Profile{{Token: "main", Name: "Main", Path: "stream1", Codec: "H264", Width: 1920, Height: 1080, Rate: 25, Kbits: 4096, Gov: 50}},
	})
	srv := &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second}
	near, err := net.InterfaceByName("near")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenMulticastUDP("udp4", near, &net.UDPAddr{IP: net.IPv4(239, 255, 255, 250), Port: 3702})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- srv.Serve(l) }()
	go func() { ended <- c.Answer(ctx, conn) }()
	t.Cleanup(func() {
		cancel()
		srv.Close()
		<-ended
		<-ended
		conn.Close()
	})
}

func mustRun(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-late:
			t.Fatalf("%s does not come", what)
		case <-tick.C:
		}
	}
}
