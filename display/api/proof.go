package api

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"lobby/queue"
)

// Evidence is what strangers check the hall by.
type Evidence interface {
	// Proof writes the records of one ticket, under the signed root of the
	// trail, as a file that can be verified without us.
	Proof(w io.Writer, day, number string) error
	// Keys are the public keys of the hall, one a line, the present one last.
	Keys() string
}

// mountEvidence adds what citizens keep.
func (a *API) mountEvidence(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/t/{token}/proof", a.proof)
	mux.HandleFunc("GET /api/v1/trail/key", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, a.Evidence.Keys()) // the client may be gone
	})
}

// proof is a citizen's own ticket as a file to keep. Only who has the token
// gets it, because what is personal is in it.
func (a *API) proof(w http.ResponseWriter, r *http.Request) {
	var t queue.Ticket
	found := false
	err := a.Hall.Read(r.Context(), func(s *queue.State) { t, found = s.TicketByToken(r.PathValue("token")) })
	if err != nil || !found {
		problem(w, http.StatusNotFound, queue.CodeNoTicket, "没有这张小票，或者已经过了当天")
		return
	}
	var file bytes.Buffer
	if err := a.Evidence.Proof(&file, t.Day, t.Number); err != nil {
		a.Log.Error("a ticket's proof", "ticket", t.Number, "err", err)
		problem(w, http.StatusServiceUnavailable, "trail_unreadable", "记录暂时不能读取，请稍后再试")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", a.Description.Hall.ID+"-"+t.Day+"-"+t.Number+".trail"))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(file.Bytes()) // the client may be gone
}
