package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"lobby/queue"
	"lobby/queue/trail"
)

// dayOpen says whether citizens are served, as far as anybody knows: the
// running hall is asked, and where none runs, its trail.
func dayOpen(ctx context.Context, hall string, file *hallFile) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	open, err := askHall(ctx, hall)
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return open, err
	}
	if file == nil {
		return false, nil
	}
	return trailOpen(file.Data)
}

// askHall reads the state of a running hall.
func askHall(ctx context.Context, hall string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, hall+"/api/v1/state", nil)
	if err != nil {
		return false, usageError{fmt.Errorf("--hall %q: %w", hall, err)}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, fmt.Errorf("ask the hall whether its day is open: %w", err)
	}
	defer res.Body.Close()
	var body struct {
		State *struct {
			Open bool `json:"open"`
		} `json:"state"`
	}
	if res.StatusCode != http.StatusOK || json.NewDecoder(res.Body).Decode(&body) != nil || body.State == nil {
		return false, fmt.Errorf("%s does not say whether its day is open (%s): give the hall's address with --hall", hall, res.Status)
	}
	return body.State.Open, nil
}

// trailOpen reads the trail of a hall that does not run.
func trailOpen(dir string) (open bool, err error) {
	if _, err := os.Stat(filepath.Join(dir, trail.FileName)); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	t, err := trail.Open(dir)
	if err != nil {
		return false, fmt.Errorf("%w; if the hall runs, give its address with --hall", err)
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	state := queue.NewState()
	err = t.Replay(func(snapshot []byte) error {
		s, err := queue.Load(snapshot)
		if err == nil {
			state = s
		}
		return err
	}, func(r queue.Record) error {
		state.Apply(r)
		return nil
	})
	_, open = state.Day()
	return open, err
}

// closedDoors refuses to flash while citizens are served.
func closedDoors(ctx context.Context, hall string, file *hallFile) error {
	open, err := dayOpen(ctx, hall, file)
	if err != nil {
		return &queue.Refusal{Code: "day_unknown", Say: fmt.Sprintf("nobody knows whether the day is open: %v; or say why it must be now with --open REASON", err)}
	}
	if open {
		return &queue.Refusal{Code: "day_open", Say: "the day is open and a board that is flashed serves nobody: wait for closing time, or say why it must be now with --open REASON"}
	}
	return nil
}
