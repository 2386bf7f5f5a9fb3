package api

import (
	"net/http"
	"slices"
	"strings"
)

// routes is a mux that remembers what it was given, so that tests can hold the
// published document against every address there is.
type routes struct {
	*http.ServeMux
	patterns []string // "GET /api/v1/state"
}

func newRoutes() *routes { return &routes{ServeMux: http.NewServeMux()} }

// Handle adds an address.
func (r *routes) Handle(pattern string, h http.Handler) {
	r.patterns = append(r.patterns, pattern)
	r.ServeMux.Handle(pattern, h)
}

// HandleFunc adds an address.
func (r *routes) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	r.Handle(pattern, http.HandlerFunc(h))
}

// nothing answers a request that no address took: with the methods that its
// address has, or else with next.
func (r *routes) nothing(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		allowed := r.methods(req)
		if len(allowed) == 0 {
			next(w, req)
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		problem(w, http.StatusMethodNotAllowed, "wrong_method", "这个接口只接受 "+strings.Join(allowed, "、")+"："+req.URL.Path)
	}
}

// methods are those that the address of a request is served by.
func (r *routes) methods(req *http.Request) []string {
	var found []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
		asked := *req // the mux looks at the method, the host and the address alone
		asked.Method = m
		if _, pattern := r.Handler(&asked); slices.Contains(r.patterns, pattern) && strings.Contains(pattern, " ") {
			found = append(found, m)
		}
	}
	return found
}
