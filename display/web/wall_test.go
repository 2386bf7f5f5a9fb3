package web_test

import (
	"testing"
	"time"
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
