package pipe_test

import (
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/wire/pipe"
)

func TestDiscardDropsUnreadBytesAndLetsAWriterGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := pipe.New(4)
		done := make(chan error, 1)
		go func() {
			_, err := a.Write([]byte("123456"))
			done <- err
		}()
		synctest.Wait()
		b.Discard()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 8)
		if n, err := b.Read(got); err != nil || string(got[:n]) != "56" {
			t.Errorf("got %q, %v", got[:n], err)
		}
	})
}

func TestFullPipeKeepsItsPromise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := pipe.New(4)
		start := time.Now()
		a.SetWriteDeadline(start.Add(time.Minute))
		n, err := a.Write([]byte("123456"))
		if n != 4 || err != os.ErrDeadlineExceeded || time.Since(start) != time.Minute {
			t.Errorf("wrote %d, %v after %s", n, err, time.Since(start))
		}
		b.Close()
		if _, err := a.Write([]byte("x")); !errors.Is(err, devices.ErrGone) {
			t.Errorf("got %v", err)
		}
	})
}
