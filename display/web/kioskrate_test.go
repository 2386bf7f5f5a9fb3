package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// cannedRating is what a kiosk is told of M901 and of the token on its slip;
// M902 has its rating, and nobody else was served.
func cannedRating(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("ticket")
	if name != "M901" && name != "tok-1" && name != "M902" {
		http.Error(w, "{}", http.StatusNotFound)
		return
	}
	names := object{"zh-TW": "字", "en": "word"}
	var levels []object
	for level := 5; level > 0; level-- {
		var reasons []object
		for i := range 8 {
			reasons = append(reasons, object{"code": fmt.Sprintf("%d%02d", level, i), "name": fmt.Sprintf("在线预约办理后到实体大厅重复取号排队 %d", i), "names": names})
		}
		levels = append(levels, object{"level": level, "name": "级", "names": names, "reasons": reasons})
	}
	reply(w, object{"ticket": "M901", "service_name": "社会保险", "open": name != "M902", "standard": object{"version": "national-2020", "levels": levels}})
}

func TestForeignPagesKioskRates(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".evs button")
	number := func(typed string) {
		p.until(`[...document.querySelectorAll('button')].some(b=>b.textContent.includes('查号'))`)
		p.do(c.Evaluate[c.Void](`[...document.querySelectorAll('button')].find(b=>b.textContent.includes('查号')).click()`))
		p.until(`document.querySelector('.typed input')`)
		p.do(c.Evaluate[c.Void](`(i=>{i.value=` + quote(typed) + `;i.dispatchEvent(new Event('input'))})(document.querySelector('.typed input'))`))
	}
	number("M902")
	p.until(`document.querySelector('.where')?.textContent.includes('已经评价过')`)
	p.click(".head2 .bk:last-child")
	number("m901")
	p.until(`document.querySelector('.where .rate')`)
	p.clean()
	p.click(".where .rate")
	p.until(`document.querySelectorAll('.rating .faces button').length===5`)
	p.clean()
	p.shoot("kiosk-rate")
	p.click(".faces button:last-child")
	p.until(`document.querySelectorAll('.rating .reasons button').length===8`)
	p.click(".reasons button:nth-child(2)")
	p.until(`document.querySelector('.reasons [aria-pressed=true]')`)
	p.clean()
	p.shoot("kiosk-reasons")
	p.click(".send .pr")
	p.until(`document.querySelector('.where')?.textContent.includes('您的评价已记录')`)
	p.click(".head2 .bk:last-child")
	number("https://hall.example/t/tok-1")
	p.until(`document.querySelector('.where .rate')`)
	p.click(".where .rate")
	p.until(`document.querySelector('.faces')`)
	p.click(".faces button:first-child")
	p.until(`document.querySelector('.where')?.textContent.includes('您的评价已记录')`)
	p.clean()
	sent := hall.sent("rate")
	if len(sent) != 2 {
		t.Fatalf("rated %v", sent)
	}
	if s := sent[0]; s["ticket"] != "M901" || s["kiosk"] != "k1" || s["level"] != 1.0 || fmt.Sprint(s["reasons"]) != "[101]" {
		t.Errorf("by number: %v", s)
	}
	if s := sent[1]; s["token"] != "tok-1" || s["ticket"] != nil || s["kiosk"] != "k1" || s["level"] != 5.0 {
		t.Errorf("by the code on the slip: %v", s)
	}
}
