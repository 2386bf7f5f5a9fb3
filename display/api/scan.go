package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"lobby/display/access"
	"lobby/queue"
)

// Scan is what came of what somebody held before a scanner or a card reader of
// a kiosk. Neither the code nor anything of a card is in it.
type Scan struct {
	N       uint64          `json:"n"`                 // counts at each kiosk
	Ticket  string          `json:"ticket,omitempty"`  // whose progress was asked for
	Taken   json.RawMessage `json:"taken,omitempty"`   // the number of an appointment that has just arrived
	Card    bool            `json:"card,omitempty"`    // a card was read; the next number is its holder's
	Problem string          `json:"problem,omitempty"` // what was wrong with the code or card
	Refusal *queue.Refusal  `json:"refusal,omitempty"`
}

// Scans gives what happened at a kiosk's scanner.
type Scans interface {
	// Scan returns the newest scan after one, as soon as there is one; without
	// wait, the newest. It fails for a kiosk without a scanner and when the
	// context ends.
	Scan(ctx context.Context, kiosk string, after uint64, wait bool) (s Scan, known bool, err error)
}

// scanPatience is how long a page waits for a scan in one request.
const scanPatience = 20 * time.Second

// scan tells a kiosk's page what was held before its scanner.
func (a *API) scan(w http.ResponseWriter, r *http.Request) {
	kiosk := r.PathValue("kiosk")
	if i, signed := access.From(r.Context()); signed && i.Role == access.Kiosk && i.Device != "kiosk:"+kiosk {
		problem(w, http.StatusForbidden, access.CodeOtherPerson, "这是别的取号机的扫码")
		return
	}
	q := r.URL.Query()
	after, err := strconv.ParseUint(q.Get("after"), 10, 64)
	if q.Has("after") && err != nil {
		problem(w, http.StatusBadRequest, "bad_request", "after 应为上一次的 n")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), scanPatience)
	defer cancel()
	known := false
	var s Scan
	if a.Scans != nil {
		s, known, err = a.Scans.Scan(ctx, kiosk, after, q.Has("after"))
	}
	switch {
	case !known:
		problem(w, http.StatusNotFound, "unknown_scanner", "取号机 "+kiosk+" 没有扫码器")
	case err != nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		if len(s.Taken) > 0 {
			s.Taken = a.commander.withPrint(r.Context(), queue.Answer{Result: s.Taken}).Result
		}
		s.Refusal = s.Refusal.In(q.Get("lang"))
		writeJSON(w, http.StatusOK, s)
	}
}
