package hall

import (
	"context"

	"lobby/queue"
)

// Watcher receives every batch of records after the view it began with. What
// it does when it is late is its own affair: a watcher whose buffer is full
// is closed, and begins again with a new view.
type Watcher struct {
	View    queue.View
	Records <-chan []queue.Record // closed when late, when the context ends, or at the hall's end
}

type watcher struct {
	ctx     context.Context
	records chan []queue.Record
}

func (w *watcher) close() { close(w.records) }

// Watch begins to watch. Buffer is how many batches may wait.
func (h *Hall) Watch(ctx context.Context, buffer int) (Watcher, error) {
	w := &watcher{ctx: ctx, records: make(chan []queue.Record, buffer)}
	var view queue.View
	err := h.Read(ctx, func(s *queue.State) {
		view = s.View()
		h.watchers[w] = struct{}{}
	})
	if err != nil {
		return Watcher{}, err
	}
	context.AfterFunc(ctx, func() {
		_ = h.Read(context.Background(), func(*queue.State) { h.drop(w) }) // a stopped hall has closed it already
	})
	return Watcher{View: view, Records: w.records}, nil
}

// tell hands committed records to all watchers and closes those that are late.
func (h *Hall) tell(rs []queue.Record) {
	if len(rs) == 0 {
		return
	}
	for w := range h.watchers {
		select {
		case w.records <- rs:
		default:
			h.drop(w)
		}
	}
}

// resync closes all watchers, so that each begins again with a new view.
func (h *Hall) resync() {
	for w := range h.watchers {
		h.drop(w)
	}
}

func (h *Hall) drop(w *watcher) {
	if _, ok := h.watchers[w]; ok {
		delete(h.watchers, w)
		w.close()
	}
}
