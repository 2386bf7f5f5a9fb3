package web_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// signIn answers what a page asks that locks.
func (h *fakeHall) signIn(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/here", func(w http.ResponseWriter, _ *http.Request) { reply(w, object{}) })
	mux.HandleFunc("POST /api/v1/lock", func(w http.ResponseWriter, _ *http.Request) {
		h.locks.Add(1)
		h.setSilent(true) // who is locked out has no feed
		h.drop()
		reply(w, object{})
	})
	mux.HandleFunc("POST /api/v1/signin", func(w http.ResponseWriter, r *http.Request) {
		var said struct{ Badge, Secret string }
		_ = json.NewDecoder(r.Body).Decode(&said)
		if said.Badge != "0531" || said.Secret != "a long password" {
			w.WriteHeader(http.StatusUnauthorized)
			reply(w, object{"code": "wrong_secret"})
			return
		}
		h.setSilent(false)
		reply(w, object{"role": "manager", "person": "0531"})
	})
}

// answer gives a secret to the lock.
func (p *tab) answer(secret string) {
	p.t.Helper()
	p.do(c.Evaluate[c.Void](`document.querySelector('.lock input').value=` + quote(secret) + `;document.querySelector('.lock form').requestSubmit()`))
}

// A console that nobody touches locks: its feed ends, no key reaches what is
// behind, and the password leads back to the page as it was.
func TestForeignPagesLockWhenNobodyIsThere(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	hall.signedIn.Store(true)
	hall.idleLock = 8
	p := openTab(t, 1366, 768)
	p.open(hall.URL+"/window/12", ".acts .big")
	p.until(`document.querySelector('dialog.lock[open] input')`)
	p.until(`!lobby.up`)
	if n := hall.locks.Load(); n < 1 {
		t.Error("the hall was not told")
	}
	p.do(c.KeyEvent(kb.Escape), c.KeyEvent(kb.Escape), c.KeyEvent(kb.F9)) // two, for a browser lets the second one through
	p.do(c.Evaluate[c.Void](`document.body.dispatchEvent(new KeyboardEvent('keydown',{code:'F9',key:'F9',bubbles:true,cancelable:true}))`))
	if !eval[bool](p, `!!document.querySelector('dialog.lock[open]')`) {
		t.Fatal("Escape opened the lock")
	}
	p.answer("guess")
	p.until(`document.querySelector('.lock .problem').textContent`)
	p.shoot("locked")
	if found := eval[[]string](p, `[...document.querySelectorAll('.lock button,.lock input,.lock a')].filter(e=>e.getBoundingClientRect().height<44).map(e=>e.tagName)`); len(found) > 0 {
		t.Errorf("targets lower than 44 pixels: %v", found)
	}
	p.do(c.Evaluate[c.Void](axe))
	for _, v := range eval[[]string](p, `axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21aa','wcag22aa']}).then(r=>r.violations.map(v=>v.id+': '+v.nodes.map(n=>n.target+' '+n.failureSummary).join()))`) {
		t.Error(v)
	}
	p.answer("a long password")
	p.until(`!document.querySelector('dialog.lock')&&lobby.up`)
	if got := eval[string](p, `document.querySelector('.cur .n').textContent`); got == "" {
		t.Error("the console came back without its number")
	}
	if n := len(hall.sent("call_next")) + len(hall.sent("finish")); n != 0 {
		t.Errorf("behind the lock %d commands were sent", n)
	}
}

// The button locks at once; a wall and a page of an open hall never lock.
func TestForeignPagesLockByButton(t *testing.T) {
	const button = `header .chip[aria-label="锁定"]`
	hall := newFakeHall(t, bigHall(time.Now()))
	hall.signedIn.Store(true)
	hall.idleLock = 900
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/wall/main", ".now .n")
	if eval[bool](p, `import('/ui/`+build+`/lib/lock.js').then(m=>m.lockable(),()=>false)`) {
		t.Error("a wall locks")
	}
	p.open(hall.URL+"/manager", button)
	p.click(button)
	p.until(`document.querySelector('dialog.lock[open] input')`)
	p.answer("a long password")
	p.until(`!document.querySelector('dialog.lock')&&lobby.up`)
	hall.signedIn.Store(false)
	p.open(hall.URL+"/manager", ".kpis")
	p.until(`lobby.up`)
	if eval[bool](p, `!!document.querySelector('`+button+`')`) {
		t.Error("a page of an open hall can be locked")
	}
}
