// Lobby is the edge daemon of a public service hall: it issues numbers, calls
// them, prints, shows, speaks, asks for ratings, relays cameras, and keeps the
// truth about the queue.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // whoever interrupts a second time does not wait for the end
	err := rootCommand().ExecuteContext(ctx)
	stop()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	if errors.As(err, new(usageError)) {
		os.Exit(2)
	}
	os.Exit(1)
}

// usageError is wrong usage or configuration: exit code 2.
type usageError struct{ error }

// Unwrap gives the error itself.
func (u usageError) Unwrap() error { return u.error }
