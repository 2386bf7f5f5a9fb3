package forecast

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Report is how the promises of a trail have done. Rivals are judged on the
// very same waits.
type Report struct {
	Promises  int               `json:"promises"`  // judged
	Censored  int               `json:"censored"`  // promised, but never called: cancelled, expired, void
	Shadow    int               `json:"shadow"`    // of the judged ones, those that nobody was told
	Told      *Told             `json:"told"`      // what was said, rounded; null where nothing was
	Proven    bool              `json:"proven"`    // better than every rival lately
	Baselines map[string]Method `json:"baselines"` // QL, LES, HOL
	Method
}

// Method is one way of forecasting.
type Method struct {
	Coverage80   float64   `json:"coverage80"` // share of waits inside the interval
	Before90     float64   `json:"before90"`   // share of waits below its upper end
	WidthMinutes float64   `json:"width_minutes"`
	LossMinutes  float64   `json:"loss_minutes"` // mean pinball loss of the three quantiles
	Below        []float64 `json:"below"`        // share of waits below the quantiles 0.1, 0.5 and 0.9
	Groups       []Group   `json:"groups"`
}

// Group is the coverage of promises that are alike.
type Group struct {
	Name       string  `json:"name"`
	N          int     `json:"n"`
	Coverage80 float64 `json:"coverage80"`
}

// Told is how the spoken, rounded words have done.
type Told struct {
	N        int     `json:"n"`
	Coverage float64 `json:"coverage"` // share of waits inside the rounded interval
	Before   float64 `json:"before"`   // share of calls before the clock time that was named
}

// Report judges everything observed so far.
func (f *Forecaster) Report() Report {
	b := &f.board
	r := Report{
		Promises: int(b.own.n), Censored: b.censored, Shadow: b.shadow, Proven: b.proven(),
		Method: b.own.method(), Baselines: map[string]Method{},
	}
	if b.told.n > 0 {
		r.Told = &Told{int(b.told.n), b.told.covered / b.told.n, b.told.before / b.told.n}
	}
	for i, name := range rivals {
		r.Baselines[name] = b.rivals[i].method()
	}
	return r
}

func (t *tally) method() Method {
	m := Method{Groups: []Group{}, Below: []float64{}}
	if t.n == 0 {
		return m
	}
	m.Coverage80, m.Before90, m.WidthMinutes = t.covered/t.n, t.below[2]/t.n, t.width/t.n/60
	for i, l := range t.loss {
		m.Below = append(m.Below, t.below[i]/t.n)
		m.LossMinutes += l / t.n / 60 / float64(len(t.loss))
	}
	for name, c := range t.groups {
		m.Groups = append(m.Groups, Group{name, int(c.n), c.covered / c.n})
	}
	slices.SortFunc(m.Groups, func(a, b Group) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	return m
}

// Text is the report as a table for people.
func (r Report) Text() string {
	var t strings.Builder
	fmt.Fprintf(&t, "%d promises judged, %d in shadow, %d never called\n", r.Promises, r.Shadow, r.Censored)
	fmt.Fprintf(&t, "%-10s %9s %9s %11s %10s\n", "", "80 % int.", "below 90", "width min", "loss min")
	line := func(name string, m Method) {
		fmt.Fprintf(&t, "%-10s %8.1f%% %8.1f%% %11.1f %10.3f\n", name, 100*m.Coverage80, 100*m.Before90, m.WidthMinutes, m.LossMinutes)
	}
	line("lobby", r.Method)
	for _, name := range slices.Sorted(maps.Keys(r.Baselines)) {
		line(name, r.Baselines[name])
	}
	if r.Told != nil {
		fmt.Fprintf(&t, "as told, rounded to 5 min: %d, inside %.1f%%, before the time named %.1f%%\n", r.Told.N, 100*r.Told.Coverage, 100*r.Told.Before)
	}
	for _, g := range r.Groups {
		fmt.Fprintf(&t, "  %-40s %6d %6.1f%%\n", g.Name, g.N, 100*g.Coverage80)
	}
	return t.String()
}
