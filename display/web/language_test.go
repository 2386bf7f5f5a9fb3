package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// bare finds Chinese that a page shows although it is in English: words of the
// page itself, not what the hall file calls its things.
const bare = `(()=>{const found=new Set();const walk=document.createTreeWalker(document.body,NodeFilter.SHOW_TEXT);const given=JSON.stringify(lobby.state);
for(let n=walk.nextNode();n;n=walk.nextNode()){const words=n.textContent.trim();if(/\p{Script=Han}/u.test(words)&&!n.parentElement.closest('script,style,noscript')&&!given.includes(words))found.add(words)}return [...found]})()`

// wide finds words that are cut or wider than their box; long lists scroll.
const wide = `clipped().filter(x=>{const m=x.match(/: (\d+)×\d+ in (\d+)×/);return m?+m[1]>+m[2]+2&&+m[2]>1:/is cut by/.test(x)&&!/p.hidden/.test(x)})`

// The pages of those who work here speak the language of their browser, whole,
// and nothing is cut off in it.
func TestForeignPagesOfStaffSpeakTheirLanguage(t *testing.T) {
	words := map[string]string{ // a word of each page in traditional Chinese
		"/window/12": "已連線", "/manager": "值班總覽", "/staff": "窗口人員", "/": "值班總覽",
	}
	for path, word := range words {
		t.Run(path, func(t *testing.T) {
			hall := newFakeHall(t, bigHall(time.Now()))
			p := openTab(t, 1920, 1080)
			p.open(hall.URL+path+"?lang=zh-TW", "h1,header")
			p.until(`document.documentElement.lang==='zh-TW'&&document.body.textContent.includes(` + quote(word) + `)`)
			p.open(hall.URL+path+"?lang=en", "h1,header")
			p.until(`document.documentElement.lang==='en'&&window.lobby&&lobby.state`)
			for _, words := range eval[[]string](p, bare) {
				t.Errorf("in English the page says %q", words)
			}
			p.do(c.Evaluate[c.Void](clippedJS))
			for _, problem := range eval[[]string](p, wide) {
				t.Error(problem)
			}
			p.shoot("english-" + map[string]string{"/window/12": "console", "/manager": "manager", "/staff": "staff", "/": "index"}[path])
			p.clean()
		})
	}
}

// An alert on a picture, few of something and lists of windows are in the
// language of the page, and what a small hall shows large is no smaller in it.
func TestForeignPagesManagerInEnglishToTheEnd(t *testing.T) {
	state := smallHall(time.Now())
	alert := state["alerts"].([]object)[0]
	alert["window"], alert["says"] = "1", object{"en": "Window 1 is overdue: 26 min of 15"}
	state["cameras"].([]object)[0]["windows"] = []string{"1"}
	state["figures"].(object)["no_show"] = 1
	hall := newFakeHall(t, state)
	p := openTab(t, 1366, 768)
	p.open(hall.URL+"/manager?lang=en", "hall-camera[alert]:not([alert=''])")
	p.until(`document.querySelector("hall-camera[alert]:not([alert=''])").getAttribute('alert')==='Window 1 is overdue'`)
	p.until(`/\b1 no-show(?!s)/.test(document.body.innerText)`)
	if px := eval[float64](p, `parseFloat(getComputedStyle(document.querySelector('.wins.few .win small')).fontSize)`); px < 12 {
		t.Errorf("the minutes at a window are %.1f pixels high", px)
	}
	if windows := eval[string](p, `import(document.querySelector('script[type=module]').src.replace('pages/manager','lib/names')).then(m=>m.ranges(['9','10','20']))`); windows != "9, 10, 20" {
		t.Errorf("English lists windows as %q", windows)
	}
	p.quiet()
}

// withAnswers is a hall that answers some addresses in another way.
func withAnswers(t *testing.T, hall *fakeHall, answers map[string]http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	for pattern, answer := range answers {
		mux.HandleFunc(pattern, answer)
	}
	mux.Handle("/", hall.Config.Handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestForeignPagesTellDaysByTheirNames(t *testing.T) {
	url := withAnswers(t, newFakeHall(t, smallHall(time.Now())), map[string]http.HandlerFunc{"GET /api/v1/followups": func(w http.ResponseWriter, _ *http.Request) {
		reply(w, object{"timezone": "Pacific/Kiritimati", "followups": []object{{"followup": "f1", "day": "2026-11-27", "ticket": "M018", "window": "2", "level": 2, "due": "2026-12-18", "state": "open"}}})
	}})
	p := openTab(t, 1366, 768)
	for lang, want := range map[string][]string{"en": {"Fri 27 Nov", "by Fri 18 Dec"}, "zh-CN": {"11月27日 周五", "12月18日 周五"}, "zh-TW": {"11月27日 週五", "12月18日 週五"}} {
		p.open(url+"/followups?lang="+lang, ".case")
		for _, day := range want {
			if !eval[bool](p, `document.querySelector('.case .head').innerText.includes(`+quote(day)+`)`) {
				t.Errorf("%s: %s, want %s", lang, eval[string](p, `document.querySelector('.case .head').innerText`), day)
			}
		}
	}
	p.clean()
	p.click("header a[href='/manager']")
	p.until(`location.pathname==='/manager'`) // the way back
}

func TestForeignPagesTrailWithoutTheNumberSaysSoInEnglish(t *testing.T) {
	url := withAnswers(t, newFakeHall(t, smallHall(time.Now())), map[string]http.HandlerFunc{"GET /api/v1/tickets/2026-11-25/M999": func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		reply(w, object{"code": "unknown_ticket", "say": "2026-11-25 没有号码 M999"})
	}})
	p := openTab(t, 1366, 768)
	p.open(url+"/trail/2026-11-25/M999?lang=en", "a[href='/trail']")
	p.until(`document.body.innerText.includes('no such number')`)
	for _, words := range eval[[]string](p, `[...document.body.innerText.matchAll(/.*\p{Script=Han}.*/gu)].map(m=>m[0])`) {
		t.Errorf("in English the page says %q", words)
	}
}

// What keeps footage is written in one language; while its alert lives the
// page has it in the others.
func TestForeignPagesTrailSaysInEnglishWhatKeepsFootage(t *testing.T) {
	hall := newTrailHall(t, true)
	hall.state["alerts"] = []object{{"id": "a9", "level": "amber", "subject": "Q051/1", "say": "差评", "says": object{"en": "Rated badly"}, "raised": eightFifty}}
	p := openTab(t, 1366, 768)
	p.open(hall.url+"/trail/2026-11-25/Q051?lang=en", ".aud b")
	p.until(`document.querySelector('.aud').innerText.includes('Rated badly')`)
	p.until(`document.body.innerText.includes('Keypad RK-46')&&!document.body.innerText.includes('keypad:')`)
	p.quiet()
}
