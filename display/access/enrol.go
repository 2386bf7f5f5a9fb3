package access

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"lobby/queue"
)

// A screen that waits to be let in shows its code for so long, and so many may
// wait, at most some from one address: nobody else's code is pushed away.
const (
	enrolLasts   = 10 * time.Minute
	enrolMost    = 200
	enrolAddress = 10
)

// enrolment is a screen that shows a code and waits for somebody to enter it.
type enrolment struct {
	Code    string    `json:"-"` // six digits; who lets a screen in has stood before it
	Address string    `json:"address"`
	Since   time.Time `json:"since"`

	ticket string // known to the screen only
	badge  string // once it is let in
}

// enrolments are the screens that wait. The zero value is ready.
type enrolments struct {
	mu      sync.Mutex
	waiting []enrolment // the oldest first
}

// fresh forgets those whose time is over. It needs the lock.
func (e *enrolments) fresh(now time.Time) {
	e.waiting = slices.DeleteFunc(e.waiting, func(w enrolment) bool { return now.Sub(w.Since) > enrolLasts })
}

// begin gives a screen a code that no other has; false when too many wait.
func (e *enrolments) begin(address string, now time.Time) (enrolment, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fresh(now)
	here := 0
	for _, w := range e.waiting {
		if w.Address == address {
			here++
		}
	}
	if len(e.waiting) >= enrolMost || here >= enrolAddress {
		return enrolment{}, false
	}
	w := enrolment{Code: newCode(), Address: address, Since: now, ticket: newTurn()}
	for e.find(func(o enrolment) bool { return o.Code == w.Code }) >= 0 {
		w.Code = newCode()
	}
	e.waiting = append(e.waiting, w)
	return w, true
}

// find needs the lock.
func (e *enrolments) find(is func(enrolment) bool) int { return slices.IndexFunc(e.waiting, is) }

// approve lets the screen with a code in; false when none shows it.
func (e *enrolments) approve(code, badge string, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fresh(now)
	i := e.find(func(w enrolment) bool { return w.Code == code && w.badge == "" })
	if i < 0 {
		return false
	}
	e.waiting[i].badge = badge
	return true
}

// shown tells whether a screen shows a code.
func (e *enrolments) shown(code string, now time.Time) bool {
	return slices.ContainsFunc(e.list(now), func(w enrolment) bool { return w.Code == code })
}

// list is the screens that wait still.
func (e *enrolments) list(now time.Time) []enrolment {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fresh(now)
	return slices.DeleteFunc(slices.Clone(e.waiting), func(w enrolment) bool { return w.badge != "" })
}

// collect is what became of the screen with a ticket; one that is let in
// collects once.
func (e *enrolments) collect(ticket string, now time.Time) (enrolment, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fresh(now)
	i := e.find(func(w enrolment) bool { return w.ticket == ticket })
	if i < 0 {
		return enrolment{}, false
	}
	w := e.waiting[i]
	if w.badge != "" {
		e.waiting = slices.Delete(e.waiting, i, i+1)
	}
	return w, true
}

func newCode() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1_000_000)) // never fails
	return fmt.Sprintf("%06d", n)
}

// BeginEnrolment gives a screen a code to show and a ticket to ask with.
func (g *Gate) BeginEnrolment(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	e, ok := g.enrolments.begin(host, g.now())
	if !ok {
		w.Header().Set("Retry-After", "60")
		problem(w, http.StatusTooManyRequests, "too_often", "等待登记的屏幕太多，请稍后再试")
		return
	}
	answer(w, map[string]any{"code": e.Code, "ticket": e.ticket, "lasts": int(enrolLasts / time.Second)})
}

// CollectEnrolment tells a screen whether it was let in, and signs it in then.
func (g *Gate) CollectEnrolment(w http.ResponseWriter, r *http.Request) {
	e, ok := g.enrolments.collect(r.PathValue("ticket"), g.now())
	switch {
	case !ok:
		problem(w, http.StatusNotFound, "enrolment_over", "登记码已过期，请重新取一个")
	case e.badge == "":
		answer(w, map[string]any{"waiting": true})
	default:
		a, _ := g.book.find(e.badge)
		g.log.Info("a screen was enrolled", "badge", a.Badge, "address", e.Address)
		g.welcome(w, r, a, "")
	}
}

// Enrolments lists the screens that wait.
func (g *Gate) Enrolments(w http.ResponseWriter, _ *http.Request) {
	list := g.enrolments.list(g.now())
	if list == nil {
		list = []enrolment{}
	}
	answer(w, map[string]any{"enrolments": list})
}

// Enrol takes {"code","device"} and lets the screen with that code in as a
// device of the hall, "kiosk:k1". Whatever was that device before is out.
func (g *Gate) Enrol(w http.ResponseWriter, r *http.Request) {
	var said struct{ Code, Device string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&said); err != nil {
		problem(w, http.StatusBadRequest, "bad_request", "请求不是有效的 JSON")
		return
	}
	role, ok := g.device(said.Device)
	switch {
	case !ok:
		problem(w, http.StatusBadRequest, "unknown_device", "大厅没有这个设备："+said.Device)
		return
	case !g.enrolments.shown(said.Code, g.now()):
		problem(w, http.StatusNotFound, "unknown_code", "没有屏幕显示这个登记码，请核对，或让屏幕重新取一个")
		return
	}
	if err := g.book.Set(said.Device, "", role, newTurn()+newTurn(), g.now()); err != nil {
		g.log.Error("a screen cannot be enrolled", "err", err)
		problem(w, http.StatusServiceUnavailable, "not_saved", "登记写不进文件，请看日志")
		return
	}
	g.hangUp(said.Device)
	if !g.enrolments.approve(said.Code, said.Device, g.now()) {
		problem(w, http.StatusNotFound, "unknown_code", "登记码刚刚过期，请让屏幕重新取一个")
		return
	}
	by, _ := From(r.Context())
	g.tell(queue.NoteAccess{What: "enrolled", Badge: said.Device, Role: string(role), By: by.Person})
	answer(w, map[string]any{"ok": true})
}

// device is the role of a device of the hall, "kiosk:k1".
func (g *Gate) device(badge string) (Role, bool) {
	for _, role := range devices {
		if id, found := strings.CutPrefix(badge, string(role)+":"); found && g.places(role, id) {
			return role, true
		}
	}
	return "", false
}
