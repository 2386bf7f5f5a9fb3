package queue

import (
	"cmp"
	"slices"
	"time"
)

// View is a copy of what the public parts of Lobby need to know of the state
// at one sequence number. Whoever receives it may keep it.
type View struct {
	Seq      uint64
	At       time.Time
	Day      string
	Open     bool
	Frozen   *FrozenView // nil while the hall goes on
	Services []ServiceView
	Windows  []WindowView
	Waiting  []WaitingView
	Journeys []JourneyView // under way
	Calls    []CallView
	Devices  []DeviceView
	Alerts   []AlertView
	Figures  Figures

	Config     ConfigView
	Checkpoint CheckpointSigned // the newest; zero before the first

	Shutters map[string]Shutter // of cameras that are closed, by camera
}

// FrozenView says since when and why all clocks of the hall stand.
type FrozenView struct {
	Since  time.Time `json:"since"`
	Reason string    `json:"reason"`
}

// ServiceView is one service with its queue.
type ServiceView struct {
	ID       string   `json:"id"`
	Waiting  int      `json:"waiting"`
	Open     bool     `json:"open"`              // at least one window serves it now
	Stalled  bool     `json:"stalled,omitempty"` // somebody waits and no window serves it now
	Forecast Forecast `json:"forecast"`
}

// WindowView is one window with what it is doing.
type WindowView struct {
	ID       string      `json:"id"`
	State    WindowMode  `json:"state"`
	Ticket   string      `json:"ticket"`
	Service  string      `json:"service,omitempty"`
	Class    string      `json:"class,omitempty"`
	Staff    string      `json:"staff,omitempty"`
	Reason   string      `json:"reason,omitempty"`
	Since    time.Time   `json:"since"`
	Called   time.Time   `json:"called_at,omitzero"`
	Started  time.Time   `json:"started_at,omitzero"`
	Recalls  int         `json:"recalls"`
	Done     int         `json:"done"`
	Ratings  map[int]int `json:"ratings"`
	Services []string    `json:"services"`
}

// WaitingView is one ticket that is neither at a window nor over.
type WaitingView struct {
	Ticket      string    `json:"ticket"`
	Service     string    `json:"service"`
	Class       string    `json:"class"`
	At          time.Time `json:"at"` // seniority
	State       LegState  `json:"state"`
	Window      string    `json:"window,omitempty"` // of a held ticket
	Unconfirmed bool      `json:"unconfirmed"`      // nobody knows whether its slip came out
	Step        string    `json:"step,omitempty"`   // of a chain
	Missed      int       `json:"missed,omitempty"` // calls the citizen did not come to
	Slot        time.Time `json:"slot,omitzero"`    // of the appointment
	Until       time.Time `json:"until,omitzero"`   // when a held ticket returns by itself
}

// CallView is one recent call.
type CallView struct {
	Ticket  string    `json:"ticket"`
	Window  string    `json:"window"`
	Service string    `json:"service"`
	At      time.Time `json:"at"`
	Recalls int       `json:"recalls"`
}

// Figures are the day's sums.
type Figures struct {
	Issued    int           `json:"issued"`
	Calls     int           `json:"calls"`
	Served    int           `json:"served"`
	NoShow    int           `json:"no_show"`
	Voided    int           `json:"voided"`
	Cancelled int           `json:"cancelled"`
	Expired   int           `json:"expired"`
	Waiting   int           `json:"waiting"`
	Serving   int           `json:"serving"`
	Average   float64       `json:"average_wait"` // seconds from seniority to call
	Ratings   map[int]int   `json:"ratings"`
	waited    time.Duration // sum of waits until the call
}

// Satisfaction is the share of ratings of 3 and above; false without ratings.
func (f Figures) Satisfaction() (float64, bool) {
	all, good := 0, 0
	for level, n := range f.Ratings {
		all += n
		if level >= 3 {
			good += n
		}
	}
	if all == 0 {
		return 0, false
	}
	return float64(good) / float64(all), true
}

// View copies the state for the pages and the feed.
func (s *State) View() View {
	v := View{Seq: s.seq, At: s.at, Day: s.day, Open: s.open, Figures: s.figures, Calls: append([]CallView{}, s.calls...), Checkpoint: s.checkpoint, Shutters: s.Shutters()}
	if !s.frozen.IsZero() {
		v.Frozen = &FrozenView{Since: s.frozen, Reason: s.frozenWhy}
	}
	v.Figures.Ratings = copyCounts(s.figures.Ratings)
	if s.figures.Calls > 0 {
		v.Figures.Average = s.figures.waited.Seconds() / float64(s.figures.Calls)
	}
	for _, w := range s.config.Windows {
		wv := s.windowView(w)
		if wv.State == WindowModeServing {
			v.Figures.Serving++
		}
		v.Windows = append(v.Windows, wv)
	}
	for _, svc := range s.config.Services {
		sv := ServiceView{ID: svc.ID, Waiting: s.counts[svc.ID]}
		sv.Forecast, _ = s.forecast(&Leg{Service: svc.ID, Seniority: s.at, Order: s.seq + 1, Class: s.firstClass()}, s.at)
		sv.Open = s.open && sv.Forecast.Windows > 0
		sv.Stalled = s.open && sv.Waiting > 0 && sv.Forecast.Windows == 0
		v.Figures.Waiting += sv.Waiting
		v.Services = append(v.Services, sv)
	}
	v.Waiting = s.waitingViews()
	v.Config = s.configView()
	v.Journeys = s.journeyViews()
	for _, d := range s.devices {
		v.Devices = append(v.Devices, *d)
	}
	slices.SortFunc(v.Devices, func(a, b DeviceView) int { return cmp.Compare(a.ID, b.ID) })
	for _, a := range s.alerts {
		v.Alerts = append(v.Alerts, a.spoken())
	}
	slices.SortFunc(v.Alerts, func(a, b AlertView) int { return cmp.Or(b.Raised.Compare(a.Raised), cmp.Compare(a.ID, b.ID)) })
	return v
}

func (s *State) windowView(w Window) WindowView {
	st := s.windows[w.ID]
	v := WindowView{
		ID: w.ID, State: st.mode(), Staff: st.staff, Reason: st.reason, Since: st.since,
		Done: st.done, Ratings: copyCounts(st.ratings), Services: w.Services,
	}
	if l := st.leg; l != nil {
		v.Ticket, v.Service, v.Class, v.Called, v.Started, v.Recalls = l.Ticket, l.Service, l.Class, l.Called, l.Started, l.Recalls
	}
	return v
}

// waitingViews lists who waits, is held or absent, by seniority.
func (s *State) waitingViews() []WaitingView {
	vs := []WaitingView{}
	for _, l := range s.liveLegs() {
		switch l.State {
		case LegReserved, LegWaiting, LegHeld, LegNoShow:
			vs = append(vs, s.waitingView(s.tickets[l.Ticket], l))
		}
	}
	slices.SortStableFunc(vs, func(a, b WaitingView) int { return a.At.Compare(b.At) })
	return vs
}

func (s *State) waitingView(t *Ticket, l *Leg) WaitingView {
	v := WaitingView{
		Ticket: t.Number, Service: l.Service, Class: l.Class, At: l.Seniority, State: l.State, Window: l.Window,
		Unconfirmed: t.Print == PrintUnconfirmed, Step: l.Step, Missed: l.Missed, Slot: l.Slot, Until: l.Back,
	}
	if v.State == LegWaiting && s.visits[s.visitOf(l)].isBusy() {
		v.State = LegBlocked
	}
	return v
}

// liveLegs lists the legs that are not over, by the age of their tickets.
func (s *State) liveLegs() (ls []*Leg) {
	live := func(l *Leg) bool { return !l.over() }
	for _, t := range s.inOrder(func(t *Ticket) bool { return slices.ContainsFunc(t.Legs, live) }) {
		for _, l := range t.Legs {
			if live(l) {
				ls = append(ls, l)
			}
		}
	}
	return ls
}

// byNumber lists the day's tickets in a fixed order.
func (s *State) byNumber() []*Ticket { return s.inOrder(func(*Ticket) bool { return true }) }

// inOrder lists those of the day's tickets that are wanted, by their age.
func (s *State) inOrder(wanted func(*Ticket) bool) (ts []*Ticket) {
	for _, t := range s.tickets {
		if wanted(t) {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, func(a, b *Ticket) int { return cmp.Compare(a.Legs[0].Order, b.Legs[0].Order) })
	return ts
}

func (s *State) firstClass() string {
	if len(s.config.Classes) == 0 {
		return ""
	}
	return s.config.Classes[0].ID
}

func serves(w Window, service string) bool { return slices.Contains(w.Services, service) }

func copyCounts(m map[int]int) map[int]int {
	c := make(map[int]int, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}
