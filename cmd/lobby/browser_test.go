package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

var updatePictures = flag.Bool("update-pictures", false, "write the screenshots of hardware-docs/pictures")

// pictures is where the README's screenshots are.
const pictures = "../../hardware-docs/pictures"

// browser is one headless Chromium, with what its pages wrote to the console.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	errors []string
	asked  bool // the last word of quiet has come
}

// lastWord comes behind everything that pages have written to the console.
const lastWord = "is that all?"

func newBrowser(t *testing.T) *browser {
	t.Helper()
	needs(t, map[string]string{"chromium": "chromium"})
	o := append(c.DefaultExecAllocatorOptions[:], c.ExecPath("chromium"), c.NoSandbox, c.DisableGPU, c.NoFirstRun,
		c.Flag("disable-quic", true), c.Flag("disable-background-networking", true), c.Flag("disable-component-update", true),
		c.Flag("disable-sync", true), c.Flag("accept-lang", "zh-CN"), c.Flag("autoplay-policy", "no-user-gesture-required"), c.UserDataDir(t.TempDir()))
	alloc, stopAlloc := c.NewExecAllocator(context.Background(), o...)
	ctx, stopTab := c.NewContext(alloc)
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	b := &browser{t: t, ctx: ctx}
	messages := c.Console(ctx)
	var reader sync.WaitGroup
	reader.Go(func() { b.listen(messages) })
	t.Cleanup(func() { cancel(); stopTab(); stopAlloc(); reader.Wait() })
	return b
}

// listen keeps what pages complain about.
func (b *browser) listen(messages iter.Seq2[c.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return
		}
		b.mu.Lock()
		if m.IsException() || m.Type == "error" {
			b.errors = append(b.errors, m.String())
		}
		b.asked = b.asked || strings.Contains(m.String(), lastWord)
		b.mu.Unlock()
	}
}

// quiet fails the test when a page complained.
func (b *browser) quiet() {
	b.t.Helper()
	b.does(`console.info('` + lastWord + `')`)
	until(b.t, "the console is read", 30*time.Second, func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.asked
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.errors {
		b.t.Errorf("console: %s", e)
	}
}

func (b *browser) open(url string, width, height int64) {
	b.t.Helper()
	if err := c.Do(b.ctx, c.EmulateViewport(width, height), c.Navigate(url)); err != nil {
		b.t.Fatalf("%s: %v", url, err)
	}
}

// sees polls a JavaScript expression until it is truthy, and returns it.
func (b *browser) sees(what, js string) any {
	b.t.Helper()
	var got any
	until(b.t, what, 60*time.Second, func() bool {
		v, err := c.Run(b.ctx, c.Evaluate[any]("(()=>{"+js+"})()"))
		got = v
		return err == nil && v != nil && v != false && v != "" && v != 0.0
	})
	return got
}

// does carries out JavaScript at once.
func (b *browser) does(js string) {
	b.t.Helper()
	if _, err := c.Run(b.ctx, c.Evaluate[any]("(()=>{"+js+";return true})()")); err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
}

func (b *browser) picture(name string) {
	b.t.Helper()
	png, err := c.Run(b.ctx, c.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if !*updatePictures {
		return
	}
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(pictures, name), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// emulated reads what the emulated devices show.
func (p *program) emulated(t testing.TB) string {
	var v json.RawMessage
	p.get(t, "/api/v1/emulators", &v)
	return string(v)
}

// post sends JSON to one of the emulators.
func (p *program) post(t testing.TB, path, body string) {
	t.Helper()
	res, err := http.Post(p.url+path, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s", path, res.Status)
	}
}

// takeNumber touches the kiosk until it shows a number.
const takeNumber = `
	const done=document.querySelector('.okk .n'); if(done) return done.textContent.trim();
	const row=[...document.querySelectorAll('.svc')].find(e=>e.offsetParent); if(row){row.click();return ''}
	const chain=document.querySelector('.chain:not([disabled])'); if(chain) chain.click(); return ''`

func clickOn(word string) string {
	return `const b=[...document.querySelectorAll('button')].find(e=>e.textContent.includes('` + word + `')&&!e.disabled); if(b) b.click(); return !!b`
}

// videos finds the camera tiles that play.
const videos = `const vs=[...document.querySelectorAll('hall-camera')].map(h=>h.shadowRoot?.querySelector('video')).filter(v=>v&&v.videoWidth>0&&v.currentTime>0);`

// windowFor finds a window that serves a waiting number.
func (p *program) windowFor(t testing.TB, number string) string {
	t.Helper()
	var s struct {
		State struct {
			Waiting  []struct{ Ticket, Service string }
			Services []struct {
				ID      string
				Windows []string
			}
		}
	}
	p.get(t, "/api/v1/state", &s)
	for _, w := range s.State.Waiting {
		for _, svc := range s.State.Services {
			if w.Ticket == number && svc.ID == w.Service {
				return svc.Windows[0]
			}
		}
	}
	t.Fatalf("number %s does not wait: %+v", number, s.State)
	return ""
}

// TestForeignBrowser walks through a citizen's visit on the real pages.
func TestForeignBrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	p := startLobby(t, "demo", "--small", "--quiet", "--listen", "127.0.0.1:0")
	b.open(p.url+"/kiosk/k1", 1080, 1920)
	b.sees("the kiosk that shows what its slip says", `if(!window.lobby?.up) return false; const send=lobby.command.bind(lobby); lobby.command=async(...a)=>{const r=await send(...a); window.token=r.token; return r}; return true`)
	number, _ := b.sees("a number on the kiosk", takeNumber).(string)
	token, _ := b.sees("the token of its slip", `return window.token`).(string)
	phone := p.url + "/t/" + token
	b.open(phone, 390, 844)
	b.sees("the number on the citizen's telephone", `return document.querySelector('h1')?.textContent.includes('`+number+`')&&document.querySelector('.facts')`)

	w := p.windowFor(t, number)
	b.open(p.url+"/window/"+w, 1366, 768)
	b.sees("the button that opens the window", `const f=document.querySelector('form.open'); if(!f) return false; f.staff.value='0412'; f.requestSubmit(); return true`)
	b.sees("the next number on the button", `return document.querySelector('button.big')?.textContent.includes('`+number+`')`)
	b.does(`document.body.dispatchEvent(new KeyboardEvent('keydown',{key:'F9',code:'F9',bubbles:true}))`)
	until(t, "the board shows "+number, 30*time.Second, func() bool { return strings.Contains(p.emulated(t), "请"+number+"号到"+w+"号窗口") })
	until(t, "the speaker says "+number, 30*time.Second, func() bool { return strings.Contains(p.emulated(t), "请"+number+"号，到"+w+"号窗口") })

	b.open(p.url+"/wall/main", 1920, 1080)
	b.sees("the call on the wall", `return document.querySelector('.now .n')?.textContent.includes('`+number+`')`)

	b.open(phone, 390, 844)
	b.sees("the call on the telephone", `return document.querySelector('.card.called .win')?.textContent.includes('`+w+`')`)

	b.open(p.url+"/window/"+w, 1366, 768)
	b.sees("the button for the citizen's arrival", clickOn("开始办理"))
	b.sees("the button that finishes", clickOn("办结"))
	until(t, "the keypad is asked", 30*time.Second, func() bool { return strings.Contains(p.emulated(t), `"ticket":"`+number+`","window":"`+w+`"`) })
	b.open(p.url+"/hardware", 1920, 1080)
	b.sees("the slip on paper", `return [...document.querySelectorAll('img')].some(i=>i.naturalWidth>300)`)
	b.sees("the keypad that asks", `const k=document.querySelector('.pad.asks .faces button'); if(k) k.click(); return !!k`)

	b.open(phone, 390, 844)
	b.sees("the rating on the telephone", `return document.querySelector('.rate')&&!document.querySelector('.faces')`)

	b.open(p.url+"/manager", 1920, 1080)
	b.sees("the rating among the figures", `return document.body.textContent.includes('100.0')`)
	b.sees("a camera's picture", videos+`return (window.was=vs[0]?.currentTime)>0`)
	b.sees("the picture moves", videos+`return vs[0].currentTime>window.was+1`)
	b.sees("the mark of a live picture", `return document.querySelector('hall-camera').shadowRoot.querySelector('.lv')`)
	b.quiet()
}

// thirtyPages are frames in one page: a browser draws frames of the same
// origin as it draws pages, and each is a client of its own.
const thirtyPages = `
	document.body.replaceChildren(); document.body.style.cssText='margin:0;display:grid;grid-template-columns:repeat(6,1fr);gap:4px';
	for(let n=0;n<30;n++){const f=document.createElement('iframe'); f.style.cssText='width:100%;height:200px;border:0';
		f.src=n<14?'/wall/main':n<22?'/window/'+(1+n%4):n<28?'/kiosk/k1':'/manager'; document.body.append(f)}`

// TestForeignBrowserThirtyPages: thirty pages are open at once on one hall,
// and a call reaches every wall and every console.
func TestForeignBrowserThirtyPages(t *testing.T) {
	b := newBrowser(t)
	p := startLobby(t, "demo", "--small", "--quiet", "--listen", "127.0.0.1:0")
	b.open(p.url+"/wall/main", 1920, 1080)
	b.sees("a page of the hall", `return document.querySelector('.grid')`)
	b.does(thirtyPages)
	const frames = `const fs=[...document.querySelectorAll('iframe')].map(f=>f.contentWindow);`
	b.sees("thirty pages that hear the hall", frames+`return fs.length===30&&fs.every(f=>f.lobby?.up&&f.lobby.state)`)
	for id, command := range map[string]string{"open": `"type":"window_open","window":"1","staff":"0412"`, "take": `"type":"take","service":"social"`} {
		p.post(t, "/api/v1/commands", `{"id":"`+id+`",`+command+`}`)
	}
	p.post(t, "/api/v1/commands", `{"id":"call","type":"call_next","window":"1"}`)
	b.sees("the call on fourteen walls", frames+`return fs.slice(0,14).every(f=>/^M\d+$/.test(f.document.querySelector('.now.fresh .n')?.textContent))`)
	b.sees("the call at window 1 on every console", frames+`return fs.slice(14,22).every(f=>f.lobby.state.windows.find(w=>w.id==='1').state==='calling')`)
	b.sees("all of one state", frames+`const seq=Math.max(...fs.map(f=>f.lobby.stateSeq)); return fs.every(f=>f.lobby.up&&!f.lobby.stale&&f.lobby.stateSeq>=seq-5)`)
	b.quiet()
}

// TestForeignBrowserWithoutPaper: the number stands on the screen and counts
// once the citizen has kept it; a page whose hall is gone says so.
func TestForeignBrowserWithoutPaper(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	data := t.TempDir()
	p := startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", "127.0.0.1:0")
	for _, printer := range []string{"p1", "p1b"} { // the kiosk's own and its spare
		p.post(t, "/api/v1/emulators/printer/"+printer+"/faults", `{"fault":"paper_out","on":true}`)
	}
	b.open(p.url+"/kiosk/k1", 1080, 1920)
	b.sees("a number on the kiosk", takeNumber)
	b.sees("the offer to keep it", `const b=document.querySelector('button.keep'); if(b) b.click(); return !!b`)
	var s struct {
		State struct{ Figures struct{ Waiting int } }
	}
	until(t, "the number waits", 60*time.Second, func() bool {
		// A person whose touch was not taken touches again.
		b.does(`document.querySelector('button.keep:not([disabled])')?.click()`)
		p.get(t, "/api/v1/state", &s)
		return s.State.Figures.Waiting > 0
	})

	b.open(p.url+"/wall/main", 1920, 1080)
	b.sees("the wall", `return document.querySelector('.grid')&&document.querySelectorAll('.w').length===4`)
	stale := `return !!document.querySelector('.stale')`
	b.sees("no warning yet", `return !document.querySelector('.stale')`)
	p.kill()
	b.sees("the warning that the wall is stale", stale)
	startLobby(t, "demo", "--small", "--quiet", "--data", data, "--listen", strings.TrimPrefix(p.url, "http://"))
	b.sees("the wall is live again", `return !document.querySelector('.stale')`)
}

// TestForeignBrowserPictures looks at the hall of 80 windows and, when asked,
// keeps what it sees for the documents.
func TestForeignBrowserPictures(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	p := startProgram(t, shipped(t), "demo", "--speed", "4", "--listen", "127.0.0.1:0")
	until(t, "the hall is busy", 90*time.Second, func() bool {
		var s struct {
			State struct{ Figures struct{ Calls int } }
		}
		p.get(t, "/api/v1/state", &s)
		return s.State.Figures.Calls >= 40
	})
	b.open(p.url+"/manager", 1456, 820)
	b.sees("several pictures", videos+`return vs.length>=9&&vs.every(v=>v.currentTime>2)&&lobby.up&&!document.querySelector('.stale')`)
	b.sees("80 windows", `return document.body.textContent.includes('80')`)
	b.picture("hall.png")
	b.open(p.url+"/wall/main", 1456, 820)
	b.sees("a call", `return document.querySelector('.now .n')`)
	b.picture("wall.png")
	b.open(p.url+"/kiosk/k1", 810, 1440)
	b.sees("four chains", `return document.querySelectorAll('.chain').length>=4`)
	b.picture("kiosk.png")
	b.open(p.url+"/hardware", 1456, 820)
	b.sees("paper", `return [...document.querySelectorAll('img')].some(i=>i.naturalWidth>300&&i.naturalHeight>600&&i.getBoundingClientRect().width>150&&i.getBoundingClientRect().top<300)`)
	b.picture("hardware.png")
	b.quiet()
}
