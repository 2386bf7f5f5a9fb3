package api

import (
	"net/http"
	"slices"
	"time"

	"lobby/display"
	"lobby/queue"
)

// eventView is one record of a ticket.
type eventView struct {
	Seq   uint64      `json:"seq"`
	At    time.Time   `json:"at"`
	Actor string      `json:"actor"`
	Event string      `json:"event"`
	Data  queue.Event `json:"data"`
}

// ticketView is one ticket with its whole story.
type ticketView struct {
	Ticket    string                `json:"ticket"`
	Day       string                `json:"day"`
	State     queue.LegState        `json:"state,omitempty"`
	Print     queue.Print           `json:"print"`
	Item      string                `json:"item,omitempty"`
	Kiosk     string                `json:"kiosk,omitempty"`
	Issued    time.Time             `json:"issued"`
	Legs      []*queue.Leg          `json:"legs"`
	Journey   *queue.Journey        `json:"journey,omitempty"` // the steps, of a number taken for a chain
	Events    []eventView           `json:"events"`
	Forecasts []queue.ForecastGiven `json:"forecasts"`
	Clips     []ClipView            `json:"clips"` // footage of its stays at windows
	Looks     []queue.Look          `json:"looks"` // who looked at it lately, and why
	Timezone  string                `json:"timezone"`
}

func (a *API) ticket(w http.ResponseWriter, r *http.Request) {
	day, number := r.PathValue("day"), r.PathValue("number")
	records, err := a.Tickets.Ticket(day, number)
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "trail_unreadable", "记录暂时不能读取，请稍后再试")
		return
	}
	if len(records) == 0 || records[0].Event.Name() != (queue.TicketIssued{}).Name() {
		problem(w, http.StatusNotFound, queue.CodeNoTicket, day+" 没有号码 "+number)
		return
	}
	v := story(day, number, records)
	v.Clips, v.Timezone = a.clips(records), a.Description.Hall.Timezone
	err = a.Hall.Read(r.Context(), func(s *queue.State) {
		v.Looks = append(v.Looks, slices.DeleteFunc(s.Looks(), func(l queue.Look) bool { return l.Day != day || l.Ticket != number })...)
	})
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "stopping", "系统正在停止，请稍后再试")
		return
	}
	writeJSON(w, http.StatusOK, v)
}

// story folds a ticket's own records again. Other tickets, windows and rules
// are not in them, so the fold is of this ticket alone.
func story(day, number string, records []queue.Record) ticketView {
	v := ticketView{Ticket: number, Day: day, Events: []eventView{}, Forecasts: []queue.ForecastGiven{}, Clips: []ClipView{}, Looks: []queue.Look{}}
	for _, r := range records {
		if issued, ok := r.Event.(queue.TicketIssued); ok {
			issued.Token, issued.Person, issued.Booking = "", "", "" // the citizen's alone
			v.Item, v.Kiosk, v.Issued = issued.Item, issued.Kiosk, r.At
			r.Event = issued
		}
		if f, ok := r.Event.(queue.ForecastGiven); ok {
			v.Forecasts = append(v.Forecasts, f)
		}
		v.Events = append(v.Events, eventView{r.Seq, r.At, r.Actor, r.Event.Name(), r.Event})
	}
	t := queue.Fold(records)
	v.Legs, v.Journey, v.Print, v.State = t.Legs, t.Journey, t.Print, t.Leg().State
	return v
}

// phoneView is what a citizen sees of the own ticket.
type phoneView struct {
	Ticket   string         `json:"ticket"`
	Day      string         `json:"day"`
	Service  string         `json:"service_name"`
	Services display.Names  `json:"service_names,omitempty"` // in further languages
	State    queue.LegState `json:"state"`
	Ahead    int            `json:"ahead"`
	Forecast queue.Forecast `json:"forecast"`
	Window   string         `json:"window,omitempty"`
	Rating   *ratingView    `json:"rating,omitempty"` // once a service has ended
	Timezone string         `json:"timezone"`         // of the hall, in which its clocks are told

	display.Place

	Journey      *queue.JourneyView `json:"journey,omitempty"` // of a number taken for a chain
	JourneyNames *display.FlowNames `json:"journey_names,omitempty"`
}

func (a *API) byToken(w http.ResponseWriter, r *http.Request) {
	var v phoneView
	found := false
	err := a.Hall.Read(r.Context(), func(s *queue.State) { v, found = phone(s, r.PathValue("token")) })
	if err != nil || !found {
		problem(w, http.StatusNotFound, queue.CodeNoTicket, "没有这张小票，或者已经过了可以查询的时间")
		return
	}
	v.Place, v.Timezone = a.Description.Place(v.Service), a.Description.Hall.Timezone
	if slices.Contains([]queue.LegState{queue.LegCalled, queue.LegServing}, v.State) {
		v.Place = display.PlaceOfWindow(v.Window)
	}
	if v.Journey != nil {
		v.JourneyNames = a.Description.FlowNames(v.Journey.Chain)
	}
	service := a.Description.Service(v.Service)
	v.Service, v.Services = service.Name, service.Names
	writeJSON(w, http.StatusOK, v)
}

// phone is what the holder of a token may see. After its day only the rating
// is left.
func phone(s *queue.State, token string) (v phoneView, found bool) {
	b, served := s.BallotByToken(token)
	if served {
		v = phoneView{Ticket: b.Ticket, Day: b.Day, State: queue.LegDone, Service: b.Service}
	}
	if t, ok := s.TicketByToken(token); ok {
		l := t.Leg()
		f := s.ForecastFor(t)
		v = phoneView{Ticket: t.Number, Day: t.Day, State: l.State, Ahead: f.Ahead, Forecast: f, Window: l.Window, Service: l.Service, Journey: s.Journey(t.Number)}
		found = true
	}
	if served {
		v.Rating = &ratingView{Open: b.Open(), Level: b.Level, Standard: s.StandardOf(b)}
	}
	return v, found || served
}

// ratingView is whether a ticket's newest service can be rated, and how it was.
type ratingView struct {
	Open     bool           `json:"open"`
	Level    int            `json:"level,omitempty"`
	Standard queue.Standard `json:"standard"` // that it is rated by
}

// followups is the work-list of bad ratings. It is for supervisors, so it is
// not on the feed, which every window hears.
func (a *API) followups(w http.ResponseWriter, r *http.Request) {
	type followup struct {
		queue.Followup
		Late bool `json:"late"`
	}
	list := []followup{}
	today := a.Now().In(a.zone()).Format(time.DateOnly)
	err := a.Hall.Read(r.Context(), func(s *queue.State) {
		for _, f := range s.Followups() {
			list = append(list, followup{f, f.Late(today)})
		}
	})
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "stopping", "系统正在停止，请稍后再试")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"followups": list, "timezone": a.Description.Hall.Timezone})
}

// zone is the hall's time zone.
func (a *API) zone() *time.Location {
	zone, err := time.LoadLocation(a.Description.Hall.Timezone)
	if err != nil {
		return time.UTC // checked with the hall file
	}
	return zone
}
