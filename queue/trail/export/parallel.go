package export

import (
	"context"
	"errors"
	"io"
	"runtime"

	"lobby/queue"
	"lobby/queue/trail/leaf"
)

// Parsed is a line that was read, and the record in it without what is personal.
type Parsed struct {
	Item
	Record queue.Record
	Err    error // what is wrong with the line
	Length int
}

// batch is how many bytes of lines are parsed by one goroutine at a time.
const batch = 1 << 18

// Each reads lines and hands them on in order, while further ones are parsed on
// the other processors: decoding takes most of the time.
func Each(r io.Reader, each func(Parsed) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	batches := make(chan chan []Parsed, 2*runtime.GOMAXPROCS(0))
	read := make(chan error, 1)
	go func() {
		defer close(batches)
		read <- readBatches(ctx, r, batches)
	}()
	for done := range batches {
		for _, line := range <-done {
			if err := each(line); err != nil {
				return err
			}
		}
	}
	return <-read
}

// readBatches cuts the lines into batches and starts their parsing.
func readBatches(ctx context.Context, r io.Reader, batches chan<- chan []Parsed) error {
	var text []byte
	var ends []int
	flush := func() error {
		done := make(chan []Parsed, 1)
		select {
		case batches <- done:
		case <-ctx.Done():
			return ctx.Err()
		}
		go func(text []byte, ends []int) { done <- parseBatch(text, ends) }(text, ends)
		text, ends = make([]byte, 0, len(text)), make([]int, 0, len(ends))
		return nil
	}
	err := Lines(r, func(line []byte) error {
		text = append(text, line...)
		if ends = append(ends, len(text)); len(text) < batch {
			return nil
		}
		return flush()
	})
	return errors.Join(err, flush())
}

func parseBatch(text []byte, ends []int) []Parsed {
	all := make([]Parsed, 0, len(ends))
	from := 0
	for _, end := range ends {
		p := Parsed{Length: end - from}
		if p.Item, p.Err = Parse(text[from:end]); p.Err == nil && p.Leaf != nil {
			p.Record, p.Err = p.Leaf.Record(leaf.Personal{})
		}
		all, from = append(all, p), end
	}
	return all
}
