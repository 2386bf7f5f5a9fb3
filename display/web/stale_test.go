package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	c "github.com/chromedp/chromedp"
)

// A hall whose packets vanish says no goodbye: the socket stays open and
// silent. The page says within five seconds that it is old, by its own clock.
func TestFaultF31_SilenceShowsThatThePageIsStale(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	hall.heartbeat = 2 // as the daemon's; the fake hall sends no beat at all
	p := openTab(t, 1366, 768)
	p.do(c.Navigate(hall.URL + "/window/12"))
	p.until(`window.lobby&&lobby.up`)
	hall.setSilent(true)
	// The page looks twice a second, so five seconds are kept when it is
	// displeased with four and a half. Its clock is moved, not waited for.
	p.do(c.Evaluate[c.Void](`window.real=performance.now;performance.now=()=>lobby.heard+2100;lobby.watch()`))
	if eval[bool](p, `lobby.stale||!!document.querySelector('.stale')`) {
		t.Error("a beat that is a little late already counts as silence")
	}
	p.do(c.Evaluate[c.Void](`performance.now=()=>lobby.heard+4500`))
	p.until(`document.querySelector('.stale')`)
	p.do(c.Evaluate[c.Void](`performance.now=window.real`))
	p.do(c.Evaluate[c.Void](`lobby.command({type:'call_next',window:'12'},'one-wish');lobby.command({type:'call_next',window:'12'},'one-wish')`))
	hall.setSilent(false)
	p.until(`!document.querySelector('.stale')&&!lobby.outbox.open.size`)
	if n := len(hall.comes("call_next", 1)); n != 1 {
		t.Errorf("a wish of the time without a hall was sent %d times, want once", n)
	}
}

// A page that hears of another build loads itself anew, once.
func TestFaultF32_AnOldPageLoadsItselfAnew(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1280, 720)
	p.open(hall.URL+"/wall/main", ".now")
	p.do(c.Evaluate[c.Void](`window.old=true`))
	hall.mu.Lock()
	hall.build = "another"
	hall.mu.Unlock()
	hall.drop()
	p.until(`!window.old&&sessionStorage.getItem('lobby-renewed')==='another'&&window.lobby?.up`)
	// It has been loaded for that build; hearing of it again is no reason.
	p.do(c.Evaluate[c.Void](`window.old=true`))
	hall.drop()
	p.until(`!window.lobby.up`)
	p.until(`window.lobby.up`)
	if !eval[bool](p, `window.old`) {
		t.Error("it loads itself again and again")
	}
}

// A screen says that it lives as long as it draws. One that stands still with
// its socket open says nothing any more, and the daemon raises an alert.
func TestFaultF31_ScreenBeatsOnlyWhileItDraws(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	heard := func() (n int) {
		hall.mu.Lock()
		defer hall.mu.Unlock()
		for _, b := range hall.beats {
			if b == "wall:main" {
				n++
			}
		}
		return n
	}
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/wall/main?beat=1.5", ".grid .w")
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for heard() < 2 {
		select {
		case <-ticker.C:
		case <-p.ctx.Done():
			t.Fatal("the wall never said that it lives")
		}
	}
	p.do(c.Evaluate[c.Void](`Object.defineProperty(lobby,'state',{get(){throw new Error('a page that cannot draw')}});window.stopped=performance.now()`))
	p.until(`performance.now()-window.stopped>2000`)
	was := heard()
	p.until(`performance.now()-window.stopped>5200`)
	if n := heard(); n != was {
		t.Errorf("a wall that draws no more beat %d times", n-was)
	}
}

// A lid that is closed stops a page; the hall goes on without it. Awake again,
// the page stands where the hall stands.
func TestFaultF27_APageThatSleptShowsTheHallOfNow(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/wall/main", ".grid .w")
	// A browser without a window leaves a page that was frozen hidden, and a
	// hidden page is given frames only now and then, if at all.
	p.do(c.Evaluate[c.Void](`window.requestAnimationFrame=f=>setTimeout(()=>f(performance.now()))`))
	p.lives(page.SetWebLifecycleStateStateFrozen)
	hall.drop() // as the daemon does with a client that answers no ping
	for n := range 100 {
		hall.callAt(n)
	}
	p.lives(page.SetWebLifecycleStateStateActive)
	p.until(`document.querySelector('.now .n')?.textContent==='M099'&&!document.querySelector('.stale')`)
	p.until(`[...document.querySelectorAll('.grid .w')].slice(0,19).every((w,i)=>w.textContent.includes('M0'+(80+i)))`)
	if got := eval[int](p, `lobby.stateSeq`); got != hall.at() {
		t.Errorf("the page stands at %d, the hall at %d", got, hall.at())
	}
}

// lives freezes or wakes the page, as a lid does.
func (p *tab) lives(state page.SetWebLifecycleStateState) {
	p.t.Helper()
	p.do(c.Func(func(ctx context.Context, t *c.Target) error {
		_, err := cdp.Call(ctx, t, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state})
		return err
	}))
}

// A screen that was given a name the hall does not have says which there are.
func TestForeignPagesOfNoScreenSayWhichThereAre(t *testing.T) {
	for _, page := range []struct{ kind, there string }{{"kiosk", "k1"}, {"window", "1"}, {"wall", "main"}} {
		t.Run(page.kind, func(t *testing.T) {
			hall := newFakeHall(t, smallHall(time.Now()))
			p := openTab(t, 1366, 768)
			p.open(hall.URL+"/"+page.kind+"/nope", `.chooser a[href="/`+page.kind+`/`+page.there+`"]`)
			if said := eval[string](p, `document.querySelector('.chooser h1').textContent`); !strings.Contains(said, "nope") {
				t.Errorf("it says %q", said)
			}
			p.shoot(page.kind + "-unknown")
			p.quiet()
		})
	}
}
