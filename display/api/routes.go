package api

import "net/http"

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
