package main

import (
	"strings"
	"testing"
	"time"
)

// What is recorded has its figures on the page of metrics, by camera.
func TestFootageHasFigures(t *testing.T) {
	t.Parallel()
	p := startLobby(t, "demo", "--small", "--quiet", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	names := []string{
		`lobby_footage_bytes{camera="cam-1"} `, `lobby_footage_segments{camera="cam-1"} 1`, `lobby_footage_oldest_timestamp_seconds{camera="cam-1"} `,
		`lobby_footage_written_bytes_total{camera="cam-1"} `, `lobby_footage_write_errors_total{camera="cam-1"} 0`, `lobby_footage_pins{camera="cam-1"} 0`,
	}
	until(t, "the figures", 60*time.Second, func() bool {
		page := p.metrics(t)
		for _, name := range names {
			if !strings.Contains(page, "\n"+name) {
				return false
			}
		}
		return true
	})
}
