package main

import (
	"sync"

	"lobby/queue"
)

// book keeps the sums of the days that were asked for last. Asked again, it
// reads only the records that were written since; other days are read from the
// beginning of their first month.
type book[B interface{ Apply(queue.Record) error }] struct {
	records interface {
		Each(seq uint64, each func(queue.Record) error) error
		From(day string, each func(queue.Record) error) error
	}
	begin func(from, to string) B // an empty book of the days, both included

	mu       sync.Mutex
	open     bool
	from, to string
	sums     B
	seq      uint64 // the last record in the sums
}

// read brings the sums up to date and lets use have them. Nobody else has them
// meanwhile.
func (k *book[B]) read(from, to string, use func(B)) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.open || k.from != from || k.to != to {
		k.open, k.from, k.to, k.sums, k.seq = true, from, to, k.begin(from, to), 0
	}
	apply := func(r queue.Record) error {
		k.seq = r.Seq
		return k.sums.Apply(r)
	}
	var err error
	if k.seq == 0 {
		err = k.records.From(from, apply)
	} else {
		err = k.records.Each(k.seq, apply)
	}
	if err != nil {
		k.open = false // half a record may be in them
		return err
	}
	use(k.sums)
	return nil
}
