// Package web serves the pages of the hall: kiosk, window console, queue
// wall, duty manager, emulated hardware and a citizen's own ticket.
//
// The pages are plain ES modules embedded in the program. They know the hall
// only through the feed and the commands of the HTTP interface, so this package
// holds no state at all.
package web

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"rsc.io/qr"
)

// Options says how the pages are served. The zero value is usable.
type Options struct {
	// Build names this build. It is part of the address of every static file,
	// and a page that hears another build on the feed loads itself again.
	// Empty means "dev".
	Build string
	// PublicURL is the address citizens reach the hall at, such as
	// "https://hall.example". It goes into the QR code of a ticket's page.
	// Empty means the address of the request.
	PublicURL string
	// FrameAncestors are the origins that may put the pages into a frame,
	// besides the hall itself.
	FrameAncestors []string
	// Known tells whether the hall has such a "kiosk", "window", "wall" or
	// "token". Nil means that it has all.
	Known func(ctx context.Context, kind, id string) bool
}

// Handler serves the pages and their files. It answers nothing below /api.
func Handler(o Options) http.Handler {
	if o.Build == "" {
		o.Build = "dev"
	}
	if o.Known == nil {
		o.Known = func(context.Context, string, string) bool { return true }
	}
	s := &server{options: o, policy: policy(o.FrameAncestors)}
	mux := http.NewServeMux()
	for _, p := range pages() {
		for _, pattern := range p.patterns {
			mux.Handle("GET "+pattern, s.page(p))
		}
	}
	mux.HandleFunc("GET /t/{token}/qr.svg", s.ticketCode)
	mux.HandleFunc("GET /ui/{build}/{file...}", s.file)
	mux.HandleFunc("GET /embed/lobby-call-bar.js", s.callBar)
	return s.guarded(mux)
}

// Keypad serves the page of a soft keypad at "/", and its files.
func Keypad(o Options) http.Handler {
	if o.Build == "" {
		o.Build = "dev"
	}
	s := &server{options: o, policy: policy(o.FrameAncestors)}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", s.page(page{name: "rating", title: "评价"}))
	mux.HandleFunc("GET /ui/{build}/{file...}", s.file)
	return s.guarded(mux)
}

type server struct {
	options Options
	policy  string
}

// guarded adds the headers that every answer carries. No page of the hall
// loads anything from elsewhere, and the policy makes the browser insist.
func (s *server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", s.policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

func policy(ancestors []string) string {
	return "default-src 'self'; connect-src 'self' ws: wss:; media-src 'self' blob:; " +
		"img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors " +
		strings.Join(append([]string{"'self'"}, ancestors...), " ")
}

// file serves one static file. Its address holds the build, so it never
// changes and may be kept for ever; under another build's address it is
// served too, because an old page may still ask, but is not kept.
func (s *server) file(w http.ResponseWriter, r *http.Request) {
	name := path.Clean(r.PathValue("file"))
	kind, known := mimeType(name)
	body, err := fs.ReadFile(files, name)
	if err != nil || !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	keep := "no-cache"
	if r.PathValue("build") == s.options.Build {
		keep = "public, max-age=31536000, immutable"
	}
	w.Header().Set("Cache-Control", keep)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// callBar serves the element that other makers' pages take in, at an address
// that does not change with the build. Browsers load a module from elsewhere
// only if its server agrees; which pages may is the guard's to say.
func (s *server) callBar(w http.ResponseWriter, r *http.Request) {
	r.SetPathValue("file", "components/lobby-call-bar.js")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	s.file(w, r)
}

// mimeType is explicit because the registry of the host may know better, and
// a module with a wrong type does not run.
func mimeType(name string) (kind string, known bool) {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8", true
	case ".css":
		return "text/css; charset=utf-8", true
	case ".json":
		return "application/json; charset=utf-8", true
	case ".svg":
		return "image/svg+xml", true
	}
	return "", false
}

// ticketCode draws the QR code that leads a phone to the ticket's page. A
// token is letters, digits, '-' and '_' only; anything else is not ours.
func (s *server) ticketCode(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	if len(token) > 128 || strings.Trim(token, tokenLetters) != "" {
		http.NotFound(w, r)
		return
	}
	code, err := qr.Encode(s.public(r)+"/t/"+token, qr.M)
	if err != nil {
		http.Error(w, "this address does not fit a QR code", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "no-store")
	writeCode(w, code)
}

const tokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func (s *server) public(r *http.Request) string {
	if s.options.PublicURL != "" {
		return strings.TrimRight(s.options.PublicURL, "/")
	}
	u := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return u.String()
}
