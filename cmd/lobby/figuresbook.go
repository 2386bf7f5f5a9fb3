package main

import (
	"sync"

	"lobby/display/api"
	"lobby/queue"
	"lobby/queue/figures"
)

// figuresBook keeps the books of the day that was asked for last. Asked again,
// it reads only what was written since; another day is read from the beginning.
type figuresBook struct {
	records interface {
		Each(seq uint64, each func(queue.Record) error) error
	}

	mu    sync.Mutex
	day   string
	books *figures.Books
	seq   uint64 // the last record in the books
}

// Figures implements api.Figures.
func (f *figuresBook) Figures(day string) (api.Report, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.books == nil || f.day != day {
		f.day, f.books, f.seq = day, figures.New(day, day), 0
	}
	err := f.records.Each(f.seq, func(r queue.Record) error {
		f.seq = r.Seq
		return f.books.Apply(r)
	})
	if err != nil {
		f.books = nil // half a record may be in them
		return nil, err
	}
	return f.books.Report(), nil
}
