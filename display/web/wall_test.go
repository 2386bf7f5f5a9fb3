package web_test

import (
	"fmt"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

func TestForeignPagesWallShowsCalls(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/wall/main", ".grid .w:nth-child(80)")
	p.clean()
	p.shoot("wall-landscape")
	now := time.Now().Format(time.RFC3339Nano)
	hall.mu.Lock()
	calls := append([]object{{"ticket": "M088", "window": "18", "service": "fund", "at": now, "recalls": 0}}, hall.state["calls"].([]object)...)
	w := hall.state["windows"].([]object)[17]
	w["state"], w["ticket"], w["called_at"] = "calling", "M088", now
	hall.patchLocked(object{"calls": calls, "windows": []object{w}})
	hall.mu.Unlock()
	p.until(`document.querySelector('.now.fresh .n')?.textContent==='M088'&&document.querySelector('.grid .w.call')?.textContent.includes('M088')`)
	if got := eval[int](p, `document.querySelectorAll('.grid .w').length`); got != 80 {
		t.Errorf("%d tiles, want 80: a patch changes objects, it does not replace the list", got)
	}
	const cut = `Array.from(document.querySelectorAll('.grid .t')).filter(e=>e.scrollWidth>e.parentElement.clientWidth+1).map(e=>e.textContent)`
	if got := eval[[]string](p, cut); len(got) > 0 {
		t.Errorf("cut tiles: %v", got)
	}
	const beyond = `Array.from(document.querySelectorAll('footer *')).filter(e=>e.getBoundingClientRect().right>innerWidth).map(e=>e.textContent)`
	if got := eval[[]string](p, beyond); len(got) > 0 {
		t.Errorf("the footer runs out of the screen: %v", got)
	}
	p.quiet()
}

func TestForeignPagesWallOfPortraitAndSmallHall(t *testing.T) {
	big := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(big.URL+"/wall/main", ".grid .w:nth-child(80)")
	p.shoot("wall-portrait")
	p.clean()
	small := newFakeHall(t, smallHall(time.Now()))
	p.open(small.URL+"/wall/main", ".grid .w:nth-child(4)")
	p.shoot("wall-small-portrait")
	small.patch(object{"calls": []object{}})
	p.until(`document.querySelector('.now.quiet')`)
	p.clean()
}

func TestForeignPagesWallOfSmallHall(t *testing.T) {
	small := newFakeHall(t, smallHall(time.Now()))
	p := openTab(t, 1920, 1080)
	p.open(small.URL+"/wall/main", ".grid .w:nth-child(4)")
	p.shoot("wall-small")
	p.clean()
	for _, w := range small.state["windows"].([]object) {
		w["ticket"], w["state"] = "", "closed"
	}
	small.patch(object{"open": false, "windows": small.state["windows"]})
	p.until(`document.querySelector('.resting')`)
	p.shoot("wall-closed")
	p.quiet()
}

// Numbers that the last row could not read are cut into pages, zone by zone; a
// call brings its page and holds it.
func TestForeignPagesWallIsReadableFromTheLastRow(t *testing.T) {
	state := bigHall(time.Now())
	state["walls"] = []object{{"id": "main", "name": "主屏", "floor": 0, "screen": object{"diagonal": 55, "distance": 8}, "notices": []string{"本周五下午政治学习，15:00 停止取号"}}}
	state["calls"] = []object{}
	hall := newFakeHall(t, state)
	for _, screen := range [][2]int64{{1920, 1080}, {1080, 1920}} {
		t.Run(fmt.Sprint(screen), func(t *testing.T) {
			p := openTab(t, screen[0], screen[1])
			p.open(hall.URL+"/wall/main?turn=0.3", ".grid.sized .zone")
			p.until(`document.querySelector('.words')`)
			p.shoot(fmt.Sprintf("wall-notice-%d", screen[0]))
			p.until(`document.querySelector('.now.card dl')`)
			p.shoot(fmt.Sprintf("wall-sheet-%d", screen[0]))
			p.clean()
			// 8 m need digits of 40 mm at the least.
			const small = `(()=>{const mm=55*25.4/Math.hypot(innerWidth,innerHeight);return [...document.querySelectorAll('.grid .busy .t')].map(e=>parseFloat(getComputedStyle(e).fontSize)*.73*mm).filter(h=>h<39.9)})()`
			if got := eval[[]float64](p, small); len(got) > 0 {
				t.Errorf("digits of %v mm, want at least 40", got)
			}
			p.do(c.Evaluate[c.Void](clippedJS))
			const round = `new Promise(done=>{const ids=new Set(),bad=new Set(),end=performance.now()+30000;const look=()=>{lobby.changed();for(const b of clipped())bad.add(b);for(const e of document.querySelectorAll('.grid .i'))ids.add(parseInt(e.textContent));ids.size===80||performance.now()>end?done([String(ids.size),...bad]):setTimeout(look,100)};look()})`
			got := eval[[]string](p, round)
			if got[0] != "80" {
				t.Errorf("%s windows came round, want 80", got[0])
			}
			for _, problem := range got[1:] {
				t.Error(problem)
			}
			p.quiet()
		})
	}
}

func TestForeignPagesWallHoldsThePageOfACall(t *testing.T) {
	state := bigHall(time.Now())
	state["walls"] = []object{{"id": "main", "name": "主屏", "floor": 0, "screen": object{"diagonal": 55, "distance": 8}}}
	hall := newFakeHall(t, state)
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/wall/main?turn=0.3", ".grid.sized .zone")
	now := time.Now().Format(time.RFC3339Nano)
	w := hall.state["windows"].([]object)[76]
	w["state"], w["ticket"], w["called_at"] = "calling", "X088", now
	hall.patch(object{"calls": []object{{"ticket": "X088", "window": "77", "service": "help", "at": now, "recalls": 1}}, "windows": []object{w}})
	p.until(`document.querySelector('.grid .w.call')?.textContent.includes('X088')`)
	p.shoot("wall-zone")
	p.clean()
	was := eval[string](p, `document.querySelector('.zone').textContent`)
	for range 5 { // Each is a draw after a turn's time.
		p.do(c.Evaluate[c.Void](`new Promise(d=>setTimeout(()=>{lobby.changed();requestAnimationFrame(()=>requestAnimationFrame(d))},400))`, c.EvalAwaitPromise))
	}
	if got := eval[string](p, `document.querySelector('.zone').textContent`); got != was {
		t.Errorf("the page went on to %s while a call was shown on %s", got, was)
	}
	if got := eval[string](p, `document.querySelector('.now .cap').textContent`); got != "Ticket X088, please go to counter 77." {
		t.Errorf("caption %q", got)
	}
}
