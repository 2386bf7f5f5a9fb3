package web_test

import (
	_ "embed"
	"fmt"
	"slices"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// onScreens runs a test on a screen that stands and on the flattest that lies.
func onScreens(t *testing.T, f func(t *testing.T, p *tab)) {
	for name, size := range map[string][2]int64{"upright": {1080, 1920}, "lying": {1366, 768}} {
		t.Run(name, func(t *testing.T) {
			p := openTab(t, size[0], size[1])
			p.on = "-" + name
			f(t, p)
		})
	}
}

func TestForeignPagesKioskTakesATicket(t *testing.T) {
	onScreens(t, func(t *testing.T, p *tab) {
		hall := newFakeHall(t, bigHall(time.Now()))
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
		if got := hall.comes("take", 1); len(got) != 1 || got[0]["item"] != "3301-001" || got[0]["kiosk"] != "k1" || got[0]["class"] != "normal" {
			t.Errorf("take commands: %v", got)
		}
		p.click(".okk .btns button:last-child")
		p.click(".more button:first-child")
		p.until(`document.querySelectorAll('.dg button').length===36`)
		p.shoot("kiosk-dept")
		p.clean()
	})
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
	onScreens(t, func(t *testing.T, p *tab) {
		hall := newFakeHall(t, smallHall(time.Now()))
		hall.print = "failed"
		p.open(hall.URL+"/kiosk/k1", ".chain")
		p.shoot("kiosk-small")
		p.click(".chain")
		p.until(`document.querySelector('.code img')?.naturalWidth>0`)
		p.until(`!document.querySelector('.busy')`)
		p.shoot("kiosk-failed")
		p.clean()
		p.click(".keep")
		p.until(`document.querySelector('.head2 small')?.textContent.includes('已生效')`)
		if got := hall.comes("keep", 1); len(got) != 1 || got[0]["ticket"] != "M045" {
			t.Errorf("keep commands: %v", got)
		}
		hall.mu.Lock()
		hall.print = "unconfirmed"
		hall.mu.Unlock()
		p.click(".okk .btns button:last-child")
		p.click(".chain")
		p.click(".again")
		p.until(`!document.querySelector('.again')&&!document.querySelector('.busy')`)
		if got := hall.comes("reprint", 1); len(got) != 1 {
			t.Errorf("reprint commands: %v", got)
		}
		p.quiet()
	})
}

//go:embed testdata/clipped.js
var clippedJS string

//go:embed testdata/kiosk-walk.js
var kioskWalkJS string

// kioskScreens are the sizes that makers ship, each with the help for the eyes
// that is looked at in each language.
var kioskScreens = []struct {
	width, height int64
	eyes          map[string][]string
}{
	{1080, 1920, map[string][]string{"zh-CN": {"[]", "['low']", "['big','low','hc']"}, "zh-TW": {"['big']"}, "en": {"[]", "['big']", "['low']", "['big','low']"}}},
	{1920, 1080, map[string][]string{"zh-CN": {"[]"}, "en": {"['big']"}}},
	{1366, 768, map[string][]string{"zh-CN": {"[]", "['big','hc']"}, "zh-TW": {"[]", "['big']"}, "en": {"[]", "['big']"}}},
	{1280, 800, map[string][]string{"zh-CN": {"[]", "['big']"}, "zh-TW": {"[]"}, "en": {"[]", "['big','hc']"}}},
}

// Every word of every state must be readable whole, in every language, large
// or not, whichever way the screen lies: a kiosk has no scroll bars. Every key
// is as large as a finger.
func TestForeignPagesKioskClipsNothing(t *testing.T) {
	for _, screen := range kioskScreens {
		for lang, all := range screen.eyes {
			t.Run(fmt.Sprintf("%dx%d/%s", screen.width, screen.height, lang), func(t *testing.T) {
				hall := newFakeHall(t, bigHall(time.Now()))
				hall.state["kiosks"] = append(hall.state["kiosks"].([]object), object{"id": "k2", "name": "一层南门取号机", "floor": 1, "printer": "printer/other", "screen": true})
				p := openTab(t, screen.width, screen.height)
				p.open(hall.URL+"/kiosk/k1", ".evs button")
				p.do(c.Evaluate[c.Void](clippedJS), c.Evaluate[c.Void](kioskWalkJS))
				for _, eyes := range all {
					for _, problem := range eval[[]string](p, fmt.Sprintf("kioskWalk('%s',%s)", lang, eyes)) {
						t.Errorf("%s: %s", eyes, problem)
					}
				}
				p.quiet()
			})
		}
	}
}

// A screen that lies shows the same keys in the same order to somebody who
// goes by keyboard; only the low position is not offered there.
func TestForeignPagesKioskKeepsItsOrderOnEveryScreen(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".evs button")
	for _, way := range []string{"", ".evs button:nth-child(5)", ".more button:first-child", ".fast button:first-child"} {
		if way != "" {
			p.click(way)
			p.until(`document.querySelector('.bk')`)
		}
		upright := p.tabOrder()
		p.do(c.EmulateViewport(1366, 768))
		lying := p.tabOrder()
		p.do(c.EmulateViewport(1080, 1920))
		last := len(upright) - 1
		if last < 8 || upright[last] != "低位" || !slices.Equal(lying, upright[:last]) {
			t.Errorf("after %q the keys follow upright as %q, lying as %q", way, upright, lying)
		}
		if way != "" {
			p.click(".bk:last-child")
			p.until(`document.querySelector('.chains')`)
		}
	}
	p.quiet()
}

// tabOrder is what the Tab key leads to, from the first to the last.
func (p *tab) tabOrder() []string {
	p.t.Helper()
	const focused = `(e=>{if(e===document.body||been.has(e))return '';been.add(e);return e.getAttribute('aria-label')||e.textContent.trim()||e.tagName})(document.activeElement)`
	p.do(c.Evaluate[c.Void](`window.been=new WeakSet();document.activeElement.blur();getSelection().collapse(document.body,0)`))
	var order []string
	for range 200 {
		p.do(c.KeyEvent(kb.Tab))
		at := eval[string](p, focused)
		if at == "" {
			return order
		}
		order = append(order, at)
	}
	p.t.Fatalf("the Tab key never leaves the page: %q", order)
	return nil
}

func TestForeignPagesKioskInHighContrastIsClean(t *testing.T) {
	onScreens(t, func(t *testing.T, p *tab) {
		hall := newFakeHall(t, bigHall(time.Now()))
		p.open(hall.URL+"/kiosk/k1", ".evs button")
		p.click(".bar>button:nth-of-type(2)")
		p.until(`document.documentElement.classList.contains('hc')`)
		p.shoot("kiosk-contrast")
		p.clean()
		p.click(".bar>button:nth-of-type(2)")
		p.click(".bar>button:nth-of-type(1)")
		p.shoot("kiosk-big")
		p.clean()
		p.click(".bar>button:nth-of-type(1)")
		for lang, name := range map[string]string{"zh-TW": "kiosk-tw", "en": "kiosk-en"} {
			p.click(`.seg button[lang="` + lang + `"]`)
			p.shoot(name)
			p.clean()
		}
	})
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
	onScreens(t, func(t *testing.T, p *tab) {
		hall := newFakeHall(t, bigHall(time.Now()))
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
		p.do(c.Evaluate[c.Void](`(i=>{i.value='';i.dispatchEvent(new Event('input'))})(document.querySelector('.typed input'))`))
		for _, key := range "BK26QZ" {
			p.do(c.Evaluate[c.Void](fmt.Sprintf(`Array.from(document.querySelectorAll('.keys button')).find(b=>b.textContent.trim()===%q).click()`, string(key))))
		}
		p.until(`document.querySelector('.where .arrive')`)
		p.shoot("kiosk-booking")
		p.clean()
		p.click(".where .arrive")
		p.until(`document.querySelector('.okk .n')?.textContent.trim()==='M045'`)
		if got := hall.comes("check_in", 1); len(got) != 1 || got[0]["code"] != "BK26QZ" || got[0]["kiosk"] != "k1" {
			t.Errorf("check-in commands: %v", got)
		}
	})
}

// The hall asks back when the same thing is taken twice in a row; one more is
// taken only when the citizen says so, and under another command.
func TestForeignPagesKioskAsksBeforeOneMore(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	hall.refuseTake = object{"code": "one_more", "say": "刚刚取过 M045，还要再取一个号吗？"}
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".chain.cm")
	p.click(".chain.cm")
	p.click(".svc")
	p.until(`document.querySelector('.again-ask h2')?.textContent.includes('M045')`)
	p.shoot("kiosk-again")
	p.clean()
	p.click(".again-ask .no")
	p.until(`!document.querySelector('.again-ask')`)
	p.click(".svc")
	p.click(".more-one")
	p.until(`document.querySelector('.okk .n')`)
	got := hall.sent("take")
	if len(got) != 3 || got[1]["again"] != nil || got[2]["again"] != true || got[1]["id"] == got[2]["id"] {
		t.Errorf("take commands: %v", got)
	}
	p.quiet()
}

// Out of paper and out of the hall are said before anybody takes a number.
func TestForeignPagesKioskSaysWhatItCannotDo(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	hall.heartbeat = 2
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".chain.cm")
	hall.patch(object{"devices": []object{{"id": "printer/front", "state": "down"}}})
	p.until(`document.querySelector('.note')`)
	p.shoot("kiosk-paperless")
	p.clean()
	hall.patch(object{"devices": []object{{"id": "printer/front", "state": "up"}}})
	p.until(`!document.querySelector('.note')`)
	hall.setSilent(true)
	hall.drop()
	p.until(`document.querySelector('.gone')&&!document.querySelector('.svc,.chain')`)
	p.shoot("kiosk-away")
	hall.setSilent(false)
	p.until(`document.querySelector('.chain.cm')`)
}

// Nobody gets out of the page of a kiosk, and the page says so to the browser.
func TestForeignPagesKioskHasNoWayOut(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".chain.cm")
	for _, try := range []string{
		`new MouseEvent('contextmenu',{bubbles:true,cancelable:true})`, `new MouseEvent('auxclick',{button:1,bubbles:true,cancelable:true})`,
		`new Event('selectstart',{bubbles:true,cancelable:true})`, `new DragEvent('dragstart',{bubbles:true,cancelable:true})`, `new DragEvent('drop',{bubbles:true,cancelable:true})`,
		`new WheelEvent('wheel',{ctrlKey:true,bubbles:true,cancelable:true})`, `new KeyboardEvent('keydown',{key:'F11',bubbles:true,cancelable:true})`,
		`new KeyboardEvent('keydown',{key:'w',ctrlKey:true,bubbles:true,cancelable:true})`, `new KeyboardEvent('keydown',{key:'BrowserHome',bubbles:true,cancelable:true})`,
		`new TouchEvent('touchmove',{bubbles:true,cancelable:true,touches:[1,2].map(n=>new Touch({identifier:n,target:document.body}))})`,
	} {
		if eval[bool](p, `document.querySelector('.chain').dispatchEvent(`+try+`)`) {
			t.Errorf("%s leads out of the page", try)
		}
	}
	if eval[bool](p, `window.open('/manager')!==null`) {
		t.Error("the page opens windows")
	}
	if got := eval[int](p, `document.querySelectorAll('a').length`); got > 0 {
		t.Errorf("%d links on the kiosk", got)
	}
	if eval[bool](p, `!document.querySelector('.chain').dispatchEvent(new KeyboardEvent('keydown',{key:'Tab',bubbles:true,cancelable:true}))`) {
		t.Error("the keyboard is no way through the page any more")
	}
	p.quiet()
}

// Reading aloud is offered where the machine has a voice for the language, and
// only there.
func TestForeignPagesKioskReadsAloudWhereThereIsAVoice(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1080, 1920)
	p.open(hall.URL+"/kiosk/k1", ".chain.cm")
	const button = `Array.from(document.querySelectorAll('.bar>button')).find(b=>/朗读|Read/.test(b.textContent))`
	if eval[bool](p, `speechSynthesis.getVoices().length===0&&!!`+button) {
		t.Error("reading aloud is offered without a voice")
	}
	p.do(c.Evaluate[c.Void](`window.spoken=[];speechSynthesis.getVoices=()=>[{lang:'zh-CN'}];speechSynthesis.speak=u=>spoken.push(u.lang+' '+u.text);speechSynthesis.dispatchEvent(new Event('voiceschanged'))`))
	p.until(button)
	p.do(c.Evaluate[c.Void](button + `.click()`))
	p.until(`spoken.length===1&&spoken[0].includes('您好，今天要办什么事')`)
	p.shoot("kiosk-aloud")
	p.click(".chain.cm")
	p.click(".svc")
	p.until(`spoken.at(-1).includes('您的号码是 M 0 4 5，前面有 7 位')`)
	p.click(".seg button:nth-child(3)")
	p.until(`!(` + button + `)`)
	p.quiet()
}
