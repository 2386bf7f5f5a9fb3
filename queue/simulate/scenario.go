package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"lobby/queue"
)

// Scenario is a hall with its people, from which days are drawn. Zero values
// take the defaults.
type Scenario struct {
	Config   queue.Config
	Location *time.Location
	Opens    queue.Clock
	Closes   queue.Clock
	First    time.Time // date of the first day
	Tickets  float64   // in a usual day; 0 means 30 for each window
	Load     float64   // share of the windows' time that is taken; 0 means 0.8
	Absent   float64   // do not come when called; 0 means 0.07
	Vanish   float64   // days on which windows close unannounced; 0 means one in seven
}

// The habits of the people, which nobody has needed to set.
const (
	lastTaken   = 30 * time.Minute // before closing, so that a day can end
	afterHours  = 30 * time.Minute // so long whoever waits at closing is still served
	turn        = 12 * time.Second
	untilMissed = 45 * time.Second
	walk        = 20 * time.Second
	spread      = 1.0  // coefficient of variation of service times
	comesBack   = 0.3  // of those who missed their call
	sentOn      = 0.03 // to another service
	impatient   = 0.04 // would not stay for ever
	rates       = 0.6
	vanishing   = 0.35 // of the windows, when some close unannounced
)

// WithDefaults fills what is not set and gives every window a roster: without
// one the windows take turns at lunch.
func (s Scenario) WithDefaults() Scenario {
	set := func(v *float64, usual float64) {
		if *v == 0 {
			*v = usual
		}
	}
	set(&s.Tickets, 30*float64(len(s.Config.Windows)))
	set(&s.Load, 0.8)
	set(&s.Absent, 0.07)
	set(&s.Vanish, 1.0/7)
	if s.Location == nil {
		s.Location = time.UTC
	}
	if s.Closes == 0 {
		s.Opens, s.Closes = 8*60+30, 17*60
	}
	windows := append([]queue.Window{}, s.Config.Windows...)
	for i := range windows {
		if len(windows[i].Roster) == 0 {
			windows[i].Roster = s.roster(i)
		}
	}
	s.Config.Windows = windows
	return s
}

// roster is a day with lunch, of which the even windows have the first part.
func (s Scenario) roster(window int) []queue.Shift {
	noon := queue.Clock(11*60 + 30)
	if window%2 == 1 {
		noon += 45
	}
	if s.Opens >= noon || s.Closes <= noon+45 {
		return []queue.Shift{queue.NewShift(s.Opens, s.Closes)}
	}
	return []queue.Shift{queue.NewShift(s.Opens, noon), queue.NewShift(noon+45, s.Closes)}
}

// chance is the source of one day, or of what is the same on all days.
func chance(seed uint64, day int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(day)))
}

// always is the day of what does not change from day to day.
const always = -1

// Date is the n-th working day from the first one on.
func (s Scenario) Date(n int) time.Time {
	d := s.First.In(s.Location)
	for {
		if wd := d.Weekday(); wd != time.Saturday && wd != time.Sunday {
			if n == 0 {
				return d
			}
			n--
		}
		d = d.AddDate(0, 0, 1)
	}
}

// Day draws the n-th day. Each day has its own chance, so that days can be
// drawn in any order.
func (s Scenario) Day(seed uint64, n int) Day {
	date := s.Date(n)
	rng := chance(seed, n)
	d := Day{
		Name: date.Format(time.DateOnly), Opens: s.Opens.On(date), Closes: s.Closes.On(date), Turn: turn, Gone: untilMissed,
	}
	d.Ends = d.Closes.Add(afterHours)
	fixed := chance(seed, always)
	for range s.Config.Windows {
		d.Pace = append(d.Pace, lognormal(fixed, 1, 0.15))
	}
	d.Visits = s.visits(d, s.demand(fixed), rng)
	d.Moves = s.moves(date, rng)
	return d
}

// demand is what one service is asked for.
type demand struct {
	share float64 // of the tickets
	serve float64 // mean, in seconds
}

// demand gives each service tickets by the windows' time that it has, with
// some asked for more and some less, and service times that fill the windows
// to the load.
func (s Scenario) demand(rng *rand.Rand) []demand {
	capacity := map[string]float64{}
	for _, w := range s.Config.Windows {
		for _, id := range w.Services {
			capacity[id] += onDuty(w.Roster) / float64(len(w.Services))
		}
	}
	all := make([]demand, len(s.Config.Services))
	total := 0.0
	for i, svc := range s.Config.Services {
		all[i].share = capacity[svc.ID] * (0.6 + 0.8*rng.Float64())
		total += all[i].share
	}
	for i, svc := range s.Config.Services {
		if all[i].share > 0 {
			all[i].share /= total
			all[i].serve = s.Load*capacity[svc.ID]/(s.Tickets*all[i].share) - (walk + turn).Seconds()
		}
	}
	return all
}

func onDuty(roster []queue.Shift) (seconds float64) {
	for _, shift := range roster {
		from, to, _ := shift.Span()
		seconds += to.Seconds() - from.Seconds()
	}
	return seconds
}

// lognormal draws with a mean and a coefficient of variation.
func lognormal(rng *rand.Rand, mean, cv float64) float64 {
	v := math.Log(1 + cv*cv)
	return mean * math.Exp(math.Sqrt(v)*rng.NormFloat64()-v/2)
}

func seconds(s float64) time.Duration {
	return time.Duration(max(0, s) * float64(time.Second)).Truncate(time.Millisecond)
}
