package api

import (
	"net/http"
	"strings"

	"lobby/queue"
)

// rateView is what a kiosk needs to ask for a rating. How somebody rated is not
// in it: a number is not secret.
type rateView struct {
	Ticket   string         `json:"ticket"`
	Service  string         `json:"service_name"`
	Open     bool           `json:"open"`     // whether a rating would still count
	Standard queue.Standard `json:"standard"` // that it is rated by
}

// rating tells whether the newest service of a ticket of the day, or of the
// token on a slip of any day, can be rated.
func (a *API) rating(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("ticket")
	var v rateView
	err := a.Hall.Read(r.Context(), func(s *queue.State) {
		b, ok := s.BallotByToken(name)
		if t, found := s.Ticket(strings.ToUpper(name)); !ok && found {
			b, ok = s.BallotByToken(t.Token)
		}
		if ok {
			v = rateView{Ticket: b.Ticket, Service: a.Description.Service(b.Service).Name, Open: b.Open(), Standard: s.StandardOf(b)}
		}
	})
	if err != nil || v.Ticket == "" {
		problem(w, http.StatusNotFound, "not_served", "没有可以评价的服务："+name)
		return
	}
	writeJSON(w, http.StatusOK, v)
}
