package queue

import (
	"cmp"
	"slices"
	"time"
)

// Why explains a call: which rule chose the ticket, and what the next ones
// had.
type Why struct {
	Rule      string   `json:"rule"`                // the order of the hall's rules, or "chosen" for a call by staff
	Tier      string   `json:"tier"`                // directed, front, guard, due, pool, early, chosen
	Credit    float64  `json:"credit"`              // of the ticket called, in seconds
	RunnersUp []Credit `json:"runners_up"`          // at most two, best first
	Preferred bool     `json:"preferred,omitempty"` // its service is preferred at the window
	Turn      int      `json:"turn,omitempty"`      // the window's place in the ratio afterwards
	Reason    string   `json:"reason,omitempty"`    // given by staff for a chosen ticket
	Allowed   string   `json:"allowed,omitempty"`   // the manager who allowed a chosen ticket
}

// Credit is what one waiting ticket had earned.
type Credit struct {
	Ticket string  `json:"ticket"`
	Tier   string  `json:"tier"`
	Credit float64 `json:"credit"`
}

// The tiers of selection, strongest first.
const (
	tierDirected = "directed" // legs meant for this very window or its staff
	tierFront    = "front"    // legs that had their turn already and came back in time
	tierGuard    = "guard"    // legs that have waited beyond the limit
	tierDue      = "due"      // appointments whose time has come
	tierPool     = "pool"     // everybody else, by the hall's order
	tierEarly    = "early"    // appointments whose time has not come, when nobody else waits
	tierChosen   = "chosen"   // named by staff
)

// tierOrder is the strength of the tiers.
var tierOrder = []string{tierDirected, tierFront, tierGuard, tierDue, tierPool, tierEarly}

// Candidate is a waiting leg with its standing at one window and moment.
type Candidate struct {
	Leg    *Leg
	Tier   string
	Credit float64 // seconds; compared within the pool

	rank      int     // of the tier
	major     float64 // compared in the pool before the credit
	preferred bool
}

// better orders candidates: tier, then in the pool the hall's order, then
// seniority, then age of the leg. It is total, so that a replay chooses the
// same.
func better(a, b Candidate) int {
	if c := cmp.Compare(a.rank, b.rank); c != 0 {
		return c
	}
	if a.Tier == tierPool {
		if c := cmp.Or(cmp.Compare(b.major, a.major), cmp.Compare(b.Credit, a.Credit)); c != 0 {
			return c
		}
	}
	return bySeniority(a.Leg, b.Leg)
}

// Chooser is the hall's rule for who is next, apart from any state: the same
// legs at the same moment are always ordered the same.
type Chooser struct {
	rules    Rules
	services map[string]Service
	classes  map[string]Class
	windows  map[string]Window
}

// Chooser makes the rule of a configuration.
func (c Config) Chooser() Chooser {
	i := c.index()
	return Chooser{rules: c.Rules.WithDefaults(), services: i.services, classes: i.classes, windows: i.windows}
}

// Rank orders legs by who is called first at a window and moment. All must be
// legs that the window may call. Turn is the window's place in the ratio,
// used by that order alone.
func (c Chooser) Rank(window string, turn int, legs []*Leg, at time.Time) []Candidate {
	cycle := c.cycle()
	cs := make([]Candidate, len(legs))
	for i, l := range legs {
		cs[i] = c.candidate(l, at)
		switch c.rules.Order {
		case OrderStrict:
			cs[i].major = c.classes[l.Class].Rate
		case OrderRatio:
			cs[i].major = -float64(distance(cycle, turn, l.Class))
		}
	}
	slices.SortFunc(cs, better)
	c.prefer(c.windows[window], cs)
	return cs
}

func (c Chooser) candidate(l *Leg, at time.Time) Candidate {
	k := Candidate{Leg: l, Tier: c.tier(l, at), Credit: c.credit(l, at)}
	k.rank = slices.Index(tierOrder, k.Tier)
	return k
}

func (c Chooser) tier(l *Leg, at time.Time) string {
	switch {
	case l.Direct != "" || l.ForStaff != "":
		return tierDirected
	case l.Front:
		return tierFront
	case at.Sub(l.Seniority) >= c.maxWait(l.Service):
		return tierGuard
	case l.Slot.IsZero() || l.Late:
		return tierPool
	case at.Before(l.Slot.Add(-time.Duration(c.rules.SlotEarly))):
		return tierEarly
	}
	return tierDue
}

func (c Chooser) maxWait(service string) time.Duration {
	return time.Duration(cmp.Or(c.services[service].MaxWait, c.rules.MaxWait))
}

// credit is what a leg has earned, in seconds: an offset and its rate for
// each second of waiting. Where classes do not count, it is the wait.
func (c Chooser) credit(l *Leg, at time.Time) float64 {
	waited := at.Sub(l.Seniority).Seconds()
	if c.rules.Order != OrderAccumulating {
		return waited
	}
	class := c.classes[l.Class]
	credit := time.Duration(class.Offset).Seconds() + class.Rate*waited
	if l.Late {
		credit += time.Duration(c.rules.LateCredit).Seconds()
	}
	return credit
}

// prefer brings the best of the first preferred group to the front, if it is
// within the margin of the best of all: preference bends the order of the
// pool but cannot break it.
func (c Chooser) prefer(w Window, cs []Candidate) {
	if len(cs) == 0 || cs[0].Tier != tierPool {
		return
	}
	for _, group := range w.Prefer {
		at := slices.IndexFunc(cs, func(k Candidate) bool { return slices.Contains(group, k.Leg.Service) })
		if at < 0 || cs[at].Tier != tierPool || cs[at].major != cs[0].major {
			continue
		}
		if chosen := cs[at]; chosen.Credit >= cs[0].Credit-time.Duration(c.rules.PreferMargin).Seconds() {
			chosen.preferred = at > 0
			copy(cs[1:at+1], cs[:at])
			cs[0] = chosen
			return
		}
	}
}

// cycle is the ratio written out: normal, normal, priority.
func (c Chooser) cycle() (classes []string) {
	if c.rules.Order != OrderRatio {
		return nil
	}
	for _, s := range c.rules.Ratio {
		for range s.Turns {
			classes = append(classes, s.Class)
		}
	}
	return classes
}

// distance is how many turns pass until a class has its own; one that has no
// turns comes behind all that have.
func distance(cycle []string, turn int, class string) int {
	for d := range cycle {
		if cycle[(turn+d)%len(cycle)] == class {
			return d
		}
	}
	return len(cycle)
}

// turnAfter is the window's place in the ratio when a leg of the pool has been
// called; a class that could not take its turn loses it.
func (c Chooser) turnAfter(turn int, k Candidate) int {
	cycle := c.cycle()
	if d := distance(cycle, turn, k.Leg.Class); k.Tier == tierPool && d < len(cycle) {
		return (turn + d + 1) % len(cycle)
	}
	return turn
}

// Choice is who a window would call at a moment.
type Choice struct {
	Leg Leg // a copy
	Why Why
}

// Next tells who the window would call at a moment, if it were asked to;
// false when nobody waits for it. It does not ask whether the window is open
// or busy.
func (s *State) Next(window string, at time.Time) (Choice, bool) {
	w := s.windows[window]
	if w == nil {
		return Choice{}, false
	}
	l, why := s.next(w, at)
	if l == nil {
		return Choice{}, false
	}
	return Choice{Leg: *l.copy(), Why: why}, true
}

// next chooses the leg that the window calls at a moment, and says why; nil
// when nobody waits.
func (s *State) next(w *windowState, at time.Time) (*Leg, Why) {
	cs := s.candidates(w, at, 1+runners)
	if len(cs) == 0 {
		return nil, Why{}
	}
	first := cs[0]
	return first.Leg, Why{
		Rule: s.chooser.rules.Order, Tier: first.Tier, Credit: first.Credit, RunnersUp: runnersUp(cs[1:]),
		Preferred: first.preferred, Turn: s.chooser.turnAfter(w.turn, first),
	}
}

// candidates are the legs that a window may call at a moment, best first. At
// most n of each line are looked at: within a line nobody beats whoever stands
// before, so the best n of all are among them.
func (s *State) candidates(w *windowState, at time.Time, n int) []Candidate {
	var legs []*Leg
	keys := s.callable(w)
	for _, key := range keys {
		legs = append(legs, s.lines[key].first(n)...)
	}
	for _, l := range append(s.rested(at), s.companions(w, at)...) {
		if slices.Contains(keys, s.lineOf(l)) {
			legs = append(legs, l)
		}
	}
	return s.chooser.Rank(w.id, w.turn, legs, at)
}

// companions are the other waiting legs of the person at the window: whoever
// is about to be finished there may be called again at once.
func (s *State) companions(w *windowState, at time.Time) (ls []*Leg) {
	if w.leg == nil {
		return nil
	}
	for _, l := range s.visits[s.visitOf(w.leg)].legs {
		if l != w.leg && l.State == LegWaiting && l.line == nil && !l.NotBefore.After(at) {
			ls = append(ls, l)
		}
	}
	return ls
}

// callable names the lines that a window may call from.
func (s *State) callable(w *windowState) []lineKey {
	services := s.index.windows[w.id].Services
	keys := append(make([]lineKey, 0, 2+len(services)*(2+2*len(s.config.Classes))), lineKey{lineWindow, w.id, ""})
	if w.staff != "" {
		keys = append(keys, lineKey{lineStaff, w.staff, ""})
	}
	if w.draining {
		return keys
	}
	for _, service := range services {
		keys = append(keys, lineKey{lineFront, service, ""}, lineKey{lineSlot, service, ""})
		for _, class := range s.config.Classes {
			keys = append(keys, lineKey{linePool, service, class.ID}, lineKey{lineLate, service, class.ID})
		}
	}
	return keys
}

// runners is how many of those behind are named in an explanation.
const runners = 2

func runnersUp(cs []Candidate) []Credit {
	up := []Credit{}
	for _, c := range cs[:min(runners, len(cs))] {
		up = append(up, Credit{Ticket: c.Leg.Ticket, Tier: c.Tier, Credit: c.Credit})
	}
	return up
}

// aheadOf counts the legs of the same service that are called before l for
// certain, if nobody else comes: all that go in front, due appointments, and
// the more senior of the classes that l does not gain on.
func (s *State) aheadOf(l *Leg) int {
	n := s.lines[lineKey{lineFront, l.Service, ""}].len()
	if slots := s.lines[lineKey{lineSlot, l.Service, ""}]; slots.len() > 0 {
		n += slots.before(&Leg{Seniority: s.at.Add(time.Duration(s.config.Rules.SlotEarly))})
	}
	rate := s.index.classes[l.Class].Rate
	for _, class := range s.config.Classes {
		if class.Rate < rate && (s.config.Rules.Order == OrderAccumulating || s.config.Rules.Order == OrderStrict) {
			continue
		}
		for _, kind := range []lineKind{linePool, lineLate, lineReserved} {
			row := s.lines[lineKey{kind, l.Service, class.ID}]
			if s.config.Rules.Order == OrderStrict && class.Rate > rate {
				n += row.len()
			} else {
				n += row.before(l)
			}
		}
	}
	return n
}
