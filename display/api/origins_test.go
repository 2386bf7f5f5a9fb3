package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/display/access"
)

// asIf is where a request says that it goes and comes from.
type asIf struct {
	host, origin string
	status       int // 0: as the policy has it
}

var asIfs = []asIf{
	{"hall.local", "", 0}, {"hall.local:8443", "", 0}, {"127.0.0.1:8443", "", 0}, {"HALL.local.", "", 0},
	{"hall.local:8443", "https://hall.local:8443", 0}, {"hall.local:8443", "https://desk.example", 0},
	{"evil.example", "", 421}, {"evil.example", "https://hall.local", 421}, {"hall.local.evil.example", "", 421}, {"", "", 421},
	{"hall.local:8443", "https://evil.example", 403}, {"hall.local:8443", "null", 403}, {"hall.local:8443", "http://hall.local:8443", 403},
	{"hall.local:8443", "https://hall.local:9999", 403}, {"hall.local:8443", "https://127.0.0.1:8443", 403}, {"hall.local:8443", "https://hall.local.evil.example", 403},
}

// cookies signs one of every role in.
func cookies(t *testing.T) (*access.Gate, map[access.Role]*http.Cookie) {
	t.Helper()
	book, err := access.CreateBook(filepath.Join(t.TempDir(), "access.json"))
	if err != nil {
		t.Fatal(err)
	}
	gate := access.NewGate(book, func(access.Role, string) bool { return true }, slog.New(slog.DiscardHandler), time.Now)
	held := map[access.Role]*http.Cookie{access.Citizen: {Name: "none", Value: "none"}}
	for _, role := range access.Roles() {
		if role == access.Citizen {
			continue
		}
		badge := string(role) + ":1"
		if err := book.Set(badge, "", role, "a long secret", time.Now()); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "https://hall.local/api/v1/signin", strings.NewReader(`{"badge":"`+badge+`","secret":"a long secret","window":"1"}`))
		w := httptest.NewRecorder()
		gate.SignIn(w, r)
		if w.Code != 200 {
			t.Fatalf("%s signs in: %d", role, w.Code)
		}
		held[role] = w.Result().Cookies()[0]
	}
	return gate, held
}

// Every address and every role, from every host and origin: strangers' pages
// get nowhere whoever has signed in, and the hall's own get what the policy says.
func TestEveryAddressByEveryRoleFromEverywhere(t *testing.T) {
	gate, held := cookies(t)
	const reached = 299
	h := Guard{Hosts: []string{"hall.local"}, Origins: []string{"https://desk.example"}}.Protect(gate.Protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(reached) })))
	wild := regexp.MustCompile(`\{[^}]*\}`)
	asked := 0
	for _, rule := range access.Policy {
		method, path, found := strings.Cut(rule.Pattern, " ")
		if !found {
			method, path = "GET", rule.Pattern+"nothing"
		}
		path = wild.ReplaceAllString(strings.ReplaceAll(path, "{$}", ""), "x")
		for _, role := range access.Roles() {
			for _, from := range asIfs {
				r := httptest.NewRequest(method, "https://hall.local"+path, nil)
				r.Host = from.host
				if from.origin != "" {
					r.Header.Set("Origin", from.origin)
				}
				r.AddCookie(held[role])
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				asked++
				switch allowed := slices.Contains(rule.Roles, role); {
				case from.status != 0 && w.Code != from.status:
					t.Errorf("%s %s by %s to %q from %q: %d, want %d", method, path, role, from.host, from.origin, w.Code, from.status)
				case from.status == 0 && (w.Code == reached) != allowed:
					t.Errorf("%s %s by %s to %q from %q: %d, want reached %v", method, path, role, from.host, from.origin, w.Code, allowed)
				}
			}
		}
	}
	if asked < 60*8*len(asIfs) {
		t.Errorf("only %d requests were made", asked)
	}
}
