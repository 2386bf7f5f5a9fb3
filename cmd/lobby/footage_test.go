package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What is recorded has its figures on the page of metrics, by camera.
func TestFootageHasFigures(t *testing.T) {
	p := startLobby(t, "demo", "--small", "--quiet", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	names := []string{
		`lobby_footage_bytes{camera="cam-1"} `, `lobby_footage_segments{camera="cam-1"} 1`, `lobby_footage_oldest_timestamp_seconds{camera="cam-1"} `,
		`lobby_footage_written_bytes_total{camera="cam-1"} `, `lobby_footage_write_errors_total{camera="cam-1"} 0`, `lobby_footage_pins{camera="cam-1"} 0`,
	}
	until(t, "the figures", 60*time.Second, func() bool {
		res, err := http.Get(p.url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !strings.Contains(string(page), "\n"+name) {
				return false
			}
		}
		return true
	})
}
