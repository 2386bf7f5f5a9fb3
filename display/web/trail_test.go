package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// trailHall is a hall with one ticket of yesterday, a minute of whose service
// is on a film.
type trailHall struct {
	*fakeHall
	url   string
	clips []object
	looks []object
}

var eightFifty = time.Date(2026, 11, 25, 0, 52, 10, 0, time.UTC) // in the hall 8:52:10

func newTrailHall(t *testing.T, recorded bool) *trailHall {
	t.Helper()
	h := &trailHall{fakeHall: newFakeHall(t, bigHall(time.Now()))}
	h.state["cameras"] = append(h.state["cameras"].([]object), object{"id": "b3", "name": "B 区 3 号摄像机", "floor": 2, "windows": []string{"46"}, "state": "up",
		"masks": []object{{"x": 0.33, "y": 0.57, "w": 0.12, "h": 0.19}, {"x": 0.08, "y": 0.57, "w": 0.12, "h": 0.19}}})
	if recorded {
		at := func(s int) string { return eightFifty.Add(time.Duration(s) * time.Second).Format(time.RFC3339Nano) }
		h.clips = []object{{"leg": "Q051/1", "window": "46", "camera": "b3", "name": "B 区 3 号摄像机", "region": object{"x": 0.27, "y": 0.08, "w": 0.22, "h": 0.9},
			"from": at(1465), "to": at(2104), "state": "partial", "keep_days": 30, "kept_until": "2026-12-25T01:00:00Z", "kept_why": "差评", "offset_ms": 40120,
			"films": []object{{"from": at(1470), "to": at(2100), "gaps": []object{{"from": at(2002), "to": at(2010)}}, "clock": "sender_report", "error_ms": 20}}}}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/tickets/2026-11-25/Q051", func(w http.ResponseWriter, _ *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		reply(w, h.ticket())
	})
	mux.HandleFunc("GET /api/v1/tickets", func(w http.ResponseWriter, r *http.Request) { reply(w, foundTickets(r.URL.Query().Get("window"))) })
	mux.HandleFunc("GET /api/v1/trail/access", func(w http.ResponseWriter, r *http.Request) {
		reply(w, object{"day": r.URL.Query().Get("day"), "access": []object{
			{"seq": 9, "at": eightFifty, "what": "refused", "badge": "0412", "n": 3}, {"seq": 8, "at": eightFifty, "what": "enrolled", "badge": "kiosk:k1", "by": "0531", "n": 1},
			{"seq": 7, "at": eightFifty, "what": "exported", "badge": "0531", "about": "2026-11-25/Q051", "reason": "complaint 7", "n": 1},
			{"seq": 6, "at": eightFifty, "what": "backed_up", "badge": "user:root", "taken": eightFifty, "records": 41230, "n": 1},
			{"seq": 5, "at": eightFifty, "what": "backed_up", "badge": "user:root", "taken": eightFifty, "records": 41100, "recipients": []string{"age1x"}, "n": 1},
		}})
	})
	film := wholeFilm(t)
	mux.HandleFunc("GET /api/v1/cameras/b3/clip", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("look") == "" {
			http.Error(w, "why?", http.StatusForbidden)
			return
		}
		w.Header().Set("Lobby-Clip-From", eightFifty.Add(1470*time.Second).Format(time.RFC3339Nano))
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(film))
	})
	mux.HandleFunc("POST /api/v1/commands", h.command)
	mux.Handle("/", h.Config.Handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// wholeFilm is the film of an emulated camera in one piece.
func wholeFilm(t *testing.T) []byte {
	t.Helper()
	var b []byte
	for _, f := range cameraClip(t) {
		b = append(b, f...)
	}
	return b
}

// command takes what the page sends about footage.
func (h *trailHall) command(w http.ResponseWriter, r *http.Request) {
	var c object
	_ = json.NewDecoder(r.Body).Decode(&c)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commands = append(h.commands, c)
	look := fmt.Sprintf("L%d", len(h.looks)+1)
	switch c["type"] {
	case "footage_view":
		h.looks = append(h.looks, object{"look": look, "purpose": orView(c["purpose"]), "by": c["by"], "reason": c["reason"], "at": "2026-11-26T01:42:07Z", "cameras": c["cameras"], "from": c["from"], "to": c["to"]})
	case "footage_export":
		h.looks = append(h.looks, object{"look": look, "purpose": "export", "by": c["by"], "reason": c["reason"], "at": "2026-11-26T01:45:07Z", "cameras": c["cameras"], "from": c["from"], "to": c["to"]})
	case "footage_confirm":
		l := h.looks[len(h.looks)-1]
		if c["by"] == l["by"] {
			reply(w, object{"id": c["id"], "ok": false, "refusal": object{"code": "second_person", "say": "导出录像需要两个人"}})
			return
		}
		l["second"] = c["by"]
	}
	reply(w, object{"id": c["id"], "ok": true, "result": object{"look": look}})
}

func orView(purpose any) any {
	if purpose == nil {
		return "view"
	}
	return purpose
}

func (h *trailHall) ticket() object {
	var events []object
	add := func(s int, event string, data object) {
		data["ticket"], data["leg"] = "Q051", "Q051/1"
		events = append(events, object{"seq": len(events) + 1, "at": eightFifty.Add(time.Duration(s) * time.Second).Format(time.RFC3339Nano), "actor": "keypad:RK-46", "event": event, "data": data})
	}
	service := h.state["services"].([]object)[0]["id"]
	add(0, "ticket.issued", object{"service": service, "class": "normal", "kiosk": "k1"})
	add(0, "forecast.given", object{"ahead": 9})
	add(3, "ticket.printed", object{})
	add(1470, "ticket.called", object{"window": "46"})
	add(1515, "ticket.recalled", object{"window": "46"})
	add(1552, "ticket.arrived", object{"window": "46", "staff": "0727"})
	add(2074, "ticket.done", object{"window": "46"})
	add(2095, "rating.given", object{"level": 1, "reasons": []string{"等候时间长"}})
	at := func(s int) string { return eightFifty.Add(time.Duration(s) * time.Second).Format(time.RFC3339Nano) }
	return object{"ticket": "Q051", "day": "2026-11-25", "state": "done", "print": "printed", "issued": at(0), "timezone": "Asia/Shanghai", "events": events,
		"legs":      []object{{"leg": "Q051/1", "service": service, "class": "normal", "state": "done", "window": "46", "called": at(1470), "started": at(1552), "ended": at(2074)}},
		"forecasts": []object{{"ahead": 9, "low": 10, "high": 15, "before": at(900)}}, "clips": orNone(h.clips), "looks": orNone(h.looks)}
}

func orNone(list []object) []object {
	if list == nil {
		return []object{}
	}
	return list
}

func foundTickets(window string) object {
	all := []object{
		{"ticket": "Q051", "day": "2026-11-25", "issued": eightFifty.Format(time.RFC3339), "service": "estate", "state": "done", "windows": []string{"46"}, "called": eightFifty.Add(24 * time.Minute).Format(time.RFC3339), "level": 1},
		{"ticket": "M012", "day": "2026-11-25", "issued": eightFifty.Format(time.RFC3339), "service": "social", "state": "no_show", "windows": []string{"7", "9"}},
	}
	if window != "" {
		all = all[:1]
	}
	return object{"day": "2026-11-25", "tickets": all, "more": 0, "timezone": "Asia/Shanghai"}
}

const trailVideo = `document.querySelector('.vid video')`

// fill gives words to the inputs of a form and sends it.
func (p *tab) fill(form string, words map[string]string) {
	p.t.Helper()
	p.until(`document.querySelector(` + quote(form) + `)`)
	for name, word := range words {
		eval[bool](p, `(i=>{i.value=`+quote(word)+`;return true})(document.querySelector(`+quote(form+" [name="+name+"]")+`))`)
	}
	eval[bool](p, `(document.querySelector(`+quote(form)+`).requestSubmit(),true)`)
}

func TestForeignPagesTrailShowsFootageForAReason(t *testing.T) {
	hall := newTrailHall(t, true)
	p := openTab(t, 1920, 1080)
	p.open(hall.url+"/trail/2026-11-25/Q051?lang=zh-CN", ".ev:nth-child(7)")
	p.shoot("trail-why")
	p.clean()
	if eval[bool](p, `!!`+trailVideo) || len(hall.sent("footage_view")) > 0 {
		t.Error("footage is there before anybody said why")
	}
	p.fill(".vid form", map[string]string{"by": "0531", "reason": "1 星评价回访（工单 0531-012）"})
	p.until(trailVideo + `&&` + trailVideo + `.readyState>=2`)
	p.until(`document.querySelector('.vid .box')&&document.querySelectorAll('.vid .mask').length===2`)
	p.click(".ctl .p")
	p.until(trailVideo + `.currentTime>0.5`)
	p.until(`trail.player.at>` + fmt.Sprint(eightFifty.Add(1470*time.Second).UnixMilli()+400))
	p.click(".ctl .p")
	p.until(`document.querySelector('.aud li')`)
	p.shoot("trail")
	p.clean()
	if got := hall.comes("footage_view", 1); len(got) != 1 || got[0]["by"] != "0531" || got[0]["ticket"] != "Q051" || got[0]["day"] != "2026-11-25" {
		t.Errorf("the looks are %v", got)
	}
	if mark := eval[string](p, `document.querySelector('.wm').textContent`); !strings.Contains(mark, "0531") {
		t.Errorf("the watermark is %q", mark)
	}
	p.click(".ctl .w[aria-pressed]")
	p.until(`document.querySelector('.why.over form')`)
	p.shoot("trail-unmask")
	p.clean()
	p.fill(".why.over form", map[string]string{"by": "0531", "reason": "核对"})
	p.until(`!document.querySelector('.vid .mask')`)
	p.quiet()
}

func TestForeignPagesTrailExportTakesTwo(t *testing.T) {
	hall := newTrailHall(t, true)
	p := openTab(t, 1366, 768)
	p.open(hall.url+"/trail/2026-11-25/Q051", ".ev:nth-child(7)")
	p.click("header button")
	p.until(`document.querySelector('dialog[open]')`)
	p.shoot("trail-export")
	p.clean()
	p.fill("dialog form", map[string]string{"by": "0531", "reason": "投诉"})
	p.fill(".second", map[string]string{"by": "0531"})
	p.until(`document.querySelector('.problem')`)
	p.fill(".second", map[string]string{"by": "0800"})
	p.until(`document.querySelector('.files a[download]')`)
	p.shoot("trail-exported")
	p.clean()
}

// Keys alone: the list, the playhead, and the lanes follow each other.
func TestForeignPagesTrailWithoutFootageAndByKeys(t *testing.T) {
	hall := newTrailHall(t, false)
	p := openTab(t, 1366, 768)
	p.open(hall.url+"/trail/2026-11-25/Q051", ".ev:nth-child(7)")
	p.until(`document.querySelector('.vid.none .why')`)
	eval[bool](p, `(document.querySelector('.ev:nth-child(5) button').focus(),document.activeElement.click(),true)`)
	p.until(`document.querySelector('.ev:nth-child(5)').classList.contains('on')`)
	eval[bool](p, `(i=>{i.focus();i.stepUp(60);i.dispatchEvent(new Event('input'));return true})(document.querySelector('.track input'))`)
	p.until(`trail.player.at===` + fmt.Sprint(eightFifty.Add(1612*time.Second).UnixMilli()))
	p.shoot("trail-bare")
	p.clean()
}

func TestForeignPagesTicketsAreSearched(t *testing.T) {
	hall := newTrailHall(t, false)
	p := openTab(t, 1366, 768)
	p.open(hall.url+"/trail?lang=zh-TW", "tbody tr:nth-child(2)")
	p.shoot("search")
	p.clean()
	p.fill("form", map[string]string{"window": "46"})
	p.until(`document.querySelectorAll('tbody tr').length===1&&location.search.includes('window=46')`)
	if href := eval[string](p, `document.querySelector('tbody a').getAttribute('href')`); href != "/trail/2026-11-25/Q051" {
		t.Errorf("the ticket leads to %s", href)
	}
	eval[bool](p, `(document.querySelector('summary').click(), true)`)
	p.until(`document.querySelector('details td.bad')?.textContent==='口令不對 × 3'&&document.querySelector('details tbody').textContent.includes('kiosk:k1 0531')&&document.querySelector('details tbody').textContent.includes('41230 筆紀錄，未加密')`)
	p.clean()
}
