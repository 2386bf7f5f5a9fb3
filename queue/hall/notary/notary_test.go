package notary_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/hall/halltest"
	"lobby/queue/hall/notary"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/leaf"
)

// office is a hall with a notary and everything that was recorded in it.
type office struct {
	t      *testing.T
	hall   *hall.Hall
	notary *notary.Notary
	lodged []queue.CheckpointSigned
	key    checkpoint.Key
	leave  func() // ends the notary's run

	devices int // that were reported

	staged          checkpoint.Key
	full, unsettled error // of staging and settling

	mu   sync.Mutex // guards the tree, which the notary asks for at any moment
	tree checkpoint.Tree
	took []int // size of the tree at each checkpoint
}

// open runs an office in virtual time.
func open(t *testing.T, test func(*office)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		o := &office{t: t, hall: halltest.Start(ctx, t)}
		var err error
		if o.key, err = checkpoint.KeyOf("fuyang", [32]byte{1}); err != nil {
			t.Fatal(err)
		}
		go o.listen(ctx)
		synctest.Wait()
		o.notary = notary.New(notary.Options{
			Hall: o.hall, ID: "fuyang", Key: o.key, Log: slog.New(slog.DiscardHandler),
			Tree:  o.onDisk,
			Keys:  o,
			Lodge: func(c queue.CheckpointSigned) { o.lodged = append(o.lodged, c) },
		})
		ended := make(chan error, 1)
		run, leave := context.WithCancel(ctx)
		o.leave = leave
		go func() { ended <- o.notary.Run(run) }()
		synctest.Wait()
		test(o)
		leave()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		stop()
		synctest.Wait()
	})
}

// listen grows the tree by what is recorded.
func (o *office) listen(ctx context.Context) {
	w, err := o.hall.Watch(ctx, 4096)
	if err != nil {
		o.t.Error(err)
		return
	}
	o.add(queue.Record{Seq: 1, Event: queue.ConfigActivated{}})
	o.add(queue.Record{Seq: 2, Event: queue.DayOpened{}})
	for rs := range w.Records {
		for _, r := range rs {
			o.add(r)
		}
	}
}

func (o *office) add(r queue.Record) {
	l, _, err := leaf.New(r, "", zeros{})
	if err != nil {
		o.t.Error(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tree.Add(l.Hash())
	if e, ok := r.Event.(queue.CheckpointSigned); ok {
		o.took = append(o.took, int(e.Size))
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// onDisk is the tree over what was recorded. The true one is never behind, so
// this one waits until it has heard of everything.
func (o *office) onDisk() (checkpoint.Tree, error) {
	time.Sleep(time.Millisecond) // virtual
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tree.Clone(), nil
}

// report records n events that lead to no others, however much time passes.
func (o *office) report(n int) {
	o.t.Helper()
	for range n {
		o.devices++
		halltest.Must(context.Background(), o.t, o.hall, queue.DeviceReport{Device: fmt.Sprint("d", o.devices), Kind: "board", State: "up"})
	}
}

// settle lets time pass and tells the sizes that were signed so far.
func (o *office) settle(d time.Duration) []int {
	time.Sleep(d)
	synctest.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]int{}, o.took...)
}

func (o *office) want(when string, got []int, want ...int) {
	o.t.Helper()
	if len(got) != len(want) {
		o.t.Fatalf("%s: checkpoints of %v records, want %v", when, got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			o.t.Fatalf("%s: checkpoints of %v records, want %v", when, got, want)
		}
	}
}

func TestACheckpointAMinuteWhileThereIsSomethingNew(t *testing.T) {
	open(t, func(o *office) {
		o.report(3)
		o.want("at once", o.settle(notary.Every-time.Second))
		o.want("after a minute", o.settle(2*time.Second), 5)
		o.want("with nothing new but the checkpoint", o.settle(time.Hour), 5)
		o.report(1)
		o.want("a minute later", o.settle(notary.Every), 5, 7)
		keys, err := checkpoint.ReadKeys(o.key.Verifier())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range o.lodged {
			if p, err := checkpoint.Open(c.Note, keys); err != nil || p.Size != c.Size || p.Hall != "fuyang" {
				t.Errorf("%+v: %+v, %v", c, p, err)
			}
		}
		if len(o.lodged) != 2 {
			t.Errorf("%d were handed on", len(o.lodged))
		}
	})
}

func TestManyRecordsAreSignedSooner(t *testing.T) {
	open(t, func(o *office) {
		o.report(notary.Records)
		if got := o.settle(time.Second); len(got) != 1 || got[0] < notary.Records || got[0] > notary.Records+10 {
			t.Errorf("checkpoints of %v records, want one of a few more than %d", got, notary.Records)
		}
	})
}

func TestADayEndsUnderACheckpoint(t *testing.T) {
	open(t, func(o *office) {
		o.report(1)
		halltest.Must(context.Background(), t, o.hall, queue.DayClose{})
		o.want("at the close", o.settle(time.Second), 4)
	})
}

func TestTheEndIsSigned(t *testing.T) {
	open(t, func(o *office) {
		o.report(1)
		o.settle(time.Second)
		o.leave()
		synctest.Wait()
		if err := o.notary.Sign(context.Background()); err != nil {
			t.Fatal(err)
		}
		o.want("at the end", o.settle(0), 3)
		if err := o.notary.Sign(context.Background()); err != nil {
			t.Fatal(err)
		}
		o.want("once more with nothing new", o.settle(0), 3)
	})
}

// The key changes only when the new one is kept; either way the trail is signed
// by the key that is in force.
func TestAKeyThatIsNotKeptSignsNothing(t *testing.T) {
	open(t, func(o *office) {
		rotate := func() error { return o.notary.Rotate(context.Background()) }
		o.full = errors.New("disk: full")
		if err := rotate(); !errors.Is(err, o.full) || o.notary.Present().Verifier() != o.key.Verifier() {
			t.Errorf("rotated with %v, the key is now %s", err, o.notary.Present().Verifier())
		}
		o.full = nil
		if err := rotate(); err != nil {
			t.Fatal(err)
		}
		if now := o.notary.Present(); now.Verifier() != o.staged.Verifier() || len(now.Verifiers) != 2 || now.Verifiers[0] != o.key.Verifier() {
			t.Errorf("the keys are %v, %s was kept", now.Verifiers, o.staged.Verifier())
		}
		o.signedBy("the next checkpoint", o.staged)
		o.unsettled = errors.New("disk: cannot rename")
		if err := rotate(); !errors.Is(err, o.unsettled) {
			t.Errorf("rotated with %v", err)
		}
		o.report(1)
		sizes := o.settle(notary.Every + time.Second)
		o.report(1)
		o.want("while nobody knows which key signs", o.settle(notary.Every+time.Second), sizes...)
		o.unsettled = nil
		o.signedBy("a checkpoint after that", o.staged)
	})
}

// Stage implements notary.Keys.
func (o *office) Stage(next checkpoint.Key) error {
	if o.full == nil {
		o.staged = next
	}
	return o.full
}

// Settle implements notary.Keys.
func (o *office) Settle() (checkpoint.Key, error) { return o.staged, o.unsettled }

// signedBy fails unless the next checkpoint is signed by a key.
func (o *office) signedBy(what string, k checkpoint.Key) {
	o.t.Helper()
	o.report(1)
	o.settle(notary.Every + time.Second)
	note := o.lodged[len(o.lodged)-1].Note
	keys, err := checkpoint.ReadKeys(k.Verifier())
	if err == nil {
		_, err = checkpoint.Open(note, keys)
	}
	if err != nil {
		o.t.Errorf("%s is not signed by the new key: %v\n%s", what, err, note)
	}
}
