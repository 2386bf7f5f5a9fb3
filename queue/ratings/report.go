package ratings

import (
	"maps"
	"math"
	"slices"
)

// Report is the ratings of a hall, of each window and of each member of staff.
type Report struct {
	Hall      Row        `json:"hall"`
	Windows   []Row      `json:"windows"` // by id
	Staff     []Row      `json:"staff"`   // by badge
	Refused   int        `json:"refused"` // presses that belong to no service
	Followups Followups  `json:"followups"`
	Questions []Question `json:"questions"`
}

// Row is what was said of some services. Votes are what citizens gave;
// defaulted ones are no votes, and excluded ones no longer count.
type Row struct {
	ID        string         `json:"id"`
	Served    int            `json:"served"`
	Invited   Share          `json:"invited"` // who were asked, of the served
	Rated     Share          `json:"rated"`   // who voted, of the served
	Votes     int            `json:"votes"`
	Levels    map[int]int    `json:"levels"` // votes by level, 5 to 1
	Channels  map[string]int `json:"channels"`
	Marked    int            `json:"marked"` // votes of keypads with fewer than five keys
	Satisfied Share          `json:"satisfied"`
	Defaulted int            `json:"defaulted"`
	Excluded  int            `json:"excluded"`
	Late      int            `json:"late"`
	Duplicate int            `json:"duplicate"`
}

// Share is so many of so many, and the interval that holds the true share with
// probability 0.95 (Wilson, 1927). Of none the interval is everything.
type Share struct {
	N    int     `json:"n"`
	Of   int     `json:"of"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// z95 is the standard normal quantile of 0.975.
const z95 = 1.959963984540054

func newShare(n, of int) Share {
	if of == 0 {
		return Share{High: 1}
	}
	p, m := float64(n)/float64(of), float64(of)
	middle := (p + z95*z95/(2*m)) / (1 + z95*z95/m)
	half := z95 / (1 + z95*z95/m) * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	return Share{N: n, Of: of, Low: max(0, middle-half), High: min(1, middle+half)}
}

// Report works everything out.
func (t *Tally) Report() Report {
	services := t.within()
	r := Report{Hall: newRow("", services), Refused: t.refused, Followups: t.followedUp(), Questions: []Question{}}
	r.Windows, r.Staff = rows(services, ways[ByWindow]), rows(services, ways[ByStaff])
	windows := by(services, ways[ByWindow])
	for _, id := range slices.Sorted(maps.Keys(windows)) {
		r.Questions = append(r.Questions, questions(id, windows[id], services)...)
	}
	return r
}

// rows makes a row of each key, in their order.
func rows(services []*service, of func(*service) string) []Row {
	list := []Row{}
	groups := by(services, of)
	delete(groups, "")
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		list = append(list, newRow(id, groups[id]))
	}
	return list
}

func by(services []*service, of func(*service) string) map[string][]*service {
	groups := map[string][]*service{}
	for _, s := range services {
		groups[of(s)] = append(groups[of(s)], s)
	}
	return groups
}

func newRow(id string, services []*service) Row {
	r := Row{ID: id, Served: len(services), Levels: map[int]int{}, Channels: map[string]int{}}
	good, invited := 0, 0
	for _, s := range services {
		r.Late += s.late
		r.Duplicate += s.duplicate
		if s.invited {
			invited++
		}
		switch {
		case s.defaulted:
			r.Defaulted++
		case s.excluded:
			r.Excluded++
		case s.level > 0:
			r.Votes++
			r.Levels[s.level]++
			r.Channels[s.channel]++
			if s.scale > 0 {
				r.Marked++
			}
			if s.level >= 3 {
				good++
			}
		}
	}
	r.Satisfied, r.Invited, r.Rated = newShare(good, r.Votes), newShare(invited, r.Served), newShare(r.Votes, r.Served)
	return r
}
