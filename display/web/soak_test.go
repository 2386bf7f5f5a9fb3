package web_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	c "github.com/chromedp/chromedp"
)

// weight is what a page holds after a collection: nodes, also those that are
// in no tree any more, listeners, and bytes of heap.
type weight struct{ nodes, listeners, heap int64 }

func (p *tab) weigh() weight {
	p.t.Helper()
	w, err := c.Run(p.ctx, func(ctx context.Context, t *c.Target) (weight, error) {
		for range 2 { // what the first one frees may free more
			if _, err := cdp.Call(ctx, t, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
				return weight{}, err
			}
		}
		n, err := cdp.Call(ctx, t, memory.GetDOMCounters, cdp.Empty{})
		return weight{nodes: n.Nodes, listeners: n.JsEventListeners}, err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	w.heap = int64(eval[float64](p, `performance.memory.usedJSHeapSize`))
	return w
}

// callAt has the hall call the n-th number.
func (h *fakeHall) callAt(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now().Format(time.RFC3339Nano)
	w := h.state["windows"].([]object)[n%80]
	w["state"], w["ticket"], w["called_at"] = "calling", fmt.Sprintf("M%03d", n%1000), now
	calls := []object{{"ticket": w["ticket"], "window": w["id"], "service": w["service"], "at": now, "recalls": n % 3}}
	calls = append(calls, h.state["calls"].([]object)...)
	h.patchLocked(object{"calls": calls[:min(7, len(calls))], "windows": []object{w}})
}

// A wall runs for months. A thousand calls, ten thousand with
// LOBBY_NIGHTLY=1, each drawn, leave neither nodes nor listeners nor heap behind.
func TestForeignPagesWallDoesNotGrow(t *testing.T) {
	calls := 1000
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		calls = 10_000
	}
	state := bigHall(time.Now())
	state["walls"] = []object{{"id": "main", "name": "主屏", "floor": 0, "screen": object{"diagonal": 55, "distance": 8}}}
	hall := newFakeHall(t, state)
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/wall/main?turn=0.3", ".grid .w")
	// Drawing at once instead of once a frame: no call is left out.
	p.do(c.Evaluate[c.Void](`window.draws=0;window.requestAnimationFrame=f=>{draws++;f(performance.now());return 0}`))
	run := func(from, to int) {
		t.Helper()
		for n := from; n < to; n++ {
			hall.callAt(n)
		}
		p.until(fmt.Sprintf(`lobby.stateSeq>=%d`, hall.at()))
	}
	run(0, 200)
	before := p.weigh()
	run(200, 200+calls)
	after := p.weigh()
	t.Logf("%d calls: %d nodes, then %d; %d listeners, then %d; %d bytes, then %d", calls, before.nodes, after.nodes, before.listeners, after.listeners, before.heap, after.heap)
	if n := eval[int](p, `draws`); n < calls {
		t.Errorf("%d draws for %d calls", n, calls)
	}
	if after.nodes > before.nodes+600 || after.listeners > before.listeners+20 || after.heap > before.heap+2<<20 {
		t.Errorf("the wall grew from %+v to %+v in %d calls", before, after, calls)
	}
	p.quiet()
}

func (h *fakeHall) at() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seq
}
