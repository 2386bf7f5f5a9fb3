package web_test

import (
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// bare finds Chinese that a page shows although it is in English: words of the
// page itself, not what the hall file calls its things.
const bare = `(()=>{const found=new Set();const walk=document.createTreeWalker(document.body,NodeFilter.SHOW_TEXT);const given=JSON.stringify(lobby.state);
for(let n=walk.nextNode();n;n=walk.nextNode()){const words=n.textContent.trim();if(/\p{Script=Han}/u.test(words)&&!n.parentElement.closest('script,style,noscript')&&!given.includes(words))found.add(words)}return [...found]})()`

// wide finds words that are cut or wider than their box; long lists scroll.
const wide = `clipped().filter(x=>{const m=x.match(/: (\d+)×\d+ in (\d+)×/);return m?+m[1]>+m[2]+2&&+m[2]>1:/is cut by/.test(x)&&!/p.hidden/.test(x)})`

// The pages of those who work here speak the language of their browser, whole,
// and nothing is cut off in it.
func TestForeignPagesOfStaffSpeakTheirLanguage(t *testing.T) {
	words := map[string]string{ // a word of each page in traditional Chinese
		"/window/12": "已連線", "/manager": "值班總覽", "/staff": "窗口人員", "/": "值班總覽",
	}
	for path, word := range words {
		t.Run(path, func(t *testing.T) {
			hall := newFakeHall(t, bigHall(time.Now()))
			p := openTab(t, 1920, 1080)
			p.open(hall.URL+path+"?lang=zh-TW", "h1,header")
			p.until(`document.documentElement.lang==='zh-TW'&&document.body.textContent.includes(` + quote(word) + `)`)
			p.open(hall.URL+path+"?lang=en", "h1,header")
			p.until(`document.documentElement.lang==='en'&&window.lobby&&lobby.state`)
			for _, words := range eval[[]string](p, bare) {
				t.Errorf("in English the page says %q", words)
			}
			p.do(c.Evaluate[c.Void](clippedJS))
			for _, problem := range eval[[]string](p, wide) {
				t.Error(problem)
			}
			p.shoot("english-" + map[string]string{"/window/12": "console", "/manager": "manager", "/staff": "staff", "/": "index"}[path])
			p.clean()
		})
	}
}
