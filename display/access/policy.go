package access

import (
	"net/http"
	"slices"
	"strings"
)

// The groups of the Policy.
var (
	everybody = Roles()
	devices   = []Role{Kiosk, Wall}
	serving   = []Role{Window, Guide, Manager}
	leading   = []Role{Manager, Supervisor}
	staff     = []Role{Window, Guide, Manager, Supervisor, Maintenance}
	known     = slices.Concat(devices, staff)
	unseated  = []Role{Guide, Manager, Supervisor, Maintenance} // people without a window
	upkeep    = []Role{Manager, Maintenance}
)

// Rule is one line of the Policy.
type Rule struct {
	Pattern string // as http.ServeMux has it
	Roles   []Role
}

// Policy says who may ask for which address. What is not in it is refused.
var Policy = []Rule{
	{"POST /api/v1/commands", everybody}, // each command by Commands
	{"POST /api/v1/signin", everybody},
	{"POST /api/v1/signout", everybody},
	{"POST /api/v1/here", staff}, // somebody is at the page
	{"POST /api/v1/lock", staff},
	{"GET /api/v1/me", everybody},
	{"POST /api/v1/passkeys/begin", unseated},
	{"POST /api/v1/passkeys", unseated},
	{"POST /api/v1/signin/passkey/begin", everybody},
	{"POST /api/v1/signin/passkey", everybody},
	{"POST /api/v1/enrolment", everybody}, // a screen asks to be let in
	{"GET /api/v1/enrolment/{ticket}", everybody},
	{"GET /api/v1/enrolments", upkeep},
	{"POST /api/v1/enrolments", upkeep},
	{"GET /api/v1/state", known},
	{"GET /api/v1/feed", known}, // each record by Hears
	{"GET /api/v1/tickets", leading},
	{"GET /api/v1/tickets/by-token/{token}", everybody}, // who has the token
	{"GET /api/v1/tickets/{day}/{number}", leading},
	{"GET /api/v1/tickets/{day}/{number}/proof", leading},
	{"GET /api/v1/t/{token}/proof", everybody},
	{"GET /api/v1/trail/access", leading},
	{"POST /api/v1/trail/export", leading}, // for whoever says why
	{"GET /api/v1/trail/key", everybody},
	{"POST /api/v1/trail/key", upkeep},
	{"GET /api/v1/figures", leading},
	{"GET /api/v1/ratings", leading},
	{"GET /api/v1/rating/{ticket}", []Role{Kiosk}}, // before somebody rates there
	{"GET /api/v1/followups", leading},
	{"GET /api/v1/settings", upkeep},
	{"GET /api/v1/settings/versions/{hash}", upkeep},
	{"POST /api/v1/settings/check", upkeep},
	{"PUT /api/v1/settings/proposal", upkeep},
	{"DELETE /api/v1/settings/proposal/{hash}", upkeep},
	{"POST /api/v1/settings/activate", upkeep}, // not by who proposed
	{"GET /api/v1/items", everybody},
	{"GET /api/v1/items/{code}", everybody},
	{"GET /api/v1/devices", []Role{Guide, Manager, Supervisor, Maintenance}},
	{"GET /api/v1/alerts", []Role{Guide, Manager, Supervisor, Maintenance}},
	{"GET /api/v1/walls/{wall}/sound", []Role{Wall}}, // its own
	{"GET /api/v1/cameras", []Role{Manager, Supervisor, Maintenance}},
	{"GET /api/v1/cameras/{camera}/live", leading},
	{"POST /api/v1/cameras/{camera}/webrtc", leading},
	{"DELETE /api/v1/cameras/{camera}/webrtc/{viewer}", leading},
	{"GET /api/v1/cameras/{camera}/clip", leading}, // for whoever said why
	{"GET /api/v1/cameras/{camera}/footage", leading},
	{"GET /api/v1/emulators", upkeep},
	{"POST /api/v1/emulators/{kind}/{name}/press", upkeep},
	{"POST /api/v1/emulators/{kind}/{name}/faults", upkeep},
	{"GET /api/v1/emulators/{kind}/{name}/pictures/{file}", upkeep},
	{"GET /api/v1/kiosks/{kiosk}/scan", []Role{Kiosk, Guide, Manager}}, // a kiosk its own
	{"GET /healthz", everybody},
	{"GET /readyz", everybody},
	{"GET /metrics", upkeep},
	{"/api/", everybody}, // says that there is nothing
	// The pages.
	{"/", everybody}, // says that there is nothing
	{"GET /{$}", staff},
	{"GET /signin", everybody},
	{"GET /enrol", everybody},
	{"GET /ui/", everybody},
	{"GET /t/", everybody},
	{"GET /kiosk", known},
	{"GET /kiosk/", slices.Concat(devices, staff)},
	{"GET /wall", known},
	{"GET /wall/", known},
	{"GET /window", serving},
	{"GET /window/", serving},
	{"GET /manager", leading},
	{"GET /trail", leading},
	{"GET /trail/", leading},
	{"GET /followups", leading},
	{"GET /figures", leading},
	{"GET /staff", leading},
	{"GET /ratings", leading},
	{"GET /embed/", everybody},
	{"GET /hardware", upkeep},
	{"GET /settings", upkeep},
}

// Commands says who may send which command.
var Commands = map[string][]Role{
	"take": {Kiosk, Guide, Manager}, "keep": {Kiosk, Guide, Manager}, "reprint": {Kiosk, Window, Guide, Manager}, "check_in": {Kiosk, Guide, Manager},
	"book": {Guide, Manager}, "unbook": {Guide, Manager},
	"call_next": {Window}, "call": {Window}, "recall": {Window}, "arrive": {Window}, "finish": {Window}, "no_show": {Window}, "hold": {Window}, "invite": {Window},
	"recover": serving, "resume": serving, "transfer": {Window}, "undo": {Window},
	"cancel": serving, "reclass": serving, "step_finish": serving, "step_skip": serving, "step_repeat": serving,
	"void": {Manager}, "freeze": {Manager}, "unfreeze": {Manager},
	"rate":          {Citizen, Kiosk}, // who has the token; keypads speak MQTT
	"followup_note": leading, "followup_appeal": leading, "followup_exclude": leading, "followup_close": leading,
	"footage_view": leading, "footage_export": leading, "footage_confirm": leading, "footage_keep": leading, "camera_shutter": leading,
	"window_open": {Window, Manager}, "window_pause": {Window, Manager}, "window_resume": {Window, Manager}, "window_drain": {Window, Manager}, "window_close": {Window, Manager},
	"day_open": {Manager}, "day_close": {Manager}, "clock_confirm": {Manager, Maintenance},
	"alert_ack": {Guide, Manager, Supervisor, Maintenance},
}

// judged are the records that only those hear of who judge: what citizens
// said of staff, what was done about it, who looked at footage, and who signed in.
var judged = []string{"rating.", "followup.", "footage.", "access."}

// Hears tells whether a role hears of a record on the feed.
func (r Role) Hears(event string) bool {
	if slices.Contains(leading, r) {
		return true
	}
	return !slices.ContainsFunc(judged, func(prefix string) bool { return strings.HasPrefix(event, prefix) })
}

// policy finds the rule of a request.
type policy struct {
	mux   *http.ServeMux
	roles map[string][]Role
}

func newPolicy() policy {
	p := policy{mux: http.NewServeMux(), roles: map[string][]Role{}}
	for _, r := range Policy {
		p.mux.Handle(r.Pattern, http.NotFoundHandler())
		p.roles[r.Pattern] = r.Roles
	}
	return p
}

// admits tells whether a role may make a request.
func (p policy) admits(r *http.Request, role Role) bool {
	_, pattern := p.mux.Handler(r)
	return slices.Contains(p.roles[pattern], role)
}
