package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"lobby/display"
	"lobby/display/access"
	"lobby/queue"
	"lobby/queue/hall"
)

// Footage is what was recorded of the cameras.
type Footage interface {
	// Films tells what there is of a camera between two moments.
	Films(camera string, from, to time.Time) (Films, error)
	// Clip is the film from the key picture at or before from on. The caller
	// closes it.
	Clip(camera string, from, to time.Time) (Clip, error)
}

// Clip is a film as MP4.
type Clip interface {
	io.ReaderAt
	io.Closer
	Size() int64
	// Film tells what is in it, and where the next one begins when it ends
	// because the picture format changed.
	Film() (film Film, next time.Time)
}

var (
	// ErrFootageOpening says that the archive is not read yet.
	ErrFootageOpening = errors.New("the footage is being opened")
	// ErrNotRecorded says that a camera is not recorded.
	ErrNotRecorded = errors.New("the camera is not recorded")
	// ErrNoFootage says that there is nothing of that time.
	ErrNoFootage = errors.New("no footage of that time")
)

// Span is a time from one moment to another.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Film is footage that a player shows in one go.
type Film struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Gaps    []Span    `json:"gaps"`     // times without pictures in between
	Clock   string    `json:"clock"`    // where its times come from: arrival, sender_report
	ErrorMS int64     `json:"error_ms"` // how far off they may be, either way
}

// Films is what there is of a camera's time.
type Films struct {
	Films     []Film    `json:"films"`
	OffsetMS  int64     `json:"offset_ms"`           // how far the camera's own clock was ahead then, as recorded; taken off already
	Expired   time.Time `json:"expired,omitzero"`    // when it was deleted, if it was
	KeptUntil time.Time `json:"kept_until,omitzero"` // when it will be
	KeptWhy   string    `json:"kept_why,omitempty"`  // what keeps it beyond its camera's days
}

// What a look is good for after it was granted. An export waits for its
// second person within that time too.
const (
	lookLasts   = 8 * time.Hour
	exportLasts = 24 * time.Hour
)

// mountFootage adds what was recorded.
func (a *API) mountFootage(mux *routes) {
	mux.HandleFunc("GET /api/v1/cameras/{camera}/clip", a.clip)
	mux.HandleFunc("GET /api/v1/cameras/{camera}/footage", a.films)
}

// span reads the time that is asked for.
func span(r *http.Request) (from, to time.Time, err error) {
	q := r.URL.Query()
	if from, err = time.Parse(time.RFC3339, q.Get("from")); err == nil {
		to, err = time.Parse(time.RFC3339, q.Get("to"))
	}
	if err == nil && (!to.After(from) || to.Sub(from) > maxSpan) {
		err = fmt.Errorf("from %s to %s", q.Get("from"), q.Get("to"))
	}
	return from, to, err
}

// maxSpan is the longest time that footage is asked for at once.
const maxSpan = 4 * time.Hour

// films lists what there is, without showing any of it.
func (a *API) films(w http.ResponseWriter, r *http.Request) {
	from, to, err := span(r)
	if err != nil {
		problem(w, http.StatusBadRequest, "bad_span", "请写明 from 和 to（RFC 3339），最长 4 小时")
		return
	}
	found, err := a.footage().Films(r.PathValue("camera"), from, to)
	if err != nil {
		a.noFootage(w, err)
		return
	}
	found.Films = notNil(found.Films)
	writeJSON(w, http.StatusOK, found)
}

// clip gives footage to whoever has said why, and to nobody else.
func (a *API) clip(w http.ResponseWriter, r *http.Request) {
	from, to, err := span(r)
	if err != nil {
		problem(w, http.StatusBadRequest, "bad_span", "请写明 from 和 to（RFC 3339），最长 4 小时")
		return
	}
	camera := r.PathValue("camera")
	look, ok := a.look(w, r, camera, from, to)
	if !ok {
		return
	}
	c, err := a.footage().Clip(camera, from, to)
	if err != nil {
		a.noFootage(w, err)
		return
	}
	defer c.Close()
	film, next := c.Film()
	describe(w.Header(), film, next)
	name := fmt.Sprintf("%s-%s.mp4", camera, film.From.In(a.zone()).Format("20060102-150405"))
	kind := "inline"
	if look.Purpose == queue.LookExport {
		kind = "attachment"
	}
	w.Header().Set("Content-Type", "video/mp4")
	w.Header().Set("Content-Disposition", fmt.Sprintf("%s; filename=%q", kind, name))
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(c, 0, c.Size()))
}

// describe says in headers what a film is, for programs that fetch it.
func describe(h http.Header, film Film, next time.Time) {
	h.Set("Lobby-Clip-From", film.From.UTC().Format(time.RFC3339Nano))
	h.Set("Lobby-Clip-To", film.To.UTC().Format(time.RFC3339Nano))
	h.Set("Lobby-Clip-Clock", film.Clock)
	h.Set("Lobby-Clip-Error", fmt.Sprintf("%d ms", film.ErrorMS))
	for _, gap := range film.Gaps {
		h.Add("Lobby-Clip-Gap", gap.From.UTC().Format(time.RFC3339Nano)+"/"+gap.To.UTC().Format(time.RFC3339Nano))
	}
	if !next.IsZero() {
		h.Set("Lobby-Clip-Next", next.UTC().Format(time.RFC3339Nano))
	}
}

// look finds the look that a request for footage names, or answers why that
// does not allow it.
func (a *API) look(w http.ResponseWriter, r *http.Request, camera string, from, to time.Time) (queue.Look, bool) {
	var look queue.Look
	id, err := a.lookID(r, camera, from, to)
	if err != nil {
		a.noFootage(w, err)
		return look, false
	}
	found := false
	if err := a.Hall.Read(r.Context(), func(s *queue.State) { look, found = s.Look(id) }); err != nil {
		problem(w, http.StatusServiceUnavailable, "stopping", "系统正在停止，请稍后再试")
		return look, false
	}
	lasts := lookLasts
	if look.Purpose == queue.LookExport {
		lasts = exportLasts
	}
	switch {
	case !found || look.Purpose == queue.LookUnmask:
		problem(w, http.StatusForbidden, "look_missing", "看录像要先写明事由：发送 footage_view，再带上它给的 look")
	case otherPerson(r, look):
		problem(w, http.StatusForbidden, access.CodeOtherPerson, "这是别人的查看，请自己写明事由")
	case a.Now().Sub(look.At) > lasts:
		problem(w, http.StatusForbidden, "look_over", "这次查看已经过期，请重新写明事由")
	case look.Purpose == queue.LookExport && look.Second == "":
		problem(w, http.StatusForbidden, "second_person", "导出录像须双人复核，还差另一人确认")
	case !slices.Contains(look.Cameras, camera) || from.Before(look.From) || to.After(look.To):
		problem(w, http.StatusForbidden, "look_other", "事由里没有写这台摄像机的这段时间")
	default:
		return look, true
	}
	return look, false
}

// lookID is the look that a request names. In an open hall nobody has a badge
// to say it with, so that a request without one is a look of its own: it is
// on the trail before a picture is given, once an hour for the same footage,
// since a player fetches it in parts.
func (a *API) lookID(r *http.Request, camera string, from, to time.Time) (string, error) {
	id := r.URL.Query().Get("look")
	if id != "" || a.Gate != nil {
		return id, nil
	}
	found, err := a.footage().Films(camera, from, to)
	if err != nil || len(found.Films) == 0 {
		return "", cmp.Or(err, ErrNoFootage)
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	by := cmp.Or(host, "http")
	answer, err := a.Hall.Do(r.Context(), hall.Request{
		ID:      fmt.Sprintf("clip %s %s %s-%s %s", by, camera, from.UTC(), to.UTC(), a.Now().UTC().Truncate(time.Hour)),
		Actor:   "http",
		Command: queue.FootageView{Cameras: []string{camera}, From: from, To: to, By: by, Reason: "未登录的大厅里直接取录像，未写事由"},
	})
	var result queue.LookResult
	if err == nil && answer.OK {
		err = json.Unmarshal(answer.Result, &result)
	}
	return result.Look, err
}

// otherPerson tells whether somebody else than who looks has signed in. An
// export is for both of its persons.
func otherPerson(r *http.Request, look queue.Look) bool {
	i, signed := access.From(r.Context())
	return signed && i.Person != look.By && i.Person != look.Second
}

// footage is what was recorded, also where nothing is.
func (a *API) footage() Footage {
	if a.Footage == nil {
		return nothing{}
	}
	return a.Footage
}

// nothing is the footage of a hall that records no camera.
type nothing struct{}

func (nothing) Films(string, time.Time, time.Time) (Films, error) { return Films{}, ErrNotRecorded }
func (nothing) Clip(string, time.Time, time.Time) (Clip, error)   { return nil, ErrNotRecorded }

// noFootage answers why there is none.
func (a *API) noFootage(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, ErrNotRecorded):
		problem(w, http.StatusNotFound, "not_recorded", "这台摄像机不在这台机器上录像")
	case errors.Is(err, ErrNoFootage):
		problem(w, http.StatusNotFound, "no_footage", "这段时间没有录像")
	case errors.Is(err, ErrFootageOpening):
		problem(w, http.StatusServiceUnavailable, "footage_opening", "录像正在打开，请稍后再试")
	default:
		a.Log.Error("footage", "err", err)
		problem(w, http.StatusServiceUnavailable, "footage_unreadable", "录像暂时不能读取")
	}
}

// Stay is a time that a ticket was at a window, called or served.
type Stay struct {
	Name   string    // its leg, and which of the leg's stays it is
	Leg    string    // "M045/1"
	Window string    //
	From   time.Time // the call
	To     time.Time // zero while it is there
}

// ClipBefore and ClipAfter are shown before a call and after the end of a
// service, which is when it is rated.
const (
	ClipBefore = 5 * time.Second
	ClipAfter  = 30 * time.Second
)

// Stays lists a ticket's stays at windows, by its own records.
func Stays(records []queue.Record) []Stay {
	var stays []Stay
	at := map[string]int{} // the stay that goes on, by leg
	for i := range records {
		for _, l := range queue.Fold(records[:i+1]).Legs {
			n, there := at[l.ID]
			here := l.Window != "" && (l.State == queue.LegCalled || l.State == queue.LegServing)
			if there && (!here || stays[n].Window != l.Window) {
				stays[n].To = records[i].At
				delete(at, l.ID)
				there = false
			}
			if here && !there {
				at[l.ID] = len(stays)
				stays = append(stays, Stay{Name: fmt.Sprintf("%s.%d", l.ID, len(stays)+1), Leg: l.ID, Window: l.Window, From: records[i].At})
			}
		}
	}
	return stays
}

// ClipView is the footage of one stay by one camera: a reference, which stays
// when the footage is gone.
type ClipView struct {
	Leg    string          `json:"leg"`
	Window string          `json:"window"`
	Camera string          `json:"camera"`
	Name   string          `json:"name"` // of the camera
	Region *display.Region `json:"region,omitempty"`
	Span
	State ClipState `json:"state"`
	Films
	KeepDays int `json:"keep_days"` // of the camera; 0 when it is not recorded
}

// ClipState is what there is of a clip.
type ClipState string

// The states of a clip.
const (
	ClipRecorded    ClipState = "recorded"
	ClipPartial     ClipState = "partial" // with gaps
	ClipNone        ClipState = "none"    // nothing was recorded at that time
	ClipExpired     ClipState = "expired" // it was deleted
	ClipNotRecorded ClipState = "not_recorded"
	ClipOpening     ClipState = "opening" // not known yet
)

// clips are the footage of a ticket's stays, by the cameras that see the
// windows. A window without a camera has none.
func (a *API) clips(records []queue.Record) []ClipView {
	views := []ClipView{}
	for _, stay := range Stays(records) {
		for _, c := range a.Description.Seeing(stay.Window) {
			views = append(views, a.clipOf(stay, c))
		}
	}
	return views
}

func (a *API) clipOf(stay Stay, c display.Camera) ClipView {
	v := ClipView{Leg: stay.Leg, Window: stay.Window, Camera: c.ID, Name: c.Name, KeepDays: c.KeepDays}
	if region, ok := c.Regions[stay.Window]; ok {
		v.Region = &region
	}
	v.From, v.To = stay.From.Add(-ClipBefore), stay.To.Add(ClipAfter)
	if now := a.Now().Truncate(time.Millisecond); stay.To.IsZero() || v.To.After(now) {
		v.To = now
	}
	if v.To.Sub(v.From) > maxSpan {
		v.To = v.From.Add(maxSpan)
	}
	found, err := a.footage().Films(c.ID, v.From, v.To)
	v.Films, v.Films.Films = found, notNil(found.Films)
	v.State = clipState(v, err)
	v.widen()
	return v
}

// widen asks for as much more as the clock may be wrong, so that what is
// looked for is in it.
func (v *ClipView) widen() {
	worst := time.Duration(0)
	for _, f := range v.Films.Films {
		worst = max(worst, time.Duration(f.ErrorMS)*time.Millisecond)
	}
	v.From, v.To = v.From.Add(-worst), v.To.Add(worst)
}

// patience is how much may be missing at either end of a clip that is whole:
// the time to the next picture of the slowest camera, and what is on its way.
const patience = 3 * time.Second

func clipState(v ClipView, err error) ClipState {
	films := v.Films.Films
	switch {
	case errors.Is(err, ErrFootageOpening):
		return ClipOpening
	case err != nil:
		return ClipNotRecorded
	case len(films) == 0 && !v.Expired.IsZero():
		return ClipExpired
	case len(films) == 0:
		return ClipNone
	}
	end := v.From
	for _, f := range films {
		if f.From.Sub(end) > patience || len(f.Gaps) > 0 {
			return ClipPartial
		}
		end = f.To
	}
	if v.To.Sub(end) > patience {
		return ClipPartial
	}
	return ClipRecorded
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
