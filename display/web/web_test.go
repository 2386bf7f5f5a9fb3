package web_test

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lobby/display/web"
	"lobby/queue"
)

func get(t *testing.T, o web.Options, path string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	web.Handler(o).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Result()
}

func TestPagesAreNeverKeptAndFilesForEver(t *testing.T) {
	o := web.Options{Build: "b7"}
	for _, path := range []string{"/", "/kiosk", "/kiosk/k1", "/window", "/window/12", "/wall", "/wall/main", "/manager", "/hardware", "/t/abc"} {
		r := get(t, o, path)
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/html; charset=utf-8" || r.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v", path, r.StatusCode, r.Header)
		}
		if r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", path, r.Header)
		}
	}
	files := map[string]string{"/ui/b7/lib/hall.js": "text/javascript; charset=utf-8", "/ui/b7/lib/tokens.css": "text/css; charset=utf-8", "/ui/b7/locale/en.json": "application/json; charset=utf-8"}
	for path, kind := range files {
		r := get(t, o, path)
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != kind || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", path, r.StatusCode, r.Header)
		}
	}
	if r := get(t, o, "/ui/old/lib/hall.js"); r.StatusCode != 200 || r.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("a file of another build: %d %v", r.StatusCode, r.Header)
	}
	for _, path := range []string{"/ui/b7/nothing.js", "/ui/b7/../web.go", "/nowhere", "/ui/b7/lib"} {
		if r := get(t, o, path); r.StatusCode == 200 {
			t.Errorf("%s is served", path)
		}
	}
}

// What the hall does not have is not found, and the page is there to tell what is.
func TestPagesOfWhatIsNotThereAreNotFound(t *testing.T) {
	has := map[string]bool{"kiosk k1": true, "window 12": true, "wall main": true, "token abc": true}
	o := web.Options{Known: func(_ context.Context, kind, id string) bool { return has[kind+" "+id] }}
	for path, want := range map[string]int{
		"/kiosk": 200, "/kiosk/k1": 200, "/window": 200, "/window/12": 200, "/wall": 200, "/wall/main": 200, "/t/abc": 200, "/manager": 200,
		"/kiosk/nope": 404, "/window/nope": 404, "/wall/nope": 404, "/t/nope": 404,
	} {
		r := get(t, o, path)
		body, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != want || !strings.Contains(string(body), `<div id="app">`) || r.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v %v, want %d and the page", path, r.StatusCode, r.Header, err, want)
		}
	}
}

func TestPolicyNamesOtherPages(t *testing.T) {
	got := get(t, web.Options{FrameAncestors: []string{"https://window.example"}}, "/").Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'self'", "connect-src 'self' ws: wss:", "media-src 'self' blob:", "frame-ancestors 'self' https://window.example"} {
		if !strings.Contains(got, want) {
			t.Errorf("policy %q lacks %q", got, want)
		}
	}
}

func TestTicketCodeTakesTokensOnly(t *testing.T) {
	if r := get(t, web.Options{}, "/t/Zq3-x_9/qr.svg"); r.StatusCode != 200 || r.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("code: %d %v", r.StatusCode, r.Header)
	}
	if r := get(t, web.Options{}, "/t/%3Cscript%3E/qr.svg"); r.StatusCode != 404 {
		t.Errorf("a token of other letters: %d", r.StatusCode)
	}
}

// Every language says everything, and nothing the pages ask for is missing.
func TestTextsAreComplete(t *testing.T) {
	books := map[string]map[string]string{}
	keys := map[string]bool{}
	for _, lang := range web.Languages() {
		body, err := fs.ReadFile(web.Files(), "locale/"+lang+".json")
		if err != nil {
			t.Fatal(err)
		}
		var book map[string]string
		if err := json.Unmarshal(body, &book); err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		if lines := regexp.MustCompile(`(?m)^\s*"[^"]+":`).FindAll(body, -1); len(lines) != len(book) {
			t.Errorf("%s has %d lines for %d keys: one of them stands twice", lang, len(lines), len(book))
		}
		books[lang] = book
		for key := range book {
			keys[key] = true
		}
	}
	value := regexp.MustCompile(`\{\w+\}`)
	for key := range keys {
		for _, lang := range web.Languages() {
			text, there := books[lang][key]
			base, one := strings.CutSuffix(key, ".one")
			if one && lang == "en" && books[lang][base] == "" {
				t.Errorf("%s says %s, and nothing of more than one", lang, key)
			}
			if one && there == (lang != "en") { // Chinese has no other words for one.
				t.Errorf("%s and %s: only English has words for one", lang, key)
			}
			if !there && !one {
				t.Errorf("%s lacks %s", lang, key)
			}
			for _, name := range value.FindAllString(books["zh-CN"][key], -1) {
				if !strings.Contains(text, name) {
					t.Errorf("%s: %s does not use %s", lang, key, name)
				}
			}
		}
	}
	for place, key := range keysInPages(t) {
		if exact := !strings.HasSuffix(key, "*"); exact && !keys[key] || !exact && !anyWith(keys, strings.TrimSuffix(key, "*")) {
			t.Errorf("%s asks for %s, which no language has", place, key)
		}
	}
}

// keysInPages finds t('key') and t(`prefix.${…}`), the latter as "prefix.*".
func keysInPages(t *testing.T) map[string]string {
	t.Helper()
	call := regexp.MustCompile("\\bt\\((?:'([^']+)'|`([^`$]+)\\$\\{)")
	// Keys are also chosen between, or kept in lists: whatever looks like one is one.
	indirect := regexp.MustCompile(`'((?:ask|bench|camera|cause|desk|done|feed|index|item|kiosk|manager|mine|page|progress|reason|service|ticket|wall|window)\.[a-z_0-9]+)'`)
	found := map[string]string{}
	err := fs.WalkDir(web.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".js") || strings.HasPrefix(name, "vendor") {
			return err
		}
		body, err := fs.ReadFile(web.Files(), name)
		if err != nil {
			return err
		}
		for _, m := range call.FindAllStringSubmatch(string(body), -1) {
			key := m[1]
			if key == "" {
				key = m[2] + "*"
			}
			found[name+" "+key] = key
		}
		for _, m := range indirect.FindAllStringSubmatch(string(body), -1) {
			if slices.Contains(queue.EventNames(), m[1]) {
				continue // what happened, not what is said
			}
			found[name+" "+m[1]] = m[1]
		}
		return nil
	})
	if err != nil || len(found) < 100 {
		t.Fatalf("%d keys found in the pages: %v", len(found), err)
	}
	return found
}

func anyWith(keys map[string]bool, prefix string) bool {
	for key := range keys {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func TestTextsFallBack(t *testing.T) {
	for lang, want := range map[string]string{"zh-CN": "取号", "zh-TW": "取號", "en": "Take a number", "fr": "取号"} {
		texts, err := web.Texts(lang)
		if err != nil || texts["kiosk.take"] != want {
			t.Errorf("%s: %q, %v; want %q", lang, texts["kiosk.take"], err, want)
		}
	}
}
