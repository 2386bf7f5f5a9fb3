package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"lobby/devices"
)

// mountEmulators adds what the page /hardware needs.
func (a *API) mountEmulators(mux *routes) {
	mux.HandleFunc("GET /api/v1/emulators", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"emulators": a.Emulators.List()})
	})
	mux.HandleFunc("POST /api/v1/emulators/{kind}/{name}/press", a.press)
	mux.HandleFunc("POST /api/v1/emulators/{kind}/{name}/faults", a.fault)
	mux.HandleFunc("GET /api/v1/emulators/{kind}/{name}/pictures/{file}", a.picture)
}

func emulatorID(r *http.Request) string { return r.PathValue("kind") + "/" + r.PathValue("name") }

func (a *API) press(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Unit   string      `json:"unit"`
		Key    devices.Key `json:"key"`
		Digits string      `json:"digits"`
	}
	if decodeBody(w, r, &body) {
		done(w, a.Emulators.Press(emulatorID(r), body.Unit, body.Key, body.Digits))
	}
}

func (a *API) fault(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Fault string `json:"fault"`
		On    bool   `json:"on"`
	}
	if decodeBody(w, r, &body) {
		done(w, a.Emulators.SetFault(emulatorID(r), body.Fault, body.On))
	}
}

func (a *API) picture(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(strings.TrimSuffix(r.PathValue("file"), ".png"))
	if err != nil {
		problem(w, http.StatusNotFound, "unknown_picture", "图片编号应为数字")
		return
	}
	png, err := a.Emulators.Picture(emulatorID(r), n)
	if err != nil {
		problem(w, http.StatusNotFound, "unknown_picture", err.Error())
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(png) // the client may be gone
}

func decodeBody(w http.ResponseWriter, r *http.Request, into any) bool {
	data, ok := readBody(w, r)
	if !ok {
		return false
	}
	if err := json.Unmarshal(data, into); err != nil {
		problem(w, http.StatusBadRequest, "bad_request", "请求不是有效的 JSON："+err.Error())
		return false
	}
	return true
}

func done(w http.ResponseWriter, err error) {
	if err != nil {
		problem(w, http.StatusBadRequest, "emulator", err.Error())
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"ok": true})
}
