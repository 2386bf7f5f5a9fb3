package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lobby/queue"
)

// systemd receives what a program tells systemd.
func systemd(t *testing.T) (socket *net.UnixConn, path string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "lobby-notify-") // of a short name, because sockets have short paths
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "notify")
	socket, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close(); _ = os.RemoveAll(dir) })
	return socket, path
}

// hears waits for a word, and passes over others.
func hears(t *testing.T, socket *net.UnixConn, want string) {
	t.Helper()
	buf := make([]byte, 100)
	if err := socket.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := socket.Read(buf)
		if err != nil {
			t.Fatalf("%s is never said: %v", want, err)
		}
		if string(buf[:n]) == want {
			return
		}
	}
}

// The signs of life go through the queue itself: a hall that is stuck gives
// none, although the program around it is well.
func TestFaultF45_StuckHallGivesNoSignOfLife(t *testing.T) {
	socket, path := systemd(t)
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	asked, answers := make(chan struct{}), make(chan bool)
	w := &watchdog{socket: conn, every: 5 * time.Millisecond, read: func(ctx context.Context, f func(*queue.State)) error {
		select {
		case asked <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		if <-answers {
			f(nil)
			return nil
		}
		return context.DeadlineExceeded
	}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.run(ctx) }()
	hears(t, socket, "READY=1")
	for range 5 { // a stuck hall
		<-asked
		answers <- false
	}
	<-asked // the five are over
	if err := socket.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := socket.Read(make([]byte, 100)); err == nil {
		t.Errorf("a stuck hall gives a sign of life of %d bytes", n)
	}
	answers <- true
	hears(t, socket, "WATCHDOG=1")
	cancel()
	select {
	case <-asked:
		answers <- false
	case err := <-ended:
		ended <- err
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestTheProgramTellsSystemd(t *testing.T) {
	socket, path := systemd(t)
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "300000")
	startLobby(t, "demo", "--small", "--quiet", "--listen", "127.0.0.1:0")
	hears(t, socket, "READY=1")
	hears(t, socket, "WATCHDOG=1")
	hears(t, socket, "WATCHDOG=1")
}
