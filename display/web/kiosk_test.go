package web_test

import (
	"fmt"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

func TestForeignPagesKioskTakesATicket(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".evs button")
	p.clean()
	p.shoot("kiosk-home")
	p.click(".chain.cm")
	p.until(`document.querySelector('.svc')`)
	p.shoot("kiosk-chain")
	p.click(".bk")
	p.click(".evs button:nth-child(5)")
	p.until(`document.querySelectorAll('.svc').length===8`)
	p.shoot("kiosk-event")
	p.click(".info")
	p.until(`document.querySelector('.sheet')`)
	p.shoot("kiosk-sheet")
	p.clean()
	for _, want := range []string{"购房合同", "承诺：即办", "《关于不动产登记收费标准等有关问题的通知》", "一层 A 区 9–16", "买卖合同已经网签备案", "税务窗口核税并缴税", "不动产权证书", "不动产登记申请书", "《不动产登记暂行条例》", "负责本市国土空间规划", "咨询 0571-63120235", "监督投诉 12345"} {
		if !eval[bool](p, `document.querySelector('.sheetbody').textContent.includes(`+quote(want)+`)`) {
			t.Errorf("the sheet does not disclose %q", want)
		}
	}
	p.click(".sheet .btns button:first-child")
	p.click(".svcrow:nth-child(2) .info")
	p.until(`document.querySelectorAll('.unsaid').length===5`)
	p.shoot("kiosk-sheet-unsaid")
	p.click(".sheet .btns button:first-child")
	p.click(".info")
	p.click(".sheet .pr")
	p.until(`document.querySelector('.okk .n')?.textContent==='M045'`)
	p.until(`!document.querySelector('.busy')`)
	p.until(`document.querySelector('.facts').textContent.includes('5–15 分钟10:50 前（十次有九次）')`)
	p.shoot("kiosk-done")
	p.clean()
	if got := hall.sent("take"); len(got) != 1 || got[0]["item"] != "3301-001" || got[0]["kiosk"] != "k1" || got[0]["class"] != "normal" {
		t.Errorf("take commands: %v", got)
	}
	p.click(".okk .btns button:last-child")
	p.click(".more button:first-child")
	p.until(`document.querySelectorAll('.dg button').length===36`)
	p.shoot("kiosk-dept")
	p.clean()
}

func TestForeignPagesKioskTwoFastTapsTakeOneTicket(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	hall.slow = 50 * time.Millisecond
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".chain.cm")
	p.click(".chain.cm")
	p.until(`document.querySelector('.svc')`)
	p.do(c.Evaluate[c.Void](`{const b=document.querySelector('.svc');b.click();b.click();setTimeout(()=>b.click(),5)}`))
	p.until(`document.querySelector('.okk .n')`)
	ids := map[any]bool{}
	for _, m := range hall.sent("take") {
		ids[m["id"]] = true
	}
	if len(ids) != 1 {
		t.Errorf("two taps sent %d different commands, want 1", len(ids))
	}
	p.quiet()
}

func TestForeignPagesKioskWithoutPaper(t *testing.T) {
	hall := newFakeHall(t, smallHall(time.Now()))
	hall.print = "failed"
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".chain")
	p.shoot("kiosk-small")
	p.click(".chain")
	p.until(`document.querySelector('.code img')?.naturalWidth>0`)
	p.until(`!document.querySelector('.busy')`)
	p.shoot("kiosk-failed")
	p.clean()
	p.click(".keep")
	p.until(`document.querySelector('.head2 small')?.textContent.includes('已生效')`)
	if got := hall.sent("keep"); len(got) != 1 || got[0]["ticket"] != "M045" {
		t.Errorf("keep commands: %v", got)
	}
	hall.mu.Lock()
	hall.print = "unconfirmed"
	hall.mu.Unlock()
	p.click(".okk .btns button:last-child")
	p.click(".chain")
	p.click(".again")
	p.until(`!document.querySelector('.again')&&!document.querySelector('.busy')`)
	if got := hall.sent("reprint"); len(got) != 1 {
		t.Errorf("reprint commands: %v", got)
	}
	p.quiet()
}

// Every language, large or not, must fit: a kiosk has no scroll bars.
func TestForeignPagesKioskClipsNothing(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".evs button")
	const clipped = `Array.from(document.querySelectorAll('html,body,#app,main,header,button')).filter(e=>e.scrollHeight>e.clientHeight+2||e.scrollWidth>e.clientWidth+2||e.getBoundingClientRect().bottom>innerHeight+1).map(e=>e.tagName+'.'+e.className+' '+e.textContent.trim().slice(0,30))`
	const small = `Array.from(document.querySelectorAll('button')).filter(e=>{const r=e.getBoundingClientRect();return r.width>0&&(r.width<80||r.height<80)}).map(e=>e.textContent)`
	for lang := 1; lang <= 3; lang++ {
		p.click(fmt.Sprintf(".seg button:nth-child(%d)", lang))
		for _, eye := range []string{"plain", "big", "low"} {
			if eye != "plain" {
				p.click(map[string]string{"big": ".bar>button:nth-of-type(1)", "low": ".bar>button:nth-of-type(3)"}[eye])
				p.until(`document.body.classList.contains('` + eye + `')`)
			}
			p.shoot(fmt.Sprintf("kiosk-%d-%s", lang, eye))
			if got := eval[[]string](p, clipped); len(got) > 0 {
				t.Errorf("language %d, %s: clipped: %v", lang, eye, got)
			}
			if got := eval[[]string](p, small); len(got) > 0 {
				t.Errorf("language %d, %s: targets below 80 px: %v", lang, eye, got)
			}
			p.click(".more button:first-child")
			p.until(`document.querySelector('.dg')`)
			if got := eval[[]string](p, clipped); len(got) > 0 {
				t.Errorf("language %d, %s, departments: clipped: %v", lang, eye, got)
			}
			p.click(".bk")
			p.click(".chain.cm")
			p.until(`document.querySelector('.list')`)
			if got := eval[[]string](p, clipped); len(got) > 0 {
				t.Errorf("language %d, %s, list: clipped: %v", lang, eye, got)
			}
			p.click(".bk")
			p.until(`document.querySelector('.chains')`)
			if eye != "plain" {
				p.click(map[string]string{"big": ".bar>button:nth-of-type(1)", "low": ".bar>button:nth-of-type(3)"}[eye])
			}
		}
	}
	p.click(".bar>button:nth-of-type(2)")
	p.until(`document.documentElement.classList.contains('hc')`)
	p.shoot("kiosk-contrast")
	p.clean()
}

func TestForeignPagesKioskEndsASessionNobodyIsIn(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1?idle=1&warning=2", ".chain.cq")
	p.click(".seg button:nth-child(3)")
	p.click(".chain.cq")
	p.until(`document.querySelector('.ask .yes')`)
	p.shoot("kiosk-ask")
	p.until(`document.documentElement.lang==='zh-CN'&&document.querySelector('.chain.cq')`)
	p.quiet()
}

func TestForeignPagesKioskFinds(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".fast button")
	p.click(".fast button:first-child")
	p.until(`document.querySelector('.keys button')`)
	for _, key := range "gjj" {
		p.do(c.Evaluate[c.Void](fmt.Sprintf(`Array.from(document.querySelectorAll('.keys button')).find(b=>b.textContent.trim()===%q).click()`, string(key-32))))
	}
	p.until(`Array.from(document.querySelectorAll('.svc b')).some(b=>b.textContent==='住房公积金提取')`)
	p.shoot("kiosk-find")
	p.clean()
	p.click(".bk")
	p.click(".fast button:nth-child(2)")
	p.until(`document.querySelector('.typed input')`)
	p.do(c.SendKeys(c.CSS(".typed input"), hall.state["waiting"].([]object)[3]["ticket"].(string)))
	p.until(`document.querySelector('.where b')`)
	p.shoot("kiosk-progress")
	p.clean()
}
