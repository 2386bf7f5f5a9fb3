package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// settings is a hall file whose check dislikes the word "wrong".
func (h *fakeHall) settings(mux *http.ServeMux) {
	var mu sync.Mutex
	var entered atomic.Bool // the code of the screen that waits
	now := "hall:\n  id: fuyang\n  name: 富阳市行政服务中心\n  opens: \"08:30\"\n\nlisten: 127.0.0.1:8080\ncameras:\n  c1: {source: 'rtsp://lobby:••••••@10.20.0.9/live'}\n" + strings.Repeat("# …\n", 40)
	view := object{"file": "fuyang.yaml", "text": now, "hash": "aa11bb22cc33", "loaded": "aa11bb22cc33", "versions": []object{
		{"hash": "aa11bb22cc33", "author": "0412", "approver": "0531", "note": "医保窗口加一个业务", "at": "2026-11-20T09:12:00Z"},
		{"hash": "99aabbccddee", "author": "0412", "approver": "0531", "note": "换打印机", "at": "2026-11-12T01:40:00Z", "failed": "listen 127.0.0.1:8080: another program uses it, choose another port"},
	}}
	reads := func(w http.ResponseWriter, r *http.Request) (said struct{ Text, Person, Hash string }) {
		_ = json.NewDecoder(r.Body).Decode(&said)
		return said
	}
	locked := func(f http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			f(w, r)
		}
	}
	const diff = "diff old new\n--- old\n+++ new\n@@ -1,5 +1,5 @@\n hall:\n   id: fuyang\n   name: 富阳市行政服务中心\n-  opens: \"08:30\"\n+  opens: \"09:00\"\n \n"
	mux.HandleFunc("POST /api/v1/enrolment", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, object{"code": "482913", "ticket": "t1", "lasts": 600})
	})
	mux.HandleFunc("GET /api/v1/enrolment/t1", func(w http.ResponseWriter, _ *http.Request) {
		if entered.Load() {
			reply(w, object{"role": "wall", "device": "wall:main"})
			return
		}
		reply(w, object{"waiting": true})
	})
	mux.HandleFunc("GET /api/v1/enrolments", func(w http.ResponseWriter, _ *http.Request) {
		list := []object{}
		if !entered.Load() {
			list = append(list, object{"code": "482913", "address": "10.20.0.31", "since": "2026-11-23T01:10:00Z"})
		}
		reply(w, object{"enrolments": list})
	})
	mux.HandleFunc("POST /api/v1/enrolments", func(w http.ResponseWriter, r *http.Request) {
		var said struct{ Code, Device string }
		_ = json.NewDecoder(r.Body).Decode(&said)
		entered.Store(said.Code == "482913" && said.Device == "wall:main")
		reply(w, object{"ok": true})
	})
	mux.HandleFunc("GET /api/v1/me", func(w http.ResponseWriter, r *http.Request) {
		if h.signedIn.Load() {
			reply(w, object{"role": "manager", "person": "0531", "name": "何建平", "lock": h.idleLock})
			return
		}
		reply(w, object{"role": ""})
	})
	mux.HandleFunc("GET /api/v1/settings", locked(func(w http.ResponseWriter, _ *http.Request) { reply(w, view) }))
	mux.HandleFunc("GET /api/v1/settings/versions/{hash}", locked(func(w http.ResponseWriter, r *http.Request) { reply(w, object{"text": "# before\n" + now}) }))
	mux.HandleFunc("POST /api/v1/settings/check", locked(func(w http.ResponseWriter, r *http.Request) {
		said := reads(w, r)
		faults := []object{}
		if i := strings.Index(said.Text, "wrong"); i >= 0 {
			faults = append(faults, object{"line": 1 + strings.Count(said.Text[:i], "\n"), "column": 1, "say": "unknown key \"wrong\"; known are hall, listen"})
		}
		reply(w, object{"diff": diff, "faults": faults})
	}))
	mux.HandleFunc("PUT /api/v1/settings/proposal", locked(func(w http.ResponseWriter, r *http.Request) {
		said := reads(w, r)
		view["proposal"] = object{"hash": "ff00", "base": view["hash"], "author": said.Person, "note": "冬季作息", "at": "2026-11-23T01:00:00Z", "diff": diff}
		view["next"] = said.Text
		reply(w, view["proposal"])
	}))
	mux.HandleFunc("POST /api/v1/settings/activate", locked(func(w http.ResponseWriter, r *http.Request) {
		if p, _ := view["proposal"].(object); p["author"] == reads(w, r).Person {
			w.WriteHeader(http.StatusForbidden)
			reply(w, object{"code": "second_person"})
			return
		}
		view["text"], view["hash"], view["loaded"] = view["next"], "ff00", "ff00"
		delete(view, "proposal")
		reply(w, object{"ok": true})
	}))
}

func TestForeignPagesSettingsByTwoPersons(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1366, 900)
	p.open(hall.URL+"/settings", ".text li")
	p.clean()
	p.shoot("settings")
	p.do(c.Click(c.CSS(".file .main")))
	p.until(`document.querySelector('textarea')`)
	write := func(text string) {
		p.do(c.Evaluate[c.Void](`(a=>{a.value=` + text + `;a.dispatchEvent(new Event('input'))})(document.querySelector('textarea'))`))
	}
	write(`a.value.replace('listen:','wrong:')`)
	p.until(`document.querySelector('.faults li')&&document.querySelector('.editor .main').disabled`)
	p.clean()
	p.shoot("settings-fault")
	p.do(c.Click(c.CSS(".faults button")))
	if got := eval[string](p, `(a=>a.value.slice(a.selectionStart,a.selectionEnd))(document.querySelector('textarea'))`); got != "wrong: 127.0.0.1:8080" {
		t.Errorf("the fault leads to %q", got)
	}
	write(`a.value.replace('wrong:','listen:').replace('08:30','09:00')`)
	p.until(`document.querySelector('.diff .add')&&!document.querySelector('.editor .main').disabled`)
	fill := func(form, person string) {
		p.do(c.Evaluate[c.Void](`(f=>{f.person.value='` + person + `';if(f.note)f.note.value='x';f.requestSubmit()})(document.querySelector('` + form + ` form'))`))
	}
	fill(".editor", "0412")
	p.until(`document.querySelector('.waiting')`)
	p.clean()
	p.shoot("settings-waiting")
	fill(".waiting", "0412")
	p.until(`document.querySelector('.problem')?.textContent.includes('另一人')`)
	fill(".waiting", "0531")
	p.until(`!document.querySelector('.waiting')&&document.querySelector('.text').textContent.includes('09:00')`)
	p.clean()
}

// A screen shows a code, a manager enters it, and the screen goes to its page.
func TestForeignPagesScreenIsLetIn(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1366, 900)
	p.open(hall.URL+"/enrol", ".code")
	p.clean()
	p.shoot("enrol")
	if got := eval[string](p, `document.querySelector('.code').textContent`); got != "482 913" {
		t.Errorf("the screen shows %s", got)
	}
	hall.signedIn.Store(true)
	p.open(hall.URL+"/settings", ".waiting select option")
	p.clean()
	p.shoot("settings-screen")
	p.do(c.Evaluate[c.Void](`(f=>{f.code.value='482913';f.device.value='wall:main';f.requestSubmit()})(document.querySelector('.waiting form'))`))
	p.until(`!document.querySelector('.waiting')`)
	p.open(hall.URL+"/enrol", "#app")
	p.until(`location.pathname==='/wall/main'`)
	p.quiet()
}
