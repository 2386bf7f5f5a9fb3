package broker

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// page is a log that may be read while it is written.
type page struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// lines are those that hold a text.
func (p *page) lines(with string) (all []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range strings.Lines(p.text.String()) {
		if strings.Contains(l, with) {
			all = append(all, l)
		}
	}
	return all
}

// Two keypads with one account and one client id throw each other out. Whoever
// looks for the reason finds one line that names both, not one for each time.
func TestFaultF21_TwoKeypadsWithOneID(t *testing.T) {
	var log page
	b := mustNew(t, "127.0.0.1:0", nil)
	b.log = slog.New(slog.NewTextHandler(&log, nil))
	mustListen(t, b)
	const complaint = "throw each other out"
	held, _ := mustHello(t, mustConnect(t, b), as("kp-1"))
	for n := 1; n < 3*takeoverRow; n++ {
		next, code := mustHello(t, mustConnect(t, b), as("kp-1"))
		if code != 0 {
			t.Fatalf("refused with %d", code)
		}
		// The fault did happen: the other one's line is cut.
		for {
			if _, _, err := held.tryRead(); err != nil {
				break
			}
		}
		said := log.lines(complaint)
		if want := n >= takeoverRow; (len(said) > 0) != want {
			t.Fatalf("after %d takeovers: %q", n, said)
		}
		if n == takeoverRow {
			for _, who := range []string{held.conn.LocalAddr().String(), next.conn.LocalAddr().String(), "kp-1"} {
				if !strings.Contains(said[0], who) {
					t.Errorf("%s is not named: %s", who, said[0])
				}
			}
		}
		held = next
	}
	if said := log.lines(complaint); len(said) != 1 {
		t.Errorf("%d lines within one row of takeovers:\n%s", len(said), strings.Join(said, ""))
	}
}
