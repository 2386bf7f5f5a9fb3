package web_test

import (
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

func TestForeignPagesManagerAcknowledges(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1920, 1080)
	hall.clip = cameraClip(t)
	p.open(hall.URL+"/manager", ".wins .win:nth-child(80)")
	p.until(`document.querySelectorAll('hall-camera[data-phase=live]').length>=7`)
	p.shoot("manager")
	p.clean()
	p.click(".alerts .pr")
	p.until(`document.querySelector('dialog[open]')`)
	p.shoot("manager-ack")
	p.clean()
	p.click(".choices button:nth-child(3)")
	p.until(`!document.querySelector('dialog')`)
	if got := hall.comes("alert_ack", 1); len(got) != 1 || got[0]["alert"] != "a1" || got[0]["cause"] != "已报修" {
		t.Errorf("alert_ack commands: %v", got)
	}
	alerts := hall.state["alerts"].([]object)
	hall.patch(object{"alerts": alerts[1:]})
	p.until(`document.querySelectorAll('.alerts li').length===1`)
}

func TestForeignPagesOfASmallHall(t *testing.T) {
	state := smallHall(time.Now())
	state["cameras"] = []object{}
	hall := newFakeHall(t, state)
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/manager", ".wins .win:nth-child(4)")
	p.shoot("manager-small")
	p.clean()
	p.open(hall.URL+"/", ".doors a")
	p.shoot("index")
	p.clean()
	p.open(hall.URL+"/t/abc", ".card")
	p.until(`document.querySelector('.facts').textContent.includes('10:50')`) // the hall's clock, not the phone's
	p.shoot("phone")
	p.clean()
}

// The manager sees from how far each wall can be read, and the wall is no worse.
func TestForeignPagesManagerSaysHowFarAWallIsRead(t *testing.T) {
	state := bigHall(time.Now())
	state["walls"] = []object{{"id": "main", "name": "主屏", "floor": 0, "screen": object{"diagonal": 55, "distance": 8}}, {"id": "side", "name": "副屏", "floor": 0}}
	hall := newFakeHall(t, state)
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/manager", ".reach li")
	if got := eval[string](p, `[...document.querySelectorAll('.reach li')].map(e=>e.textContent).join()`); got != "主屏 55 英寸叫号 19 米，其余 8 米" {
		t.Errorf("the walls are read from: %q", got)
	}
	p.shoot("manager-reach")
	p.clean()
	p.open(hall.URL+"/wall/main", ".now .n")
	const metres = `parseFloat(getComputedStyle(document.querySelector('.now .n')).fontSize)*.73*200*55*25.4/Math.hypot(innerWidth,innerHeight)/1000`
	if got := eval[float64](p, metres); got < 19 || got >= 20.5 {
		t.Errorf("the newest call is read from %.1f m, want the 19 m that the manager is told", got)
	}
}

// A camera plays at the live edge although the first seconds came at once,
// says how old its last picture is when it falls silent, and starts again.
func TestForeignPagesCameraStaysLive(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	hall.state["cameras"] = hall.state["cameras"].([]object)[:1]
	hall.clip = cameraClip(t)[:7]
	p := openTab(t, 1280, 720)
	p.open(hall.URL+"/manager", "hall-camera")
	p.until(`document.querySelector('hall-camera').dataset.phase==='live'`)
	const video = `document.querySelector('hall-camera').shadowRoot.querySelector('video')`
	p.until(video + `.currentTime>3`)
	p.until(`Number(document.querySelector('hall-camera').dataset.frames)>=6`)
	p.until(`document.querySelector('hall-camera').shadowRoot.querySelector('.badge.b')`)
	p.shoot("camera-lost")
	p.until(`document.querySelector('hall-camera').dataset.phase==='live'`)
	hall.mu.Lock()
	defer hall.mu.Unlock()
	if hall.viewers < 2 {
		t.Error("the camera was not opened again")
	}
	p.quiet()
}

// A power cut or an evacuation stops all clocks, with a reason, until somebody
// lets them go on.
func TestForeignPagesManagerStopsTheClocks(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/manager", ".kpis")
	p.do(c.Evaluate[c.Void](`window.prompt=()=>' 停电 ';[...document.querySelectorAll('.chip')].find(b=>b.textContent==='冻结计时').click()`))
	p.until(`!lobby.outbox.open.size`)
	if got := hall.comes("freeze", 1); len(got) != 1 || got[0]["reason"] != "停电" {
		t.Errorf("freeze: %v", got)
	}
	hall.patch(object{"frozen": object{"reason": "停电", "since": time.Now().Format(time.RFC3339)}})
	p.until(`[...document.querySelectorAll('.chip')].some(b=>b.textContent==='恢复计时')`)
	p.do(c.Evaluate[c.Void](`[...document.querySelectorAll('.chip')].find(b=>b.textContent==='恢复计时').click()`))
	p.until(`!lobby.outbox.open.size`)
	if n := len(hall.comes("unfreeze", 1)); n != 1 {
		t.Errorf("unfreeze was sent %d times, want once", n)
	}
	p.clean()
	p.shoot("manager-frozen")
}

// What is wrong with a device is told in the language of the page, with what
// the hall does without it.
func TestForeignPagesManagerSpeaksOfDevicesInItsLanguage(t *testing.T) {
	hall := newFakeHall(t, bigHall(time.Now()))
	at := time.Now().Format(time.RFC3339)
	hall.patch(object{
		"alerts": []object{{"id": "device:printer/p1", "level": "amber", "subject": "printer/p1", "say": "打印机 p1：缺纸，请装纸", "says": object{"en": "Printer p1: Out of paper; put paper in"}, "raised": at}},
		"devices": []object{{"id": "printer/p1", "kind": "printer", "name": "打印机 p1", "names": object{"en": "Printer p1"}, "state": "down", "since": at, "why": "缺纸，请装纸",
			"whys": object{"en": "Out of paper; put paper in"}, "effect": "取号机不出小票", "effects": object{"en": "The kiosk gives no slips"}}},
	})
	p := openTab(t, 1920, 1080)
	p.open(hall.URL+"/manager?lang=en", ".alerts li")
	p.until(`document.querySelector('.alerts b').textContent==='Printer p1'&&document.querySelector('.alerts p').textContent==='Out of paper; put paper in'`)
	p.until(`document.querySelector('.dl.bad').textContent.includes('Printer p1 · Out of paper; put paper in The kiosk gives no slips')`)
	p.click(".alerts .pr")
	p.until(`document.querySelector('dialog[open] h2')?.textContent==='Printer p1: Out of paper; put paper in'`)
	p.shoot("manager-device-english")
}
