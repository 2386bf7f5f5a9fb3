package input

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lobby/devices/wire"
)

func TestWhatIsNoKeypadIsRefusedInWords(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/dev/input/by-id/none": "is it plugged in",
		"/dev/null":             "is no input device",
		fifo:                    "is no input device",
	} {
		conn, err := Open(wire.URL{Scheme: wire.Input, Path: path})(t.Context())
		if err == nil {
			conn.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := Open(wire.URL{Path: "/dev/null"})(ended); err == nil {
		t.Error("opened after its context ended")
	}
	for _, err := range []error{syscall.EBUSY, syscall.EACCES} {
		if text := explain("/dev/input/event3", err).Error(); !strings.Contains(text, "stop that one") && !strings.Contains(text, "usermod") {
			t.Errorf("%v is explained as %q", err, text)
		}
	}
}
