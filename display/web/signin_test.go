package web_test

import (
	"testing"
	"time"

	c "github.com/chromedp/chromedp"
)

// The sign-in is legible to everybody in every language, knows the window that
// was asked for, and leads nowhere but into the hall.
func TestForeignPagesSignIn(t *testing.T) {
	hall := newFakeHall(t, smallHall(time.Now()))
	p := openTab(t, 480, 800)
	for lang, word := range map[string]string{"zh-CN": "登录", "zh-TW": "登入", "en": "Sign in"} {
		p.open(hall.URL+"/signin?to=/window/3&lang="+lang, "form button")
		p.until(`document.querySelector('h1').textContent===` + quote(word) + `&&document.documentElement.lang===` + quote(lang))
		if got := eval[string](p, `document.querySelector('[name=window]').value`); got != "3" {
			t.Errorf("%s: the window is %q", lang, got)
		}
		if cut := eval[bool](p, `[...document.querySelectorAll('h1,label span,button,.problem')].some(e=>e.scrollWidth>e.clientWidth+1||e.scrollHeight>e.clientHeight+1)`); cut {
			t.Errorf("%s: something is cut off", lang)
		}
		if small := eval[bool](p, `[...document.querySelectorAll('button,input')].some(e=>e.getBoundingClientRect().height<44)`); small {
			t.Errorf("%s: a target is lower than 44 pixels", lang)
		}
		p.clean()
	}
	p.shoot("signin")
}

// Whoever is signed in goes where they wanted to, but never out of the hall.
func TestForeignPagesSignInLeadsIntoTheHall(t *testing.T) {
	hall := newFakeHall(t, smallHall(time.Now()))
	for name, to := range map[string]string{"host": "//evil.example/", "backslash": `/\\evil.example`, "address": "https://evil.example/", "script": "javascript:alert(1)"} {
		t.Run(name, func(t *testing.T) {
			p := openTab(t, 480, 800)
			p.open(hall.URL+"/signin", "form button")
			p.do(c.Evaluate[c.Void](`history.replaceState(null,'','/signin?to='+encodeURIComponent(` + quote(to) + `)+'#kiosk:k1:secret')`))
			p.do(c.Evaluate[c.Void](`window.fetch=async()=>new Response('{}',{status:200}); import('/ui/dev/pages/signin.js?again').catch(()=>{})`))
			for late := time.Now().Add(30 * time.Second); ; {
				at, err := c.Run(p.ctx, c.Evaluate[string](`location.href`)) // fails while the page is left
				if err == nil && at == hall.URL+"/" {
					break
				}
				if time.Now().After(late) {
					t.Fatalf("to %s: the browser is at %q, %v", to, at, err)
				}
			}
		})
	}
}
