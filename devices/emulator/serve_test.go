package emulator

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// echo answers every piece with itself.
func echo(line io.Writer) func(context.Context, <-chan []byte) error {
	return func(ctx context.Context, heard <-chan []byte) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case piece := <-heard:
				if _, err := line.Write(piece); err != nil {
					return err
				}
			}
		}
	}
}

// onlyCloses is a line that knows no deadlines.
type onlyCloses struct{ io.ReadWriteCloser }

func TestContextEndsConversation(t *testing.T) {
	for name, wrap := range map[string]func(net.Conn) io.ReadWriter{
		"deadlines":  func(c net.Conn) io.ReadWriter { return c },
		"only Close": func(c net.Conn) io.ReadWriter { return onlyCloses{c} },
	} {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			defer near.Close()
			defer far.Close()
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			line := wrap(far)
			go func() { ended <- Converse(ctx, line, echo(line)) }()
			near.Write([]byte("hello"))
			near.SetReadDeadline(time.Now().Add(time.Second))
			p := make([]byte, 8)
			if n, err := near.Read(p); string(p[:n]) != "hello" {
				t.Errorf("%s: answered %q, %v", name, p[:n], err)
			}
			near.Write([]byte("nobody reads the answer"))
			cancel()
			if err := <-ended; err != context.Canceled {
				t.Errorf("%s: ended with %v", name, err)
			}
		})
	}
}

func TestBrokenLineEndsConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		near.Close()
		if err := Converse(t.Context(), far, echo(far)); err != io.EOF {
			t.Errorf("a broken line ends with %v", err)
		}
	})
}

func TestTalkEndsConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		enough := errors.New("enough")
		err := Converse(t.Context(), far, func(context.Context, <-chan []byte) error { return enough })
		if err != enough {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestPanicLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer func() {
			if v := recover(); v != "ouch" {
				t.Errorf("recovered %v", v)
			}
		}()
		Converse(t.Context(), far, func(context.Context, <-chan []byte) error { panic("ouch") })
	})
}
