package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// embeddingHall has one service at three windows, and lets pages of one
// other origin command them.
const embeddingHall = `hall: {id: emb, name: 办事大厅, timezone: Asia/Shanghai}
listen: 127.0.0.1:0
data: DIR/data
origins: [ORIGIN]
departments: [{id: d, name: 部门}]
classes: [{id: normal, name: 普通, rate: 1}]
services: [{id: s, name: 不动产登记, prefix: M, department: d}]
windows:
  - {id: "1", name: 1 号窗口, services: [s]}
  - {id: "2", name: 2 号窗口, services: [s]}
  - {id: "3", name: 3 号窗口, services: [s]}
kiosks: [{id: k1, name: 取号机}]
`

const examples = "../../hardware-docs/examples/window/"

// otherMaker serves the plain HTML example from an origin of its own.
func otherMaker(t *testing.T) (page *httptest.Server, tellHall func(url string)) {
	t.Helper()
	text, err := os.ReadFile(examples + "window.html")
	if err != nil {
		t.Fatal(err)
	}
	page = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(text)
	}))
	t.Cleanup(page.Close)
	return page, func(url string) { text = bytes.ReplaceAll(text, []byte("HALL"), []byte(url)) }
}

// TestForeignWindowSoftware runs the examples of hardware-docs/window-software.md
// against a running hall: another maker's page, a program in Go and one in
// Python, each serving one citizen.
func TestForeignWindowSoftware(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	needsModules(t, map[string]string{"import websockets": "python3-websockets"})
	page, tellHall := otherMaker(t)
	dir := t.TempDir()
	config := mustWrite(t, filepath.Join(dir, "hall.yaml"), strings.NewReplacer("DIR", dir, "ORIGIN", page.URL).Replace(embeddingHall))
	p := startLobby(t, "run", "--config", config)
	tellHall(p.url)
	p.must(t, "day", "day_open", nil)
	for _, id := range []string{"a", "b", "c", "d"} {
		p.must(t, id, "take", map[string]any{"service": "s", "class": "normal"})
	}
	t.Run("PlainHTML", func(t *testing.T) { barServes(t, b, p, page.URL) })
	programServes(t, "Go", "go", "run", "./"+examples, p.url, "1")
	programServes(t, "Python", python, examples+"window.py", p.url, "2")
	t.Run("OtherOrigin", func(t *testing.T) {
		r, _ := http.NewRequest(http.MethodGet, p.url+"/embed/lobby-call-bar.js", nil)
		r.Header.Set("Origin", "http://evil.example")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("a page of an origin that the hall does not name got %s", res.Status)
		}
	})
}

// programServes runs an example that serves one citizen at a window.
func programServes(t *testing.T, name string, args ...string) {
	t.Run(name, func(t *testing.T) {
		out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "call_next") || !strings.Contains(string(out), "window_close") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	})
}

// inBar is a part of the bar's shadow tree.
func inBar(selector string) string {
	return `document.querySelector('lobby-call-bar').shadowRoot?.querySelector('` + selector + `')`
}

// barServes calls with the bar in another maker's page, by click and by key.
func barServes(t *testing.T, b *browser, p *program, url string) {
	b.open(url, 1366, 768)
	b.sees("the connection", `return document.getElementById('log').value==='已连接'`)
	p.must(t, "open", "window_open", map[string]any{"window": "3", "staff": "0412"})
	b.sees("four wait", `return `+inBar(".line b")+`?.textContent.startsWith('4')`)
	b.does(`window.seen=[];document.addEventListener('lobby-state',e=>seen.push(e.detail.window?.state))`)
	b.sees("the button", `const b=`+inBar(".next")+`; return b&&!b.disabled`)
	b.does(inBar(".next") + `.click()`) // once: a button that was pressed is disabled for a moment, and means something else then
	b.sees("the number in the maker's own field", `return document.getElementById('number').value==='M001'`)
	b.does(`const b=` + inBar(".next") + `;b.click();b.click()`) // pressed twice: nobody else is called
	b.picture("call-bar.png")
	if got := b.sees("the height", `return `+inBar(".bar")+`.getBoundingClientRect().height`); got != 76.0 {
		t.Errorf("the bar is %v px high, want 76", got)
	}
	b.does(`dispatchEvent(new KeyboardEvent('keydown',{code:'F2'}))`)
	until(t, "the bar is free after the guard", 30*time.Second, func() bool {
		return b.sees("a state", `return document.querySelector('lobby-call-bar').state.state`) == "serving"
	})
	b.does(`document.querySelector('lobby-call-bar').transfer()`)
	b.sees("the question", `return `+inBar("dialog[open] h2"))
	b.does(inBar("dialog .back") + `.click()`)
	b.does(`document.querySelector('lobby-call-bar').setAttribute('lang','en')`)
	b.sees("English", `return `+inBar(".recall")+`.textContent==='AgainF8'`)
	b.sees("the call of the next", `dispatchEvent(new KeyboardEvent('keydown',{code:'F9'}));return document.getElementById('number').value==='M002'`)
	b.quiet()
}
