package web_test

import (
	"fmt"
	"slices"
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
			p.until(`document.querySelector('.now.card:not(.brief) .words')`)
			p.shoot(fmt.Sprintf("wall-notice-%d", screen[0]))
			p.until(`document.querySelector('.brief .words')`)
			p.shoot(fmt.Sprintf("wall-sheet-%d", screen[0]))
			p.clean()
			readable(p, `.grid .busy .t,.grid .i,.zone,.zone b,footer b`)
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

// readable fails the test where digits are lower than 8 m on 55 inches need: 40 mm.
func readable(p *tab, selector string) {
	p.t.Helper()
	for _, low := range eval[[]string](p, `(()=>{const mm=55*25.4/Math.hypot(innerWidth,innerHeight);return [...document.querySelectorAll('`+selector+`')].map(e=>[e.className+' '+e.textContent.slice(0,12),parseFloat(getComputedStyle(e).fontSize)*.73*mm]).filter(([,h])=>h<39.5).map(x=>x.join(': '))})()`) {
		p.t.Errorf("%s mm, want at least 40", low)
	}
}

// Near seats see an item's whole sheet, and a line of a notice breaks after a mark.
func TestForeignPagesWallBetweenCallsOfNearSeats(t *testing.T) {
	state := bigHall(time.Now())
	state["walls"] = []object{{"id": "main", "name": "主屏", "floor": 0, "notices": []string{"本周五下午政治学习，15:00 停止取号"}}}
	state["calls"] = []object{}
	hall := newFakeHall(t, state)
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/wall/main?turn=0.3", ".words")
	// The notice comes round again, so that it is judged while it is there.
	p.until(`(lines=>lines.length===2&&lines.every(n=>n===1))([...document.querySelectorAll('.words span')].map(e=>e.getClientRects().length))`)
	p.until(`document.querySelector('.now.card dl')`)
	p.shoot("wall-sheet")
	p.clean()
}

// Calls that are said in one breath are one sentence below the newest, in both
// languages of the hall, and the seats can read each of them.
func TestForeignPagesWallCaptionsCallsSaidTogether(t *testing.T) {
	for _, screen := range [][2]int64{{1920, 1080}, {1080, 1920}} {
		t.Run(fmt.Sprint(screen), func(t *testing.T) {
			state := bigHall(time.Now())
			state["walls"] = []object{{"id": "main", "name": "主屏", "floor": 0, "screen": object{"diagonal": 55, "distance": 8}}}
			at := func(ago time.Duration) string { return time.Now().Add(-ago).Format(time.RFC3339Nano) }
			state["calls"] = []object{
				{"ticket": "M039", "window": "14", "service": "estate", "at": at(0), "recalls": 0},
				{"ticket": "M038", "window": "13", "service": "estate", "at": at(time.Second), "recalls": 0},
				{"ticket": "Q021", "window": "31", "service": "company", "at": at(5 * time.Minute), "recalls": 0},
			}
			hall := newFakeHall(t, state)
			p := openTab(t, screen[0], screen[1])
			p.open(hall.URL+"/wall/main", ".now.fresh .cap")
			want := []string{"请 M038 号，到 13 号窗口；M039 号，到 14 号窗口办理。", "Ticket M038, please go to counter 13; ticket M039, please go to counter 14."}
			if got := eval[[]string](p, `[...document.querySelectorAll('.cap')].map(e=>e.textContent)`); !slices.Equal(got, want) {
				t.Errorf("captions %q, want %q", got, want)
			}
			readable(p, `.now .n,.now .g b,.now .g i,.recent .a,.recent .b`)
			p.do(c.Evaluate[c.Void](clippedJS))
			const settled = `new Promise(done=>{const end=performance.now()+10000;const look=()=>{const found=clipped();found.length&&performance.now()<end?setTimeout(look,100):done(found)};look()})`
			for _, problem := range eval[[]string](p, settled) { // the tiles are laid out again once the call has its room
				t.Error(problem)
			}
			p.shoot(fmt.Sprintf("wall-together-%d", screen[0]))
			p.clean()
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
