// Package api is the HTTP side of the outside contract: commands, state,
// tickets, items, cameras, devices, alerts, health and metrics. The pages and
// the feed are mounted beside it.
package api

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"lobby/display"
	"lobby/display/access"
	"lobby/queue"
	"lobby/queue/hall"
)

// Hall is what the API needs of the queue's owner.
type Hall interface {
	Do(ctx context.Context, r hall.Request) (queue.Answer, error)
	Read(ctx context.Context, f func(*queue.State)) error
	View(ctx context.Context) (queue.View, error)
	Watch(ctx context.Context, buffer int) (hall.Watcher, error)
}

// Tickets gives the records of one ticket of any day.
type Tickets interface {
	Ticket(day, number string) ([]queue.Record, error)
	// Day gives the records of all tickets of a day, in order.
	Day(day string) ([]queue.Record, error)
}

// Options are what the API is given. Cameras, Gateway, Gate, Emulators, Evidence and Metrics
// may be nil where the hall has none.
type Options struct {
	Hall        Hall
	Tickets     Tickets
	Description display.Description
	Items       *Items
	Cameras     Cameras
	Footage     Footage // nil where nothing is recorded
	Gateway     Gateway
	Emulators   Emulators
	Scans       Scans // nil where no kiosk has a scanner
	Evidence    Evidence
	Figures     Figures
	Sounds      Sounds   // nil where no wall speaks
	Settings    Settings // nil where the hall file cannot be changed on a page
	Ratings     Ratings
	Feed        http.Handler // at /api/v1/feed
	Pages       http.Handler // everything that is not the API
	Metrics     http.Handler
	Guard       Guard
	Gate        *access.Gate // nil in an open hall
	Log         *slog.Logger
	Now         func() time.Time
}

// API answers HTTP requests.
type API struct {
	Options
	commander *Commander
}

// New makes the API. The commander is shared with the feed.
func New(o Options, c *Commander) *API { return &API{Options: o, commander: c} }

// Handler is the whole web side of Lobby behind its guard.
func (a *API) Handler() http.Handler {
	var h http.Handler = a.routes()
	if a.Gate != nil {
		h = a.Gate.Protect(h)
	}
	return a.Guard.Protect(h)
}

// routes lists every address.
func (a *API) routes() *routes {
	mux := newRoutes()
	mux.HandleFunc("POST /api/v1/commands", a.command)
	mux.HandleFunc("GET /api/v1/state", a.state)
	mux.HandleFunc("GET /api/v1/tickets/by-token/{token}", a.byToken)
	mux.HandleFunc("GET /api/v1/tickets", a.search)
	mux.HandleFunc("GET /api/v1/tickets/{day}/{number}", a.ticket)
	mux.HandleFunc("GET /api/v1/followups", a.followups)
	mux.HandleFunc("GET /api/v1/figures", a.figures)
	mux.HandleFunc("GET /api/v1/ratings", a.ratings)
	mux.HandleFunc("GET /api/v1/rating/{ticket}", a.rating)
	mux.HandleFunc("GET /api/v1/items", a.items)
	mux.HandleFunc("GET /api/v1/items/{code}", a.item)
	mux.HandleFunc("GET /api/v1/devices", a.devices)
	mux.HandleFunc("GET /api/v1/cameras", a.cameras)
	mux.HandleFunc("GET /api/v1/alerts", a.alerts)
	mux.HandleFunc("GET /api/v1/walls/{wall}/sound", a.sound)
	mux.HandleFunc("GET /api/v1/cameras/{camera}/live", socket(a.live))
	mux.HandleFunc("POST /api/v1/cameras/{camera}/webrtc", a.call)
	mux.HandleFunc("DELETE /api/v1/cameras/{camera}/webrtc/{viewer}", a.hangUp)
	mux.HandleFunc("GET /api/v1/kiosks/{kiosk}/scan", a.scan)
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /api/v1/feed", socket(a.Feed.ServeHTTP))
	mux.HandleFunc("/api/", mux.nothing(func(w http.ResponseWriter, r *http.Request) {
		problem(w, http.StatusNotFound, "unknown_path", "没有这个接口："+r.Method+" "+r.URL.Path)
	}))
	if a.Metrics != nil {
		mux.Handle("GET /metrics", a.Metrics)
	}
	if a.Gate != nil {
		mux.HandleFunc("POST /api/v1/signin", a.Gate.SignIn)
		mux.HandleFunc("POST /api/v1/signout", a.Gate.SignOut)
		mux.HandleFunc("POST /api/v1/here", a.Gate.Here)
		mux.HandleFunc("POST /api/v1/lock", a.Gate.Lock)
		mux.HandleFunc("GET /api/v1/me", a.Gate.Me)
		mux.HandleFunc("POST /api/v1/passkeys/begin", a.Gate.BeginPasskey)
		mux.HandleFunc("POST /api/v1/passkeys", a.Gate.FinishPasskey)
		mux.HandleFunc("POST /api/v1/signin/passkey/begin", a.Gate.BeginPasskeySignIn)
		mux.HandleFunc("POST /api/v1/signin/passkey", a.Gate.FinishPasskeySignIn)
		mux.HandleFunc("POST /api/v1/enrolment", a.Gate.BeginEnrolment)
		mux.HandleFunc("GET /api/v1/enrolment/{ticket}", a.Gate.CollectEnrolment)
		mux.HandleFunc("GET /api/v1/enrolments", a.Gate.Enrolments)
		mux.HandleFunc("POST /api/v1/enrolments", a.Gate.Enrol)
	} else {
		mux.HandleFunc("GET /api/v1/me", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, access.Identity{}) })
	}
	a.mountFootage(mux)
	if a.Settings != nil {
		a.mountSettings(mux)
	}
	if a.Evidence != nil {
		a.mountEvidence(mux)
	}
	if a.Emulators != nil {
		a.mountEmulators(mux)
	}
	mux.HandleFunc("/", mux.nothing(a.Pages.ServeHTTP))
	return mux
}

func (a *API) command(w http.ResponseWriter, r *http.Request) {
	data, ok := readBody(w, r)
	if !ok {
		return
	}
	if refusal := wellFormed(data); refusal != nil {
		problem(w, http.StatusBadRequest, refusal.Code, refusal.Say)
		return
	}
	answer, later := a.commander.Command(r.Context(), "http", data)
	if later != nil {
		answer = later(r.Context())
	}
	if !bytes.Contains(data, []byte(`"lang"`)) {
		answer.Refusal = answer.Refusal.In(language(r))
	}
	status := http.StatusOK
	if answer.Refusal != nil && answer.Refusal.Code == codeNotDurable {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, answer)
}

// language is the first one that the request accepts and the hall speaks.
func language(r *http.Request) string {
	for tag := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";"); {
		case tag == "zh-TW" || tag == "zh-HK" || strings.HasPrefix(tag, "zh-Hant"):
			return "zh-TW"
		case strings.HasPrefix(tag, "zh"):
			return "zh-CN"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return ""
}

// composed is the whole state, or a problem that was answered.
func (a *API) composed(w http.ResponseWriter, r *http.Request) (display.State, uint64, bool) {
	v, err := a.Hall.View(r.Context())
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "stopping", "系统正在停止，请稍后再试")
		return display.State{}, 0, false
	}
	return a.Description.Compose(v, a.Now()), v.Seq, true
}

func (a *API) state(w http.ResponseWriter, r *http.Request) {
	if s, seq, ok := a.composed(w, r); ok {
		writeJSON(w, http.StatusOK, map[string]any{"type": "snapshot", "seq": seq, "state": s})
	}
}

func (a *API) devices(w http.ResponseWriter, r *http.Request) {
	if s, _, ok := a.composed(w, r); ok {
		writeJSON(w, http.StatusOK, map[string]any{"devices": s.Devices})
	}
}

func (a *API) cameras(w http.ResponseWriter, r *http.Request) {
	s, _, ok := a.composed(w, r)
	if !ok {
		return
	}
	type row struct {
		display.CameraState
		*CameraFigures
	}
	rows := []row{}
	figures := map[string]CameraFigures{}
	if a.Cameras != nil {
		figures = a.Cameras.Figures()
	}
	for _, c := range s.Cameras {
		x := row{CameraState: c}
		if f, known := figures[c.ID]; known {
			x.CameraFigures = &f
		}
		rows = append(rows, x)
	}
	writeJSON(w, http.StatusOK, map[string]any{"cameras": rows})
}

func (a *API) alerts(w http.ResponseWriter, r *http.Request) {
	if s, _, ok := a.composed(w, r); ok {
		writeJSON(w, http.StatusOK, map[string]any{"alerts": s.Alerts})
	}
}

// healthz: the process answers.
func (a *API) healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"ok": true})
}

// readyz: tickets can be issued and called, which needs the trail and nobody
// else. A hall whose day is not open is ready too.
func (a *API) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	var held *queue.Refusal
	switch err := a.Hall.Read(ctx, func(s *queue.State) { held = s.Ready() }); {
	case err != nil:
		problem(w, http.StatusServiceUnavailable, codeNotDurable, "不能发号和叫号：记录无法写入磁盘")
	case held != nil:
		problem(w, http.StatusServiceUnavailable, held.Code, held.Say)
	default:
		writeJSON(w, http.StatusOK, map[string]any{"ready": true})
	}
}
