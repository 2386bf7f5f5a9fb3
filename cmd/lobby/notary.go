package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"lobby/display/api"
	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/notary"
	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
)

// lastSigned is the newest checkpoint of this run.
type lastSigned struct {
	at   time.Time
	size uint64 // records it is over
}

// startNotary lets the trail be signed while the hall runs.
func (l *lobby) startNotary() error {
	_, err := checkpoint.OpenKey(l.file.Data, l.file.Hall.ID)
	if err != nil {
		return err
	}
	keys := keyring{l.trail, l.file.Data}
	key, err := keys.Settle() // the last run may have ended while its key changed
	if err != nil {
		return err
	}
	l.notary = notary.New(notary.Options{Hall: l.hall, Tree: l.trail.Tree, ID: l.file.Hall.ID, Key: key, Keys: keys, Log: l.log, Lodge: func(c queue.CheckpointSigned) {
		l.signed.Store(&lastSigned{time.Now(), c.Size})
	}})
	l.group.add(l.notary.Run)
	return nil
}

// lastCheckpoint is over what everybody said while they ended.
func (l *lobby) lastCheckpoint() {
	if l.notary == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := l.notary.Sign(ctx); err != nil && !errors.Is(err, hall.ErrStopped) {
		l.log.Error("the end of the trail was not signed", "err", err)
	}
}

// evidence fits the trail and its keys to the API.
type evidence struct {
	trail  *trail.Trail
	data   string // its directory
	notary *notary.Notary
}

// Proof implements api.Evidence.
func (e evidence) Proof(w io.Writer, day, number string) error {
	key := e.notary.Present()
	return e.trail.Export(w, key.Name(), key, trail.Selection{Day: day, Ticket: number, Personal: true})
}

// PublicProof implements api.Evidence.
func (e evidence) PublicProof(w io.Writer, day, number string) error {
	key := e.notary.Present()
	return e.trail.Export(w, key.Name(), key, trail.Selection{Day: day, Ticket: number})
}

// Export implements api.Evidence. It reads by itself, because a whole trail takes
// longer than anybody else can wait for the reader.
func (e evidence) Export(w io.Writer, day, number string) error {
	err := writeExport(e.data, w, trail.Selection{Day: day, Ticket: number, Personal: true})
	if errors.Is(err, trail.ErrNoRecords) {
		return api.ErrNoRecords
	}
	return err
}

// Keys implements api.Evidence.
func (e evidence) Keys() string { return strings.Join(e.notary.Present().Verifiers, "\n") + "\n" }

// Access implements api.Evidence.
func (e evidence) Access(day string) ([]queue.Record, error) {
	return e.trail.Named(day, queue.AccessNoted{}.Name())
}

// Rotate implements api.Evidence.
func (e evidence) Rotate(ctx context.Context) error { return e.notary.Rotate(ctx) }

// keyring keeps the keys of a trail in its data directory.
type keyring struct {
	trail *trail.Trail
	data  string
}

// Stage implements notary.Keys.
func (k keyring) Stage(next checkpoint.Key) error { return next.Stage(k.data) }

// Settle implements notary.Keys.
func (k keyring) Settle() (checkpoint.Key, error) { return checkpoint.Settle(k.data, k.trail.Rotated) }

// presentKey is the key of a directory that signs, also while a hall runs on
// it.
func presentKey(dir string) (checkpoint.Key, error) {
	key, err := checkpoint.Present(dir, func() (note string, err error) {
		r, err := trail.Read(dir)
		if err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		return r.Rotated()
	})
	if errors.Is(err, checkpoint.ErrNoKey) {
		err = fmt.Errorf("%w: name the data directory of a hall; after a restore, put %s back there from where a copy is kept", err, checkpoint.KeyFile)
	}
	return key, err
}

// rotateKeys has the key of a hall hand over to a new one and returns all its
// keys. A hall that runs is asked to.
func rotateKeys(ctx context.Context, dir string) (keys string, err error) {
	if _, err := presentKey(dir); err != nil {
		return "", err
	}
	var next checkpoint.Key
	_, err = tellOnce(ctx, dir, func(t *trail.Trail) (c queue.Command, err error) {
		old, err := checkpoint.Settle(dir, t.Rotated)
		if err != nil {
			return nil, err
		}
		if next, err = old.Next(); err != nil {
			return nil, err
		}
		note, err := old.HandOver(next)
		return queue.RotateKey{Note: note}, errors.Join(err, next.Stage(dir))
	})
	var running *trail.InUse
	switch {
	case errors.As(err, &running):
		return askToRotate(ctx, running)
	case err != nil:
		return "", fmt.Errorf("record that the key changes: %w", err)
	}
	return strings.Join(next.Verifiers, "\n") + "\n", next.Write(dir)
}

// askToRotate asks a hall that runs.
func askToRotate(ctx context.Context, hall *trail.InUse) (keys string, err error) {
	body, err := askRunning(ctx, hall, "/api/v1/trail/key", "", "changes its key when a manager or maintenance asks for it")
	if err != nil {
		return "", err
	}
	defer body.Close()
	said, err := io.ReadAll(io.LimitReader(body, 1<<20))
	return string(said), err
}

// askRunning posts to a hall that runs, which an open hall allows whoever is on
// its machine; of any other it says how to ask it.
func askRunning(ctx context.Context, hall *trail.InUse, path, body, does string) (io.ReadCloser, error) {
	data := ""
	if body != "" {
		data = " -d '" + strings.ReplaceAll(body, "'", `'\''`) + "'"
	}
	say := fmt.Errorf("the hall runs, process %s, and %s: "+
		"curl -X POST --fail --cacert CA.PEM -H 'Authorization: Bearer BADGE:SECRET'%s %s%s; or stop it first", hall.Process, does, data, cmp.Or(hall.At, "https://HALL"), path)
	if !strings.HasPrefix(hall.At, "http:") {
		return nil, say
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hall.At+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 10 * time.Second, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return nil, errors.Join(say, err)
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusUnauthorized {
		return nil, say
	}
	why, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return nil, errors.Join(fmt.Errorf("the hall at %s answers %s: %s", hall.At, res.Status, why), err)
}
