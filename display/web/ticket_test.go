package web_test

import (
	"maps"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// becomes changes the citizen's own ticket.
func (h *fakeHall) becomes(part object) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ticket = maps.Clone(h.ticket)
	maps.Copy(h.ticket, part)
}

// A citizen's phone shows place and forecast, rings and buzzes once for each
// call where that was wanted, and shows how far a chain has come.
func TestForeignPagesTicketOnAPhone(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 390, 844)
	p.open(hall.URL+"/t/Zq3-x_9?lang=zh-CN", ".facts")
	p.until(`document.querySelector('.day').textContent==='11月23日 周一'`)
	p.do(c.Evaluate[c.Void](clippedJS))
	look := func(name string) {
		t.Helper()
		p.shoot(name)
		p.clean()
		if wide := eval[int](p, `document.documentElement.scrollWidth`); wide > 390 {
			t.Errorf("%s is %d pixels wide on a phone of 390", name, wide)
		}
	}
	look("ticket-waiting")
	p.do(c.Evaluate[c.Void](`window.buzzes=[];navigator.vibrate=p=>buzzes.push(p.length);window.notes=0;OscillatorNode.prototype.start=()=>{notes++};OscillatorNode.prototype.stop=()=>{}`))
	p.do(c.Click(c.CSS("button.bell")))
	p.until(`document.querySelector('.bell.on')`)
	hall.becomes(object{"state": "called", "window": "12", "where": "12 号窗口"})
	p.until(`document.querySelector('.card.called .win')?.textContent.includes('12')`)
	p.until(`buzzes.length===1&&notes===6`)
	look("ticket-called")
	p.do(c.Evaluate[c.Void](`document.dispatchEvent(new Event('visibilitychange'))`))
	hall.becomes(object{"state": "serving"})
	p.do(c.Evaluate[c.Void](`document.dispatchEvent(new Event('visibilitychange'))`))
	p.until(`!document.querySelector('.card.called')`)
	if n := eval[int](p, `buzzes.length`); n != 1 {
		t.Errorf("one call buzzed %d times", n)
	}
	step := func(id, name, state, mode string) object {
		return object{"id": id, "name": name, "state": state, "mode": mode}
	}
	hall.becomes(object{"state": "waiting", "where": "一层 A 区 16 号窗口", "wheres": nil, "journey": object{"ticket": "M045", "name": "个人房产「四证」联办", "state": "under way", "finish": "2026-11-23T03:40:00Z",
		"steps": []object{step("accept", "综合受理", "done", ""), step("tax", "税务核税缴费", "waiting", ""), step("review", "登记审核", "blocked", "paper"), step("issue", "领取证书", "blocked", "")}, "next": object{"step": "tax", "walk": "2m0s"}}})
	p.do(c.Evaluate[c.Void](`document.dispatchEvent(new Event('visibilitychange'))`))
	p.until(`document.querySelector('.course [aria-current=step]')?.textContent.includes('税务')`)
	look("ticket-chain")
	p.until(`document.querySelector('.course h2').textContent.includes('个人房产')`)
	hall.becomes(object{"state": "called", "window": "16"})
	p.do(c.Evaluate[c.Void](`document.dispatchEvent(new Event('visibilitychange'))`))
	p.until(`buzzes.length===2`)
	hall.becomes(object{"state": "done", "window": "", "journey": nil, "rating": object{"open": true}})
	p.do(c.Evaluate[c.Void](`document.dispatchEvent(new Event('visibilitychange'))`))
	p.until(`document.querySelectorAll('.faces button').length===5&&!document.querySelector('.bell')`)
	look("ticket-rating")
}

// Whoever reads English is told in English where to go.
func TestForeignPagesTicketSpeaksTheReadersLanguage(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 390, 844)
	for lang, want := range map[string][]string{"en": {"Please go to Floor 1, area A, counter 9–16", "Real estate, four in one"}, "zh-TW": {"請到一層 A 區 9–16 號窗口"}, "zh-CN": {"请到一层 A 区 9–16 号窗口", "不动产登记「四证」联办"}} {
		p.open(hall.URL+"/t/Zq3-x_9?lang="+lang, ".facts")
		for _, words := range want {
			p.until(`document.querySelector('main').textContent.includes(` + quote(words) + `)`)
		}
	}
	hall.becomes(object{"journey": object{"ticket": "M045", "name": "个人房产「四证」联办", "state": "under way", "next": object{"step": "tax"}, "steps": []object{{"id": "tax", "name": "税务核税缴费", "state": "waiting", "mode": ""}}},
		"journey_names": object{"names": object{"en": "Home, four in one"}, "steps": object{"tax": object{"en": "Tax office"}}}})
	p.open(hall.URL+"/t/Zq3-x_9?lang=en", ".course")
	p.until(`document.querySelector('.course h2').textContent==='Home, four in one'&&document.querySelector('.course li').textContent==='Tax office'`)
}
