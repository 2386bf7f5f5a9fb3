package verify

import (
	"context"
	"errors"
	"io"
	"runtime"

	"lobby/queue"
	"lobby/queue/trail/export"
	"lobby/queue/trail/leaf"
)

// parsed is a line that was read, and the record in it.
type parsed struct {
	item   export.Item
	record queue.Record
	err    error
	length int
}

// batch is how many bytes of lines are parsed by one goroutine at a time.
const batch = 1 << 18

// parse reads lines and hands them on in order, while further ones are parsed
// on the other processors: decoding takes most of the time.
func parse(r io.Reader, each func(parsed) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	batches := make(chan chan []parsed, 2*runtime.GOMAXPROCS(0))
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
func readBatches(ctx context.Context, r io.Reader, batches chan<- chan []parsed) error {
	var text []byte
	var ends []int
	flush := func() error {
		done := make(chan []parsed, 1)
		select {
		case batches <- done:
		case <-ctx.Done():
			return ctx.Err()
		}
		go func(text []byte, ends []int) { done <- parseBatch(text, ends) }(text, ends)
		text, ends = make([]byte, 0, len(text)), make([]int, 0, len(ends))
		return nil
	}
	err := export.Lines(r, func(line []byte) error {
		text = append(text, line...)
		if ends = append(ends, len(text)); len(text) < batch {
			return nil
		}
		return flush()
	})
	return errors.Join(err, flush())
}

func parseBatch(text []byte, ends []int) []parsed {
	all := make([]parsed, 0, len(ends))
	from := 0
	for _, end := range ends {
		p := parsed{length: end - from}
		if p.item, p.err = export.Parse(text[from:end]); p.err == nil && p.item.Leaf != nil {
			p.record, p.err = p.item.Leaf.Record(leaf.Personal{})
		}
		all, from = append(all, p), end
	}
	return all
}
