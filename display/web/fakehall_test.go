package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lobby/display/web"
)

const build = "test-1"

// fakeHall answers what the pages ask, with just enough of a hall behind it
// to see that a button did something.
type fakeHall struct {
	*httptest.Server
	upgrader websocket.Upgrader

	mu        sync.Mutex
	state     object
	seq       int
	heartbeat float64
	silent    bool // refuses the feed, as a daemon that is away does
	print     string
	sockets   map[*websocket.Conn]bool
	commands  []object
	slow      time.Duration // how long an answer takes
	presses   []string
	faults    map[string]bool

	beats      []string
	ticket     object     // the citizen's own
	refuseTake object     // how taking is refused, unless one more is really wanted
	clip       []fragment // what the cameras send; nothing if nil
	viewers    int        // how often a camera was opened
	signedIn   atomic.Bool
	idleLock   int // seconds after which pages lock, if somebody has signed in
	locks      atomic.Int32
	build      string // as the feed says it
}

// newFakeHall starts a hall around a state; it ends with the test.
func newFakeHall(t *testing.T, state object) *fakeHall {
	t.Helper()
	h := &fakeHall{build: build, state: state, seq: 100, heartbeat: 10, print: "printed", faults: map[string]bool{}, ticket: cannedTicket(), sockets: map[*websocket.Conn]bool{}}
	h.upgrader.Subprotocols = []string{"lobby.v1"}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/feed", h.feed)
	mux.HandleFunc("GET /api/v1/state", func(w http.ResponseWriter, _ *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		reply(w, object{"type": "snapshot", "seq": h.seq, "state": h.state})
	})
	mux.HandleFunc("GET /api/v1/items", func(w http.ResponseWriter, _ *http.Request) { reply(w, object{"items": cannedItems()}) })
	mux.HandleFunc("GET /api/v1/tickets/by-token/{token}", func(w http.ResponseWriter, _ *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		reply(w, h.ticket)
	})
	mux.HandleFunc("GET /api/v1/figures", func(w http.ResponseWriter, r *http.Request) { reply(w, cannedFigures(r.URL.Query().Get("day"))) })
	mux.HandleFunc("GET /api/v1/rating/{ticket}", cannedRating)
	mux.HandleFunc("GET /api/v1/ratings", func(w http.ResponseWriter, r *http.Request) { reply(w, cannedRatings(r.URL.Query())) })
	mux.HandleFunc("GET /api/v1/cameras/{camera}/live", h.live)
	h.signIn(mux)
	h.settings(mux)
	h.emulators(mux)
	mux.Handle("/", web.Handler(web.Options{Build: build}))
	h.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		h.drop()
		h.Close()
	})
	return h
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (h *fakeHall) feed(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	silent := h.silent
	h.mu.Unlock()
	if silent {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	c, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	h.mu.Lock()
	h.sockets[c] = true
	h.send(c, object{"type": "hello", "hall": "fy", "build": h.build, "epoch": "e1", "heartbeat": h.heartbeat})
	if r.URL.Query().Get("since") == "" {
		h.send(c, object{"type": "snapshot", "seq": h.seq, "state": h.state})
	}
	h.mu.Unlock()
	for {
		var m struct {
			Type    string `json:"type"`
			Screen  string `json:"screen"`
			ID      string `json:"id"`
			Command object `json:"command"`
		}
		if err := c.ReadJSON(&m); err != nil {
			break
		}
		if m.Type == "screen" {
			h.mu.Lock()
			h.beats = append(h.beats, m.Screen)
			h.mu.Unlock()
			continue
		}
		h.obey(c, m.ID, m.Command)
	}
	h.mu.Lock()
	delete(h.sockets, c)
	h.mu.Unlock()
}

// send needs the lock. A failed write ends the reader of that socket.
func (h *fakeHall) send(c *websocket.Conn, m object) { _ = c.WriteJSON(m) }

// patch changes the state and tells every page, as one batch of records does.
func (h *fakeHall) patch(part object) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.patchLocked(part)
}

func (h *fakeHall) patchLocked(part object) {
	h.seq++
	for key, v := range part {
		if key != "windows" {
			h.state[key] = v
		}
	}
	for c := range h.sockets {
		h.send(c, object{"type": "record", "seq": h.seq, "at": time.Now().Format(time.RFC3339Nano), "event": "test", "data": object{}})
		h.send(c, object{"type": "patch", "seq": h.seq, "state": part})
	}
}

// drop cuts every feed.
func (h *fakeHall) drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.sockets {
		c.Close()
	}
}

func (h *fakeHall) setSilent(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.silent = on
}

func (h *fakeHall) obey(c *websocket.Conn, id string, command object) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := maps.Clone(command)
	kept["id"] = id
	h.commands = append(h.commands, kept)
	result := object{}
	switch command["type"] {
	case "take", "check_in":
		if h.refuseTake != nil && command["again"] == nil {
			h.send(c, object{"type": "answer", "id": id, "ok": false, "refusal": h.refuseTake})
			return
		}
		result = object{"ticket": "M045", "day": "2026-11-23", "token": "Zq3-x_9", "ahead": 7, "forecast": object{"low": 5, "high": 15, "before": "2026-11-23T02:50:00Z"}, "print": h.print}
	case "rate":
		result = object{"r": "ok"}
	case "reprint":
		result = object{"print": "printed"}
	case "window_open", "finish":
		h.windowTo(command["window"], object{"state": "idle", "ticket": "", "staff": command["staff"]})
	case "call_next":
		now := time.Now().Format(time.RFC3339Nano)
		h.windowTo(command["window"], object{"state": "calling", "ticket": "M099", "class": "priority", "called_at": now, "recalls": 0})
	case "arrive":
		h.windowTo(command["window"], object{"state": "serving", "started_at": time.Now().Format(time.RFC3339Nano)})
	case "no_show":
		h.send(c, object{"type": "answer", "id": id, "ok": false, "refusal": object{"code": "too_early", "say": "请先重呼一次"}})
		return
	}
	time.Sleep(h.slow) // An answer that takes its time, as a printer does.
	h.send(c, object{"type": "answer", "id": id, "ok": true, "seq": []int{h.seq}, "result": result})
}

func (h *fakeHall) windowTo(id any, change object) {
	for _, w := range h.state["windows"].([]object) {
		if w["id"] == id {
			maps.Copy(w, change)
			h.patchLocked(object{"windows": []object{w}})
		}
	}
}

// sent returns the commands of one type in the order they came.
func (h *fakeHall) sent(kind string) []object {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []object
	for _, c := range h.commands {
		if c["type"] == kind {
			found = append(found, c)
		}
	}
	return found
}

// comes waits for so many commands of a kind, since a page that has done its
// part may still be sending, and returns all there are.
func (h *fakeHall) comes(kind string, count int) []object {
	late := time.After(time.Minute)
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for {
		got := h.sent(kind)
		if len(got) >= count {
			return got
		}
		select {
		case <-late:
			return got
		case <-poll.C:
		}
	}
}

func cannedTicket() object {
	return object{"ticket": "M045", "day": "2026-11-23", "service_name": "不动产登记「四证」联办", "state": "waiting", "ahead": 7, "forecast": object{"low": 5, "high": 15, "before": "2026-11-23T02:50:00Z"}, "timezone": "Asia/Shanghai", "where": "一层 A 区 9–16 号窗口",
		"wheres": object{"en": "Floor 1, area A, counter 9–16", "zh-TW": "一層 A 區 9–16 號窗口"}, "service_names": object{"en": "Real estate, four in one"}}
}

func cannedItems() []object {
	var items []object
	add := func(event, name, service, department, kind string, days int) {
		items = append(items, object{"code": fmt.Sprintf("3301-%03d", len(items)+1), "name": name, "department": department, "service": service, "type": kind,
			"promise_days": days, "legal_days": 20, "papers": []string{"身份证", "购房合同", "完税证明"}, "fee": "不收费", "basis": "《不动产登记暂行条例》", "chain": "M", "life_event": event})
	}
	for _, n := range []string{"不动产登记「四证」联办", "商品房买卖转移登记", "二手房转移登记", "住房公积金提取", "房屋契税申报", "水、电、气联动过户", "户口迁入（购房）", "外来务工人员随迁子女入学与住房租赁备案受理"} {
		add("买房", n, "estate", "d35", "即办件", 0)
	}
	for i, e := range []string{"出生", "入学", "就业", "结婚", "买车", "退休", "助残", "开店", "建厂", "退役", "身后事"} {
		add(e, e+"一件事联办", []string{"police", "social", "company"}[i%3], "公安局", "承诺件", i%4)
	}
	maps.Copy(items[0], object{"duty": "负责本市国土空间规划、不动产登记与自然资源管理", "conditions": []string{"买卖双方到场或有公证委托", "房屋已办首次登记且没有查封", "买卖合同已经网签备案"},
		"procedure": []string{"取一个号，到登记窗口递交材料", "税务窗口核税并缴税", "登记窗口审核登簿", "领取证书；水电气一并过户"}, "samples": []string{"不动产登记申请书", "房屋买卖合同"},
		"result": "不动产权证书与契税完税证明，当场领取", "fee": "登记费 80 元", "fee_basis": "《关于不动产登记收费标准等有关问题的通知》", "phone": "0571-63120235", "complaints": "12345"})
	return items
}
