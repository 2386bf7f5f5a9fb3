package web_test

import (
	"context"
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axe string

// tab is one page in a headless browser, with what it wrote to its console.
type tab struct {
	t   *testing.T
	ctx context.Context
	on  string // what pictures of this screen end with

	mu     sync.Mutex
	errors []string
}

// chromium is the one browser of this test binary: starting it takes longer
// than most tests. TestMain stops it.
var chromium struct {
	sync.Once
	ctx  context.Context
	stop func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

func browser(t *testing.T) context.Context {
	t.Helper()
	bin, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("the program chromium is missing; install the Debian package chromium")
	}
	chromium.Do(func() {
		dir, err := os.MkdirTemp("", "lobby-pages-")
		if err != nil {
			t.Fatal(err)
		}
		o := append(c.DefaultExecAllocatorOptions[:], c.ExecPath(bin), c.NoSandbox, c.DisableGPU, c.NoFirstRun,
			c.Flag("disable-quic", true), c.Flag("disable-background-networking", true),
			c.Flag("disable-component-update", true), c.Flag("disable-sync", true), c.Flag("lang", "zh-CN"), c.Flag("accept-lang", "zh-CN"), c.UserDataDir(dir))
		alloc, stopAlloc := c.NewExecAllocator(context.Background(), o...)
		ctx, stopTab := c.NewContext(alloc)
		if err := c.Do(ctx, c.Navigate("about:blank")); err != nil {
			t.Fatal(err)
		}
		chromium.ctx = ctx
		chromium.stop = func() {
			stopTab()
			stopAlloc()
			os.RemoveAll(dir)
		}
	})
	return chromium.ctx
}

// openTab opens one page of the given size in the browser. It ends with the
// test, and the test fails if the page complained on its console.
func openTab(t *testing.T, width, height int64) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("foreign peers are left out of short runs")
	}
	t.Parallel() // Most of a page test is waiting.
	ctx, stopTab := c.NewContext(browser(t))
	ctx, stopTime := context.WithTimeout(ctx, 3*time.Minute)
	p := &tab{t: t, ctx: ctx}
	messages := c.Console(ctx)
	var reader sync.WaitGroup
	reader.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" {
				p.mu.Lock()
				p.errors = append(p.errors, m.String())
				p.mu.Unlock()
			}
		}
	})
	t.Cleanup(func() {
		stopTime()
		stopTab()
		reader.Wait()
	})
	p.do(c.EmulateViewport(width, height))
	return p
}

func (p *tab) do(steps ...c.Action[c.Void]) {
	p.t.Helper()
	if err := c.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// open loads an address and waits until the page has drawn a selector.
func (p *tab) open(url, selector string) {
	p.t.Helper()
	p.do(c.Navigate(url))
	p.until(`document.querySelector(` + quote(selector) + `)`)
}

// patience is for one condition, on a machine that does much else.
const patience = time.Minute

// until waits for an expression to become true, also over a page that is left
// for another meanwhile.
func (p *tab) until(expression string) {
	p.t.Helper()
	leaving := true
	var err error
	for late := time.Now().Add(patience); leaving && time.Now().Before(late); {
		_, err = c.Run(p.ctx, c.Poll[bool]("!!("+expression+")", c.WithPollingInterval(30*time.Millisecond), c.WithPollingTimeout(patience)))
		leaving = err != nil && p.ctx.Err() == nil && (strings.Contains(err.Error(), "Cannot find context") || strings.Contains(err.Error(), "target navigated"))
	}
	if err != nil {
		p.t.Fatalf("waiting for %s: %v; console: %v", expression, err, p.complaints())
	}
}

func (p *tab) click(selector string) {
	p.t.Helper()
	p.until(`(e=>e&&!e.disabled)(document.querySelector(` + quote(selector) + `))`)
	p.do(c.Evaluate[c.Void](`document.querySelector(` + quote(selector) + `).click()`))
}

func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := c.Run(p.ctx, c.Evaluate[T](expression, c.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (p *tab) complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.errors...)
}

// clean fails the test if the page wrote errors, and runs axe over it.
func (p *tab) clean() {
	p.t.Helper()
	p.quiet()
	if bare := eval[string](p, `(document.body.innerText.match(/\b(desk|done|trail|follow|ratings|kiosk|manager|item|bench|wall|window|device|fault|key)\.[a-z_]+/)||[''])[0]`); bare != "" {
		p.t.Errorf("the page shows the key %s instead of words", bare)
	}
	if !eval[bool](p, `typeof axe==='object'`) {
		p.do(c.Evaluate[c.Void](axe))
	}
	found := eval[[]string](p, `axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21aa','wcag22aa']}).then(r=>r.violations.map(v=>v.id+': '+v.nodes.map(n=>n.target+' '+n.failureSummary).slice(0,4).join()))`)
	for _, v := range found {
		p.t.Error(v)
	}
}

func (p *tab) quiet() {
	p.t.Helper()
	for _, m := range p.complaints() {
		p.t.Errorf("console: %s", m)
	}
}

// shoot keeps a picture of the page if LOBBY_SHOTS names a folder.
func (p *tab) shoot(name string) {
	p.t.Helper()
	dir := os.Getenv("LOBBY_SHOTS")
	if dir == "" {
		return
	}
	png, err := c.Run(p.ctx, c.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+p.on+".png"), png, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func quote(s string) string { return "`" + strings.ReplaceAll(s, "`", "\\`") + "`" }
