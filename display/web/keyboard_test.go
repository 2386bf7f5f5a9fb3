package web_test

import (
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// press sends keys as a keyboard would, one after the other; a code is for
// keys of the numeric pad and for Alt, which chromedp has no names for.
func (p *tab) press(codes ...string) {
	p.t.Helper()
	for _, code := range codes {
		p.do(c.Evaluate[c.Void](`(code=>{const alt=code.startsWith('Alt+');(document.activeElement||document.body).dispatchEvent(new KeyboardEvent('keydown',{code:code.replace('Alt+',''),key:code,altKey:alt,bubbles:true,cancelable:true}))})(` + quote(code) + `)`))
	}
}

// walk presses the tab key until the focus is on a button with a word, and
// then Enter, as somebody without a mouse does.
func (p *tab) walk(word string) {
	p.t.Helper()
	for range 120 {
		p.do(c.KeyEvent(kb.Tab))
		if eval[bool](p, `document.activeElement.matches('button,a,input')&&((document.activeElement.getAttribute('aria-label')||document.activeElement.textContent).includes(`+quote(word)+`))`) {
			p.do(c.KeyEvent(kb.Enter))
			return
		}
	}
	p.t.Fatalf("the tab key does not come to a button %q", word)
}

// journeyOfSteps is the chain of a ticket with a step of every state.
func journeyOfSteps(ticket string) object {
	step := func(id, mode, state string) object {
		return object{"id": id, "name": id, "mode": mode, "state": state, "since": time.Now().Format(time.RFC3339)}
	}
	return object{"ticket": ticket, "chain": "M", "version": 1, "name": "「四证」联办", "state": "running", "steps": []object{
		step("受理", "person", "done"), step("审核", "paper", "open"), step("水电过户", "person", "pending")}}
}

func TestForeignPagesWindowEveryCommandByKeyboardAlone(t *testing.T) {
	state := smallHall(time.Now())
	state["chains"].([]object)[0]["flow"] = object{"version": 1, "steps": []object{{"id": "水电过户", "name": "水电过户", "optional": true}}}
	w := state["windows"].([]object)[0]
	w["state"], w["ticket"], w["service"], w["done"] = "serving", "A001", "s1", 3
	waits := state["waiting"].([]object)
	waits[0] = object{"ticket": "A050", "service": "s1", "class": "normal", "state": "waiting", "at": time.Now().Format(time.RFC3339)}
	waits[1] = object{"ticket": "A051", "service": "s1", "class": "normal", "state": "held", "at": time.Now().Format(time.RFC3339)}
	waits[2] = object{"ticket": "A052", "service": "s1", "class": "normal", "state": "no_show", "at": time.Now().Format(time.RFC3339)}
	state["waiting"] = waits[:3]
	state["journeys"] = []object{journeyOfSteps("A001")}
	hall := newFakeHall(t, state)
	p := openTab(t, 1366, 768)
	p.open(hall.URL+"/window/1", ".acts .big")
	ask := func(key string) { p.press(key); p.until(`document.querySelector('dialog[open]')`) }
	did := func(kind string) {
		t.Helper()
		if len(hall.comes(kind, 1)) == 0 {
			t.Fatalf("no %s was sent", kind)
		}
		p.until(`!document.querySelector('dialog')&&!lobby.outbox.open.size`) // all is answered
	}
	more := func(kind string, words ...string) {
		t.Helper()
		ask("Alt+KeyO")
		for _, word := range words {
			p.walk(word)
		}
		did(kind)
	}
	ask("Alt+KeyO")
	p.clean()
	p.shoot("console-more")
	p.press("Escape")
	more("step_finish", "办结 审核")
	more("step_repeat", "重办 受理", "补齐材料")
	more("step_skip", "跳过 水电过户", "不需要")
	more("reprint", "补打")
	more("undo", "撤销")
	ask("NumpadDivide")
	p.walk("户籍业务")
	did("transfer")
	ask("Alt+KeyH")
	p.shoot("console-hold")
	p.walk("30 分")
	p.walk("去缴费")
	did("hold")
	if got := hall.comes("hold", 1)[0]; got["until"] == nil || got["reason"] != "去缴费" {
		t.Errorf("hold: %v", got)
	}
	row := func(kind, ticket string, words ...string) {
		t.Helper()
		p.walk("更多 " + ticket)
		p.until(`document.querySelector('dialog[open]')`)
		if kind == "void" {
			p.clean()
			p.shoot("console-ticket")
		}
		for _, word := range words {
			p.walk(word)
		}
		did(kind)
	}
	row("reclass", "A050", "更改类别", "优先", "特殊照顾")
	row("void", "A050", "作废", "没有打出")
	row("cancel", "A050", "取消", "已离开")
	more("finish", "选结果办结", "退回补正")
	if got := hall.comes("finish", 1)[0]; got["outcome"] != "returned" {
		t.Errorf("finish: %v", got)
	}
	p.until(`document.querySelector('.cur .n').textContent.includes('空闲')`)
	p.walk("呼叫 A050")
	p.walk("已经约定")
	did("call")
	p.walk("挂起")
	row("resume", "A051", "排在最前")
	p.walk("恢复排队")
	did("recover")
	p.until(`[...document.querySelectorAll('.acts button')].some(b=>b.textContent.includes('请评价')&&!b.disabled)`)
	p.press("Alt+KeyR")
	did("invite")
	p.press("Alt+KeyP")
	p.until(`document.querySelector('dialog[open]')`)
	p.walk("用餐")
	did("window_pause")
	p.walk("下班")
	did("window_drain")
	p.quiet()
}

// Keys are changed on the page, refused where the browser needs them, and
// switched off as a whole.
func TestForeignPagesWindowKeysAreChangedAndSwitchedOff(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1366, 768)
	p.open(hall.URL+"/window/12", ".acts .big")
	p.click("footer .l")
	p.until(`document.querySelector('dialog[open] .keylist')`)
	p.do(c.Evaluate[c.Void](`document.querySelector('.keylist button').click()`))
	p.do(c.Evaluate[c.Void](`document.querySelector('.keylist button').focus()`))
	p.press("F5")
	p.until(`document.querySelector('.hintline').textContent.includes('占用')`)
	p.press("Alt+KeyN")
	p.until(`document.querySelector('.keylist kbd').textContent==='Alt N'`)
	p.shoot("console-keys")
	p.clean()
	p.press("Escape")
	p.until(`!document.querySelector('dialog')`)
	p.press("F9")
	p.press("Alt+KeyN")
	p.until(`document.querySelector('.cur .n').textContent.includes('M099')`)
	if n := len(hall.comes("call_next", 1)); n != 1 {
		t.Errorf("call_next was sent %d times, want 1: the old key must be dead", n)
	}
	p.click("footer .l")
	p.click(".keep input")
	p.press("Escape")
	p.press("F2", "Alt+KeyH", "NumpadMultiply")
	p.until(`!document.querySelector('dialog')&&!document.querySelector('.acts kbd')`)
	if n := len(hall.sent("arrive")); n != 0 {
		t.Errorf("arrive was sent %d times although the keys are off", n)
	}
}
