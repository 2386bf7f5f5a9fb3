package emulator

import (
	"context"
	"io"
	"sync"
	"time"
)

// Converse lets talk hold the conversation on a line: it hears what comes in,
// piece by piece, and answers on the line itself. It ends talk's context when
// the line breaks, and frees a call that waits on the line when the context
// ends; a line that has neither deadlines nor Close only ends by itself. The
// error is the context's, if that ended, else the line's or talk's. A line
// holds one conversation, because its deadlines have passed after it.
func Converse(ctx context.Context, line io.ReadWriter, talk func(ctx context.Context, heard <-chan []byte) error) error {
	talking, end := context.WithCancelCause(ctx)
	free := context.AfterFunc(talking, func() { unblock(line) })
	defer free()
	heard := make(chan []byte)
	var listener sync.WaitGroup
	listener.Go(func() { end(listen(talking, line, heard)) })
	defer listener.Wait()
	defer end(nil) // also when talk panics
	err := talk(talking, heard)
	end(err)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return context.Cause(talking)
}

// Listen is the conversation of a device that never answers.
func Listen(ctx context.Context, line io.ReadWriter, take func(piece []byte)) error {
	return Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case piece := <-heard:
				take(piece)
			}
		}
	})
}

// listen passes on what comes in until the line breaks or the context ends. It
// returns the line's error.
func listen(ctx context.Context, line io.Reader, heard chan<- []byte) error {
	var p [512]byte
	for {
		n, err := line.Read(p[:])
		if n > 0 {
			select {
			case heard <- append([]byte(nil), p[:n]...):
			case <-ctx.Done():
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
}

// unblock ends a Read or Write that waits on the line.
func unblock(line io.ReadWriter) {
	switch l := line.(type) {
	case interface{ SetDeadline(time.Time) error }:
		l.SetDeadline(time.Unix(1, 0))
	case io.Closer:
		l.Close()
	}
}
