package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// python runs a script of testdata and returns what it says.
func (h *foreignHall) python(t testing.TB, script string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, append([]string{"testdata/" + script}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return out
}

// window: Python's websockets opens the day and serves, through a lost
// connection.
func (h *foreignHall) window(t *testing.T) {
	var got struct {
		First, Last                  uint64
		Seen                         []uint64
		Events, Taken                []string
		Again, Called, Same, Refusal string
	}
	out := h.python(t, "window.py", h.url, "3")
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("window.py said %s", out)
	}
	want := make([]uint64, 0, len(got.Seen))
	for seq := got.First + 1; seq <= got.Last; seq++ {
		want = append(want, seq)
	}
	if len(got.Seen) < len(want) || !slices.Equal(got.Seen[:len(want)], want) {
		t.Errorf("records %v after %d: one is missing or doubled", got.Seen, got.First)
	}
	if !slices.Equal(got.Taken, []string{"M001", "M002", "M003", "M004", "M005"}) {
		t.Errorf("numbers %v", got.Taken)
	}
	if got.Again != "M001" || got.Called != "M001" || got.Same != "M001" || got.Refusal != "window_busy" {
		t.Errorf("take again %s, called %s, call again %s, second call %s", got.Again, got.Called, got.Same, got.Refusal)
	}
	for event, times := range map[string]int{"day.opened": 1, "window.opened": 1, "ticket.issued": 5, "ticket.called": 1, "ticket.done": 1, "window.closed": 1} {
		if n := len(slices.DeleteFunc(slices.Clone(got.Events), func(e string) bool { return e != event })); n != times {
			t.Errorf("%s came %d times, want %d", event, n, times)
		}
	}
}
