package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"

	"github.com/gorilla/websocket"
)

// maxBody bounds what a request may carry.
const maxBody = 64 << 10

// problem answers with RFC 9457 problem details.
func problem(w http.ResponseWriter, status int, code, say string) {
	problemWith(w, status, code, say, map[string]any{})
}

// problemWith is a problem with further members, which it is given.
func problemWith(w http.ResponseWriter, status int, code, say string, members map[string]any) {
	maps.Copy(members, map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "say": say})
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(members) // the client may be gone; there is nobody else to tell
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
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) { return readUpTo(w, r, maxBody) }

func readUpTo(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, bool) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		problem(w, http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("请求超过 %d KiB", limit>>10))
	case err != nil:
		problem(w, http.StatusBadRequest, "bad_request", "请求没有读完整")
	}
	return data, err == nil
}

// socket lets only requests to a WebSocket through, so that whoever opens the
// address in another way is told in the form of every other error.
func socket(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			w.Header().Set("Connection", "Upgrade")
			w.Header().Set("Upgrade", "websocket")
			problem(w, http.StatusUpgradeRequired, "websocket_only", "这个地址只接受 WebSocket 连接")
			return
		}
		next(w, r)
	}
}
