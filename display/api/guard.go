package api

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Guard keeps strangers' pages away: every request must name one of our hosts
// (which defeats DNS rebinding), and a browser's request must come from one
// of our pages. Programs that are no browser send no Origin and are let in on
// this count.
type Guard struct {
	Hosts   []string // names and addresses under which the hall is reached, without port
	Origins []string // pages of other makers that may command windows, as "https://desk.example"
}

// loopback names reach the hall on its own machine.
var loopback = []string{"localhost", "127.0.0.1", "::1"}

// hostAllowed checks a host with or without a port.
func (g Guard) hostAllowed(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.Contains(loopback, host) || slices.Contains(g.Hosts, host)
}

// Allowed checks a request's Origin, if it has one: it must be a page of this
// very host and port, or one of those that the hall names.
func (g Guard) Allowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(g.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return err == nil && u.Scheme == scheme && g.hostAllowed(u.Host) && strings.EqualFold(u.Host, r.Host)
}

// bodyPatience is how long a request's body may take.
const bodyPatience = 15 * time.Second

// patient bounds how long a request's body may take until it is called, so
// that a body of one byte a second holds nobody up.
func patient(w http.ResponseWriter, r *http.Request) func() {
	if r.Body == nil || r.Body == http.NoBody {
		return func() {}
	}
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Now().Add(bodyPatience)) // a recorder has none
	return func() { _ = c.SetReadDeadline(time.Time{}) }
}

// Protect wraps a handler.
func (g Guard) Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !g.hostAllowed(r.Host):
			problem(w, http.StatusMisdirectedRequest, "unknown_host", "这个地址不属于本大厅；请把它写进配置的 hosts")
		case !g.Allowed(r):
			problem(w, http.StatusForbidden, "foreign_origin", "只接受本系统页面发来的请求")
		default:
			defer patient(w, r)()
			next.ServeHTTP(w, r)
		}
	})
}
