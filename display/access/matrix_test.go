package access

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"lobby/queue"
)

// matrix is what every role may do, written down a second time and in another
// way: the letters of those who may. c citizen, k kiosk, w wall, W window,
// g guide, m manager, s supervisor, t maintenance.
const (
	letters = "ckwWgmst"
	all     = "ckwWgmst"
)

var addresses = map[string]string{
	"POST /api/v1/commands": all, "POST /api/v1/signin": all, "POST /api/v1/signout": all, "POST /api/v1/here": "Wgmst", "POST /api/v1/lock": "Wgmst", "GET /api/v1/me": all,
	"GET /api/v1/state": "kwWgmst", "GET /api/v1/feed": "kwWgmst",
	"GET /api/v1/trail/access": "ms", "GET /api/v1/tickets": "ms", "GET /api/v1/tickets/by-token/x": all, "GET /api/v1/tickets/2026-11-23/M045": "ms", "GET /api/v1/tickets/2026-11-23/M045/proof": "ms",
	"GET /api/v1/t/x/proof": all, "POST /api/v1/trail/export": "ms", "GET /api/v1/trail/key": all, "POST /api/v1/trail/key": "mt", "GET /api/v1/followups": "ms", "GET /api/v1/figures": "ms", "GET /api/v1/ratings": "ms", "GET /api/v1/rating/M045": "k",
	"GET /api/v1/items": all, "GET /api/v1/items/1": all, "GET /api/v1/devices": "gmst", "GET /api/v1/alerts": "gmst", "GET /api/v1/walls/w/sound": "w", "GET /api/v1/cameras": "mst",
	"GET /api/v1/cameras/c/live": "ms", "POST /api/v1/cameras/c/webrtc": "ms", "DELETE /api/v1/cameras/c/webrtc/1": "ms", "GET /api/v1/cameras/c/clip": "ms", "GET /api/v1/cameras/c/footage": "ms",
	"GET /api/v1/emulators": "mt", "POST /api/v1/emulators/a/b/press": "mt", "POST /api/v1/emulators/a/b/faults": "mt", "GET /api/v1/emulators/a/b/pictures/1.png": "mt",
	"GET /api/v1/kiosks/k1/scan": "kgm",
	"GET /healthz":               all, "GET /readyz": all, "GET /metrics": "mt", "GET /api/none": all, "DELETE /none": all,
	"GET /": "Wgmst", "GET /signin": all, "GET /ui/dev/lib/tokens.css": all, "GET /t/x": all, "GET /kiosk": "kwWgmst", "GET /kiosk/k1": "kwWgmst", "GET /wall": "kwWgmst", "GET /wall/main": "kwWgmst",
	"GET /window": "Wgm", "GET /window/1": "Wgm", "GET /manager": "ms", "GET /trail": "ms", "GET /trail/2026-11-23/M045": "ms", "GET /followups": "ms", "GET /figures": "ms", "GET /staff": "ms", "GET /ratings": "ms", "GET /embed/lobby-call-bar.js": all, "GET /hardware": "mt", "GET /settings": "mt", "GET /enrol": all, "POST /api/v1/passkeys/begin": "gmst", "POST /api/v1/passkeys": "gmst", "POST /api/v1/signin/passkey/begin": all, "POST /api/v1/signin/passkey": all, "POST /api/v1/enrolment": all, "GET /api/v1/enrolment/x": all, "GET /api/v1/enrolments": "mt", "POST /api/v1/enrolments": "mt",
	"GET /api/v1/settings": "mt", "GET /api/v1/settings/versions/0": "mt", "POST /api/v1/settings/check": "mt", "PUT /api/v1/settings/proposal": "mt", "DELETE /api/v1/settings/proposal/0": "mt", "POST /api/v1/settings/activate": "mt",
}

var commands = map[string]string{
	"take": "kgm", "keep": "kgm", "reprint": "kWgm", "check_in": "kgm", "book": "gm", "unbook": "gm",
	"call_next": "W", "call": "W", "recall": "W", "arrive": "W", "finish": "W", "no_show": "W", "hold": "W", "invite": "W", "recover": "Wgm", "resume": "Wgm", "transfer": "W", "undo": "W",
	"cancel": "Wgm", "reclass": "Wgm", "step_finish": "Wgm", "step_skip": "Wgm", "step_repeat": "Wgm", "void": "m", "freeze": "m", "unfreeze": "m", "rate": "ck",
	"followup_note": "ms", "followup_appeal": "ms", "followup_exclude": "ms", "followup_close": "ms",
	"footage_view": "ms", "footage_export": "ms", "footage_confirm": "ms", "footage_keep": "ms", "camera_shutter": "ms",
	"window_open": "Wm", "window_pause": "Wm", "window_resume": "Wm", "window_drain": "Wm", "window_close": "Wm",
	"day_open": "m", "day_close": "m", "clock_confirm": "mt", "alert_ack": "gmst",
}

// A role's letter.
func letter(r Role) string { return string(letters[slices.Index(Roles(), r)]) }

func TestEveryRoleGetsItsAddressesAndNoOther(t *testing.T) {
	p := newPolicy()
	covered := map[string]bool{}
	for address, who := range addresses {
		method, path, _ := strings.Cut(address, " ")
		r := httptest.NewRequest(method, path, nil)
		_, pattern := p.mux.Handler(r)
		covered[pattern] = true
		for _, role := range Roles() {
			if got, want := p.admits(r, role), strings.Contains(who, letter(role)); got != want {
				t.Errorf("%s by %s: admitted %v, want %v", address, role, got, want)
			}
		}
	}
	for _, rule := range Policy {
		if !covered[rule.Pattern] {
			t.Errorf("the matrix has no %s", rule.Pattern)
		}
	}
}

func TestEveryRoleSendsItsCommandsAndNoOther(t *testing.T) {
	for _, name := range queue.CommandNames() {
		who, told := commands[name]
		if !told {
			t.Errorf("the matrix has no command %s", name)
		}
		if _, ruled := Commands[name]; !ruled {
			t.Errorf("the policy has no command %s: nobody could send it", name)
		}
		for _, role := range Roles() {
			refusal := Command(With(context.Background(), Identity{Role: role}), []byte(`{"type":"`+name+`","token":"t"}`))
			if got, want := refusal == nil, strings.Contains(who, letter(role)); got != want {
				t.Errorf("%s by %s: allowed %v, want %v", name, role, got, want)
			}
		}
	}
	if refusal := Command(context.Background(), []byte(`{"type":"void"}`)); refusal != nil {
		t.Errorf("an open hall refuses %v", refusal)
	}
}

func TestNobodySpeaksForAnother(t *testing.T) {
	clerk := Identity{Role: Window, Person: "0412", Window: "1"}
	kiosk := Identity{Role: Kiosk, Device: "kiosk:k1"}
	boss := Identity{Role: Manager, Person: "0531"}
	for _, c := range []struct {
		by   Identity
		what string
		code string
	}{

		{Identity{Role: Citizen}, `{"type":"rate","ticket":"M045","level":1}`, CodeNotAllowed}, // a number that hangs on every wall
		{Identity{Role: Citizen}, `{"type":"rate","token":"t","level":1}`, ""},
		{kiosk, `{"type":"rate","ticket":"M045","kiosk":"k1","level":1}`, ""}, {clerk, `{"type":"call_next","window":"1"}`, ""},
		{clerk, `{"type":"call_next","window":"2"}`, CodeOtherWindow},
		{clerk, `{"type":"window_open","window":"1","staff":"0412"}`, ""},
		{clerk, `{"type":"window_open","window":"1","staff":"0001"}`, CodeOtherPerson},
		{kiosk, `{"type":"take","service":"s","kiosk":"k1"}`, ""},
		{kiosk, `{"type":"take","service":"s","kiosk":"k2"}`, CodeOtherKiosk},
		{boss, `{"type":"footage_view","by":"0531"}`, ""},
		{boss, `{"type":"footage_view","by":"0532"}`, CodeOtherPerson},
		{boss, `{"type":"nonsense"}`, ""}, // the decoder's
		{boss, `nonsense`, ""},
	} {
		refusal := Command(With(context.Background(), c.by), []byte(c.what))
		if (refusal == nil) != (c.code == "") || refusal != nil && refusal.Code != c.code {
			t.Errorf("%s by %s: %+v, want %q", c.what, c.by.Role, refusal, c.code)
		}
	}
	for code, in := range sentences {
		for _, lang := range []string{"zh-CN", "zh-TW", "en"} {
			if in[lang] == "" {
				t.Errorf("%s has no sentence in %s", code, lang)
			}
		}
	}
}

func TestOnlyWhoJudgesHearsRatings(t *testing.T) {
	for _, event := range []string{"rating.given", "rating.refused", "followup.opened", "footage.viewed", "access.noted"} {
		for _, role := range Roles() {
			if got, want := role.Hears(event), role == Manager || role == Supervisor; got != want {
				t.Errorf("%s hears of %s: %v", role, event, got)
			}
		}
	}
	if !Window.Hears("ticket.called") {
		t.Error("a window does not hear of calls")
	}
}

func decode(t *testing.T, res *http.Response) (v struct{ Code, Role, Window, Person, Device string }) {
	t.Helper()
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
