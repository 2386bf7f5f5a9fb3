package page

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/wire"
)

// screen is a page that plays what it is told to.
type screen func(ctx context.Context, wav []byte) error

func (s screen) Play(ctx context.Context, wav []byte) error { return s(ctx, wav) }

var main = wire.URL{Scheme: wire.Page, Path: "main"}

// endless plays until it is cut.
func endless(ctx context.Context, _ []byte) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestTheNewestPageOfItsWallPlays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var walls Walls
		if _, err := walls.Open(main)(t.Context()); !errors.Is(err, ErrNobody) {
			t.Fatalf("nobody is there: %v", err)
		}
		var heard []string
		plays := func(name string) screen {
			return func(_ context.Context, wav []byte) error { heard = append(heard, name+" "+string(wav)); return nil }
		}
		go func() {
			time.Sleep(time.Second) // the screen starts a moment after the hall
			walls.Lease("other", plays("other"))
			walls.Lease("main", plays("first"))
		}()
		c, err := walls.Open(main)(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.Write([]byte("one")); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		_, release := walls.Lease("main", plays("second"))
		if _, err := c.Write([]byte("two")); !errors.Is(err, devices.ErrGone) {
			t.Errorf("the first page still holds the sound: %v", err)
		}
		c, err = walls.Open(main)(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("two")); err != nil {
			t.Error(err)
		}
		release()
		release()
		if _, err := walls.Open(main)(t.Context()); !errors.Is(err, ErrNobody) {
			t.Errorf("the page is gone: %v", err)
		}
		if got := len(heard); got != 3 || heard[0] != "first one" || heard[2] != "second two" {
			t.Errorf("heard %q", heard)
		}
	})
}

func TestASoundIsCutByItsDeadlineAndByThePageThatGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var walls Walls
		_, release := walls.Lease("main", screen(endless))
		c, err := walls.Open(main)(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the deadline: %v", err)
		}
		_ = c.SetWriteDeadline(time.Time{})
		done := make(chan error)
		go func() {
			_, err := c.Write([]byte("x"))
			done <- err
		}()
		synctest.Wait()
		release()
		if err := <-done; !errors.Is(err, devices.ErrGone) {
			t.Errorf("the page goes: %v", err)
		}
	})
}

func TestAPageThatMayNotPlaySaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var walls Walls
		blocked := errors.New("tap the screen")
		walls.Lease("main", screen(func(context.Context, []byte) error { return blocked }))
		c, err := walls.Open(main)(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("x")); !errors.Is(err, blocked) || !errors.Is(err, devices.ErrGone) {
			t.Errorf("got %v", err)
		}
		if _, err := walls.Open(main)(t.Context()); !errors.Is(err, blocked) {
			t.Errorf("who opens it next hears %v", err)
		}
		walls.Lease("main", screen(func(context.Context, []byte) error { return nil }))
		if _, err := walls.Open(main)(t.Context()); err != nil {
			t.Errorf("after the touch: %v", err)
		}
	})
}
