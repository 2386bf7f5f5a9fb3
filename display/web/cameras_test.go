package web_test

import (
	"fmt"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// places are the cameras as they are seen, the large one first.
const places = `[...document.querySelectorAll('.cams hall-camera')].sort((a,b)=>a.style.order-b.style.order).map(e=>e.camera).join()`

// wallHall is a hall whose cameras play.
func wallHall(t *testing.T) (*fakeHall, *tab) {
	hall := newFakeHall(t, bigHall(time.Now()))
	p := openTab(t, 1920, 1080)
	hall.clip = cameraClip(t)
	p.open(hall.URL+"/manager", "hall-camera.main")
	return hall, p
}

// The camera of the window with the gravest alert has the large place and an
// outline; when the alert is dealt with, everything is as it was, and no
// picture was interrupted by that.
func TestForeignPagesAlertedCameraIsInFront(t *testing.T) {
	hall, p := wallHall(t)
	const front = `document.querySelector('hall-camera.main')`
	p.until(front + `.camera==='cam2'`) // window 13
	p.until(front + `.shadowRoot.querySelector('.outline')`)
	p.until(`document.querySelectorAll('hall-camera[data-phase=live]').length>=7`)
	p.do(c.Evaluate[c.Void](`window.old=[...document.querySelectorAll('hall-camera')].map(e=>e.feed)`))
	p.shoot("manager")
	p.clean()
	hall.patch(object{"alerts": []object{}})
	p.until(front + `.camera==='cam1'`)
	if !eval[bool](p, `[...document.querySelectorAll('hall-camera')].every((e,i)=>e.feed===old[i])`) {
		t.Error("a picture was started again only to change its place")
	}
}

// The wall is arranged with the mouse and by keyboard, and stays so.
func TestForeignPagesCamerasAreArranged(t *testing.T) {
	hall, p := wallHall(t)
	hall.patch(object{"alerts": []object{}})
	p.until(places + `.startsWith('cam1,cam2')`)
	middle := func(camera string) (x, y float64) {
		at := eval[[]float64](p, `(r=>[r.left+r.width/2,r.top+r.height/2])(document.querySelector('hall-camera[camera=`+camera+`]').getBoundingClientRect())`)
		return at[0], at[1]
	}
	x, y := middle("cam5")
	p.do(c.MouseEvent("mousePressed", x, y, c.ButtonLeft, c.ClickCount(1)))
	x, y = middle("cam1")
	p.do(c.MouseEvent("mouseMoved", x+60, y+40, c.ButtonLeft), c.MouseEvent("mouseMoved", x, y, c.ButtonLeft))
	p.until(`document.querySelector('hall-camera.target')?.camera==='cam1'`)
	p.shoot("manager-drag")
	p.do(c.MouseEvent("mouseReleased", x, y, c.ButtonLeft, c.ClickCount(1)))
	p.until(places + `.startsWith('cam5,cam1,cam2')`)
	p.until(`!document.querySelector('.lifted')`)

	p.do(c.Evaluate[c.Void](`document.querySelector('hall-camera.main').focus()`))
	p.do(c.KeyEvent(kb.ArrowRight, c.KeyModifiers(c.ModifierShift)))
	p.until(`!` + places + `.startsWith('cam5')`)
	p.until(`document.activeElement.camera==='cam5'`)
	p.until(`document.querySelector('.cams [role=status]').textContent`)
	kept := eval[string](p, places)
	p.open(hall.URL+"/manager", "hall-camera.main")
	if got := eval[string](p, places); got != kept {
		t.Errorf("after loading again %s, before %s", got, kept)
	}
	p.do(c.Evaluate[c.Void](`document.querySelector('hall-camera.main').focus()`))
	p.do(c.KeyEvent(kb.Home, c.KeyModifiers(c.ModifierShift)))
	p.until(places + `.startsWith('cam1,cam2')`)
	p.quiet()
}

// Faces are covered on the wall and in full view, where they are in the
// picture, however the tile cuts it.
func TestForeignPagesFacesAreCovered(t *testing.T) {
	state := bigHall(time.Now())
	state["cameras"].([]object)[2]["masks"] = []object{{"x": 0.5, "y": 0.25, "w": 0.25, "h": 0.5}}
	hall := newFakeHall(t, state)
	p := openTab(t, 1920, 1080)
	hall.clip = cameraClip(t)
	p.open(hall.URL+"/manager", "hall-camera.main")
	masked := func(selector string) string {
		return `document.querySelector('` + selector + `').shadowRoot.querySelector('.masks path')`
	}
	p.until(masked("hall-camera[camera=cam3]"))
	// The picture's middle is the tile's, so the mask begins there.
	if off := eval[float64](p, `(()=>{const e=document.querySelector('hall-camera[camera=cam3]'),b=e.getBoundingClientRect();return Math.abs(`+masked("hall-camera[camera=cam3]")+`.getBoundingClientRect().left-(b.left+b.width/2))})()`); off > 1 {
		t.Errorf("the mask is %.1f pixels off", off)
	}
	if eval[bool](p, `!!`+masked("hall-camera[camera=cam2]")) {
		t.Error("a camera without masks has one")
	}
	p.do(c.Evaluate[c.Void](`document.querySelector('hall-camera[camera=cam3]').focus()`))
	p.press("Enter")
	p.until(`document.querySelector('dialog.full hall-camera')&&` + masked("dialog.full hall-camera"))
	p.shoot("manager-masked")
	p.quiet()
}

// Enter and a double click show one camera large, Escape leads back.
func TestForeignPagesCameraInFullView(t *testing.T) {
	_, p := wallHall(t)
	p.until(`(document.querySelector('hall-camera[camera=cam3]').focus(),document.activeElement.camera==='cam3')`)
	// The key alone: a driver's "char" event would press the button that the
	// full view gives the focus to, which a prevented key of a person never does.
	p.press("Enter")
	p.until(`document.querySelector('dialog.full[open] hall-camera[camera=cam3][data-phase=live]')`)
	p.until(`document.querySelector('dialog.full hall-camera').shadowRoot.querySelector('video').videoWidth>0`)
	p.shoot("manager-full")
	p.clean()
	p.do(c.KeyEvent(kb.ArrowRight))
	p.until(`document.querySelector('dialog.full hall-camera[camera=cam4][data-phase=live]')`)
	p.do(c.KeyEvent(kb.Escape))
	p.until(`!document.querySelector('dialog')`)
	p.until(`document.activeElement.camera==='cam4'`)
	p.do(c.Evaluate[c.Void](`document.querySelector('hall-camera[camera=cam1]').dispatchEvent(new MouseEvent('dblclick',{bubbles:true}))`))
	p.until(`document.querySelector('dialog.full[open] hall-camera[camera=cam1]')`)
}

// A camera is closed for privacy from its full view, with a badge and a reason,
// and opened again; nobody else's badge can be given by who is signed in.
func TestForeignPagesCameraShutter(t *testing.T) {
	hall, p := wallHall(t)
	hall.signedIn.Store(true)
	p.do(c.Evaluate[c.Void](`document.querySelector('hall-camera[camera=cam1]').dispatchEvent(new MouseEvent('dblclick',{bubbles:true}))`))
	p.until(`document.querySelector('dialog.full[open] hall-camera[camera=cam1]')`)
	p.click("dialog.full .bar button[aria-expanded=false]")
	p.until(`document.querySelector('.shutter [name=by]')?.readOnly&&document.querySelector('.shutter [name=by]').value==='0531'`)
	p.do(c.Evaluate[c.Void](`document.querySelector('.shutter [name=reason]').focus()`), c.KeyEvent("接访"), c.KeyEvent(kb.ArrowLeft)) // in a field an arrow moves the cursor, not the camera
	p.until(`document.querySelector('.shutter [name=reason]').value==='接访'&&document.querySelector('dialog.full hall-camera').camera==='cam1'`)
	p.shoot("manager-shutter")
	p.clean()
	p.click(".shutter .pr")
	p.until(`!document.querySelector('.shutter')`)
	if got := hall.comes("camera_shutter", 1); len(got) != 1 || got[0]["camera"] != "cam1" || got[0]["closed"] != true || got[0]["by"] != "0531" || got[0]["reason"] != "接访" {
		t.Errorf("camera_shutter: %v", got)
	}
	cameras := hall.state["cameras"].([]object)
	cameras[0]["state"], cameras[0]["shutter"] = "shutter", object{"camera": "cam1", "by": "0531", "reason": "接访"}
	hall.patch(object{"cameras": cameras[:1]})
	p.until(`document.querySelector('dialog.full hall-camera').shadowRoot.querySelector('.shut')?.textContent.includes('接访')`)
	p.click("dialog.full .bar button[aria-expanded=false]")
	p.until(`document.querySelector('.shutter [name=reason]')`)
	p.do(c.Evaluate[c.Void](`document.querySelector('.shutter [name=reason]').value='接访结束';document.querySelector('.shutter').requestSubmit()`))
	p.until(`!document.querySelector('.shutter')`)
	if got := hall.comes("camera_shutter", 2); len(got) != 2 || got[1]["closed"] != false {
		t.Errorf("opened again: %v", got)
	}
	p.quiet()
}

// Of thirty cameras only those that are seen play, and never more than
// sixteen, however large the screen is.
func TestForeignPagesManyCameras(t *testing.T) {
	state := bigHall(time.Now())
	var list []object
	for i := range 30 {
		list = append(list, object{"id": fmt.Sprintf("c%d", i), "name": fmt.Sprint(i), "windows": []string{}, "state": "up"})
	}
	state["cameras"], state["alerts"] = list, []object{}
	hall := newFakeHall(t, state)
	p := openTab(t, 1920, 1080)
	hall.clip = cameraClip(t)[:3]
	p.open(hall.URL+"/manager", "hall-camera.main")
	const playing = `[...document.querySelectorAll('hall-camera')].filter(e=>e.feed)`
	p.until(playing + `.length===9`)
	p.shoot("manager-many")
	p.do(c.Evaluate[c.Void](`document.querySelector('hall-camera[camera=c20]').scrollIntoView()`))
	p.until(playing + `.some(e=>e.camera==='c20')&&!` + playing + `.some(e=>e.camera==='c0')`)
	p.do(c.Evaluate[c.Void](`document.querySelector('.cams').style.gridAutoRows='6rem'`))
	p.until(playing + `.length===16`)
	p.until(`[...document.querySelectorAll('hall-camera')].filter(e=>e.phase==='crowded').length===14`)
	p.do(c.Evaluate[c.Void](`document.querySelector('hall-camera[camera=c29]').dispatchEvent(new MouseEvent('dblclick',{bubbles:true}))`))
	p.until(`document.querySelector('dialog hall-camera')?.feed`)
	if n := eval[int](p, playing+`.length`); n != 16 {
		t.Errorf("%d pictures play beside the full view", n)
	}
	p.quiet()
}
