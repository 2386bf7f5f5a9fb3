package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/display"
	"lobby/display/access"
	"lobby/queue"
	"lobby/queue/hall"
)

var nine = time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC) // in the hall

// stateHall is a hall that is nothing but its state.
type stateHall struct {
	state *queue.State
	seq   uint64
	now   time.Time
}

func (h *stateHall) Do(_ context.Context, r hall.Request) (queue.Answer, error) {
	out, err := h.state.Decide(queue.Input{At: h.now, Nonce: fmt.Sprintf("%012d-of-letters", h.seq)}, r.Command)
	var refusal *queue.Refusal
	if errors.As(err, &refusal) {
		return queue.Answer{ID: r.ID, Refusal: refusal}, nil
	}
	for _, e := range out.Events {
		h.seq++
		h.state.Apply(queue.Record{Seq: h.seq, At: h.now, Actor: r.Actor, Event: e})
	}
	result, err := json.Marshal(out.Result)
	return queue.Answer{ID: r.ID, OK: true, Result: result}, err
}

func (h *stateHall) Read(_ context.Context, f func(*queue.State)) error { f(h.state); return nil }
func (h *stateHall) View(context.Context) (queue.View, error)           { return h.state.View(), nil }
func (h *stateHall) Watch(context.Context, int) (hall.Watcher, error)   { return hall.Watcher{}, nil }
func (h *stateHall) Ticket(day, number string) ([]queue.Record, error)  { return visit(), nil }
func (h *stateHall) Day(string) ([]queue.Record, error)                 { return visit(), nil }

// shelf is footage of camera c1 between two moments.
type shelf struct {
	from, to time.Time
	gaps     []Span
	expired  time.Time
}

func (s shelf) Films(camera string, from, to time.Time) (Films, error) {
	if camera != "c1" {
		return Films{}, ErrNotRecorded
	}
	from, to = later(from, s.from), earlier(to, s.to)
	if !to.After(from) {
		return Films{Expired: s.expired}, nil
	}
	return Films{Films: []Film{{From: from, To: to, Gaps: s.gaps, Clock: "sender_report", ErrorMS: 40000}}}, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (s shelf) Clip(camera string, from, to time.Time) (Clip, error) {
	if camera != "c1" {
		return nil, ErrNotRecorded
	}
	return memoryClip{bytes.NewReader([]byte("a film"))}, nil
}

type memoryClip struct{ *bytes.Reader }

func (memoryClip) Close() error { return nil }
func (memoryClip) Film() (Film, time.Time) {
	return Film{From: nine, To: nine.Add(time.Minute), Gaps: []Span{{nine, nine.Add(time.Second)}}, Clock: "arrival", ErrorMS: 500}, nine.Add(time.Hour)
}

// visit is a ticket that is called at window 1, transferred, and served at
// window 2, which no camera sees, and then at window 1 again.
func visit() []queue.Record {
	var rs []queue.Record
	add := func(minute int, name, data string) {
		e, err := queue.DecodeEvent(name, []byte(`{"ticket":"A012","leg":"A012/1",`+data+`}`))
		if err != nil {
			panic(err)
		}
		rs = append(rs, queue.Record{Seq: uint64(len(rs) + 1), At: nine.Add(time.Duration(minute) * time.Minute), Day: "2026-11-26", Actor: "test", Event: e})
	}
	add(0, "ticket.issued", `"service":"s","class":"normal","day":"2026-11-26"`)
	add(10, "ticket.called", `"window":"1"`)
	add(11, "ticket.arrived", `"window":"1"`)
	add(15, "ticket.held", `"window":"1"`)
	add(20, "ticket.called", `"window":"2"`)
	add(21, "ticket.arrived", `"window":"2"`)
	add(25, "ticket.held", `"window":"2"`)
	add(30, "ticket.called", `"window":"1"`)
	add(31, "ticket.arrived", `"window":"1"`)
	add(40, "ticket.done", `"window":"1"`)
	return rs
}

func footageAPI(f Footage) (*API, *stateHall) {
	h := &stateHall{state: queue.NewState(), now: nine.Add(2 * time.Hour)}
	region := display.Region{X: 0.1, Y: 0.2, W: 0.3, H: 0.4}
	d := display.Description{
		Hall:    display.Hall{Timezone: "Asia/Shanghai"},
		Windows: []display.Window{{ID: "1"}, {ID: "2"}},
		Cameras: []display.Camera{{ID: "c1", Name: "A", Windows: []string{"1"}, Regions: map[string]display.Region{"1": region}, KeepDays: 30}},
	}
	o := Options{
		Hall: h, Tickets: h, Description: d, Footage: f, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.now },
		Feed: http.NotFoundHandler(), Pages: http.NotFoundHandler(), Guard: Guard{Hosts: []string{"example.com"}},
	}
	return New(o, &Commander{Hall: h}), h
}

func get(a *API, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func TestATicketsStaysAreClipsOfTheCamerasThatSeeThem(t *testing.T) {
	a, _ := footageAPI(shelf{from: nine, to: nine.Add(time.Hour)})
	var v ticketView
	if err := json.Unmarshal(without(get(a, "/api/v1/tickets/2026-11-26/A012").Body.Bytes(), "events"), &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Clips) != 2 {
		t.Fatalf("got %d clips, want those of the two stays at window 1: %+v", len(v.Clips), v.Clips)
	}
	c := v.Clips[1]
	// The camera's clock is 40 s off at worst: the clip is as much wider.
	if want := nine.Add(30*time.Minute - ClipBefore - 40*time.Second); !c.From.Equal(want) {
		t.Errorf("it begins at %s, want %s", c.From, want)
	}
	if want := nine.Add(40*time.Minute + ClipAfter + 40*time.Second); !c.To.Equal(want) {
		t.Errorf("it ends at %s, want %s", c.To, want)
	}
	if c.Window != "1" || c.Region == nil || c.Region.W != 0.3 || c.State != ClipRecorded || c.KeepDays != 30 {
		t.Errorf("got %+v", c)
	}
}

// without drops a member that cannot be read back into its type.
func without(data []byte, member string) []byte {
	var m map[string]any
	if json.Unmarshal(data, &m) != nil {
		return data
	}
	delete(m, member)
	data, _ = json.Marshal(m)
	return data
}

func TestAReferenceStaysWhenTheFootageIsGone(t *testing.T) {
	expired := nine.AddDate(0, 0, 30)
	for want, f := range map[ClipState]Footage{
		ClipExpired:     shelf{expired: expired},
		ClipNone:        shelf{},
		ClipPartial:     shelf{from: nine.Add(12 * time.Minute), to: nine.Add(time.Hour)},
		ClipNotRecorded: nil,
	} {
		a, _ := footageAPI(f)
		clips := a.clips(visit())
		if len(clips) != 2 || clips[0].State != want {
			t.Errorf("got %+v, want %s", clips, want)
		}
		if want == ClipExpired && !clips[0].Expired.Equal(expired) {
			t.Errorf("it says that it was deleted at %s", clips[0].Expired)
		}
	}
}

func TestFootageIsGivenToWhoeverSaidWhyAndToNobodyElse(t *testing.T) {
	a, h := footageAPI(shelf{from: nine, to: nine.Add(time.Hour)})
	do := func(c queue.Command) string {
		t.Helper()
		answer, err := h.Do(t.Context(), hall.Request{Command: c})
		if err != nil || !answer.OK {
			t.Fatalf("%+v: %v", answer, err)
		}
		var r queue.LookResult
		_ = json.Unmarshal(answer.Result, &r)
		return r.Look
	}
	to := nine.Add(10 * time.Minute)
	look := do(queue.FootageView{Cameras: []string{"c1"}, From: nine, To: to, By: "0727", Reason: "x"})
	face := do(queue.FootageView{Purpose: queue.LookUnmask, Cameras: []string{"c1"}, By: "0727", Reason: "x"})
	export := do(queue.FootageExport{Cameras: []string{"c1"}, From: nine, To: to, By: "0727", Reason: "x"})
	path := func(camera string, from, to time.Time, look string) string {
		return fmt.Sprintf("/api/v1/cameras/%s/clip?from=%s&to=%s&look=%s", camera, from.Format(time.RFC3339), to.Format(time.RFC3339), look)
	}
	for url, want := range map[string]string{
		path("c1", nine, to, "Lx"):                      "look_missing",
		path("c1", nine, to, face):                      "look_missing",
		path("c1", nine, to, export):                    "second_person",
		path("c2", nine, to, look):                      "look_other",
		path("c1", nine.Add(-time.Second), to, look):    "look_other",
		path("c1", nine, to.Add(time.Second), look):     "look_other",
		path("c1", to, nine, look):                      "bad_span",
		path("c1", nine, nine.Add(5*time.Hour), look):   "bad_span",
		"/api/v1/cameras/c1/clip?from=yesterday&look=x": "bad_span",
	} {
		if w := get(a, url); !strings.Contains(w.Body.String(), `"`+want+`"`) || w.Code < 400 {
			t.Errorf("%s\ngave %d %s, want %s", url, w.Code, w.Body, want)
		}
	}
	for person, want := range map[string]int{"0727": 200, "0800": 403} {
		r := httptest.NewRequest(http.MethodGet, path("c1", nine, to, look), nil)
		r.Host = "127.0.0.1"
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r.WithContext(access.With(r.Context(), access.Identity{Role: access.Manager, Person: person})))
		if w.Code != want {
			t.Errorf("the look of 0727 gives %s a %d, want %d", person, w.Code, want)
		}
	}
	before := h.seq
	for range 3 { // as a player fetches parts of it
		if w := get(a, path("c1", nine, to, look)); w.Code != 200 || w.Body.String() != "a film" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "inline") {
			t.Fatalf("got %d %s", w.Code, w.Body)
		}
	}
	if h.seq != before {
		t.Errorf("one look is %d more records", h.seq-before)
	}
	do(queue.FootageConfirm{Look: export, By: "0800"})
	w := get(a, path("c1", nine, to, export))
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("a confirmed export gave %d %v", w.Code, w.Header())
	}
	if got := w.Header().Values("Lobby-Clip-Gap"); !slices.Equal(got, []string{"2026-11-26T01:00:00Z/2026-11-26T01:00:01Z"}) || w.Header().Get("Lobby-Clip-Next") == "" {
		t.Errorf("the headers are %v", w.Header())
	}
	h.now = h.now.Add(9 * time.Hour)
	if w := get(a, path("c1", nine, to, look)); !strings.Contains(w.Body.String(), "look_over") {
		t.Errorf("after nine hours: %d %s", w.Code, w.Body)
	}
}

// Whoever fetches footage of an open hall without a look is on the trail all
// the same; where people sign in, they say why first.
func TestFootageOfAnOpenHallWithoutALookIsALook(t *testing.T) {
	a, h := footageAPI(shelf{from: nine, to: nine.Add(time.Hour)})
	path := func(camera string, from time.Time) string {
		return fmt.Sprintf("/api/v1/cameras/%s/clip?from=%s&to=%s", camera, from.Format(time.RFC3339), from.Add(time.Minute).Format(time.RFC3339))
	}
	for _, url := range []string{path("nowhere", nine), path("c1", nine.Add(5*time.Hour))} {
		if w := get(a, url); w.Code != http.StatusNotFound || h.seq != 0 {
			t.Errorf("%s gave %d %s and %d records", url, w.Code, w.Body, h.seq)
		}
	}
	if w := get(a, path("c1", nine)); w.Code != 200 || w.Body.String() != "a film" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if h.seq != 1 {
		t.Errorf("it is %d records, want the look", h.seq)
	}
	a.Gate = new(access.Gate)
	w := httptest.NewRecorder()
	a.routes().ServeHTTP(w, httptest.NewRequest("GET", path("c1", nine), nil))
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "look_missing") {
		t.Errorf("where people sign in: %d %s", w.Code, w.Body)
	}
}

func TestTicketsAreFoundByWhatIsKnownOfThem(t *testing.T) {
	a, _ := footageAPI(nil)
	for query, want := range map[string]int{
		"":                        1,
		"number=012":              1,
		"number=a012":             1,
		"number=B":                0,
		"window=2":                1,
		"window=7":                0,
		"item=s":                  1,
		"item=x":                  0,
		"from=09:35&to=10:00":     1, // the hall is eight hours ahead
		"from=09:41&to=10:00":     0,
		"to=08:59":                0,
		"number=A012&window=1":    1,
		"day=2026-11-26&window=1": 1,
	} {
		var found struct{ Tickets []foundTicket }
		w := get(a, "/api/v1/tickets?day=2026-11-26&"+query)
		if err := json.Unmarshal(w.Body.Bytes(), &found); err != nil || len(found.Tickets) != want {
			t.Errorf("%q found %d tickets, want %d: %s", query, len(found.Tickets), want, w.Body)
		}
	}
	if w := get(a, "/api/v1/tickets?day=yesterday"); w.Code != 400 {
		t.Errorf("a day that is none gave %d", w.Code)
	}
}
