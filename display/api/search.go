package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"lobby/queue"
)

// foundTicket is one ticket that a search has found.
type foundTicket struct {
	Ticket  string         `json:"ticket"`
	Day     string         `json:"day"`
	Issued  time.Time      `json:"issued"`
	Service string         `json:"service"`
	Item    string         `json:"item,omitempty"`
	State   queue.LegState `json:"state"`
	Windows []string       `json:"windows"` // that called it, in order
	Called  time.Time      `json:"called,omitzero"`
	Level   int            `json:"level,omitempty"` // of its rating
}

// maxFound bounds one answer; more is said so.
const maxFound = 200

// search finds tickets of a day by number, window, item, or the time at which
// they were at a window.
func (a *API) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	day := cmp.Or(q.Get("day"), a.Now().In(a.zone()).Format(time.DateOnly))
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		problem(w, http.StatusBadRequest, "bad_date", "日期应写成 2006-01-02")
		return
	}
	records, err := a.Tickets.Day(day)
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "trail_unreadable", "记录暂时不能读取，请稍后再试")
		return
	}
	want := wanted{
		number: strings.ToUpper(strings.TrimSpace(q.Get("number"))), window: strings.TrimSpace(q.Get("window")), item: strings.TrimSpace(q.Get("item")),
		from: clockOf(q.Get("from"), "00:00"), to: clockOf(q.Get("to"), "24:00"), zone: a.zone(),
	}
	found := []foundTicket{}
	for _, rs := range byTicket(records) {
		if t := summary(day, rs); want.matches(t, rs) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(x, y foundTicket) int { return y.Issued.Compare(x.Issued) })
	more := max(0, len(found)-maxFound)
	writeJSON(w, http.StatusOK, map[string]any{"day": day, "tickets": found[:len(found)-more], "more": more, "timezone": a.Description.Hall.Timezone})
}

// byTicket parts a day's records by ticket, in the order of their issue.
func byTicket(records []queue.Record) [][]queue.Record {
	var parts [][]queue.Record
	at := map[string]int{}
	for _, r := range records {
		about, ok := r.Event.(queue.Subject)
		if !ok {
			continue
		}
		number := about.TicketNumber()
		if _, issued := r.Event.(queue.TicketIssued); issued {
			at[number] = len(parts)
			parts = append(parts, nil)
		}
		if n, ok := at[number]; ok {
			parts[n] = append(parts[n], r)
		}
	}
	return parts
}

// summary is what a list shows of a ticket.
func summary(day string, records []queue.Record) foundTicket {
	issued, _ := records[0].Event.(queue.TicketIssued)
	t := foundTicket{Ticket: issued.TicketNumber(), Day: day, Issued: records[0].At, Item: issued.Item, Windows: []string{}}
	for _, r := range records {
		switch e := r.Event.(type) {
		case queue.TicketCalled:
			t.Called = r.At
			if !slices.Contains(t.Windows, e.Window) {
				t.Windows = append(t.Windows, e.Window)
			}
		case queue.RatingGiven:
			t.Level = e.Level
		}
	}
	leg := queue.Fold(records).Leg()
	t.Service, t.State = leg.Service, leg.State
	return t
}

// wanted is what somebody looks for.
type wanted struct {
	number, window, item string
	from, to             queue.Clock
	zone                 *time.Location
}

// clockOf reads a time of day, or takes another where there is none.
func clockOf(text, otherwise string) queue.Clock {
	c, err := queue.ParseClock(text)
	if err != nil {
		c, _ = queue.ParseClock(otherwise)
	}
	return c
}

func (w wanted) matches(t foundTicket, records []queue.Record) bool {
	first, last := records[0].At.In(w.zone), records[len(records)-1].At.In(w.zone)
	return strings.Contains(t.Ticket, w.number) &&
		(w.window == "" || slices.Contains(t.Windows, w.window)) &&
		(w.item == "" || strings.Contains(t.Item, w.item) || t.Service == w.item) &&
		!first.After(w.to.On(first)) && !last.Before(w.from.On(last))
}
