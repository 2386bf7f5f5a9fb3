package devicetest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"lobby/devices"
)

// patience is how long the contract tests wait for what must happen.
const patience = 10 * time.Second

// soon is a deadline that is meant to pass.
const soon = 30 * time.Millisecond

// TestWire runs the tests that every wire has to pass. The function makes a
// fresh pair of ends for each of them and cleans them up with the test; near is
// the end under test, far is whatever stands for the device. The wire must hold
// at least a kilobyte that nobody has read.
func TestWire(t *testing.T, makePair func(t *testing.T) (near, far Conn)) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, near, far Conn)
	}{
		{"EveryByteBothWays", everyByteBothWays},
		{"MuchBothWaysAtOnce", muchBothWaysAtOnce},
		{"ReadDeadlinePasses", readDeadlinePasses},
		{"ReadDeadlineInThePast", readDeadlineInThePast},
		{"ReadDeadlineMovesUnderARead", readDeadlineMovesUnderARead},
		{"WriteDeadlineInThePast", writeDeadlineInThePast},
		{"FarEndLeavesABlockedRead", farEndLeavesABlockedRead},
		{"FarEndLeavesAWriter", farEndLeavesAWriter},
		{"OwnCloseWakesABlockedRead", ownCloseWakesABlockedRead},
		{"NothingWorksAfterClose", nothingWorksAfterClose},
	} {
		t.Run(c.name, func(t *testing.T) {
			near, far := makePair(t)
			c.test(t, near, far)
		})
	}
}

// TestFullWire runs the tests of a wire whose far end takes no more bytes, as a
// printer without paper does. The pair's writes must block at some point.
func TestFullWire(t *testing.T, makePair func(t *testing.T) (near, far Conn)) {
	t.Run("WriteDeadlinePasses", func(t *testing.T) {
		near, _ := makePair(t)
		start := time.Now()
		near.SetWriteDeadline(start.Add(10 * soon))
		if err := fill(near); err != os.ErrDeadlineExceeded {
			t.Errorf("a full wire ended with %v, want os.ErrDeadlineExceeded", err)
		}
		if took := time.Since(start); took < 9*soon || took > patience {
			t.Errorf("the write deadline of %s passed after %s", 10*soon, took)
		}
	})
	t.Run("OwnCloseWakesABlockedWrite", func(t *testing.T) {
		near, _ := makePair(t)
		near.SetWriteDeadline(time.Now().Add(10 * soon))
		fill(near)
		near.SetWriteDeadline(time.Time{})
		wantGone(t, near.Close, func() error { return fill(near) })
	})
	t.Run("FarEndLeavesABlockedWrite", func(t *testing.T) {
		near, far := makePair(t)
		near.SetWriteDeadline(time.Now().Add(10 * soon))
		fill(near)
		near.SetWriteDeadline(time.Time{})
		wantGone(t, far.Close, func() error { return fill(near) })
	})
}

// fill writes until the wire takes no more, at most a generous amount.
func fill(w io.Writer) error {
	block := make([]byte, 64<<10)
	for range 4096 {
		if n, err := w.Write(block); err != nil {
			return err
		} else if n < len(block) {
			return io.ErrShortWrite
		}
	}
	return nil
}

// wantGone lets a call block, does something, and wants the call to end with
// devices.ErrGone.
func wantGone(t *testing.T, do func() error, call func() error) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- call() }()
	select {
	case err := <-ended:
		t.Fatalf("the call did not block: %v", err)
	case <-time.After(soon):
	}
	if err := do(); err != nil {
		t.Errorf("close: %v", err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, devices.ErrGone) {
			t.Errorf("the blocked call ended with %v, want ErrGone", err)
		}
	case <-time.After(patience):
		t.Fatal("the blocked call was not woken")
	}
}

func readOne(w io.Reader) error {
	n, err := w.Read(make([]byte, 1))
	if n == 0 && err == nil {
		return errors.New("read returned 0 bytes and no error")
	}
	return err
}

func everyByteBothWays(t *testing.T, near, far Conn) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, way := range [][2]Conn{{near, far}, {far, near}} {
		if n, err := way[0].Write(all); n != len(all) || err != nil {
			t.Fatalf("wrote %d bytes: %v", n, err)
		}
		got := make([]byte, len(all))
		way[1].SetReadDeadline(time.Now().Add(patience))
		if n, err := io.ReadFull(way[1], got); err != nil {
			t.Fatalf("read %d bytes: %v", n, err)
		}
		if !bytes.Equal(got, all) {
			t.Errorf("sent % X, got % X", all, got)
		}
	}
}

func muchBothWaysAtOnce(t *testing.T, near, far Conn) {
	const size = 200_000
	done := make(chan error, 4)
	for _, w := range []Conn{near, far} {
		w.SetReadDeadline(time.Now().Add(patience))
		w.SetWriteDeadline(time.Now().Add(patience))
		go func() {
			_, err := w.Write(pattern(size))
			done <- err
		}()
		go func() {
			got := make([]byte, size)
			_, err := io.ReadFull(w, got)
			if err == nil && !bytes.Equal(got, pattern(size)) {
				err = errors.New("the bytes came out different")
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + i>>8)
	}
	return p
}

func readDeadlinePasses(t *testing.T, near, far Conn) {
	for range 2 {
		start := time.Now()
		near.SetReadDeadline(start.Add(soon))
		if err := readOne(near); err != os.ErrDeadlineExceeded {
			t.Fatalf("a silent wire read as %v, want os.ErrDeadlineExceeded", err)
		}
		if took := time.Since(start); took < soon || took > patience {
			t.Errorf("a deadline of %s passed after %s", soon, took)
		}
	}
	near.SetReadDeadline(time.Now().Add(patience))
	far.Write([]byte{1})
	if err := readOne(near); err != nil {
		t.Errorf("a read after a passed deadline: %v", err)
	}
}

func readDeadlineInThePast(t *testing.T, near, _ Conn) {
	near.SetReadDeadline(time.Now().Add(-time.Second))
	if err := readOne(near); err != os.ErrDeadlineExceeded {
		t.Errorf("read after its deadline: %v", err)
	}
}

func readDeadlineMovesUnderARead(t *testing.T, near, _ Conn) {
	near.SetReadDeadline(time.Time{})
	ended := make(chan error, 1)
	go func() { ended <- readOne(near) }()
	select {
	case err := <-ended:
		t.Fatalf("a read without deadline did not wait: %v", err)
	case <-time.After(soon):
	}
	near.SetReadDeadline(time.Now())
	select {
	case err := <-ended:
		if err != os.ErrDeadlineExceeded {
			t.Errorf("the waiting read ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the new deadline did not reach the waiting read")
	}
}

func writeDeadlineInThePast(t *testing.T, near, far Conn) {
	near.SetWriteDeadline(time.Now().Add(-time.Second))
	if n, err := near.Write([]byte{1}); n != 0 || err != os.ErrDeadlineExceeded {
		t.Errorf("a write after its deadline: %d, %v", n, err)
	}
	near.SetWriteDeadline(time.Time{})
	if _, err := near.Write([]byte{2}); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 1)
	far.SetReadDeadline(time.Now().Add(patience))
	if _, err := far.Read(got); err != nil || got[0] != 2 {
		t.Errorf("read %d, %v; want the second write", got[0], err)
	}
}

func farEndLeavesABlockedRead(t *testing.T, near, far Conn) {
	near.SetReadDeadline(time.Time{})
	wantGone(t, far.Close, func() error { return readOne(near) })
	for range 3 {
		if err := readOne(near); !errors.Is(err, devices.ErrGone) {
			t.Errorf("a later read ended with %v, want ErrGone", err)
		}
	}
}

func farEndLeavesAWriter(t *testing.T, near, far Conn) {
	far.Close()
	near.SetWriteDeadline(time.Now().Add(patience))
	// A network learns of it only by an answer to the first bytes.
	if err := fill(near); !errors.Is(err, devices.ErrGone) {
		t.Errorf("writing to nobody ended with %v, want ErrGone", err)
	}
}

func ownCloseWakesABlockedRead(t *testing.T, near, _ Conn) {
	near.SetReadDeadline(time.Time{})
	wantGone(t, near.Close, func() error { return readOne(near) })
}

func nothingWorksAfterClose(t *testing.T, near, far Conn) {
	for range 2 {
		if err := near.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if err := readOne(near); !errors.Is(err, devices.ErrGone) {
		t.Errorf("read after close: %v, want ErrGone", err)
	}
	if n, err := near.Write([]byte("x")); n != 0 || !errors.Is(err, devices.ErrGone) {
		t.Errorf("write after close: %d, %v, want ErrGone", n, err)
	}
	far.SetReadDeadline(time.Now().Add(soon))
	if n, _ := far.Read(make([]byte, 1)); n != 0 {
		t.Error("a byte written after close arrived")
	}
}
