package emulator

import (
	"context"
	"io"
	"sync"
)

// Outbox is what a device that only speaks has to say. Put may be called from
// any goroutine, also while nobody listens.
type Outbox struct {
	mu   sync.Mutex
	held []byte
	wake chan struct{}
}

// NewOutbox makes an empty one.
func NewOutbox() *Outbox { return &Outbox{wake: make(chan struct{}, 1)} }

// Put adds bytes behind those that wait.
func (o *Outbox) Put(b []byte) {
	o.mu.Lock()
	o.held = append(o.held, b...)
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Serve implements Emulator: it says what waits and what comes, and hears
// nothing.
func (o *Outbox) Serve(ctx context.Context, line io.ReadWriter) error {
	return Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-heard:
			case <-o.wake:
				o.mu.Lock()
				held := o.held
				o.held = nil
				o.mu.Unlock()
				if _, err := line.Write(held); err != nil {
					return err
				}
			}
		}
	})
}
