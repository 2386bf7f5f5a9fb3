package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"lobby/display/access"
	"lobby/display/settings"
)

// Settings is the hall file as versions.
type Settings interface {
	View() (settings.View, error)
	Version(hash string) (string, error)
	Check(text string) (changes string, faults []settings.Fault, err error)
	Propose(text, base, author, note string) (*settings.Proposal, error)
	Withdraw(hash string) error
	// Activate puts the proposal in force; the hall starts anew right after.
	Activate(hash, approver string) error
}

// maxHallFile bounds a hall file.
const maxHallFile = 1 << 20

// settingsWish is what a page says of the hall file.
type settingsWish struct {
	Text   string `json:"text"`
	Base   string `json:"base"`
	Hash   string `json:"hash"`
	Note   string `json:"note"`
	Person string `json:"person"` // who it is, in an open hall
}

func (a *API) mountSettings(mux *routes) {
	mux.HandleFunc("GET /api/v1/settings", a.settings)
	mux.HandleFunc("GET /api/v1/settings/versions/{hash}", a.settingsVersion)
	mux.HandleFunc("POST /api/v1/settings/check", a.settingsCheck)
	mux.HandleFunc("PUT /api/v1/settings/proposal", a.settingsPropose)
	mux.HandleFunc("DELETE /api/v1/settings/proposal/{hash}", a.settingsWithdraw)
	mux.HandleFunc("POST /api/v1/settings/activate", a.settingsActivate)
}

func (a *API) settings(w http.ResponseWriter, _ *http.Request) {
	v, err := a.Settings.View()
	a.settingsAnswer(w, v, err)
}

func (a *API) settingsVersion(w http.ResponseWriter, r *http.Request) {
	text, err := a.Settings.Version(r.PathValue("hash"))
	a.settingsAnswer(w, map[string]any{"text": text}, err)
}

func (a *API) settingsCheck(w http.ResponseWriter, r *http.Request) {
	wish, ok := readSettings(w, r)
	if !ok {
		return
	}
	changes, faults, err := a.Settings.Check(wish.Text)
	a.settingsAnswer(w, map[string]any{"diff": changes, "faults": notNil(faults)}, err)
}

func (a *API) settingsPropose(w http.ResponseWriter, r *http.Request) {
	wish, ok := readSettings(w, r)
	if !ok || !named(w, wish.Person) {
		return
	}
	p, err := a.Settings.Propose(wish.Text, wish.Base, wish.Person, wish.Note)
	if err == nil {
		a.Log.Info("settings proposed", "hash", p.Hash, "author", p.Author)
	}
	a.settingsAnswer(w, p, err)
}

func (a *API) settingsWithdraw(w http.ResponseWriter, r *http.Request) {
	err := a.Settings.Withdraw(r.PathValue("hash"))
	a.settingsAnswer(w, map[string]any{"ok": true}, err)
}

func (a *API) settingsActivate(w http.ResponseWriter, r *http.Request) {
	wish, ok := readSettings(w, r)
	if !ok || !named(w, wish.Person) {
		return
	}
	err := a.Settings.Activate(wish.Hash, wish.Person)
	if err == nil {
		a.Log.Info("settings put in force; the hall starts anew", "hash", wish.Hash, "approver", wish.Person)
	}
	a.settingsAnswer(w, map[string]any{"ok": true}, err)
}

// readSettings reads a wish. Whoever has signed in speaks for themselves,
// whatever the body says.
func readSettings(w http.ResponseWriter, r *http.Request) (settingsWish, bool) {
	var wish settingsWish
	data, ok := readUpTo(w, r, maxHallFile)
	if !ok {
		return wish, false
	}
	if json.Unmarshal(data, &wish) != nil {
		problem(w, http.StatusBadRequest, "bad_request", "请求不是有效的 JSON")
		return wish, false
	}
	if i, signed := access.From(r.Context()); signed {
		wish.Person = i.Person
	}
	return wish, true
}

// named refuses what nobody answers for.
func named(w http.ResponseWriter, person string) bool {
	if person == "" {
		problem(w, http.StatusBadRequest, "no_person", "请写明您的工号")
	}
	return person != ""
}

// settingsProblems are the codes of refused wishes; pages have their sentences.
var settingsProblems = []struct {
	err    error
	status int
	code   string
	say    string
}{
	{settings.ErrChanged, http.StatusConflict, "settings_changed", "配置文件已经改变，请从现在的内容重新开始"},
	{settings.ErrNothing, http.StatusConflict, "settings_nothing", "没有这样的待批准修改"},
	{settings.ErrSame, http.StatusConflict, "settings_same", "内容没有改变"},
	{settings.ErrAlone, http.StatusForbidden, "second_person", "启用须由提出人以外的另一人批准"},
	{settings.ErrUnknown, http.StatusNotFound, "settings_unknown", "没有保存这个版本"},
}

func (a *API) settingsAnswer(w http.ResponseWriter, v any, err error) {
	var faults settings.Faulty
	if errors.As(err, &faults) {
		problemWith(w, http.StatusUnprocessableEntity, "settings_faulty", "内容有错误，没有保存", map[string]any{"faults": faults})
		return
	}
	for _, p := range settingsProblems {
		if errors.Is(err, p.err) {
			problem(w, p.status, p.code, p.say)
			return
		}
	}
	if err != nil {
		a.Log.Error("settings cannot be read or written", "error", err)
		problem(w, http.StatusServiceUnavailable, "settings_unreadable", "现在读不到或写不了配置文件，请看日志")
		return
	}
	writeJSON(w, http.StatusOK, v)
}
