package tcp_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lobby/devices/devicetest"
	"lobby/devices/wire"
	"lobby/devices/wire/tcp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func mustListen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func open(ctx context.Context, host string) (wire.Conn, error) {
	return tcp.Open(wire.URL{Scheme: wire.TCP, Host: host})(ctx)
}

func makePair(t *testing.T) (near, far devicetest.Conn) {
	l := mustListen(t)
	near, err := open(t.Context(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	far = wire.Wrap("far", conn)
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

func TestTCPIsAWire(t *testing.T) { devicetest.TestWire(t, makePair) }
func TestFullTCP(t *testing.T)    { devicetest.TestFullWire(t, makePair) }

func TestNobodyAnswers(t *testing.T) {
	l := mustListen(t)
	host := l.Addr().String()
	l.Close()
	if _, err := open(t.Context(), host); err == nil || !strings.Contains(err.Error(), host) {
		t.Errorf("got %v, want the address", err)
	}
}

func TestContextEndsDialling(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if _, err := open(ctx, "127.0.0.1:9"); !errors.Is(err, context.DeadlineExceeded) && !strings.Contains(err.Error(), "timeout") {
		t.Errorf("got %v", err)
	}
}
