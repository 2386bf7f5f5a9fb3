package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

func TestFaultF38_LogThatNobodyReadsIsLostAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		o := newOutlet(w)
		const wrote = outletLines + 500
		for i := range wrote { // nobody reads, and still all are taken
			fmt.Fprintln(o, "line", i)
		}
		var got bytes.Buffer
		read := make(chan struct{})
		go func() {
			_, _ = io.Copy(&got, r)
			close(read)
		}()
		o.end()
		w.Close()
		<-read
		lines := strings.Count(got.String(), "line ")
		if want := fmt.Sprintf(`"lines":%d}`, wrote-lines); lines < outletLines || lines == wrote || !strings.Contains(got.String(), want) {
			t.Errorf("of %d lines %d were read, and %q is not among what was said", wrote, lines, want)
		}
	})
}

func TestTheEndDoesNotWaitForALogThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		o := newOutlet(w)
		fmt.Fprintln(o, "nobody reads this")
		o.end()
		r.Close() // lets the outlet's goroutine go
		<-o.ended
	})
}
