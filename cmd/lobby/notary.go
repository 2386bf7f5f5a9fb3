package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

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
	key, err := checkpoint.OpenKey(l.file.Data, l.file.Hall.ID)
	if err != nil {
		return err
	}
	l.notary = notary.New(notary.Options{Hall: l.hall, Tree: l.trail.Tree, ID: l.file.Hall.ID, Key: key, Log: l.log, Lodge: func(c queue.CheckpointSigned) {
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
	notary *notary.Notary
	data   string // the directory
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

// Keys implements api.Evidence.
func (e evidence) Keys() string { return strings.Join(e.notary.Present().Verifiers, "\n") + "\n" }

// Rotate implements api.Evidence.
func (e evidence) Rotate(ctx context.Context) error {
	return e.notary.Rotate(ctx, func(next checkpoint.Key) error { return next.Write(e.data) })
}

// rotateKey has the key of a stopped hall hand over to a new one. The record
// of it is durable before the new key is in its place; if that fails, the old
// one goes on to sign and can hand over again.
func rotateKey(ctx context.Context, dir string, old checkpoint.Key) (checkpoint.Key, error) {
	next, err := old.Next()
	if err != nil {
		return old, err
	}
	note, err := old.HandOver(next)
	if err != nil {
		return old, err
	}
	if _, err := tellOnce(ctx, dir, queue.RotateKey{Note: note}); err != nil {
		return old, fmt.Errorf("record that the key changes: %w", err)
	}
	return next, next.Write(dir)
}
