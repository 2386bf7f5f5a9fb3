package web_test

import "net/http"

func (h *fakeHall) emulators(mux *http.ServeMux) {}
