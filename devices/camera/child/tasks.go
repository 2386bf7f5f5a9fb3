package child

import (
	"context"
	"sync"
)

// tasks are goroutines that end together: the first error ends them all.
type tasks struct{ sync.WaitGroup }

func (t *tasks) start(f func() error, cancel context.CancelCauseFunc) {
	t.Go(func() {
		if err := f(); err != nil {
			cancel(err)
		}
	})
}
