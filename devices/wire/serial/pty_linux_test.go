package serial_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/wire"
	"lobby/devices/wire/serial"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// url names the fastest speed there is, so that pacing takes no time.
func url(path string) wire.URL {
	return wire.URL{Scheme: wire.Serial, Path: path, Baud: 4_000_000, Mode: "8N1"}
}

func dial(path string) (wire.Conn, error) { return serial.Open(url(path))(context.Background()) }

func mustDial(t testing.TB, path string) wire.Conn {
	t.Helper()
	c, err := dial(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// mustPlug makes a pseudo terminal and says where its driver's end is.
func mustPlug(t testing.TB) (device wire.Conn, path string) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	path = slave.Name()
	slave.Close()
	master = mustPoll(t, master)
	device = wire.Wrap("master", master)
	t.Cleanup(func() { device.Close() })
	return device, path
}

// mustPoll gives a master deadlines, which creack/pty does not.
func mustPoll(t testing.TB, master *os.File) *os.File {
	t.Helper()
	fd, err := unix.Dup(int(master.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	master.Close()
	return os.NewFile(uintptr(fd), "master")
}

func makePair(t *testing.T) (near, far devicetest.Conn) {
	far, path := mustPlug(t)
	return mustDial(t, path), far
}

func TestSerialIsAWire(t *testing.T)   { devicetest.TestWire(t, makePair) }
func TestUndrainedSerial(t *testing.T) { devicetest.TestFullWire(t, makePair) }

func TestPseudoTerminalIsAlwaysClearToSend(t *testing.T) {
	_, path := mustPlug(t)
	clear, err := mustDial(t, path).(serial.ModemLines).ClearToSend()
	if !clear || err != nil {
		t.Errorf("got %v, %v", clear, err)
	}
}

func TestFaultF10_SecondOpeningIsRefused(t *testing.T) {
	device, path := mustPlug(t)
	first := mustDial(t, path)
	link := filepath.Join(t.TempDir(), "printer1")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		c, err := dial(name)
		if err == nil {
			c.Close()
			t.Fatalf("%s was opened twice", name)
		}
		if !errors.Is(err, syscall.EBUSY) || !strings.Contains(err.Error(), "serial.test (pid") ||
			!strings.Contains(err.Error(), name) {
			t.Errorf("the refusal does not name the holder: %v", err)
		}
	}
	mustPass(t, first, device) // the refused opener did no harm
	first.Close()
	mustPass(t, mustDial(t, path), device)
}

// mustPass sends a few bytes from one end to the other.
func mustPass(t testing.TB, from, to io.ReadWriter) {
	t.Helper()
	want := []byte{0x1B, 0x40, 0x0A, 0x0D, 0x11, 0x13, 0x03, 0x04}
	if _, err := from.Write(want); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(to, got); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("got % X, %v", got, err)
	}
}

func TestOpeningExplainsItself(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		filepath.Join(dir, "nobody"): "plugged in",
		plain:                        "not a serial line",
		"/dev/null":                  "not a serial line",
		dir:                          "directory",
	} {
		c, err := dial(path)
		if err == nil {
			c.Close()
			t.Errorf("%s was opened", path)
			continue
		}
		if !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want something about %q", path, err, says)
		}
	}
	if _, err := dial(filepath.Join(dir, "nobody")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing path is %v", err)
	}
}

// TestForbiddenLine runs itself as the user nobody, because root may open
// everything.
func TestForbiddenLine(t *testing.T) {
	if path := os.Getenv("FORBIDDEN_LINE"); path != "" {
		if _, err := dial(path); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "dialout") {
			t.Errorf("got %v, want the remedy with the group dialout", err)
		}
		return
	}
	_, path := mustPlug(t)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		if _, err := dial(path); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "dialout") {
			t.Errorf("got %v, want the remedy with the group dialout", err)
		}
		return
	}
	self := mustCopySelf(t)
	cmd := exec.Command(self, "-test.run=^TestForbiddenLine$", "-test.v")
	cmd.Env = []string{"FORBIDDEN_LINE=" + path}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestForbiddenLine")) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// mustCopySelf puts this test program where every user may run it.
func mustCopySelf(t *testing.T) string {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "serial-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "serial.test")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(path, self, 0o755)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEndedContextOpensNothing(t *testing.T) {
	_, path := mustPlug(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := serial.Open(url(path))(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A write after Close must never reach whoever got the descriptor's number
// next.
func TestWriteAfterCloseTouchesNoOtherFile(t *testing.T) {
	_, path := mustPlug(t)
	c := mustDial(t, path)
	c.Close()
	dir := t.TempDir()
	for i := range 8 { // take the numbers that just became free
		file, err := os.Create(filepath.Join(dir, string(rune('a'+i))))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
	}
	if _, err := c.Write([]byte("stranger")); !errors.Is(err, devices.ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Size() != 0 {
			t.Errorf("%s holds bytes of the wire", e.Name())
		}
	}
}

func TestFaultF08_ReplugBehindTheSameLink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "printer1")
	// The collector must not close what the wire forgot.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	k, seen := keep(t, link)
	cycle := func(n int) time.Duration {
		device, path := mustPlug(t)
		relink(t, path, link)
		start := time.Now()
		select {
		case w := <-seen:
			took := time.Since(start)
			mustPass(t, w, device)
			device.Close()
			return took
		case <-time.After(5 * time.Second):
			t.Fatalf("cycle %d: the new adapter was not found", n)
		}
		return 0
	}
	cycle(0)
	files, routines := count(t)
	var longest time.Duration
	for n := range 200 {
		longest = max(longest, cycle(n))
	}
	t.Logf("the slowest of 200 returns took %s", longest)
	if longest > time.Second {
		t.Errorf("a return took %s", longest)
	}
	for deadline := time.Now().Add(5 * time.Second); ; <-time.After(5 * time.Millisecond) {
		f, r := count(t)
		if f <= files && r <= routines {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("descriptors %d -> %d, goroutines %d -> %d", files, f, routines, r)
		}
	}
	k()
}

// keep runs a Keeper on the link until stop; it hands every new wire out and
// waits for it to break.
func keep(t *testing.T, link string) (stop func(), seen chan devices.Wire) {
	ctx, cancel := context.WithCancel(context.Background())
	seen = make(chan devices.Wire)
	done := make(chan error)
	k := wire.Keeper{
		Open:   serial.Open(url(link)),
		Pauses: wire.Pauses{First: time.Millisecond, Max: 2 * time.Millisecond},
		Use: func(ctx context.Context, w devices.Wire) error {
			select {
			case seen <- w:
			case <-ctx.Done():
				return nil
			}
			for {
				w.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
				if _, err := w.Read(make([]byte, 16)); err != nil && err != os.ErrDeadlineExceeded {
					return err
				}
			}
		},
	}
	go func() { done <- k.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}, seen
}

// relink moves the link as udev does, in one step.
func relink(t *testing.T, path, link string) {
	t.Helper()
	next := link + ".new"
	if err := errors.Join(os.Symlink(path, next), os.Rename(next, link)); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T) (files, routines int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries), runtime.NumGoroutine()
}

// TestWriteTakesAsLongAsTheLine: a pseudo terminal takes any amount at once,
// but time-outs behind a write count from when a real line would be free.
func TestWriteTakesAsLongAsTheLine(t *testing.T) {
	_, path := mustPlug(t)
	u := url(path)
	u.Baud = 9600
	c, err := serial.Open(u)(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	began := time.Now()
	if _, err := c.Write(make([]byte, 480)); err != nil {
		t.Fatal(err)
	}
	if took, least := time.Since(began), u.Time(480); took < least {
		t.Errorf("480 bytes at 9600 baud took %v, the line needs %v", took, least)
	}
	if err := c.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Write(make([]byte, 480)); !errors.Is(err, os.ErrDeadlineExceeded) || n == 480 {
		t.Errorf("wrote %d, %v, want the deadline in the middle", n, err)
	}
}
