package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/queue"
	"lobby/queue/hall/halltest"
)

// The day is closed in a demo; a camera reads the closing slip's code, and the
// trail is held against it.
func TestTheClosingSlipIsEvidence(t *testing.T) {
	needs(t, map[string]string{"zbarimg": "zbar-tools"})
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	p := startLobby(t, "demo", "--small", "--quiet", "--listen", "127.0.0.1:0", "--data", data)
	p.must(t, "take", "take", map[string]any{"service": "social"})
	p.must(t, "close", "day_close", nil)
	photo := filepath.Join(dir, "slip.png")
	until(t, "the closing slip comes out", patience, func() bool { return download(p.url+"/api/v1/emulators/printer/p1/pictures/0.png", photo) })
	code, err := exec.Command("zbarimg", "-q", "--raw", photo).Output()
	if err != nil || !strings.HasPrefix(string(code), "fuchun ") {
		t.Fatalf("zbarimg reads %q, %v", code, err)
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil {
		t.Fatal(err)
	}
	kept, key := mustWrite(t, filepath.Join(dir, "kept"), string(code)), mustWrite(t, filepath.Join(dir, "key"), mustRun(t, "trail", "key", "--data", data))
	file := filepath.Join(dir, "trail")
	mustRun(t, "trail", "export", "--data", data, "--out", file)
	mustRun(t, "trail", "verify", "--key", key, "--checkpoint", kept, file)
	needs(t, map[string]string{python: "python3"})
	if out, err := exec.Command(python, "../../deploy/verify/verify.py", "--key", key, "--checkpoint", kept, file).CombinedOutput(); err != nil {
		t.Errorf("the other verifier: %v\n%s", err, out)
	}
	other := mustWrite(t, filepath.Join(dir, "other"), strings.Replace(string(code), "fuchun ", "fuchun 1", 1))
	if code, said := lobbyRun(t, "trail", "verify", "--key", key, "--checkpoint", other, file); code != 1 {
		t.Errorf("a checkpoint of more records than there are: %s", said)
	}
}

// download reports whether there was something.
func download(url, path string) bool {
	res, err := http.Get(url)
	if err != nil || res.StatusCode != http.StatusOK {
		return false
	}
	defer res.Body.Close()
	f, err := os.Create(path)
	if err != nil {
		return false
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close()) == nil
}

func TestTheClosingSlipWaitsForItsCheckpointAndForPaper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		h := halltest.Start(ctx, t)
		var mu sync.Mutex // guards the two below
		var printed []string
		away := 2 // how often the printer is away
		c := closing{
			hall: h, log: slog.New(slog.DiscardHandler),
			layout: func(v queue.View) devices.Slip {
				return devices.Slip{ID: fmt.Sprint(v.Day, " under ", v.Checkpoint.Size)}
			},
			print: func(_ context.Context, s devices.Slip) error {
				mu.Lock()
				defer mu.Unlock()
				if away--; away >= 0 {
					return errors.New("out of paper")
				}
				printed = append(printed, s.ID)
				return nil
			},
		}
		pass := func(d time.Duration) []string {
			time.Sleep(d)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(printed)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.run(ctx) }()
		synctest.Wait()
		halltest.Must(ctx, t, h, queue.SignCheckpoint{Size: 1})
		halltest.Must(ctx, t, h, queue.DayClose{})
		if out := pass(time.Hour); len(out) != 0 {
			t.Errorf("%v came out before it was signed", out)
		}
		halltest.Must(ctx, t, h, queue.SignCheckpoint{Size: 4})
		if out := pass(time.Second); len(out) != 0 {
			t.Errorf("%v came out without paper", out)
		}
		pass(2 * printAgain)
		halltest.Must(ctx, t, h, queue.SignCheckpoint{Size: 5})
		if out := pass(time.Hour); len(out) != 1 || !strings.HasSuffix(out[0], " under 4") {
			t.Errorf("%v came out, want one under 4 records", out)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
