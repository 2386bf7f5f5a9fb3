// Package notary signs the trail now and then and has that recorded: after
// enough records, after enough time, at the day's close and at the end of the
// program. Whoever has heard of a checkpoint can later tell whether the
// records before it were changed, so that the sooner they are handed out, the
// less a forger could change.
package notary

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail/checkpoint"
)

// Records and Every bound what is not under a checkpoint yet.
const (
	Records = 256
	Every   = time.Minute
)

// Hall is what a notary needs of the queue's owner.
type Hall interface {
	Do(ctx context.Context, r hall.Request) (queue.Answer, error)
	Watch(ctx context.Context, buffer int) (hall.Watcher, error)
}

// Options are what a notary is given.
type Options struct {
	Hall  Hall
	Tree  func() (checkpoint.Tree, error) // over what is on disk
	ID    string                          // of the hall
	Key   checkpoint.Key                  // the first; see Present
	Keys  Keys
	Lodge func(queue.CheckpointSigned) // hands the checkpoint on, beyond the feed; must not wait; nil for nobody
	Log   *slog.Logger
}

// Keys keeps keys where they outlive the program.
type Keys interface {
	// Stage makes the next key durable beside the present one.
	Stage(next checkpoint.Key) error
	// Settle tells which of the two the trail says is to sign, and keeps that.
	Settle() (checkpoint.Key, error)
}

// Notary signs one trail.
type Notary struct {
	Options
	unsigned int // records since the last checkpoint, itself not counted

	mu     sync.Mutex // guards what follows, also while it signs
	key    checkpoint.Key
	unsure bool // a change of keys was cut short
}

// New makes a notary. What an earlier run left without a checkpoint gets one.
func New(o Options) *Notary { return &Notary{Options: o, unsigned: 1, key: o.Key} }

// Run signs until the context ends. Sign has to be called after everybody
// else has ended.
func (n *Notary) Run(ctx context.Context) error {
	every := time.NewTicker(Every)
	defer every.Stop()
	for ctx.Err() == nil {
		w, err := n.Hall.Watch(ctx, 1024)
		if err != nil {
			return nil // the hall has stopped
		}
		n.serve(ctx, w, every.C)
	}
	return nil
}

// serve signs until the watcher ends. What went by between two watchers is
// signed with what comes next.
func (n *Notary) serve(ctx context.Context, w hall.Watcher, every <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-every:
			n.signOrLog(ctx)
		case rs, ok := <-w.Records:
			if !ok {
				n.unsigned++ // it may have missed some
				return
			}
			if n.count(rs) || n.unsigned >= Records {
				n.signOrLog(ctx)
			}
		}
	}
}

// count counts records and tells whether a day was closed by them.
func (n *Notary) count(rs []queue.Record) (closed bool) {
	for _, r := range rs {
		switch r.Event.(type) {
		case queue.CheckpointSigned:
			continue
		case queue.DayClosed:
			closed = true
		}
		n.unsigned++
	}
	return closed
}

func (n *Notary) signOrLog(ctx context.Context) {
	if err := n.Sign(ctx); err != nil && ctx.Err() == nil {
		n.Log.Error("the trail was not signed; it will be tried again", "err", err)
	}
}

// Sign signs what is on disk, unless nothing was added since the last time.
func (n *Notary) Sign(ctx context.Context) error {
	if n.unsigned == 0 {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.settle(); err != nil {
		return err
	}
	tree, err := n.Tree()
	if err != nil || tree.Size() == 0 {
		return err
	}
	c := queue.SignCheckpoint{Size: tree.Size()}
	if c.Note, err = (checkpoint.Checkpoint{Hall: n.ID, Size: tree.Size(), Root: tree.Root()}).Sign(n.key); err != nil {
		return err
	}
	answer, err := n.Hall.Do(ctx, hall.Request{Actor: "lobby", Command: c})
	if err == nil && answer.Refusal != nil {
		err = answer.Refusal
	}
	if err != nil {
		return fmt.Errorf("notary: record the checkpoint of %d records: %w", c.Size, err)
	}
	n.unsigned = 0
	if n.Lodge != nil {
		n.Lodge(queue.CheckpointSigned(c))
	}
	return nil
}

// Present is the key that signs now.
func (n *Notary) Present() checkpoint.Key {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.key
}

// settle finds out which key is to sign after a change that was cut short.
func (n *Notary) settle() error {
	if !n.unsure {
		return nil
	}
	key, err := n.Keys.Settle()
	if err != nil {
		return fmt.Errorf("notary: find the key that signs: %w", err)
	}
	n.key, n.unsure = key, false
	return nil
}

// Rotate has the key hand over to a new one. The new one is durable before the
// record of it, and from the record on the old one signs no more.
func (n *Notary) Rotate(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.settle(); err != nil {
		return err
	}
	next, err := n.key.Next()
	if err != nil {
		return err
	}
	c := queue.RotateKey{}
	if c.Note, err = n.key.HandOver(next); err != nil {
		return err
	}
	if err := n.Keys.Stage(next); err != nil {
		return err
	}
	n.unsure = true
	answer, err := n.Hall.Do(ctx, hall.Request{Actor: "lobby", Command: c})
	if err == nil && answer.Refusal != nil {
		err = answer.Refusal
	}
	if err != nil {
		return fmt.Errorf("notary: record that the key changes: %w", err)
	}
	n.key = next
	return n.settle()
}
