package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
)

// Gateway shows cameras by WebRTC.
type Gateway interface {
	// Open answers a browser's offer (SDP). The key is for Close. An error
	// that is a Refused says why the offer cannot be answered.
	Open(ctx context.Context, camera, offer string) (key, answer string, err error)
	// Close ends a viewer and tells whether there was one.
	Close(key string) bool
}

// Refused is an error that is the browser's or the camera's nature and will
// not pass; the page goes on with the WebSocket.
type Refused interface{ Refused() string }

const typeSDP = "application/sdp" // RFC 8866, section 8.1

// call answers an offer as WHEP does (draft-ietf-wish-whep): the answer in the
// body, and under Location what is deleted to end it. Candidates are in the
// answer; there are no later ones.
func (a *API) call(w http.ResponseWriter, r *http.Request) {
	if !a.hasCamera(w, r) {
		return
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != typeSDP {
		problem(w, http.StatusUnsupportedMediaType, "no_offer", "请求体要写成 "+typeSDP)
		return
	}
	offer, ok := readBody(w, r)
	if !ok {
		return
	}
	key, answer, err := a.Gateway.Open(r.Context(), r.PathValue("camera"), string(offer))
	var refused Refused
	switch {
	case errors.As(err, &refused):
		problem(w, http.StatusUnprocessableEntity, "offer_refused", refused.Refused())
	case err != nil:
		problem(w, http.StatusServiceUnavailable, "camera_down", err.Error())
	default:
		w.Header().Set("Content-Type", typeSDP)
		w.Header().Set("Location", r.URL.Path+"/"+key)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, answer) // who left is noticed by the gateway
	}
}

func (a *API) hangUp(w http.ResponseWriter, r *http.Request) {
	if a.Gateway == nil || !a.Gateway.Close(r.PathValue("viewer")) {
		problem(w, http.StatusNotFound, "unknown_viewer", "没有这个观看者")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
