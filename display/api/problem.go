package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// maxBody bounds what a request may carry.
const maxBody = 64 << 10

// problem answers with RFC 9457 problem details.
func problem(w http.ResponseWriter, status int, code, say string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may be gone; there is nobody else to tell
		"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "say": say,
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		problem(w, http.StatusInternalServerError, "internal", "系统内部错误")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // the client may be gone
}

// readBody reads a bounded body, or answers with the problem.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		problem(w, http.StatusRequestEntityTooLarge, "too_large", "请求超过 64 KiB")
	case err != nil:
		problem(w, http.StatusBadRequest, "bad_request", "请求没有读完整")
	}
	return data, err == nil
}
