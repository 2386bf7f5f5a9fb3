// Package boardtest is what the tests of window boards share: a board on an
// emulated wire in a bubble of time, golden frames with their twins, and the
// worked frames of a hardware page.
package boardtest

import (
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/goccy/go-yaml"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Decode decodes options strictly, as the hall file does.
func Decode(text string) devices.Decode {
	return func(into any) error { return yaml.NewDecoder(strings.NewReader(text), yaml.Strict()).Decode(into) }
}

// Bench is an emulated board and its driver.
type Bench struct {
	Emulator emulator.Emulator
	Board    devices.Board
	t        *testing.T
}

// On runs f with a driver and an emulator that have the same options.
func On(t *testing.T, open devices.Open[devices.Board], made emulator.New, options string, f func(b *Bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, far := devicetest.Pipe()
		e, err := made([]devices.Unit{{Name: "3", Options: Decode(options)}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = e.Serve(ctx, far)
		}()
		b, err := open(near, Decode(options))
		if err != nil {
			t.Fatal(err)
		}
		f(&Bench{e, b, t})
		cancel()
		far.Close()
		<-done
		near.Close()
	})
}

// Show shows a ticket of window 3 and waits until the emulator has seen it.
func (b *Bench) Show(ticket string) error {
	err := b.Board.Show(context.Background(), devices.Frame{Ticket: ticket, Window: "3"})
	synctest.Wait()
	return err
}

// Fault switches a fault of the emulator.
func (b *Bench) Fault(name string, on bool) {
	b.t.Helper()
	if err := b.Emulator.(emulator.Troubled).SetFault(name, on); err != nil {
		b.t.Fatal(err)
	}
}

// Golden compares frames with their golden file, and its twin for people.
func Golden(t *testing.T, name string, frames []byte, twin string) {
	t.Helper()
	for ext, got := range map[string]string{".golden": fmt.Sprintf("% X\n", frames), ".txt": twin + "\n"} {
		path := filepath.Join("testdata", name+ext)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != got {
			t.Errorf("%s is now\n%s (%v)", path, got, err)
		}
	}
}

// Page compares the fenced blocks "hex NAME" of a hardware page with frames.
func Page(t *testing.T, path string, frames map[string][]byte) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```hex (\\S+)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	for _, b := range blocks {
		want, err := hex.DecodeString(strings.Join(strings.Fields(b[2]), ""))
		if err != nil {
			t.Errorf("%s on the page: %v", b[1], err)
		}
		if got, known := frames[b[1]]; !known || string(got) != string(want) {
			t.Errorf("%s on the page:\n% X\nthe encoder (it knows it: %v):\n% X", b[1], want, known, got)
		}
	}
	if len(blocks) != len(frames) {
		t.Errorf("the page has %d worked frames, the test %d", len(blocks), len(frames))
	}
}
