package web_test

import (
	"slices"
	"testing"
	"time"
)

func TestForeignPagesHardwarePressesAndBreaks(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1920, 1400)
	p.open(hall.URL+"/hardware", ".dev.camera")
	p.until(`document.querySelector('.slip.newest img')?.naturalWidth>0`)
	p.until(`document.querySelector('.slip.newest .feed').getAnimations().every(a=>a.playState==='finished')`)
	p.shoot("hardware")
	p.clean()
	if bare := eval[[]string](p, `[...document.querySelectorAll('.faults button,.key')].map(b=>b.textContent.trim()).filter(w=>!/^\d+$|\p{Script=Han}/u.test(w))`); len(bare) > 0 {
		t.Errorf("the Chinese page calls faults and keys %q", bare)
	}
	p.click(".callbox .key.next")
	p.click(".pad.asks .faces button")
	p.click(".printer .faults button:last-of-type")
	p.until(`document.querySelector('.printer .faults button:last-of-type').getAttribute('aria-checked')==='false'`)
	p.click(".printer .faults [aria-checked=false]:nth-of-type(4)")
	p.until(`document.querySelectorAll('.printer .faults [aria-checked=true]').length===2`)
	hall.mu.Lock()
	defer hall.mu.Unlock()
	slices.Sort(hall.presses) // two requests may overtake each other
	if !slices.Equal(hall.presses, []string{"callbox box-1 next", "keypad keypad-2 5"}) {
		t.Errorf("presses: %q", hall.presses)
	}
	if !hall.faults["paper_out"] {
		t.Errorf("faults: %v", hall.faults)
	}
	p.quiet()
}
