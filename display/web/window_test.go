package web_test

import (
	"fmt"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestForeignPagesWindowCallsByKeys(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1366, 768)
	p.open(hall.URL+"/window/12", ".acts .big")
	p.clean()
	p.shoot("console")
	p.do(c.KeyEvent(kb.F9))
	p.until(`document.querySelector('.cur .n')?.textContent.includes('M099')`)
	p.do(c.KeyEvent(kb.F9), c.KeyEvent(kb.F9)) // A double press must not call a second person.
	p.shoot("console-calling")
	p.quiet()
	p.do(c.KeyEvent(kb.F4))
	p.until(`document.querySelector('.toast')?.textContent.includes('请先重呼一次')`)
	p.click(".toast button")
	p.do(c.KeyEvent(kb.F2))
	p.until(`document.querySelector('.steps .on')?.textContent==='办理中'`)
	if n := len(hall.comes("call_next", 1)); n != 1 {
		t.Errorf("call_next was sent %d times, want 1", n)
	}
	if got := hall.comes("finish", 1); len(got) != 1 || got[0]["window"] != "12" {
		t.Errorf("finish commands: %v", got)
	}
	p.do(c.Evaluate[c.Void](`dispatchEvent(new KeyboardEvent('keydown',{code:'KeyT',altKey:true}))`))
	p.until(`document.querySelector('dialog[open]')`)
	p.shoot("console-transfer")
	p.clean()
	p.click(".targets .grid button")
	p.until(`!document.querySelector('dialog')`)
	if got := hall.comes("transfer", 1); len(got) != 1 || got[0]["to_window"] != "1" || got[0]["keep"] != true {
		t.Errorf("transfer commands: %v", got)
	}
}

func TestForeignPagesWindowOpens(t *testing.T) {
	hall := newFakeHall(t, smallHall(time.Now()))
	hall.state["windows"].([]object)[2]["state"] = "closed"
	hall.state["windows"].([]object)[2]["ticket"] = ""
	p := openTab(t, 1366, 768)
	p.open(hall.URL+"/window", ".chooser a")
	p.shoot("console-chooser")
	if n := eval[int](p, `new Set([...document.querySelectorAll('.chooser a')].map(e=>e.getBoundingClientRect().left)).size`); n != 4 {
		t.Errorf("four windows stand in %d columns", n)
	}
	p.clean()
	p.open(hall.URL+"/window/3", ".open input")
	p.shoot("console-closed")
	p.clean()
	p.do(c.SendKeys(c.CSS(".open input"), "张敏 0412"))
	p.click(".open .big")
	p.until(`document.querySelector('.cur .n')?.textContent==='空闲'`)
	p.shoot("console-idle")
	if got := hall.comes("window_open", 1); len(got) != 1 || got[0]["staff"] != "张敏 0412" {
		t.Errorf("window_open commands: %v", got)
	}
	p.quiet()
}

// The page must say that it is old while the hall is away, and stop saying so
// when the hall is back, with what changed in between.
func TestForeignPagesWindowShowsThatItIsStale(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	hall.heartbeat = 0.4
	p := openTab(t, 1366, 768)
	p.open(hall.URL+"/window/12", ".acts .big")
	p.until(`document.querySelector('.stale')?.textContent.includes('数据停在')`) // No beats: silence is death.
	hall.setSilent(true)
	hall.drop()
	p.until(`document.querySelector('.stale')&&!lobby.up`)
	p.shoot("console-stale")
	hall.mu.Lock()
	hall.heartbeat = 10
	hall.seq++
	hall.state["windows"].([]object)[11]["ticket"] = "M777"
	hall.mu.Unlock()
	hall.setSilent(false)
	p.until(`!document.querySelector('.stale')&&document.querySelector('.cur .n').textContent.includes('M777')`)
}

// A window keeps the newest checkpoint, and keeps it when the hall comes back
// with one that knows fewer records.
func TestForeignPagesWindowKeepsTheCheckpoint(t *testing.T) {
	hall := newFakeHall(t, smallHall(time.Now()))
	note := func(size int) object {
		return object{"size": size, "note": fmt.Sprintf("fuchun\n%d\nroot\n\n— fuchun sig\n", size)}
	}
	p := openTab(t, 1366, 768)
	for _, step := range []struct{ told, kept int }{{300, 300}, {200, 300}, {400, 400}} {
		hall.mu.Lock()
		hall.state["checkpoint"] = note(step.told)
		hall.mu.Unlock()
		p.open(hall.URL+"/window/1", ".evidence a")
		p.until(fmt.Sprintf(`JSON.parse(localStorage.getItem('lobby-checkpoint')).size===%d`, step.kept))
		p.until(fmt.Sprintf(`decodeURIComponent(document.querySelector('.evidence a').href).endsWith(%q)`, note(step.kept)["note"]))
	}
	p.clean()
}
