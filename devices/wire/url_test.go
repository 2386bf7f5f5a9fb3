package wire_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/wire"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want wire.URL
	}{
		{"serial:///dev/lobby/printer1?baud=19200&mode=8N1",
			wire.URL{Scheme: wire.Serial, Path: "/dev/lobby/printer1", Baud: 19200, Mode: "8N1"}},
		{"serial:///dev/ttyUSB0", wire.URL{Scheme: wire.Serial, Path: "/dev/ttyUSB0", Baud: 9600, Mode: "8N1"}},
		{"serial:///dev/a?mode=7e2", wire.URL{Scheme: wire.Serial, Path: "/dev/a", Baud: 9600, Mode: "7E2"}},
		{"serial:///dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0",
			wire.URL{Scheme: wire.Serial, Path: "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0", Baud: 9600, Mode: "8N1"}},
		{"tcp://10.0.0.9:9100", wire.URL{Scheme: wire.TCP, Host: "10.0.0.9:9100"}},
		{"tcp://[::1]:9100", wire.URL{Scheme: wire.TCP, Host: "[::1]:9100"}},
		{"lp:///dev/usb/lp0", wire.URL{Scheme: wire.LP, Path: "/dev/usb/lp0"}},
		{"input:///dev/input/by-id/usb-keypad-event-kbd", wire.URL{Scheme: wire.Input, Path: "/dev/input/by-id/usb-keypad-event-kbd"}},
		{"emu:printer/front", wire.URL{Scheme: wire.Emulated, Path: "printer/front"}},
		{"emu:printer/front?baud=19200", wire.URL{Scheme: wire.Emulated, Path: "printer/front", Baud: 19200}},
	} {
		got, err := wire.Parse(c.in)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", c.in, got, err, c.want)
		}
		again, err := wire.Parse(got.String())
		if err != nil || again != got {
			t.Errorf("%q came back from String as %+v, %v", c.in, again, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for in, says := range map[string]string{
		"":                               "want serial",
		"/dev/ttyUSB0":                   "want serial",
		"http://10.0.0.9":                "want serial",
		"serial://dev/ttyUSB0":           "three slashes",
		"serial:/":                       "three slashes",
		"serial:ttyUSB0":                 "three slashes",
		"serial:///dev/a?buad=9600":      `unknown parameter "buad"`,
		"serial:///dev/a?baud=9600x":     "baud",
		"serial:///dev/a?baud=0":         "baud",
		"serial:///dev/a?baud=-9600":     "baud",
		"serial:///dev/a?baud=99999999":  "baud",
		"serial:///dev/a?mode=8X1":       "8N1",
		"serial:///dev/a?mode=8N":        "8N1",
		"serial:///dev/a?mode=9N1":       "8N1",
		"serial:///dev/a?mode=":          "8N1",
		"serial:///dev/a?baud=1&baud=2":  "twice",
		"serial:///dev/a?baud=9600#frag": "fragment",
		"tcp://10.0.0.9":                 "tcp://host:port",
		"tcp://:9100":                    "tcp://host:port",
		"tcp://10.0.0.9:0":               "port",
		"tcp://10.0.0.9:x":               "port",
		"tcp://10.0.0.9:9100/x":          "nothing behind",
		"tcp://10.0.0.9:9100?baud=9600":  "unknown parameter",
		"tcp://me@10.0.0.9:9100":         "no user",
		"lp://dev/usb/lp0":               "three slashes",
		"lp:///dev/usb/lp0?baud=9600":    "unknown parameter",
		"input://event0":                 "three slashes",
		"emu:printer?mode=8N1":           "unknown parameter",
		"emu:printer?baud=0":             "baud",
		"emu:":                           "emu:name",
		"emu:///printer":                 "emu:name",
	} {
		if _, err := wire.Parse(in); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Parse(%q) says %v, want something about %q", in, err, says)
		}
	}
}

// TestDocumentedWires reads every line of the blocks named "wire" in the
// manual's page and wants the line settings that stand behind it.
func TestDocumentedWires(t *testing.T) {
	page, err := os.ReadFile("../../hardware-docs/wires.md")
	if err != nil {
		t.Fatal(err)
	}
	count, inside := 0, false
	for line := range strings.Lines(string(page)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "```") {
			inside = line == "```wire"
			continue
		}
		address, meaning, _ := strings.Cut(line, "#")
		if !inside || line == "" {
			continue
		}
		count++
		u, err := wire.Parse(strings.TrimSpace(address))
		if err != nil {
			t.Error(err)
		}
		if u.Scheme == wire.Serial && !strings.Contains(meaning, fmt.Sprintf("%d %s", u.Baud, u.Mode)) {
			t.Errorf("%s is %d %s, but the page says %q", address, u.Baud, u.Mode, meaning)
		}
	}
	if count < 4 {
		t.Errorf("the page shows %d wires", count)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"serial:///dev/lobby/printer1?baud=19200&mode=8N1", "tcp://10.0.0.9:9100", "lp:///dev/usb/lp0",
		"emu:printer/front", "emu:a?baud=19200", "serial:///%2f?mode=7e1", "emu:%zz", "tcp://[::1%25lo]:9100",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := wire.Parse(s)
		if err != nil {
			return
		}
		again, err := wire.Parse(u.String())
		if err != nil || again != u {
			t.Errorf("%q is %+v, but %q is %+v, %v", s, u, u.String(), again, err)
		}
		if u.Time(10) < 0 {
			t.Errorf("%q sends ten bytes in %s", s, u.Time(10))
		}
	})
}

func TestTimeOnTheLine(t *testing.T) {
	if got, want := wire.Time(960, 9600), time.Second; got != want {
		t.Errorf("960 bytes at 9600 baud take %s, want %s", got, want)
	}
	if got := wire.Time(1000, 0); got != 0 {
		t.Errorf("a wire without speed takes %s", got)
	}
	u := wire.URL{Baud: 9600, Mode: "8E2"}
	if got, want := u.Time(800), time.Second; got != want {
		t.Errorf("800 bytes of 12 bits take %s, want %s", got, want)
	}
}

func TestURLText(t *testing.T) {
	var u wire.URL
	if err := u.UnmarshalText([]byte("tcp://a:1")); err != nil {
		t.Fatal(err)
	}
	if text, err := u.MarshalText(); err != nil || string(text) != "tcp://a:1" {
		t.Errorf("got %q, %v", text, err)
	}
	if err := u.UnmarshalText([]byte("tcp://a")); err == nil {
		t.Error("a wire without a port was accepted")
	}
}

func TestFaultKnowsTwoKinds(t *testing.T) {
	if err := wire.Fault("a", nil); err != nil {
		t.Errorf("no fault became %v", err)
	}
	for _, cause := range []error{
		io.EOF, os.ErrClosed, net.ErrClosed, syscall.EIO, syscall.ENXIO, syscall.ENODEV, syscall.EBADF,
		syscall.EPIPE, syscall.ECONNRESET, syscall.ETIMEDOUT, &os.PathError{Op: "read", Path: "a", Err: syscall.EIO},
	} {
		err := wire.Fault("front", cause)
		if !errors.Is(err, devices.ErrGone) || !errors.Is(err, cause) {
			t.Errorf("%v became %v, want ErrGone with its cause", cause, err)
		}
	}
	late := fmt.Errorf("read: %w", os.ErrDeadlineExceeded)
	if err := wire.Fault("front", late); err != os.ErrDeadlineExceeded {
		t.Errorf("a passed deadline became %v", err)
	}
	err := wire.Fault("front", context.Canceled)
	if errors.Is(err, devices.ErrGone) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "front") {
		t.Errorf("another error became %v", err)
	}
}
