package main

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// outlet is where the log goes. Nobody ever waits for it: when whoever should
// read the log does not, lines are lost and counted, and the hall goes on.
type outlet struct {
	to    io.Writer
	lines chan []byte // nil ends it
	ended chan struct{}
	lost  atomic.Int64
}

const (
	// outletLines may wait for a reader that is slow for a moment.
	outletLines = 4096
	// outletEnd is how long the end of the program waits for the last lines.
	outletEnd = time.Second
)

// newOutlet makes an outlet that works until end.
func newOutlet(to io.Writer) *outlet {
	o := &outlet{to: to, lines: make(chan []byte, outletLines), ended: make(chan struct{})}
	go o.run()
	return o
}

// Write takes one line and never fails. The line is copied.
func (o *outlet) Write(line []byte) (int, error) {
	select {
	case o.lines <- append([]byte{}, line...):
	default:
		o.lost.Add(1)
	}
	return len(line), nil
}

func (o *outlet) run() {
	defer close(o.ended)
	for line := range o.lines {
		if line == nil {
			return
		}
		_, _ = o.to.Write(line) // there is nowhere to say that the log cannot be written
		if n := o.lost.Swap(0); n > 0 {
			fmt.Fprintf(o.to, `{"level":"WARN","msg":"lines of the log were lost because nobody read them","lines":%d}`+"\n", n)
		}
	}
}

// end writes what waits, as far as somebody reads it.
func (o *outlet) end() {
	late := time.NewTimer(outletEnd)
	defer late.Stop()
	select {
	case o.lines <- nil:
	case <-late.C:
		return
	}
	select {
	case <-o.ended:
	case <-late.C:
	}
}
