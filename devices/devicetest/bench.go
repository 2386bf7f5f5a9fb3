package devicetest

import (
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Bench is a wire in memory and a bubble of time. A driver works on Near; an
// emulator, or the test itself, is the device on Far.
type Bench struct {
	Near, Far Conn
	t         *testing.T
	ctx       context.Context
	all       sync.WaitGroup
}

// OnBench runs f in a bubble and clears the bench afterwards.
func OnBench(t *testing.T, f func(b *Bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(context.Background())
		b := &Bench{t: t, ctx: ctx}
		b.Near, b.Far = Pipe()
		defer b.Near.Close()
		defer b.all.Wait()
		defer b.Far.Close()
		defer stop()
		f(b)
	})
}

// Serve lets an emulator be the device.
func (b *Bench) Serve(device interface {
	Serve(ctx context.Context, line io.ReadWriter) error
}) {
	b.all.Go(func() { _ = device.Serve(b.ctx, b.Far) }) // it ends with the bench
}

// Run lets a driver work until the bench is cleared, and says how it ended.
func (b *Bench) Run(driver func(ctx context.Context) error) (ended <-chan error) {
	done := make(chan error, 1)
	b.all.Go(func() { done <- driver(b.ctx) })
	return done
}

// Say writes to the driver what a device would.
func (b *Bench) Say(bytes []byte) {
	b.t.Helper()
	if _, err := b.Far.Write(bytes); err != nil {
		b.t.Fatal(err)
	}
}

// Settle lets time pass in a bubble, and everybody finish what it brought.
func Settle(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
