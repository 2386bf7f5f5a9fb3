package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	c "github.com/chromedp/chromedp"

	"lobby/display/web"
)

// askingKeypad is a soft keypad that asks, with as many reasons as a level may have.
func askingKeypad(t *testing.T) *httptest.Server {
	t.Helper()
	var reasons []object
	for n := range 8 {
		reasons = append(reasons, object{"level": 2, "code": fmt.Sprint(200 + n), "name": "在线预约办理后到实体大厅重复取号排队", "names": object{"en": "Queued again in the hall after booking online"}})
	}
	state, err := json.Marshal(object{"prompt": "n1", "window": "12", "staff": "0412", "ticket": "M045", "service": "不动产登记「四证」联办", "left": 18, "online": true, "reasons": reasons})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /keypad/state", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: %s\n\n", state)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.Handle("/", web.Keypad(web.Options{Build: build}))
	s := httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// The page of a soft keypad is read whole on the screens it is put on, which
// have no scroll bar.
func TestForeignPagesSoftKeypadClipsNothing(t *testing.T) {
	for _, size := range [][2]int64{{1024, 600}, {1366, 768}, {1920, 1080}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			p := openTab(t, size[0], size[1])
			p.open(askingKeypad(t).URL+"/", ".levels button")
			p.do(c.Evaluate[c.Void](clippedJS))
			look := func(what string) {
				t.Helper()
				for _, problem := range eval[[]string](p, `clipped()`) {
					t.Errorf("%s: %s", what, problem)
				}
				p.clean()
			}
			for _, lang := range []string{"zh-CN", "zh-TW", "en"} {
				p.until(`document.documentElement.lang===` + quote(lang))
				look(lang)
				p.click("footer button")
			}
			p.click(".levels button:nth-child(4)")
			for _, lang := range []string{"zh-CN", "zh-TW", "en"} {
				p.until(`document.documentElement.lang===` + quote(lang) + `&&document.querySelectorAll('.reasons button').length===8`)
				look(lang + " reasons")
				p.click("footer button")
			}
			p.quiet()
		})
	}
}
