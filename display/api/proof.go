package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"lobby/display/access"
	"lobby/queue"
	"lobby/queue/hall"
)

// ErrNoRecords says that there are no records of that day or ticket.
var ErrNoRecords = errors.New("no such records")

// Evidence is what strangers check the hall by.
type Evidence interface {
	// Proof writes the records of one ticket, under the signed root of the
	// trail, as a file that can be verified without us.
	Proof(w io.Writer, day, number string) error
	// PublicProof is the same without what is personal.
	PublicProof(w io.Writer, day, number string) error
	// Export writes the whole trail, a day or a ticket of it, with what is
	// personal. It is for those who have said why. What is not there is
	// ErrNoRecords.
	Export(w io.Writer, day, number string) error
	// Keys are the public keys of the hall, one a line, the present one last.
	Keys() string
	// Access are the records of a day about who signed in and who did not.
	Access(day string) ([]queue.Record, error)
	// Rotate has the present key hand over to a new one.
	Rotate(ctx context.Context) error
}

// mountEvidence adds what citizens keep.
func (a *API) mountEvidence(mux *routes) {
	mux.HandleFunc("GET /api/v1/t/{token}/proof", a.proof)
	mux.HandleFunc("GET /api/v1/tickets/{day}/{number}/proof", a.publicProof)
	mux.HandleFunc("GET /api/v1/trail/access", a.access)
	mux.HandleFunc("POST /api/v1/trail/export", a.export)
	mux.HandleFunc("GET /api/v1/trail/key", a.trailKeys)
	mux.HandleFunc("POST /api/v1/trail/key", a.rotateKey)
}

// access lists who signed in and who did not on a day, the newest first.
func (a *API) access(w http.ResponseWriter, r *http.Request) {
	day := cmp.Or(r.URL.Query().Get("day"), a.Now().In(a.zone()).Format(time.DateOnly))
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		problem(w, http.StatusBadRequest, "bad_date", "日期应写成 2006-01-02")
		return
	}
	records, err := a.Evidence.Access(day)
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "trail_unreadable", "记录暂时不能读取，请稍后再试")
		return
	}
	type noted struct {
		Seq uint64    `json:"seq"`
		At  time.Time `json:"at"`
		queue.AccessNoted
	}
	list := []noted{}
	for _, r := range slices.Backward(records) {
		if e, ok := r.Event.(queue.AccessNoted); ok {
			list = append(list, noted{r.Seq, r.At, e})
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"day": day, "access": list, "timezone": a.Description.Hall.Timezone})
}

// export hands out what is personal, once it is recorded who takes it and why.
func (a *API) export(w http.ResponseWriter, r *http.Request) {
	var said struct{ By, Reason, Day, Ticket string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&said); err != nil {
		problem(w, http.StatusBadRequest, "bad_request", "请求不是有效的 JSON")
		return
	}
	if i, signed := access.From(r.Context()); signed {
		said.By = i.Person // whoever else they name
	}
	if _, err := time.Parse(time.DateOnly, said.Day); err != nil && (said.Day != "" || said.Ticket != "") {
		problem(w, http.StatusBadRequest, "bad_date", "日期应写成 2006-01-02")
		return
	}
	answer, err := a.Hall.Do(r.Context(), hall.Request{Actor: "lobby", Command: queue.NoteExport{By: said.By, Reason: said.Reason, Day: said.Day, Ticket: said.Ticket}})
	switch {
	case err != nil:
		problem(w, http.StatusServiceUnavailable, "trail_unwritable", "没有带出任何内容：无法记录是谁、为什么，请稍后再试")
	case answer.Refusal != nil:
		problem(w, http.StatusBadRequest, answer.Refusal.Code, answer.Refusal.Say)
	default:
		a.sendExport(w, said.Day, said.Ticket)
	}
}

// sendExport breaks the answer off where the file cannot be finished, so that
// half a file is not taken for a whole one.
func (a *API) sendExport(w http.ResponseWriter, day, number string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	err := a.Evidence.Export(impatient{http.NewResponseController(w), w}, day, number)
	switch {
	case errors.Is(err, ErrNoRecords):
		problem(w, http.StatusNotFound, "no_records", "没有这一天或这个号码的记录")
	case err != nil:
		a.Log.Error("an export of the trail is not finished", "err", err)
		panic(http.ErrAbortHandler)
	}
}

// exportPatience is how long a client may take nothing of an export: as long as
// it goes on, the trail's files cannot be tidied up.
const exportPatience = 30 * time.Second

// impatient ends an answer that nobody takes.
type impatient struct {
	*http.ResponseController
	w io.Writer
}

// Write implements io.Writer.
func (i impatient) Write(p []byte) (int, error) {
	_ = i.SetWriteDeadline(time.Now().Add(exportPatience)) // where there is none the client is waited for
	return i.w.Write(p)
}

func (a *API) trailKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, a.Evidence.Keys()) // the client may be gone
}

// rotateKey goes on when the client is gone: half a change of keys is none.
func (a *API) rotateKey(w http.ResponseWriter, r *http.Request) {
	if err := a.Evidence.Rotate(context.WithoutCancel(r.Context())); err != nil {
		a.Log.Error("the trail's key does not change", "err", err)
		problem(w, http.StatusServiceUnavailable, "trail_unwritable", "密钥没有更换，请稍后再试")
		return
	}
	a.trailKeys(w, r)
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
	a.sendProof(w, a.Evidence.Proof, t.Day, t.Number)
}

// publicProof is what staff hand on as evidence of a ticket's course.
func (a *API) publicProof(w http.ResponseWriter, r *http.Request) {
	day, number := r.PathValue("day"), r.PathValue("number")
	if records, err := a.Tickets.Ticket(day, number); err == nil && len(records) == 0 {
		problem(w, http.StatusNotFound, queue.CodeNoTicket, day+" 没有号码 "+number)
		return
	}
	a.sendProof(w, a.Evidence.PublicProof, day, number)
}

func (a *API) sendProof(w http.ResponseWriter, proof func(w io.Writer, day, number string) error, day, number string) {
	var file bytes.Buffer
	if err := proof(&file, day, number); err != nil {
		a.Log.Error("a ticket's proof", "ticket", number, "err", err)
		problem(w, http.StatusServiceUnavailable, "trail_unreadable", "记录暂时不能读取，请稍后再试")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", a.Description.Hall.ID+"-"+day+"-"+number+".trail"))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(file.Bytes()) // the client may be gone
}
