package line

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers every byte by itself and counts how often it was served.
type echo struct {
	mu     sync.Mutex
	served int
	now    int
	most   int
	panics int
}

func (e *echo) View() any { return nil }

func (e *echo) Serve(_ context.Context, line io.ReadWriter) error {
	e.mu.Lock()
	e.served++
	e.now++
	e.most = max(e.most, e.now)
	panics := e.panics > 0
	e.panics--
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.now--
		e.mu.Unlock()
	}()
	if panics {
		panic("paper in the wrong hole")
	}
	buf := make([]byte, 1024)
	for {
		n, err := line.Read(buf)
		if err != nil {
			return err
		}
		if _, err := line.Write(buf[:n]); err != nil {
			return err
		}
	}
}

func mustOpen(t testing.TB, e *echo, o Options) *Line {
	t.Helper()
	if o.Name == "" {
		o.Name = "printer/front"
	}
	l, err := Open(context.Background(), e, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func mustDial(t testing.TB, l *Line) wire.Conn {
	t.Helper()
	c, err := l.Opener()(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// mustEcho sends text and wants it back.
func mustEcho(t testing.TB, c wire.Conn, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatalf("write: %v", err)
	}
	c.SetReadDeadline(time.Now().Add(60 * time.Second))
	got := make([]byte, len(text))
	if n, err := io.ReadFull(c, got); err != nil {
		t.Fatalf("after %d of %d bytes: %v", n, len(text), err)
	}
	if string(got) != text {
		t.Fatalf("sent %q, got %q", text, got)
	}
}

// both runs a test on a pseudo terminal and in memory.
func both(t *testing.T, test func(t *testing.T, o Options)) {
	t.Run("pty", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			t.Skip("pseudo terminals are made on Linux only")
		}
		test(t, Options{})
	})
	t.Run("memory", func(t *testing.T) { test(t, Options{Memory: true}) })
}

func TestEveryByteComesThroughUnchanged(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		mustEcho(t, mustDial(t, mustOpen(t, &echo{}, o)), string(bytes.Repeat(all, 8)))
	})
}

func TestDriverMayComeBack(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		l := mustOpen(t, &echo{}, o)
		for range 3 {
			c := mustDial(t, l)
			mustEcho(t, c, "hello")
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestUnpluggedLineBreaksAndReturns(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		e := &echo{}
		l := mustOpen(t, e, o)
		c := mustDial(t, l)
		mustEcho(t, c, "hello")
		broken := make(chan error, 1)
		c.SetReadDeadline(time.Time{})
		go func() {
			_, err := c.Read(make([]byte, 1))
			broken <- err
		}()
		if err := l.SetFault("unplugged", true); err != nil {
			t.Fatal(err)
		}
		if err := <-broken; !errors.Is(err, devices.ErrGone) {
			t.Errorf("the blocked read ended with %v, want ErrGone", err)
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, devices.ErrGone) {
			t.Errorf("a write without a cable ended with %v, want ErrGone", err)
		}
		if _, err := l.Opener()(context.Background()); !errors.Is(err, devices.ErrGone) {
			t.Errorf("opening an unplugged line: %v, want ErrGone", err)
		}
		if !l.Faults()["unplugged"] || l.Path() != "" {
			t.Errorf("faults %v, path %q", l.Faults(), l.Path())
		}
		c.Close()
		if err := l.SetFault("unplugged", false); err != nil {
			t.Fatal(err)
		}
		mustEcho(t, mustDial(t, l), "again")
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.most != 1 || e.served < 2 {
			t.Errorf("served %d times, %d at once", e.served, e.most)
		}
	})
}

func TestPanickingEmulatorIsServedAgain(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		l := mustOpen(t, &echo{panics: 1}, o)
		mustEcho(t, mustDial(t, l), "hello")
	})
}

func TestUnknownFaultIsRefused(t *testing.T) {
	l := mustOpen(t, &echo{}, Options{Memory: true})
	if err := l.SetFault("on_fire", true); err == nil {
		t.Error("an unknown fault was accepted")
	}
}

func TestContextEndClosesTheLine(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		ctx, cancel := context.WithCancel(context.Background())
		l, err := Open(ctx, &echo{}, o)
		if err != nil {
			t.Fatal(err)
		}
		c := mustDial(t, l)
		mustEcho(t, c, "hello")
		cancel()
		<-l.done
		c.SetReadDeadline(time.Now().Add(60 * time.Second))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, devices.ErrGone) {
			t.Errorf("read after the end: %v, want ErrGone", err)
		}
		if err := l.SetFault("unplugged", false); err == nil {
			t.Error("a closed line was plugged in again")
		}
	})
}

func TestPacedLineTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := mustOpen(t, &echo{}, Options{Memory: true, Baud: 9600})
		c := mustDial(t, l)
		start := time.Now()
		mustEcho(t, c, string(make([]byte, 480)))
		// Half a second there; the way back overlaps but for the last piece.
		if took := time.Since(start); took < 500*time.Millisecond || took > 1100*time.Millisecond {
			t.Errorf("480 bytes at 9600 baud took %s", took)
		}
		l.Close()
	})
}

func TestLineWithoutSpeedDoesNotWait(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		c := mustDial(t, mustOpen(t, &echo{}, o))
		start := time.Now()
		mustEcho(t, c, string(make([]byte, 4000)))
		if took := time.Since(start); took > 3*time.Second { // 4.2 s at 9600 baud
			t.Errorf("4000 bytes took %s", took)
		}
	})
}

func TestSlowFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := mustOpen(t, &echo{}, Options{Memory: true})
		c := mustDial(t, l)
		start := time.Now()
		mustEcho(t, c, "hello")
		if took := time.Since(start); took != 0 {
			t.Errorf("a line without pacing took %s", took)
		}
		l.SetFault("slow", true)
		mustEcho(t, c, "hello")
		if took := time.Since(start); took < 330*time.Millisecond {
			t.Errorf("ten bytes at 300 baud took %s", took)
		}
		l.Close()
	})
}

func TestNoiseTurnsOneBitInAThousand(t *testing.T) {
	l := mustOpen(t, &echo{}, Options{Memory: true, Seed: 7})
	c := mustDial(t, l)
	l.SetFault("noise", true)
	flips := 0
	const rounds, size = 100, 1000
	got := make([]byte, size)
	for range rounds {
		c.Write(make([]byte, size))
		c.SetReadDeadline(time.Now().Add(60 * time.Second))
		if _, err := io.ReadFull(c, got); err != nil {
			t.Fatal(err)
		}
		for _, b := range got {
			for ; b != 0; b &= b - 1 {
				flips++
			}
		}
	}
	if want := rounds * size * 8 * 2 / 1000; flips < want*8/10 || flips > want*12/10 {
		t.Errorf("%d bits turned over, want about %d", flips, want)
	}
	l.SetFault("noise", false)
	mustEcho(t, c, string(make([]byte, 1000)))
}

// talker sends without ever being asked.
type talker struct{ sent chan int }

func (k *talker) View() any { return nil }

func (k *talker) Serve(ctx context.Context, line io.ReadWriter) error {
	for n := 1; ctx.Err() == nil; n++ {
		if _, err := line.Write(bytes.Repeat([]byte{byte(n)}, 1000)); err != nil {
			return err
		}
		select {
		case k.sent <- n:
		case <-ctx.Done():
		}
	}
	return nil
}

func TestEmulatorNeverBlocksOnADriverThatDoesNotListen(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		k := &talker{sent: make(chan int)}
		l, err := Open(context.Background(), k, o)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		timeout := time.After(20 * time.Second)
		for n := 0; n < 60; {
			select {
			case n = <-k.sent:
			case <-timeout:
				t.Fatalf("the emulator is stuck after %d writes", n)
			}
		}
	})
}

func TestReplugTwoHundredTimesWithoutALeak(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("descriptors are counted in /proc")
	}
	// The collector must not close what the line forgot.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	l := mustOpen(t, &echo{}, Options{})
	cycle := func() {
		c := mustDial(t, l)
		mustEcho(t, c, "hello")
		l.SetFault("unplugged", true)
		c.Close()
		if err := l.SetFault("unplugged", false); err != nil {
			t.Fatal(err)
		}
	}
	cycle()
	files, routines := descriptors(t), runtime.NumGoroutine()
	for range 200 {
		cycle()
	}
	eventually(t, "descriptors and goroutines are as before", func() bool {
		return descriptors(t) <= files && runtime.NumGoroutine() <= routines
	})
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// eventually polls a condition that other goroutines bring about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(5 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("never: %s", what)
		}
	}
}

func TestFortyLinesAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for range 40 {
		l := mustOpen(t, &echo{}, Options{Baud: 115200})
		c := mustDial(t, l)
		all.Go(func() { mustEcho(t, c, string(make([]byte, 500))) })
	}
	all.Wait()
}

func TestKeeperFindsTheNewLink(t *testing.T) {
	l := mustOpen(t, &echo{}, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	up := make(chan bool, 10)
	done := make(chan error)
	k := wire.Keeper{
		Open:   l.Opener(),
		Pauses: wire.Pauses{First: time.Millisecond, Max: 5 * time.Millisecond},
		Use: func(ctx context.Context, w devices.Wire) error {
			up <- true
			_, err := w.Read(make([]byte, 1))
			return err
		},
	}
	go func() { done <- k.Run(ctx) }()
	<-up
	l.SetFault("unplugged", true)
	l.SetFault("unplugged", false)
	<-up
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
